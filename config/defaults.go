package config

import (
	"cmp"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/capacity"
)

// The defaults that are nobody else's. environment.go documents every one.
const (
	defaultVariantName     = "main"
	defaultTimezone        = "UTC"
	defaultGatewayMemoryMB = 256
	defaultMaxRequestBytes = 1_000_000
	// A model may take 60 s, and AWS advises 70 s for who waits for it (fact F2).
	defaultRequestTimeout = Duration(70 * time.Second)
	everybody             = "0.0.0.0/0"
)

// withDefaults is e with a value wherever the file says nothing.
func (e Environment) withDefaults() Environment {
	e.Variant.Name = cmp.Or(e.Variant.Name, defaultVariantName)
	e.Variant.InitialInstanceCount = cmp.Or(e.Variant.InitialInstanceCount, e.Scaling.MinCapacity)

	if e.Scaling.TargetInvocationsPerMinute == 0 {
		e.Scaling.SafetyFactor = cmp.Or(e.Scaling.SafetyFactor, capacity.DefaultSafetyFactor)
	}
	scaleOut, scaleIn := Duration(autoscaling.DefaultCooldown), Duration(autoscaling.DefaultCooldown)
	e.Scaling.ScaleOutCooldown = cmp.Or(e.Scaling.ScaleOutCooldown, &scaleOut)
	e.Scaling.ScaleInCooldown = cmp.Or(e.Scaling.ScaleInCooldown, &scaleIn)

	e.Schedule = slices.Clone(e.Schedule)
	for i := range e.Schedule {
		e.Schedule[i].Timezone = cmp.Or(e.Schedule[i].Timezone, defaultTimezone)
	}

	if len(e.Frontend.AllowedCIDRs) == 0 {
		e.Frontend.AllowedCIDRs = []string{e.defaultAllowedCIDR()}
	}
	e.Frontend.GatewayMemoryMB = cmp.Or(e.Frontend.GatewayMemoryMB, defaultGatewayMemoryMB)
	e.Frontend.RequestTimeout = cmp.Or(e.Frontend.RequestTimeout, defaultRequestTimeout)
	e.Frontend.MaxRequestBytes = cmp.Or(e.Frontend.MaxRequestBytes, defaultMaxRequestBytes)
	return e
}

func (e Environment) defaultAllowedCIDR() string {
	switch {
	case e.Frontend.InternetFacing:
		return everybody
	case e.Network.NewVPC != nil:
		return e.Network.NewVPC.CIDR
	case e.Network.ExistingVPC != nil:
		return e.Network.ExistingVPC.CIDR
	default:
		return ""
	}
}
