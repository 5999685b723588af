package inference

import (
	"fmt"

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
	return ps
}

func (p ManagedInstancesProps) property() *awssagemaker.CfnEndpointConfig_ManagedInstanceScalingProperty {
	out := &awssagemaker.CfnEndpointConfig_ManagedInstanceScalingProperty{
		Status:           jsii.String("ENABLED"),
		MinInstanceCount: jsii.Number(p.MinInstanceCount), MaxInstanceCount: jsii.Number(p.MaxInstanceCount),
	}
	if p.Consolidate {
		out.ScaleInPolicy = &awssagemaker.CfnEndpointConfig_ScaleInPolicyProperty{Strategy: jsii.String("CONSOLIDATION")}
	}
	return out
}
