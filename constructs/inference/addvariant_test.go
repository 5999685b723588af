package inference_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// TestAddVariant: a variant that is added later is in the template as one that was there
// at first.
func TestAddVariant(t *testing.T) {
	made := map[bool]template.Template{}
	for _, later := range []bool{false, true} {
		stack := template.NewStack(t)
		models := map[string]*inference.Model{}
		for _, name := range []string{"Model", "Other"} {
			models[name] = inference.NewModel(stack, name, inference.ModelProps{
				Containers: []inference.ContainerProps{{Image: image}}, AllowNetworkAccess: true,
			})
		}
		first := inference.VariantProps{Model: models["Model"], InstanceType: "ml.c6i.xlarge"}
		second := inference.VariantProps{
			Name: "large", Model: models["Other"], InstanceType: "ml.c6i.4xlarge", InitialInstanceCount: 2,
			Weight: jsii.Number(3), Instances: inference.InstanceProps{
				EnableSSMAccess: true, CoreDump: &inference.CoreDumpProps{DestinationS3URI: "s3://dumps/odds/"},
			},
		}
		props := inference.EndpointProps{
			EndpointName: "odds", DataCapture: &inference.DataCaptureProps{SamplingPercent: 10},
			Variants: []inference.VariantProps{first},
		}
		if !later {
			props.Variants = append(props.Variants, second)
		}
		endpoint := inference.NewEndpoint(stack, "Endpoint", props)
		if later {
			if got := endpoint.AddVariant(second).ScalingVariant(); got.InstanceType != "ml.c6i.4xlarge" {
				t.Errorf("got %+v", got)
			}
		}
		endpoint.Variant("large") // panics where the endpoint does not know it
		made[later] = template.Of(t, stack)
	}
	if diff := cmp.Diff(made[false], made[true]); diff != "" {
		t.Errorf("(-at first +later)\n%s", diff)
	}
	if n := len(made[true].One(t, "AWS::SageMaker::EndpointConfig").Properties["ProductionVariants"].([]any)); n != 2 {
		t.Errorf("got %d variants", n)
	}
}

// TestAddVariantProblems: what Variants refuses, AddVariant refuses, and leaves the endpoint
// as it was.
func TestAddVariantProblems(t *testing.T) {
	alarms := &autoscaling.Update{
		TerminationWait: time.Hour, Rollback: &autoscaling.Rollback{Alarms: []string{"errors"}},
	}
	for want, test := range map[string]struct {
		update *autoscaling.Update
		with   inference.VariantProps
	}{
		"Variants[1].Name: got \"main\": Variants[0] has the same name": {nil, inference.VariantProps{InstanceType: "ml.c6i.large"}},
		"Variants[1].Serverless: a serverless endpoint has one variant": {nil, inference.VariantProps{
			Name: "b", Serverless: &inference.ServerlessProps{MemoryMB: 2048, MaxConcurrency: 5},
		}},
		"Update.Rollback: its alarms are made for the variants": {alarms, inference.VariantProps{
			Name: "b", InstanceType: "ml.c6i.large",
		}},
	} {
		stack := template.NewStack(t)
		model := inference.NewModel(
			stack,
			"Model",
			inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}},
		)
		endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
			EndpointName: "odds", Update: test.update,
			Variants: []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge"}},
		})
		test.with.Model = model
		got := fmt.Sprint(template.Panics(t, func() { endpoint.AddVariant(test.with) }))
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
		if variants := template.Of(t, stack).One(t, "AWS::SageMaker::EndpointConfig").Properties["ProductionVariants"]; len(
			variants.([]any),
		) != 1 {
			t.Errorf("got %v", variants)
		}
	}
}
