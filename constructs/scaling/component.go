package scaling

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// ComponentScalingProps describes how the copies of an inference component scale.
type ComponentScalingProps struct {
	// InferenceComponentName is what scales.
	InferenceComponentName string
	// InferenceComponent is the construct that must stand before scaling is
	// registered, and be removed only after it (fact C15).
	// Default: nil, the component is made elsewhere and stands.
	InferenceComponent constructs.IConstruct
	// Scaling is how the component scales.
	Scaling autoscaling.ComponentScaling
}

// Validate returns everything wrong with the properties, joined.
func (p ComponentScalingProps) Validate() error {
	return p.Scaling.Validate(p.InferenceComponentName).Err()
}

// NewComponentScaling scales the copies of an inference component. It panics
// with what props.Validate returns.
func NewComponentScaling(scope constructs.Construct, id string, props ComponentScalingProps) *ScalableTarget {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	return NewScalableTarget(scope, id, ScalableTargetProps{
		Model: props.Scaling.Target(props.InferenceComponentName), Dependencies: after(props.InferenceComponent),
	}).addressed(props.Scaling.Address)
}

// after is the one construct that has to stand first, if any.
func after(construct constructs.IConstruct) []constructs.IConstruct {
	if construct == nil {
		return nil
	}
	return []constructs.IConstruct{construct}
}
