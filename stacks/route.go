package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
)

// newRoute adds rules for the gateway to an existing listener.
func newRoute(
	stack awscdk.Stack, l config.ExistingListener, gateway frontend.Gateway, canary *frontend.Canary,
) *frontend.Route {
	group := jsii.String(l.SecurityGroupID)
	return frontend.NewRoute(stack, "Route", frontend.RouteProps{
		ListenerARN:   l.ARN,
		SecurityGroup: awsec2.SecurityGroup_FromSecurityGroupId(stack, jsii.String("LoadBalancer"), group, nil),
		Priority:      l.Priority,
		Hosts:         l.Hosts,
		Gateway:       gateway,
		Canary:        canary,
	})
}

// putURL outputs the URL for predictions.
func putURL(stack awscdk.Stack, url string) {
	awscdk.NewCfnOutput(stack, jsii.String("Url"), &awscdk.CfnOutputProps{
		Value: jsii.String(url), Description: jsii.String("Where predictions are asked for: POST /invocations"),
	})
}
