package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
)

var frontends = []func(awscdk.Stack){FunctionBehindLoadBalancer}

// FunctionBehindLoadBalancer serves one endpoint inside the VPC, from a Lambda function.
func FunctionBehindLoadBalancer(stack awscdk.Stack) {
	vpc := newVPC(stack)
	gateway := frontend.NewGatewayFunction(stack, "Gateway", frontend.GatewayFunctionProps{
		EndpointName: *endpoint(stack).EndpointName(),
	})
	frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
		VPC: vpc, Gateway: gateway, PlainHTTP: true, AllowedCIDRs: []string{"10.0.0.0/16"},
	})
}

func newVPC(stack awscdk.Stack) awsec2.Vpc {
	return awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{NatGateways: jsii.Number(0), MaxAzs: jsii.Number(2)})
}
