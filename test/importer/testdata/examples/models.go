package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
)

var models = []func(awscdk.Stack){ModelFromURIs}

const image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1.4.2"

// odds is the model of the examples that are not about models.
func odds(stack awscdk.Stack) *inference.Model {
	return inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{
		Image: image, ModelDataURL: "s3://models-eu-west-1/odds/1.4.2/model.tar.gz",
	}}})
}

// ModelFromURIs has an image and an archive by their addresses.
func ModelFromURIs(stack awscdk.Stack) { odds(stack) }
