package config

import (
	"cmp"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
)

// The defaults that are nobody else's. environment.go documents every one.
const (
	defaultVariantName     = "main"
	defaultTimezone        = "UTC"
	defaultGatewayMemoryMB = 256
	// What a load balancer hands to a function (fact F12), and SageMaker's
	// documented payload (fact F1).
	maxLambdaRequestBytes      = 1_000_000
	defaultFargateRequestBytes = 6 << 20
	// A model may take 60 s, and AWS advises 70 s for who waits for it (fact F2).
	defaultRequestTimeout = 70 * time.Second
	everybody             = "0.0.0.0/0"
	everybodyIPv6         = "::/0"
)

// WithDefaults returns e with the default of every field that has its zero value. Load
// and Parse return environments with their defaults; a second time changes nothing.
func (e Environment) WithDefaults() Environment {
	shedding := e.Frontend.sheds()
	e.Model.VPC = e.Model.VPC.withDefaults(e.Network)
	if len(e.Components) > 0 {
		e.Variant.Name = cmp.Or(e.Variant.Name, defaultVariantName)
		if m := e.Variant.ManagedInstances; m != nil {
			e.Variant.InitialInstanceCount = cmp.Or(e.Variant.InitialInstanceCount, max(m.MinInstanceCount, 1))
		}
		e.Components = slices.Clone(e.Components)
		for i, c := range e.Components {
			e.Components[i] = c.withDefaults()
		}
	} else if len(e.Variants) > 0 {
		e.Variants = slices.Clone(e.Variants)
		for i, v := range e.Variants {
			e.Variants[i] = v.withDefaults(shedding)
			if v.Model != nil {
				model := *v.Model
				model.VPC = model.VPC.withDefaults(e.Network)
				e.Variants[i].Model = &model
			}
		}
	} else {
		e.Variant.Name = cmp.Or(e.Variant.Name, defaultVariantName)
		v := e.onlyVariant().withDefaults(shedding)
		e.Variant.InitialInstanceCount, e.Scaling, e.ScheduledActions = v.InitialInstanceCount, v.Scaling, v.ScheduledActions
		e.Variant.Serverless = v.Serverless
	}
	if e.ShadowVariant != nil {
		e.ShadowVariant = e.ShadowVariant.withDefaults(e.Network)
	}

	e.Monitoring = e.Monitoring.withDefaults()
	e.Network = e.Network.withDefaults(e.Production)
	if !e.HasFrontend() {
		return e
	}
	if e.Frontend.ExistingListener == nil && len(e.Frontend.AllowedCIDRs) == 0 {
		e.Frontend.AllowedCIDRs = e.defaultAllowedCIDRs()
	}
	if e.Frontend.ExistingListener == nil {
		e.Frontend = e.Frontend.withLoadBalancerDefaults(e.Production).withWAFDefaults(e.Production)
	}
	e.Frontend.Gateway = cmp.Or(e.Frontend.Gateway, GatewayOnLambda)
	if e.Frontend.onFargate() {
		e.Frontend.TaskCPU = cmp.Or(e.Frontend.TaskCPU, frontend.DefaultTaskCPU)
		e.Frontend.TaskMemoryMB = cmp.Or(e.Frontend.TaskMemoryMB, 2*e.Frontend.TaskCPU)
		e.Frontend.MaxRequestBytes = cmp.Or(e.Frontend.MaxRequestBytes, defaultFargateRequestBytes)
	} else {
		e.Frontend.GatewayMemoryMB = cmp.Or(e.Frontend.GatewayMemoryMB, defaultGatewayMemoryMB)
		e.Frontend.MaxRequestBytes = cmp.Or(e.Frontend.MaxRequestBytes, maxLambdaRequestBytes)
	}
	e.Frontend.RequestTimeout = cmp.Or(e.Frontend.RequestTimeout, defaultRequestTimeout)
	if c := e.Frontend.Canary; c != nil {
		e.Frontend.Canary = c.withDefaults(e.Frontend)
	}
	return e
}

func (e Environment) defaultAllowedCIDRs() []string {
	switch {
	case e.Frontend.InternetFacing && e.Frontend.IPv6:
		return []string{everybody, everybodyIPv6}
	case e.Frontend.InternetFacing:
		return []string{everybody}
	case e.Network.NewVPC != nil:
		return []string{e.Network.NewVPC.CIDR}
	case e.Network.ExistingVPC != nil:
		return []string{e.Network.ExistingVPC.CIDR}
	default:
		return nil
	}
}

// sheds reports whether the gateway refuses what the endpoint cannot serve, and
// publishes the load that it was offered. A Lambda function cannot (fact F29).
func (f Frontend) sheds() bool { return !f.RunsOn(GatewayOnLambda) && f.publishes() }

// publishes reports whether a gateway on Fargate publishes metrics.
func (f Frontend) publishes() bool {
	return f.Server == nil || f.Server.Metrics == nil || *f.Server.Metrics
}
