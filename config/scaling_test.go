package config

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// TestEveryFieldOfTheModelHasAYAMLPath keeps Go's names out of the errors when
// the model gets a field.
func TestEveryFieldOfTheModelHasAYAMLPath(t *testing.T) {
	t.Parallel()
	check := func(prefix string, typ reflect.Type) {
		for i := range typ.NumField() {
			field := prefix + typ.Field(i).Name
			path, ok := yamlPaths[field]
			if field == "Variant.ManagedInstanceScaling" {
				continue // such a variant is not scaled by its instances
			}
			if !ok {
				t.Errorf("%s has no YAML path", field)
				continue
			}
			if schemaAt(location(path)) == nil {
				t.Errorf("%s is said to be at %s, where the schema has nothing", field, path)
			}
		}
	}
	check("", reflect.TypeFor[autoscaling.VariantScaling]())
	check("", reflect.TypeFor[autoscaling.AsynchronousScaling]())
	check("", reflect.TypeFor[autoscaling.ProvisionedConcurrencyScaling]())
	check("Variant.", reflect.TypeFor[autoscaling.Variant]())

	action := reflect.TypeFor[autoscaling.ScheduledAction]()
	for i := range action.NumField() {
		ps := newTranslator(ProductionVariant{}, "").all(problem.List{{Path: "ScheduledActions[0]." + action.Field(i).Name}})
		_, key, _ := strings.Cut(ps[0].Path, ".")
		if schemaAt([]string{"schedule", "0", key}) == nil {
			t.Errorf("%s is said to be at %s, where the schema has nothing", action.Field(i).Name, ps[0].Path)
		}
	}
}

func TestInYAML(t *testing.T) {
	t.Parallel()
	got := newTranslator(ProductionVariant{}, "").all(problem.List{
		{Path: "MinCapacity", Rule: "r", Fix: "give TargetInvocationsPerMinute"},
		{Path: "ScheduledActions", Rule: "r"},
		{Path: "ScheduledActions[12].MinCapacity", Rule: "ScheduledActions[3] has it", Got: "4"},
		{Path: "Variant.EndpointName", Rule: "r"},
	})
	want := problem.List{
		{Path: "scaling.minCapacity", Rule: "r", Fix: "give targetInvocationsPerMinute"},
		{Path: "schedule", Rule: "r"},
		{Path: "schedule[12].minCapacity", Rule: "schedule[3] has it", Got: "4"},
		{Path: "endpoint.name", Rule: "r"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
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
	want := autoscaling.Variant{EndpointName: "predictions", Name: "main", InstanceType: "ml.c6i.large", InitialInstanceCount: 2}
	if diff := cmp.Diff(want, valid(t, "minimal").ProductionVariants()[0].Variant()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
