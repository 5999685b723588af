package inference_test

import (
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// TestPage makes what docs/endpoints.md shows. A test of the page compares its
// examples with this file.
func TestPage(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	next := inference.NewModel(stack, "Next", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	forNeuron := inference.NewModel(stack, "ForNeuron", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	analyst := awsiam.NewRole(stack, jsii.String("Analyst"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})

	fewer := 0.1
	inference.NewEndpoint(stack, "Shadowed", inference.EndpointProps{
		EndpointName:   "odds-shadowed",
		Variants:       []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge"}},
		ShadowVariants: []inference.VariantProps{{Name: "next", Model: next, InstanceType: "ml.c7i.xlarge", Weight: &fewer}},
	})

	inference.NewEndpoint(stack, "Pooled", inference.EndpointProps{
		EndpointName: "odds-pooled",
		Variants: []inference.VariantProps{{
			Model: model,
			InstancePools: []inference.InstancePool{
				{InstanceType: "ml.g6.2xlarge"},
				{InstanceType: "ml.g5.2xlarge"},
				{InstanceType: "ml.inf2.xlarge", Model: forNeuron},
			},
			Instances: inference.InstanceProps{
				InstanceProvisionTimeout:           20 * time.Minute,
				RoutingStrategy:                    "LEAST_OUTSTANDING_REQUESTS",
				ContainerStartupHealthCheckTimeout: 15 * time.Minute,
			},
		}},
	})

	captured := inference.NewEndpoint(stack, "Captured", inference.EndpointProps{
		EndpointName: "odds-captured",
		Variants:     []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge"}},
		DataCapture: &inference.DataCaptureProps{
			SamplingPercent:  5,
			Retention:        30 * 24 * time.Hour,
			JSONContentTypes: []string{"application/json"},
		},
	})
	captured.GrantReadCapturedData(analyst)

	shared := inference.NewEndpoint(stack, "Shared", inference.EndpointProps{
		EndpointName: "shared",
		Variants: []inference.VariantProps{{
			InstanceType:     "ml.g6.12xlarge",
			ManagedInstances: &inference.ManagedInstancesProps{MinInstanceCount: 1, MaxInstanceCount: 4},
		}},
		Metrics: &inference.MetricsProps{Enhanced: true, PublishFrequency: 10 * time.Second},
	})
	base := inference.NewInferenceComponent(stack, "Base", inference.InferenceComponentProps{
		InferenceComponentName: "commentary", Endpoint: shared, Model: model, MinMemoryMB: 16384, Accelerators: 1,
	})
	inference.NewAdapter(stack, "Finals", inference.AdapterProps{
		InferenceComponentName: "commentary-finals", Base: base,
		ArtifactURL: "s3://models-eu-west-1/commentary/finals.tar.gz",
	})
	template.Of(t, stack)
}
