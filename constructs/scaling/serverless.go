package scaling

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ProvisionedConcurrencyScalingProps describes how the provisioned concurrency
// of a serverless variant scales.
type ProvisionedConcurrencyScalingProps struct {
	// Variant is what scales: Endpoint.Variant gives it for an endpoint of package
	// inference; name it here for any other.
	Variant autoscaling.Variant
	// Endpoint is the construct that CloudFormation creates before the scalable
	// target, and deletes after it (fact C15: the resource ID holds a literal name,
	// which gives no order).
	// Default: nil, the endpoint exists already.
	Endpoint constructs.IConstruct
	// Scaling is the bounds, the utilization to keep and the scheduled actions.
	Scaling autoscaling.ProvisionedConcurrencyScaling
	// Facts are what the rules of package lint judge the scaling by beyond Scaling.
	// Default: for each fact that is not given, what Scaling says: the actions that may lower the
	// maximum.
	Facts autoscaling.Facts
}

// Validate returns every problem with the properties, joined, or nil.
func (p ProvisionedConcurrencyScalingProps) Validate() error {
	ps := append(p.Scaling.Validate(p.Variant), problem.NilIn("Endpoint", p.Endpoint)...)
	return append(ps, p.Facts.Validate().In("Facts")...).Err()
}

// NewProvisionedConcurrencyScaling scales the provisioned concurrency of a
// serverless variant. It panics with the error of props.Validate.
func NewProvisionedConcurrencyScaling(
	scope constructs.Construct, id string, props ProvisionedConcurrencyScalingProps,
) *ScalableTarget {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	return NewScalableTarget(scope, id, ScalableTargetProps{
		Model: props.Scaling.Target(props.Variant), Variant: props.Variant,
		Facts: filled(props.Facts, props.Scaling.Facts()), Dependencies: dependsOn(props.Endpoint),
	}).addressed(func(path string) string { return props.Scaling.Address(props.Variant, path) })
}
