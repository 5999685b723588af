package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
)

var endpoints = []func(awscdk.Stack){
	EndpointOfTwoVariants, ServerlessEndpoint, AsynchronousEndpoint, EndpointOfComponents,
	BlueGreenUpdate, RollingUpdate, EndpointWithVolumeKey, GrantInvoke,
}

func endpoint(stack awscdk.Stack) *inference.Endpoint {
	return inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: *stack.StackName(),
		Variants:     []inference.VariantProps{{Model: odds(stack), InstanceType: "ml.c6i.xlarge"}},
	})
}

// EndpointOfTwoVariants sends a tenth of the requests to a second variant.
func EndpointOfTwoVariants(stack awscdk.Stack) {
	model := odds(stack)
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "two-variants",
		Variants: []inference.VariantProps{
			{Model: model, InstanceType: "ml.c6i.xlarge", Weight: jsii.Number(9)},
			{Name: "next", Model: model, InstanceType: "ml.c7i.xlarge", Weight: jsii.Number(1)},
		},
	})
}

// ServerlessEndpoint has one copy provisioned.
func ServerlessEndpoint(stack awscdk.Stack) {
	model := inference.NewModel(stack, "Model", inference.ModelProps{
		Containers: []inference.ContainerProps{{Image: image}}, AllowNetworkAccess: true,
	})
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "serverless",
		Variants: []inference.VariantProps{{
			Model:      model,
			Serverless: &inference.ServerlessProps{MemoryMB: 2048, MaxConcurrency: 20, ProvisionedConcurrency: 1},
		}},
	})
}

// AsynchronousEndpoint writes its answers to a bucket.
func AsynchronousEndpoint(stack awscdk.Stack) {
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "queue",
		Variants:     []inference.VariantProps{{Model: odds(stack), InstanceType: "ml.c6i.xlarge"}},
		Asynchronous: &inference.AsynchronousProps{OutputPath: "s3://answers-eu-west-1/odds"},
	})
}

// EndpointOfComponents shares its instances among models, and lets SageMaker start and
// stop them.
func EndpointOfComponents(stack awscdk.Stack) {
	model := odds(stack)
	shared := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "shared",
		Variants: []inference.VariantProps{{
			InstanceType: "ml.g6.xlarge", ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 4},
		}},
	})
	inference.NewInferenceComponent(stack, "Component", inference.InferenceComponentProps{
		InferenceComponentName: "odds-a", Endpoint: shared, Model: model, MinMemoryMB: 1024, Accelerators: 1,
	})
}

// BlueGreenUpdate tries a tenth of the new fleet for ten minutes, and goes back where
// more than one request in a hundred fails.
func BlueGreenUpdate(stack awscdk.Stack) {
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "canary",
		Variants:     []inference.VariantProps{{Model: odds(stack), InstanceType: "ml.c6i.xlarge"}},
		Update: &autoscaling.Update{
			Canary:   &autoscaling.Canary{Size: autoscaling.FleetShare{Percent: 10}, Wait: 10 * time.Minute},
			Rollback: &autoscaling.Rollback{RollbackThresholds: autoscaling.RollbackThresholds{ErrorRate: 0.01}},
		},
	})
}

// RollingUpdate exchanges a fifth of the fleet at a time.
func RollingUpdate(stack awscdk.Stack) {
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "rolling",
		Variants:     []inference.VariantProps{{Model: odds(stack), InstanceType: "ml.c6i.xlarge"}},
		Update: &autoscaling.Update{
			Rolling: &autoscaling.Rolling{Batch: autoscaling.FleetShare{Percent: 20}, Wait: 5 * time.Minute},
		},
	})
}

// EndpointWithVolumeKey encrypts the instances' volumes with a key of the app.
func EndpointWithVolumeKey(stack awscdk.Stack) {
	key := awskms.NewKey(stack, jsii.String("Key"), &awskms.KeyProps{EnableKeyRotation: jsii.Bool(true)})
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "encrypted",
		Variants:     []inference.VariantProps{{Model: odds(stack), InstanceType: "ml.c6i.xlarge"}},
		VolumeKey:    key,
	})
}

// GrantInvoke lets a role of the app call the endpoint.
func GrantInvoke(stack awscdk.Stack) {
	caller := awsiam.NewRole(stack, jsii.String("Caller"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
	})
	endpoint(stack).GrantInvoke(caller)
}
