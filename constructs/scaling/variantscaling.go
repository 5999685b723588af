package scaling

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// VariantScalingProps describes how the instance count of one production
// variant scales.
type VariantScalingProps struct {
	// Variant is what scales: Endpoint.Variant gives it for an endpoint made
	// with the inference package; for any other, name it here.
	Variant autoscaling.Variant
	// Endpoint is the construct that must stand before scaling is registered,
	// and be removed only after it (fact C15).
	// Default: nil, the endpoint is made elsewhere and stands.
	Endpoint constructs.IConstruct
	// Scaling is how the variant scales.
	Scaling autoscaling.VariantScaling
	// Facts are what is known beyond Scaling, for the rules that judge it.
	// Default: what Scaling says, for each fact that is not given.
	Facts autoscaling.Facts
}

// Validate returns everything wrong with the properties, joined.
func (p VariantScalingProps) Validate() error {
	ps := p.Scaling.Validate(p.Variant)
	return append(ps, p.Facts.Validate().In("Facts")...).Err()
}

// NewVariantScaling scales the instance count of one production variant. It
// panics with what props.Validate returns.
func NewVariantScaling(scope constructs.Construct, id string, props VariantScalingProps) *ScalableTarget {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	target := ScalableTargetProps{Model: props.Scaling.Target(props.Variant), Facts: filled(props.Facts, props.Scaling.Facts())}
	if props.Endpoint != nil {
		target.Dependencies = []constructs.IConstruct{props.Endpoint}
	}
	return NewScalableTarget(scope, id, target).addressed(func(path string) string { return props.Scaling.Address(props.Variant, path) })
}
