package scaling

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// AsynchronousScalingProps describes how the instance count of an asynchronous
// endpoint's variant scales.
type AsynchronousScalingProps struct {
	// Variant is what scales: Endpoint.Variant of package inference, or an
	// ExistingVariant.
	Variant Variant
	// Scaling is the bounds, the backlog per instance and the scheduled actions.
	Scaling autoscaling.AsynchronousScaling
	// Facts are what the rules of package lint judge the scaling by beyond Scaling.
	// Default: for each fact that is not given, what Scaling says: the actions that may lower the
	// maximum.
	Facts autoscaling.Facts
}

// Validate returns every problem with the properties, joined, or nil.
func (p AsynchronousScalingProps) Validate() error { return p.validate().Err() }

func (p AsynchronousScalingProps) validate() problem.List {
	return append(validateVariant(p.Variant, p.Scaling.Validate), p.Facts.Validate().In("Facts")...)
}

// NewAsynchronousScaling scales the instance count of an asynchronous endpoint's
// variant. It panics with the error of props.Validate.
func NewAsynchronousScaling(scope constructs.Construct, id string, props AsynchronousScalingProps) *ScalableTarget {
	return newGrowing(scope, id, props)
}

func (p AsynchronousScalingProps) with(a additions) (ScalableTargetProps, problem.List) {
	p.Scaling.ScheduledActions = extended(p.Scaling.ScheduledActions, a.actions)
	if ps := append(p.validate(), a.withoutEvents()...); len(ps) > 0 {
		return ScalableTargetProps{}, ps
	}
	return a.withPolicies(targetOf(p.Variant, p.Scaling, p.Facts))
}
