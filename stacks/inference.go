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
	props := inference.EndpointProps{EndpointName: e.Endpoint.Name}
	var shared *inference.Model
	for _, v := range e.ProductionVariants() {
		var model *inference.Model
		switch {
		case v.Model != nil:
			model = newModel(stack, "Model-"+v.Name, *v.Model)
		case shared == nil:
			shared = newModel(stack, "Model", e.Model)
			fallthrough
		default:
			model = shared
		}
		props.Variants = append(props.Variants, inference.VariantProps{
			Name:                 v.Name,
			Model:                model,
			InstanceType:         v.InstanceType,
			InitialInstanceCount: v.InitialInstanceCount,
			Weight:               v.Weight,
		})
	}
	endpoint := inference.NewEndpoint(stack, "Endpoint", props)
	subjects := e.Subjects()
	for i, v := range e.ProductionVariants() {
		scaling.NewVariantScaling(stack, scalingID(e, v), scaling.VariantScalingProps{
			Endpoint: endpoint,
			Variant:  endpoint.Variant(v.Name),
			Scaling:  v.VariantScaling(),
			Facts:    subjects[i].Facts,
		})
	}
	return stack
}

func newModel(stack awscdk.Stack, id string, m config.Model) *inference.Model {
	return inference.NewModel(stack, id, inference.ModelProps{
		Image:              m.Image,
		ModelDataURL:       m.ModelDataURL,
		Environment:        m.Environment,
		AllowNetworkAccess: m.AllowNetworkAccess,
	})
}

// scalingID is the construct of what scales v. A variant that was alone and is
// now one of several keeps its own, where it has the name that it has by default.
func scalingID(e config.Environment, v config.ProductionVariant) string {
	if len(e.Variants) == 0 || v.Name == inference.DefaultVariantName {
		return "Scaling"
	}
	return "Scaling-" + v.Name
}
