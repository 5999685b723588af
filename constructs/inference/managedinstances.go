package inference

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ManagedInstancesProps describes SageMaker's managed instance scaling for the
// inference components on a variant. It is part of the endpoint configuration, so a
// change replaces the fleet (fact C1).
type ManagedInstancesProps struct {
	// MinInstanceCount and MaxInstanceCount bound the number of instances.
	// MaxInstanceCount is at least 1. A minimum of 0 lets the endpoint scale to
	// zero (fact D1: every component's scaling needs a minimum of 0 too). Some
	// Regions refuse it (fact D8).
	MinInstanceCount, MaxInstanceCount int
	// Consolidate moves copies together and stops the freed instances, one at a
	// time (fact D6: the scale-in strategy CONSOLIDATION). A moved copy restarts.
	// Default: false, SageMaker stops only instances without copies.
	Consolidate bool
	// ConsolidationStep is the most instances that consolidation stops at a time, 1 to
	// 100. Without Consolidate it is an error.
	// Default: 0, SageMaker's, which is 1.
	ConsolidationStep int
	// ConsolidationCooldown is the time between two of them, 5 minutes to 24 hours, in
	// whole minutes. Without Consolidate it is an error.
	// Default: 0, SageMaker's, which is 20m.
	ConsolidationCooldown time.Duration
}

func (p ManagedInstancesProps) validate(initial int) problem.List {
	var ps problem.List
	if p.MinInstanceCount < 0 {
		ps.Add("MinInstanceCount", p.MinInstanceCount, "the minimum is 0 instances or more",
			"set it to 0 to scale to zero, or to 1 or more")
	}
	if low := max(p.MinInstanceCount, 1); p.MaxInstanceCount < low {
		ps.Add("MaxInstanceCount", p.MaxInstanceCount, "the maximum is 1 instance or more, and at least the minimum",
			fmt.Sprintf("set it to %d or more", low))
	} else if initial < p.MinInstanceCount || initial > p.MaxInstanceCount {
		ps.Add("MaxInstanceCount", p.MaxInstanceCount,
			fmt.Sprintf("the first deployment starts %d instances, outside the bounds of %d to %d", initial,
				p.MinInstanceCount, p.MaxInstanceCount),
			"change InitialInstanceCount or the bounds")
	}
	if n := p.ConsolidationStep; n < 0 || n > 100 {
		ps.Add("ConsolidationStep", n, "consolidation stops 1 to 100 instances at a time", "leave it out for 1")
	}
	if d := p.ConsolidationCooldown; d != 0 && (d < 5*time.Minute || d > 24*time.Hour || d%time.Minute != 0) {
		ps.Add("ConsolidationCooldown", d, "this is whole minutes from 5m to 24h", "leave it out for 20m")
	}
	if !p.Consolidate && p.ConsolidationStep != 0 {
		ps.Add("ConsolidationStep", p.ConsolidationStep, "nothing is consolidated", "set Consolidate, or leave it out")
	}
	if !p.Consolidate && p.ConsolidationCooldown != 0 {
		ps.Add("ConsolidationCooldown", p.ConsolidationCooldown, "nothing is consolidated",
			"set Consolidate, or leave it out")
	}
	return ps
}

func (p ManagedInstancesProps) property() *awssagemaker.CfnEndpointConfig_ManagedInstanceScalingProperty {
	out := &awssagemaker.CfnEndpointConfig_ManagedInstanceScalingProperty{
		Status:           jsii.String("ENABLED"),
		MinInstanceCount: jsii.Number(p.MinInstanceCount), MaxInstanceCount: jsii.Number(p.MaxInstanceCount),
	}
	if p.Consolidate {
		out.ScaleInPolicy = &awssagemaker.CfnEndpointConfig_ScaleInPolicyProperty{
			Strategy:          jsii.String("CONSOLIDATION"),
			MaximumStepSize:   optionalNumber(p.ConsolidationStep),
			CooldownInMinutes: optionalNumber(p.ConsolidationCooldown.Minutes()),
		}
	}
	return out
}
