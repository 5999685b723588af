package scaling_test

import (
	"encoding/json"
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
		Variant: odds,
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
	t.Run("what cannot be is refused", func(t *testing.T) {
		wrong := props
		wrong.Facts.Zones = 60
		const want = "Facts.Zones: got 60: instances are spread over 1 to 6 Availability Zones; leave it out where it is not known"
		if err := wrong.Validate(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	})
}
