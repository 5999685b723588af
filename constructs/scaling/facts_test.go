package scaling_test

import (
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// metadata is what a stack's only scalable target has.
func metadata(t *testing.T, stack awscdk.Stack) (of map[string]any) {
	t.Helper()
	found := assertions.Template_FromStack(stack, nil).FindResources(jsii.String("AWS::ApplicationAutoScaling::ScalableTarget"), nil)
	data, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	var resources map[string]struct{ Metadata map[string]any }
	if err := json.Unmarshal(data, &resources); err != nil || len(resources) != 1 {
		t.Fatalf("%d targets, %v", len(resources), err)
	}
	for _, r := range resources {
		of = r.Metadata
	}
	return of
}

func TestFacts(t *testing.T) {
	props := scaling.VariantScalingProps{
		Variant: scaling.ExistingVariant(odds),
		Scaling: autoscaling.VariantScaling{Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100, StartTime: 6 * time.Minute}, Scaling: autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 12}},
		Facts:   autoscaling.Facts{Production: true, StartTime: 7 * time.Minute},
	}
	t.Run("those that are given, and those that the scaling says", func(t *testing.T) {
		stack := template.NewStack(t)
		scaling.NewVariantScaling(stack, "Scaling", props)
		want := map[string]any{
			"SageMakerScaling":     map[string]any{"production": true, "startTime": "7m0s", "requestsPerSecondPerInstance": 100.0},
			"SageMakerScalingPath": "test/Scaling/Target",
		}
		if diff := cmp.Diff(want, metadata(t, stack)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
	t.Run("the path is said once", func(t *testing.T) {
		stack := template.NewStack(t)
		stack.Node().SetContext(jsii.String("aws:cdk:enable-path-metadata"), true)
		scaling.NewVariantScaling(stack, "Scaling", props)
		got := metadata(t, stack)
		if got["aws:cdk:path"] != "test/Scaling/Target" || got["SageMakerScalingPath"] != nil {
			t.Errorf("got %v", got)
		}
	})
	t.Run("nothing is known", func(t *testing.T) {
		stack := template.NewStack(t)
		scaling.NewScalableTarget(stack, "Scaling", scaling.ScalableTargetProps{Model: props.Scaling.Target(odds)})
		if got := metadata(t, stack); got["SageMakerScaling"] != nil {
			t.Errorf("got %v", got)
		}
	})
}

// TestFactsOfKinds: each construct writes the facts that it is given, and those
// that its scaling says; it refuses a fact that cannot be.
func TestFactsOfKinds(t *testing.T) {
	night := []autoscaling.ScheduledAction{{Name: "night", Schedule: "cron(0 2 * * ? *)", MaxCapacity: ptr(2), AllowLowerMax: true}}
	one := autoscaling.Variant{EndpointName: "odds", Name: "main", InitialInstanceCount: 1}
	variant := autoscaling.VariantScaling{ScheduledActions: night}
	variant.MinCapacity, variant.MaxCapacity, variant.RequestsPerSecondPerInstance = 1, 4, 100
	asynchronous := autoscaling.AsynchronousScaling{ScheduledActions: night}
	asynchronous.MaxCapacity, asynchronous.BacklogPerInstance = 4, 5
	serverless := autoscaling.ProvisionedConcurrencyScaling{ScheduledActions: night}
	serverless.MinCapacity, serverless.MaxCapacity = 1, 4
	component := autoscaling.ComponentScaling{ScheduledActions: night}
	component.MinCapacity, component.MaxCapacity, component.ConcurrencyPerCopy = 1, 4, 6
	component.StartTime = 4 * time.Minute

	for _, kind := range []struct {
		name     string
		validate func(autoscaling.Facts) error
		make     func(awscdk.Stack, autoscaling.Facts)
		says     map[string]any
	}{
		{"variant", func(f autoscaling.Facts) error {
			return scaling.VariantScalingProps{Variant: scaling.ExistingVariant(one), Scaling: variant, Facts: f}.Validate()
		}, func(stack awscdk.Stack, f autoscaling.Facts) {
			scaling.NewVariantScaling(stack, "A", scaling.VariantScalingProps{Variant: scaling.ExistingVariant(one), Scaling: variant, Facts: f})
		}, map[string]any{"requestsPerSecondPerInstance": 100.0}},
		{"asynchronous", func(f autoscaling.Facts) error {
			return scaling.AsynchronousScalingProps{Variant: scaling.ExistingVariant(one), Scaling: asynchronous, Facts: f}.Validate()
		}, func(stack awscdk.Stack, f autoscaling.Facts) {
			scaling.NewAsynchronousScaling(stack, "A", scaling.AsynchronousScalingProps{Variant: scaling.ExistingVariant(one), Scaling: asynchronous, Facts: f})
		}, nil},
		{"serverless", func(f autoscaling.Facts) error {
			return scaling.ProvisionedConcurrencyScalingProps{Variant: scaling.ExistingVariant(one), Scaling: serverless, Facts: f}.Validate()
		}, func(stack awscdk.Stack, f autoscaling.Facts) {
			scaling.NewProvisionedConcurrencyScaling(stack, "A", scaling.ProvisionedConcurrencyScalingProps{
				Variant: scaling.ExistingVariant(one), Scaling: serverless, Facts: f,
			})
		}, nil},
		{"component", func(f autoscaling.Facts) error {
			return scaling.ComponentScalingProps{InferenceComponent: scaling.ExistingComponent("odds-a"), Scaling: component, Facts: f}.Validate()
		}, func(stack awscdk.Stack, f autoscaling.Facts) {
			scaling.NewComponentScaling(stack, "A", scaling.ComponentScalingProps{
				InferenceComponent: scaling.ExistingComponent("odds-a"), Scaling: component, Facts: f,
			})
		}, map[string]any{"startTime": "4m0s", "concurrencyPerInstance": 6.0}},
	} {
		t.Run(kind.name, func(t *testing.T) {
			stack := template.NewStack(t)
			kind.make(stack, autoscaling.Facts{Production: true, ServiceTime: 90 * time.Second})
			want := map[string]any{"production": true, "serviceTime": "1m30s", "loweredMaximums": []any{"night"}}
			maps.Copy(want, kind.says)
			if diff := cmp.Diff(want, metadata(t, stack)["SageMakerScaling"]); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			const wrong = "Facts.Zones: got 60: instances are spread over 1 to 6 Availability Zones; leave it out where it is not known"
			if err := kind.validate(autoscaling.Facts{Zones: 60}); err == nil || err.Error() != wrong {
				t.Errorf("got %v, want %s", err, wrong)
			}
		})
	}
}
