package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
)

// newInference makes the endpoint and what scales it.
func newInference(stage awscdk.Stage, e config.Environment) awscdk.Stack {
	stack := newStack(stage, e, "inference", "the SageMaker endpoint and its scaling")
	model := inference.NewModel(stack, "Model", inference.ModelProps{
		Image:              e.Model.Image,
		ModelDataURL:       e.Model.ModelDataURL,
		Environment:        e.Model.Environment,
		AllowNetworkAccess: e.Model.AllowNetworkAccess,
	})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: e.Endpoint.Name,
		Variants: []inference.VariantProps{{
			Name:                 e.Variant.Name,
			Model:                model,
			InstanceType:         e.Variant.InstanceType,
			InitialInstanceCount: e.Variant.InitialInstanceCount,
		}},
	})
	scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{
		Endpoint: endpoint,
		Variant:  endpoint.Variant(e.Variant.Name),
		Scaling:  e.VariantScaling(),
	})
	return stack
}
