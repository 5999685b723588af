package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
)

func main() {
	defer jsii.Close()
	name, floor := "odds", 6
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, &name, nil)

	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{
		Image:        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1.4.2",
		ModelDataURL: "s3://models-eu-west-1/odds/1.4.2/model.tar.gz",
	}}})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds",
		Variants:     []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge", InitialInstanceCount: 2}},
	})
	scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{
		Variant: endpoint.Variant("main"),
		Scaling: autoscaling.VariantScaling{
			Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100},
			Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 12},
			ScheduledActions: []autoscaling.ScheduledAction{
				{Name: "evening", Schedule: "cron(0 18 ? * MON-FRI *)", Timezone: "Europe/London", MinCapacity: &floor},
			},
		},
	})
	app.Synth(nil)
}
