package scaling

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// VariantScalingProps describes how the instance count of one production
// variant scales.
type VariantScalingProps struct {
	// Variant is what scales: Endpoint.Variant of package inference, or an
	// ExistingVariant.
	Variant Variant
	// Scaling is the load-test figures of an instance, the bounds, the policies, the
	// scheduled actions and the events.
	Scaling autoscaling.VariantScaling
	// Facts are what the rules of package lint judge the scaling by beyond Scaling.
	// Default: for each fact that is not given, what Scaling says: the load-test figures, the
	// zones, the events and the actions that may lower the maximum.
	Facts autoscaling.Facts
}

// Validate returns every problem with the properties, joined, or nil.
func (p VariantScalingProps) Validate() error { return p.validate().Err() }

func (p VariantScalingProps) validate() problem.List {
	return append(validateVariant(p.Variant, p.Scaling.Validate), p.Facts.Validate().In("Facts")...)
}

// NewVariantScaling scales the instance count of one production variant of an
// endpoint that answers in real time. It panics with the error of props.Validate.
func NewVariantScaling(scope constructs.Construct, id string, props VariantScalingProps) *ScalableTarget {
	return newGrowing(scope, id, props)
}

func (p VariantScalingProps) with(a additions) (ScalableTargetProps, problem.List) {
	p.Scaling.ScheduledActions = extended(p.Scaling.ScheduledActions, a.actions)
	p.Scaling.Events = extended(p.Scaling.Events, a.events)
	p.Scaling.Policies = extended(p.Scaling.Policies, a.policies)
	p.Scaling.StepPolicies = extended(p.Scaling.StepPolicies, a.steps)
	if ps := p.validate(); len(ps) > 0 {
		return ScalableTargetProps{}, ps
	}
	return targetOf(p.Variant, p.Scaling, p.Facts), nil
}
