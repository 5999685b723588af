package scaling_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
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

func ExampleNewVariantScaling() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("inference"), nil)
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds",
		Variants: []inference.VariantProps{{
			InstanceType: "ml.c6i.xlarge",
			Model: inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{
				Image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1.4.2",
			}}}),
		}},
	})

	scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{
		Variant: endpoint.Variant("main"),
		Scaling: autoscaling.VariantScaling{
			Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100},
			Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 12},
		},
	})

	show(stack, "AWS::ApplicationAutoScaling::ScalingPolicy", "TargetTrackingScalingPolicyConfiguration", "TargetValue")
	// Output: 4200
}

// Scaling grows after it was made: the template is the one that complete properties give.
func ExampleScalableTarget_ScaleOnSchedule() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("scaling"), nil)
	odds := inference.EndpointFromName(stack, "Endpoint", "odds").Variant("main")
	target := scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{
		Variant: odds,
		Scaling: autoscaling.VariantScaling{
			Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100},
			Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 12},
		},
	})

	four := 4
	target.ScaleOnSchedule(autoscaling.ScheduledAction{
		Name: "evening", Schedule: "cron(0 18 ? * MON-FRI *)", Timezone: "Europe/London", MinCapacity: &four,
	})
	cpu := scaling.MetricOf(odds.MetricCPUUtilization(nil))
	target.ScaleToTrackMetric(autoscaling.Tracking("cpu", cpu, 240))
	target.ScaleOnMetric(autoscaling.EmergencyPolicy(odds.ScalingVariant(), 8))

	show(stack, "AWS::ApplicationAutoScaling::ScalableTarget", "ScheduledActions", 0, "ScheduledActionName")
	fmt.Println(len(target.Policies), "policies track,", len(target.StepPolicies), "steps")
	// Output:
	// evening
	// 2 policies track, 1 steps
}

func ExampleScalableTarget_ScaleOnEvents() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("scaling"), nil)
	target := scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{
		Variant: scaling.ExistingVariant(autoscaling.Variant{EndpointName: "odds", Name: "main"}),
		Scaling: autoscaling.VariantScaling{
			Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100},
			Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 12},
		},
	})

	target.ScaleOnEvents(events.Event{
		Name: "final", Timezone: "Europe/London", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00",
		PeakRequestsPerSecond: 600,
	})

	show(stack, "AWS::ApplicationAutoScaling::ScalableTarget",
		"ScheduledActions", 0, "ScalableTargetAction", "MinCapacity")
	// Output: 9
}

func ExampleNewAsynchronousScaling() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("scaling"), nil)

	queue := inference.EndpointFromAttributes(stack, "Queue", inference.EndpointAttributes{
		EndpointName: "queue", Asynchronous: true,
	})
	scaling.NewAsynchronousScaling(stack, "Scaling", scaling.AsynchronousScalingProps{
		Variant: queue.Variant("main"),
		Scaling: autoscaling.AsynchronousScaling{
			Scaling: autoscaling.Scaling{MinCapacity: 0, MaxCapacity: 4, BacklogPerInstance: 5},
		},
	})

	show(stack, "AWS::CloudWatch::Alarm", "MetricName")
	// Output: HasBacklogWithoutCapacity
}

func ExampleNewProvisionedConcurrencyScaling() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("inference"), nil)
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds",
		Variants: []inference.VariantProps{{
			Serverless: &inference.ServerlessProps{MemoryMB: 2048, MaxConcurrency: 20, ProvisionedConcurrency: 1},
			Model: inference.NewModel(stack, "Model", inference.ModelProps{
				AllowNetworkAccess: true,
				Containers: []inference.ContainerProps{{
					Image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1.4.2",
				}},
			}),
		}},
	})

	scaling.NewProvisionedConcurrencyScaling(stack, "Scaling", scaling.ProvisionedConcurrencyScalingProps{
		Variant: endpoint.Variant("main"),
		Scaling: autoscaling.ProvisionedConcurrencyScaling{
			Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 20}, MaxConcurrency: 20,
		},
	})

	show(stack, "AWS::ApplicationAutoScaling::ScalableTarget", "ScalableDimension")
	// Output: sagemaker:variant:DesiredProvisionedConcurrency
}

func ExampleNewComponentScaling() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("inference"), nil)
	component := inference.NewInferenceComponent(stack, "Odds", inference.InferenceComponentProps{
		InferenceComponentName: "odds", MinMemoryMB: 4096,
		Endpoint: inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
			EndpointName: "shared",
			Variants: []inference.VariantProps{{
				InstanceType: "ml.g6.xlarge", ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 4},
			}},
		}),
		Model: inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{
			Image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1.4.2",
		}}}),
	})

	scaling.NewComponentScaling(stack, "Scaling", scaling.ComponentScalingProps{
		InferenceComponent: component,
		Scaling: autoscaling.ComponentScaling{
			CopyCapacity: autoscaling.CopyCapacity{ConcurrencyPerCopy: 6},
			CopyScaling:  autoscaling.CopyScaling{MinCapacity: 1, MaxCapacity: 8},
		},
	})

	show(stack, "AWS::ApplicationAutoScaling::ScalableTarget", "ResourceId")
	// Output: inference-component/odds
}

// A complete model, in the terms of Application Auto Scaling.
func ExampleNewScalableTarget() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("scaling"), nil)
	odds := autoscaling.Variant{EndpointName: "odds", Name: "main", InstanceType: "ml.c6i.xlarge"}

	scaling.NewScalableTarget(stack, "Scaling", scaling.ScalableTargetProps{
		Variant: scaling.ExistingVariant(odds),
		Model: autoscaling.ScalableTarget{
			ResourceID: odds.ResourceID(), Dimension: autoscaling.VariantInstanceCount, MinCapacity: 2, MaxCapacity: 12,
			Policies: []autoscaling.TargetTrackingPolicy{
				autoscaling.Tracking("invocations", autoscaling.VariantInvocationsPerInstance, 3600),
			},
		},
	})

	show(stack, "AWS::ApplicationAutoScaling::ScalableTarget", "MaxCapacity")
	// Output: 12
}

func ExampleNewAlarm() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("scaling"), nil)
	odds := autoscaling.Variant{EndpointName: "odds", Name: "main"}

	scaling.NewAlarm(stack, "Busy", autoscaling.EmergencyPolicy(odds, 8).Alarm)

	show(stack, "AWS::CloudWatch::Alarm", "MetricName")
	// Output: ConcurrentRequestsPerModel
}
