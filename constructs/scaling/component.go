package scaling

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ComponentScalingProps describes how the copy count of an inference component
// scales.
type ComponentScalingProps struct {
	// InferenceComponent is what scales: an InferenceComponent of package inference,
	// or an ExistingComponent.
	InferenceComponent Component
	// Scaling is the load-test figures of a copy, the bounds, the scheduled actions
	// and the events.
	Scaling autoscaling.ComponentScaling
	// Facts are what the rules of package lint judge the scaling by beyond Scaling.
	// Default: for each fact that is not given, what Scaling says: the start time and the
	// actions that may lower the maximum.
	Facts autoscaling.Facts
}

// Validate returns every problem with the properties, joined, or nil.
func (p ComponentScalingProps) Validate() error { return p.validate().Err() }

func (p ComponentScalingProps) validate() problem.List {
	return append(p.validateComponent(), p.Facts.Validate().In("Facts")...)
}

// componentNameField is where autoscaling.ComponentScaling says what is wrong with the name.
const componentNameField = "InferenceComponentName"

func (p ComponentScalingProps) validateComponent() problem.List {
	const field = "InferenceComponent"
	if problem.IsNil(p.InferenceComponent) {
		var ps problem.List
		ps.Add(field, nil, "there is nothing to scale",
			"give an InferenceComponent of package inference, or an ExistingComponent")
		return append(ps, withoutSubject(componentNameField, p.Scaling.Validate(""))...)
	}
	return append(validateDependency(field, p.InferenceComponent.ScalingDependency()),
		p.Scaling.Validate(p.InferenceComponent.InferenceComponentName()).Map(componentField)...)
}

// componentField is the field that says a name of the model.
func componentField(path string) string {
	if path == componentNameField {
		return "InferenceComponent"
	}
	return path
}

// NewComponentScaling scales the copy count of an inference component. It panics
// with the error of props.Validate.
func NewComponentScaling(scope constructs.Construct, id string, props ComponentScalingProps) *ScalableTarget {
	return newGrowing(scope, id, props)
}

func (p ComponentScalingProps) with(a additions) (ScalableTargetProps, problem.List) {
	p.Scaling.ScheduledActions = extended(p.Scaling.ScheduledActions, a.actions)
	p.Scaling.Events = extended(p.Scaling.Events, a.events)
	if ps := p.validate(); len(ps) > 0 {
		return ScalableTargetProps{}, ps
	}
	return a.withPolicies(ScalableTargetProps{
		Model:        p.Scaling.Target(p.InferenceComponent.InferenceComponentName()),
		Facts:        filled(p.Facts, p.Scaling.Facts()),
		Dependencies: dependency(p.InferenceComponent),
		address:      func(path string) string { return componentField(p.Scaling.Address(path)) },
	})
}
