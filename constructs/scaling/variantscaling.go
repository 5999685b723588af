package scaling

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// VariantScalingProps describes how the instance count of one production
// variant scales.
type VariantScalingProps struct {
	// Variant is what scales: Endpoint.Variant gives it for an endpoint of package
	// inference; name it here for any other.
	Variant autoscaling.Variant
	// Endpoint is the construct that CloudFormation creates before the scalable
	// target, and deletes after it (fact C15: the resource ID holds a literal name,
	// which gives no order).
	// Default: nil, the endpoint exists already.
	Endpoint constructs.IConstruct
	// Scaling is the load-test figures of an instance, the bounds, the policies, the
	// scheduled actions and the events.
	Scaling autoscaling.VariantScaling
	// Facts are what the rules of package lint judge the scaling by beyond Scaling.
	// Default: for each fact that is not given, what Scaling says: the load-test figures, the
	// zones, the events and the actions that may lower the maximum.
	Facts autoscaling.Facts
}

// Validate returns every problem with the properties, joined, or nil.
func (p VariantScalingProps) Validate() error {
	ps := append(p.Scaling.Validate(p.Variant), problem.NilIn("Endpoint", p.Endpoint)...)
	return append(ps, p.Facts.Validate().In("Facts")...).Err()
}

// NewVariantScaling scales the instance count of one production variant of an
// endpoint that answers in real time. It panics with the error of props.Validate.
func NewVariantScaling(scope constructs.Construct, id string, props VariantScalingProps) *ScalableTarget {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	return NewScalableTarget(scope, id, ScalableTargetProps{
		Model: props.Scaling.Target(props.Variant),
		Facts: filled(props.Facts, props.Scaling.Facts()), Dependencies: dependsOn(props.Endpoint),
	}).addressed(func(path string) string { return props.Scaling.Address(props.Variant, path) })
}
