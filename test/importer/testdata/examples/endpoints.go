package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
)

var endpoints = []func(awscdk.Stack){
	EndpointOfTwoVariants, AddVariant, ShadowVariant, ServerlessEndpoint, AsynchronousEndpoint, EndpointOfComponents, Adapter,
	InstancePools, CapacityReservation, Routing, PrefixAwareRouting, StartAndStorage, Debugging, DataCapture,
	EnhancedMetrics, BlueGreenUpdate, LinearUpdate, RollingUpdate, EndpointWithVolumeKey, GrantInvoke, ImportedEndpoint,
	APIGateway,
}

// fleet serves odds on instances with these properties.
func fleet(stack awscdk.Stack, instances inference.InstanceProps) {
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: *stack.StackName(),
		Variants: []inference.VariantProps{{
			Model: odds(stack), InstanceType: "ml.c6i.xlarge", Instances: instances,
		}},
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

// AddVariant adds a variant to an endpoint that was made before.
func AddVariant(stack awscdk.Stack) {
	model := odds(stack)
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "added-variant", Variants: []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge"}},
	})
	endpoint.AddVariant(inference.VariantProps{Name: "next", Model: model, InstanceType: "ml.c7i.xlarge"})
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

// ShadowVariant sends a copy of the requests to the next model, and drops its answers.
func ShadowVariant(stack awscdk.Stack) {
	model := odds(stack)
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName:   "shadow",
		Variants:       []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge"}},
		ShadowVariants: []inference.VariantProps{{Name: "next", Model: model, InstanceType: "ml.c7i.xlarge"}},
	})
}

// Adapter fine-tunes the model of an inference component.
func Adapter(stack awscdk.Stack) {
	shared := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "adapters",
		Variants: []inference.VariantProps{{
			InstanceType: "ml.g6.xlarge", ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 4},
		}},
	})
	base := inference.NewInferenceComponent(stack, "Base", inference.InferenceComponentProps{
		InferenceComponentName: "base", Endpoint: shared, Model: odds(stack), MinMemoryMB: 1024, Accelerators: 1,
	})
	inference.NewAdapter(stack, "Adapter", inference.AdapterProps{
		InferenceComponentName: "finals", Base: base, ArtifactURL: "s3://models-eu-west-1/lora/finals.tar.gz",
	})
}

// InstancePools takes another instance type where the first has no capacity.
func InstancePools(stack awscdk.Stack) {
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "pools",
		Variants: []inference.VariantProps{{
			Model:         odds(stack),
			InstancePools: []inference.InstancePool{{InstanceType: "ml.c7i.xlarge"}, {InstanceType: "ml.c6i.xlarge"}},
		}},
	})
}

// CapacityReservation starts instances in a reservation.
func CapacityReservation(stack awscdk.Stack) {
	fleet(stack, inference.InstanceProps{
		CapacityReservationARN: "arn:aws:sagemaker:eu-west-1:123456789012:training-plan/finals",
	})
}

// Routing sends each request to the instance with the fewest.
func Routing(stack awscdk.Stack) {
	fleet(stack, inference.InstanceProps{RoutingStrategy: "LEAST_OUTSTANDING_REQUESTS"})
}

// PrefixAwareRouting sends prompts that begin alike to the same instance.
func PrefixAwareRouting(stack awscdk.Stack) {
	fleet(stack, inference.InstanceProps{
		PrefixAwareRouting: &inference.PrefixAwareRouting{PrefixLength: 4096, ConcurrencyThreshold: 8},
	})
}

// StartAndStorage gives a large model time and room.
func StartAndStorage(stack awscdk.Stack) {
	fleet(stack, inference.InstanceProps{
		ModelDataDownloadTimeout: 20 * time.Minute, ContainerStartupHealthCheckTimeout: 10 * time.Minute,
		VolumeSizeGB: 200, InferenceAMIVersion: "al2-ami-sagemaker-inference-gpu-2",
	})
}

// Debugging lets engineers into the containers, and keeps core dumps.
func Debugging(stack awscdk.Stack) {
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "debugging",
		Variants: []inference.VariantProps{{
			InstanceType: "ml.c6i.xlarge",
			Model: inference.NewModel(stack, "Model", inference.ModelProps{
				AllowNetworkAccess: true, Containers: []inference.ContainerProps{{Image: image}},
			}),
			Instances: inference.InstanceProps{
				EnableSSMAccess: true, CoreDump: &inference.CoreDumpProps{DestinationS3URI: "s3://dumps-eu-west-1/odds"},
			},
		}},
	})
}

// DataCapture keeps a tenth of the requests and answers for a month.
func DataCapture(stack awscdk.Stack) {
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "captured",
		Variants:     []inference.VariantProps{{Model: odds(stack), InstanceType: "ml.c6i.xlarge"}},
		DataCapture:  &inference.DataCaptureProps{SamplingPercent: 10, Retention: 30 * 24 * time.Hour},
	})
}

// EnhancedMetrics publishes metrics of each instance every ten seconds.
func EnhancedMetrics(stack awscdk.Stack) {
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "enhanced",
		Variants:     []inference.VariantProps{{Model: odds(stack), InstanceType: "ml.c6i.xlarge"}},
		Metrics:      &inference.MetricsProps{Enhanced: true, PublishFrequency: 10 * time.Second},
	})
}

// LinearUpdate moves a quarter of the requests at a time.
func LinearUpdate(stack awscdk.Stack) {
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "linear",
		Variants:     []inference.VariantProps{{Model: odds(stack), InstanceType: "ml.c6i.xlarge"}},
		Update: &autoscaling.Update{
			Linear: &autoscaling.Linear{Step: autoscaling.FleetShare{Percent: 25}, Wait: 5 * time.Minute},
		},
	})
}

// ImportedEndpoint scales, watches and calls an endpoint that exists already.
func ImportedEndpoint(stack awscdk.Stack) {
	endpoint := inference.EndpointFromName(stack, "Endpoint", "scores")
	endpoint.Variant("main").MetricModelLatency(nil).CreateAlarm(stack, jsii.String("Slow"),
		&awscloudwatch.CreateAlarmOptions{Threshold: jsii.Number(200_000), EvaluationPeriods: jsii.Number(3)})
	endpoint.GrantInvoke(awsiam.NewRole(stack, jsii.String("Caller"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
	}))
}

// APIGateway gives the endpoint to CDK's own integration.
func APIGateway(stack awscdk.Stack) {
	api := awsapigateway.NewRestApi(stack, jsii.String("API"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false)})
	endpoint := serve(stack, odds(stack))
	api.Root().AddMethod(jsii.String("POST"), awsapigateway.NewSagemakerIntegration(endpoint.CDKEndpoint(), nil),
		&awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_IAM})
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
	serve(stack, odds(stack)).GrantInvoke(caller)
}
