package scaling

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ComponentScalingProps describes how the copy count of an inference component
// scales.
type ComponentScalingProps struct {
	// InferenceComponentName is the name of the component that scales.
	InferenceComponentName string
	// InferenceComponent is the construct that CloudFormation creates before the
	// scalable target, and deletes after it (fact C15: the resource ID holds a
	// literal name, which gives no order).
	// Default: nil, the component exists already.
	InferenceComponent constructs.IConstruct
	// Scaling is the load-test figures of a copy, the bounds, the scheduled actions
	// and the events.
	Scaling autoscaling.ComponentScaling
	// Facts are what the rules of package lint judge the scaling by beyond Scaling.
	// Default: for each fact that is not given, what Scaling says: the start time and the
	// actions that may lower the maximum.
	Facts autoscaling.Facts
}

// Validate returns every problem with the properties, joined, or nil.
func (p ComponentScalingProps) Validate() error {
	ps := append(p.Scaling.Validate(p.InferenceComponentName),
		problem.NilIn("InferenceComponent", p.InferenceComponent)...)
	return append(ps, p.Facts.Validate().In("Facts")...).Err()
}

// NewComponentScaling scales the copy count of an inference component. It panics
// with the error of props.Validate.
func NewComponentScaling(scope constructs.Construct, id string, props ComponentScalingProps) *ScalableTarget {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	return NewScalableTarget(scope, id, ScalableTargetProps{
		Model: props.Scaling.Target(props.InferenceComponentName),
		Facts: filled(props.Facts, props.Scaling.Facts()), Dependencies: dependsOn(props.InferenceComponent),
	}).addressed(props.Scaling.Address)
}
