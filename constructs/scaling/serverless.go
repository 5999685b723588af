package scaling

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ProvisionedConcurrencyScalingProps describes how the provisioned concurrency
// of a serverless variant scales.
type ProvisionedConcurrencyScalingProps struct {
	// Variant is what scales: Endpoint.Variant of package inference, or an
	// ExistingVariant.
	Variant Variant
	// Scaling is the bounds, the utilization to keep and the scheduled actions.
	Scaling autoscaling.ProvisionedConcurrencyScaling
	// Facts are what the rules of package lint judge the scaling by beyond Scaling.
	// Default: for each fact that is not given, what Scaling says: the actions that may lower the
	// maximum.
	Facts autoscaling.Facts
}

// Validate returns every problem with the properties, joined, or nil.
func (p ProvisionedConcurrencyScalingProps) Validate() error { return p.validate().Err() }

func (p ProvisionedConcurrencyScalingProps) validate() problem.List {
	return append(validateVariant(p.Variant, p.Scaling.Validate), p.Facts.Validate().In("Facts")...)
}

// NewProvisionedConcurrencyScaling scales the provisioned concurrency of a
// serverless variant. It panics with the error of props.Validate.
func NewProvisionedConcurrencyScaling(
	scope constructs.Construct, id string, props ProvisionedConcurrencyScalingProps,
) *ScalableTarget {
	return newGrowing(scope, id, props)
}

func (p ProvisionedConcurrencyScalingProps) with(a additions) (ScalableTargetProps, problem.List) {
	p.Scaling.ScheduledActions = extended(p.Scaling.ScheduledActions, a.actions)
	if ps := append(p.validate(), a.withoutEvents()...); len(ps) > 0 {
		return ScalableTargetProps{}, ps
	}
	return a.withPolicies(targetOf(p.Variant, p.Scaling, p.Facts))
}
