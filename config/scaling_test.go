package config

import (
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// TestEveryFieldOfTheModelHasAYAMLPath keeps Go's names out of the errors when
// the model gets a field.
func TestEveryFieldOfTheModelHasAYAMLPath(t *testing.T) {
	t.Parallel()
	check := func(path string) {
		t.Helper()
		for at, root := range map[variantPath]string{"": "", "variants[0]": "variants[0]."} {
			got := ProductionVariant{}.inFile(problem.List{{Path: path}}, at)[0].Path
			if schemaAt(location(got)) == nil {
				t.Errorf("%s is said to be at %s, where the schema has nothing (below %s)", path, got, root)
			}
		}
	}
	fields := func(prefix string, typ reflect.Type, but ...string) {
		for i := range typ.NumField() {
			if f := typ.Field(i); !f.Anonymous && !slices.Contains(but, f.Name) {
				check(prefix + f.Name)
			}
		}
	}
	fields("Capacity.", reflect.TypeFor[autoscaling.Capacity]())
	fields("Scaling.", reflect.TypeFor[autoscaling.Scaling]())
	fields("", reflect.TypeFor[autoscaling.VariantScaling](), "Policies", "StepPolicies")
	fields("", reflect.TypeFor[autoscaling.AsynchronousScaling]())
	// Variants with these are not scaled by their instances.
	fields(
		"Variant.",
		reflect.TypeFor[autoscaling.Variant](),
		"ManagedInstanceScaling",
		"MaxInstanceCount",
		"MaxConcurrency",
	)
	fields("ScheduledActions[0].", reflect.TypeFor[autoscaling.ScheduledAction]())
	fields("Events[0].", reflect.TypeFor[events.Event]())
	fields("Events[0].Shape[0].", reflect.TypeFor[events.ShapeStep]())

	component := reflect.TypeFor[autoscaling.ComponentScaling]()
	for i := range component.NumField() {
		f := component.Field(i)
		paths := []string{f.Name}
		if f.Anonymous {
			paths = nil
			for j := range f.Type.NumField() {
				paths = append(paths, f.Name+"."+f.Type.Field(j).Name)
			}
		}
		for _, path := range paths {
			got := Component{}.inFile(problem.List{{Path: path}}, "components[0]")[0].Path
			if schemaAt(location(got)) == nil {
				t.Errorf("%s of a component is said to be at %s, where the schema has nothing", path, got)
			}
		}
	}
}

func TestInFile(t *testing.T) {
	t.Parallel()
	said := problem.List{
		{Path: "Scaling.MinCapacity", Rule: "r", Fix: "give «Scaling.TargetInvocationsPerMinute»"},
		{Path: "ScheduledActions", Rule: "r"},
		{Path: "ScheduledActions[12].MinCapacity", Rule: "«ScheduledActions[3]» has it; set «AllowLowerMax»", Got: "4"},
		{Path: "Variant.EndpointName", Rule: "r"},
		{Path: "Variant.Name", Rule: "r"},
	}
	want := problem.List{
		{Path: "scaling.minCapacity", Rule: "r", Fix: "give scaling.targetInvocationsPerMinute"},
		{Path: "schedule", Rule: "r"},
		{Path: "schedule[12].minCapacity", Rule: "schedule[3] has it; set allowLowerMax", Got: "4"},
		{Path: "endpoint.name", Rule: "r"},
		{Path: "variant.name", Rule: "r"},
	}
	if diff := cmp.Diff(want, ProductionVariant{}.inFile(said, "")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	want = problem.List{
		{Path: "variants[1].scaling.minCapacity", Rule: "r", Fix: "give scaling.targetInvocationsPerMinute"},
		{Path: "variants[1].schedule", Rule: "r"},
		{Path: "variants[1].schedule[12].minCapacity", Rule: "variants[1].schedule[3] has it; set allowLowerMax", Got: "4"},
		{Path: "endpoint.name", Rule: "r"},
		{Path: "variants[1].name", Rule: "r"},
	}
	if diff := cmp.Diff(want, ProductionVariant{}.inFile(said, "variants[1]")); diff != "" {
		t.Errorf("of several (-want +got)\n%s", diff)
	}
}

func TestTargetOfItsOwn(t *testing.T) {
	t.Parallel()
	e := valid(t, "minimal")
	e.Scaling.SafetyFactor, e.Scaling.TargetInvocationsPerMinute = 0, 3000
	if got := e.ProductionVariants()[0].ScalableTarget().Policies[0].TargetValue; got != 3000 {
		t.Errorf("the target is %v, want 3000", got)
	}
}

func TestProductionVariant(t *testing.T) {
	t.Parallel()
	want := autoscaling.Variant{
		EndpointName:         "predictions",
		Name:                 "main",
		InstanceType:         "ml.c6i.large",
		InitialInstanceCount: 1,
	}
	if diff := cmp.Diff(want, valid(t, "minimal").ProductionVariants()[0].Variant()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
