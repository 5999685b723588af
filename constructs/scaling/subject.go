package scaling

import (
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Variant is a production variant that scales, with the endpoint that it belongs to.
// Endpoint.Variant of package inference makes it, for an endpoint of the app and for an
// imported one; ExistingVariant makes it from names.
type Variant interface {
	// ScalingVariant returns what the rules know of the variant.
	ScalingVariant() autoscaling.Variant
	// ScalingDependency returns the construct whose resources CloudFormation creates
	// before the scalable target, and deletes after it (fact C15: the resource ID holds a
	// literal name, which gives no order); nil where there is none. The scalable target
	// has to be in its account and region.
	ScalingDependency() constructs.IConstruct
}

// Component is an inference component whose copies scale: an InferenceComponent of
// package inference, or an ExistingComponent.
type Component interface {
	// InferenceComponentName returns the component's name.
	InferenceComponentName() string
	// ScalingDependency is as that of Variant.
	ScalingDependency() constructs.IConstruct
}

// ExistingVariant returns a variant of an endpoint that no construct of the app makes.
func ExistingVariant(v autoscaling.Variant) Variant { return existingVariant(v) }

type existingVariant autoscaling.Variant

func (v existingVariant) ScalingVariant() autoscaling.Variant    { return autoscaling.Variant(v) }
func (existingVariant) ScalingDependency() constructs.IConstruct { return nil }

// ExistingComponent returns an inference component that no construct of the app makes.
func ExistingComponent(name string) Component { return existingComponent(name) }

type existingComponent string

func (c existingComponent) InferenceComponentName() string         { return string(c) }
func (existingComponent) ScalingDependency() constructs.IConstruct { return nil }

// validateDependency checks what ScalingDependency returns.
func validateDependency(field string, d constructs.IConstruct) problem.List {
	var ps problem.List
	if d != nil && problem.IsNil(d) {
		ps.Add(field, nil, "what scales belongs to a construct that is nil", "make the construct before its scaling")
	}
	return ps
}

// validatePlace checks that the scalable target, in scope, is where the variant is: in
// another account or region it would scale nothing, or something else.
func validatePlace(scope constructs.Construct, v Variant) problem.List {
	var ps problem.List
	if v == nil || v.ScalingDependency() == nil {
		return nil
	}
	stack, place := awscdk.Stack_Of(scope), placeOf(v.ScalingDependency())
	for _, p := range []struct {
		what       string
		have, want *string
	}{{"account", place.Account, stack.Account()}, {"region", place.Region, stack.Region()}} {
		if problem.Unresolved(*p.have) || problem.Unresolved(*p.want) || *p.have == *p.want {
			continue
		}
		ps.Add("Variant", *p.have, "the endpoint is in another "+p.what+" than the stack of its scaling, "+*p.want,
			"make the scaling in a stack there")
	}
	return ps
}

// placeOf is the account and the region of what a construct stands for: an imported one
// says so itself.
func placeOf(c constructs.IConstruct) *interfaces.ResourceEnvironment {
	if aware, ok := c.(interfaces.IEnvironmentAware); ok {
		return aware.Env()
	}
	stack := awscdk.Stack_Of(c)
	return &interfaces.ResourceEnvironment{Account: stack.Account(), Region: stack.Region()}
}

// validateVariant checks v, and by validate how it scales.
func validateVariant(v Variant, validate func(autoscaling.Variant) problem.List) problem.List {
	if problem.IsNil(v) {
		var ps problem.List
		ps.Add("Variant", nil, "there is nothing to scale",
			"give Endpoint.Variant of package inference, or an ExistingVariant")
		return append(ps, withoutSubject("Variant", validate(autoscaling.Variant{}))...)
	}
	if ps := validateDependency("Variant", v.ScalingDependency()); len(ps) > 0 {
		return append(ps, withoutSubject("Variant", validate(v.ScalingVariant()))...)
	}
	return validate(v.ScalingVariant())
}

// figures are how a variant scales, in load-test figures.
type figures interface {
	Target(autoscaling.Variant) autoscaling.ScalableTarget
	Facts() autoscaling.Facts
	Address(v autoscaling.Variant, path string) string
}

// targetOf returns the scalable target of a variant, which facts add to.
func targetOf(v Variant, s figures, facts autoscaling.Facts) ScalableTargetProps {
	variant := v.ScalingVariant()
	return ScalableTargetProps{
		Model: s.Target(variant), Variant: v, Facts: filled(facts, s.Facts()),
		address: func(path string) string { return s.Address(variant, path) },
	}
}

// withoutSubject leaves out what follows from a variant or a component that is nil.
func withoutSubject(field string, ps problem.List) problem.List {
	return slices.DeleteFunc(ps, func(p problem.Problem) bool {
		return p.Path == field || strings.HasPrefix(p.Path, field+".")
	})
}

// dependency returns the construct that is created first, if there is one.
func dependency(subject interface{ ScalingDependency() constructs.IConstruct }) []constructs.IConstruct {
	if d := subject.ScalingDependency(); d != nil {
		return []constructs.IConstruct{d}
	}
	return nil
}
