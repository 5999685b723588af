package config

import (
	"cmp"
	"slices"
	"time"
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
	shedding := e.Frontend.sheds()
	if len(e.Variants) > 0 {
		e.Variants = slices.Clone(e.Variants)
		for i, v := range e.Variants {
			e.Variants[i] = v.withDefaults(shedding)
		}
	} else {
		e.Variant.Name = cmp.Or(e.Variant.Name, defaultVariantName)
		v := e.onlyVariant().withDefaults(shedding)
		e.Variant.InitialInstanceCount, e.Scaling, e.Schedule = v.InitialInstanceCount, v.Scaling, v.Schedule
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

// sheds reports whether the gateway refuses what the endpoint cannot serve, and
// publishes the load that it was offered. A Lambda function cannot (fact F29).
func (f Frontend) sheds() bool { return false }
