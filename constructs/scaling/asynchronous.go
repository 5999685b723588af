package scaling

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// AsynchronousScalingProps describes how a variant of an asynchronous endpoint
// scales.
type AsynchronousScalingProps struct {
	// Variant is what scales: Endpoint.Variant gives it for an endpoint made
	// with the inference package; for any other, name it here.
	Variant autoscaling.Variant
	// Endpoint is the construct that must stand before scaling is registered,
	// and be removed only after it (fact C15).
	// Default: nil, the endpoint is made elsewhere and stands.
	Endpoint constructs.IConstruct
	// Scaling is how the variant scales.
	Scaling autoscaling.AsynchronousScaling
}

// Validate returns everything wrong with the properties, joined.
func (p AsynchronousScalingProps) Validate() error { return p.Scaling.Validate(p.Variant).Err() }

// NewAsynchronousScaling scales the instances of an asynchronous endpoint's
// variant. It panics with what props.Validate returns.
func NewAsynchronousScaling(scope constructs.Construct, id string, props AsynchronousScalingProps) *ScalableTarget {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	return NewScalableTarget(scope, id, ScalableTargetProps{
		Model: props.Scaling.Target(props.Variant), Variant: props.Variant, Dependencies: after(props.Endpoint),
	}).addressed(func(path string) string { return props.Scaling.Address(props.Variant, path) })
}
