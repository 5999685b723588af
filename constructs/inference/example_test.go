package inference_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
)

// show prints what stands at a path of the properties of the one resource of a type.
func show(stack awscdk.Stack, kind string, path ...any) {
	for _, resource := range *assertions.Template_FromStack(stack, nil).FindResources(jsii.String(kind), nil) {
		at := (*resource)["Properties"]
		for _, step := range path {
			switch step := step.(type) {
			case string:
				at = at.(map[string]any)[step]
			case int:
				at = at.([]any)[step]
			}
		}
		fmt.Println(at)
	}
}

func ExampleNewModel() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("inference"), nil)

	inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{
		Image:        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1.4.2",
		ModelDataURL: "s3://models-eu-west-1/odds/1.4.2/model.tar.gz",
		Environment:  map[string]string{"WORKERS": "2"},
	}}})

	show(stack, "AWS::SageMaker::Model", "EnableNetworkIsolation")
	// Output: true
}

func ExampleNewEndpoint() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("inference"), nil)

	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{
		Image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1.4.2",
	}}})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds",
		Variants:     []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge"}},
	})
	endpoint.GrantInvoke(awsiam.NewRole(stack, jsii.String("Caller"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
	}))
	endpoint.Variant("main").MetricModelLatency(&awscloudwatch.MetricOptions{Statistic: jsii.String("p99")}).
		CreateAlarm(stack, jsii.String("Slow"), &awscloudwatch.CreateAlarmOptions{
			Threshold: jsii.Number(200_000), EvaluationPeriods: jsii.Number(3), // microseconds
		})

	show(stack, "AWS::SageMaker::Endpoint", "RetainAllVariantProperties")
	show(stack, "AWS::CloudWatch::Alarm", "ExtendedStatistic")
	// Output:
	// true
	// p99
}

func ExampleNewInferenceComponent() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("inference"), nil)

	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "shared",
		Variants: []inference.VariantProps{{
			InstanceType: "ml.g6.xlarge", ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 4},
		}},
	})
	inference.NewInferenceComponent(stack, "Odds", inference.InferenceComponentProps{
		InferenceComponentName: "odds",
		Endpoint:               endpoint,
		Model: inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{
			Image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1.4.2",
		}}}),
		MinMemoryMB: 4096, Accelerators: 1,
	})

	show(stack, "AWS::SageMaker::InferenceComponent", "VariantName")
	// Output: main
}

// An adapter fine-tunes the model of a component, and runs in its copies.
func ExampleNewAdapter() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("inference"), nil)
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "shared",
		Variants: []inference.VariantProps{{
			InstanceType: "ml.g6.xlarge", ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 4},
		}},
	})
	base := inference.NewInferenceComponent(stack, "Base", inference.InferenceComponentProps{
		InferenceComponentName: "base", Endpoint: endpoint, MinMemoryMB: 4096, Accelerators: 1,
		Model: inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{
			Image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/llm:1.4.2",
		}}}),
	})

	adapter := inference.NewAdapter(stack, "Finals", inference.AdapterProps{
		InferenceComponentName: "finals", Base: base, ArtifactURL: "s3://models-eu-west-1/lora/finals.tar.gz",
	})

	fmt.Println(adapter.InferenceComponentName())
	// Output: finals
}

// An endpoint that exists already is scaled, watched and called like one of the app.
func ExampleEndpointFromName() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("scaling"), nil)

	endpoint := inference.EndpointFromName(stack, "Endpoint", "odds")
	scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{
		Variant: endpoint.Variant("main"),
		Scaling: autoscaling.VariantScaling{
			Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100},
			Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 12},
		},
	})
	api := awsapigateway.NewRestApi(stack, jsii.String("API"), nil)
	api.Root().AddMethod(jsii.String("POST"), awsapigateway.NewSagemakerIntegration(endpoint.CDKEndpoint(), nil), nil)

	show(stack, "AWS::ApplicationAutoScaling::ScalableTarget", "ResourceId")
	// Output: endpoint/odds/variant/main
}

// A model that exists already, whose role may write the logs of the endpoint too.
func ExampleModelFromAttributes() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("inference"), nil)

	role := awsiam.Role_FromRoleName(stack, jsii.String("Role"), jsii.String("odds-model"), nil)
	model := inference.ModelFromAttributes(stack, "Model", inference.ModelAttributes{
		ModelName: "odds-2026-11", ExecutionRole: role,
	})
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds",
		Variants:     []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge", InitialInstanceCount: 2}},
	})

	show(stack, "AWS::SageMaker::EndpointConfig", "ProductionVariants", 0, "ModelName")
	// Output: odds-2026-11
}

// volumes is an Aspect: it sees every resource of the app, whichever construct made it.
type volumes struct{}

func (volumes) Visit(node constructs.IConstruct) {
	if config, ok := node.(awssagemaker.CfnEndpointConfig); ok {
		config.AddPropertyOverride(jsii.String("ProductionVariants.0.VolumeSizeInGB"), 100)
	}
}

// What no property says is set on the resource that the construct exposes, or by an
// Aspect on the resources of a whole app.
func Example_escapeHatches() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("inference"), nil)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{
		Image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1.4.2",
	}}})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds",
		Variants:     []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge"}},
	})

	endpoint.Config.AddPropertyOverride(jsii.String("ExplainerConfig"), map[string]any{
		"ClarifyExplainerConfig": map[string]any{
			"ShapConfig": map[string]any{"ShapBaselineConfig": map[string]any{"MimeType": "text/csv", "ShapBaseline": "0,0,0"}},
		},
	})
	endpoint.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN)
	awscdk.Aspects_Of(app).Add(&volumes{}, nil)

	show(stack, "AWS::SageMaker::EndpointConfig", "ExplainerConfig", "ClarifyExplainerConfig", "ShapConfig",
		"ShapBaselineConfig", "ShapBaseline")
	show(stack, "AWS::SageMaker::EndpointConfig", "ProductionVariants", 0, "VolumeSizeInGB")
	// Output:
	// 0,0,0
	// 100
}
