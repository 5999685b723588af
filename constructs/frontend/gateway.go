package frontend

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Gateway is what a LoadBalancer forwards to: a GatewayFunction or a
// GatewayService.
type Gateway interface {
	constructs.Construct
	// calls is the endpoint that it calls, and how long one request may take.
	calls() (endpointName string, timeout time.Duration)
	// streams reports whether it passes on response streams.
	streams() bool
	// targetGroup is made in the load balancer.
	targetGroup(scope constructs.Construct, id string) elb.ApplicationTargetGroup
}

var (
	_ Gateway = (*GatewayFunction)(nil)
	_ Gateway = (*GatewayService)(nil)
)

// invocable is the ARNs of an endpoint and of the inference components on it.
// SageMaker lower-cases names in ARNs.
func invocable(stack awscdk.Stack, endpointName string, components []string) *[]*string {
	partition, region, account := *stack.Partition(), *stack.Region(), *stack.Account()
	arns := []string{autoscaling.EndpointARN(partition, region, account, endpointName)}
	for _, name := range components {
		arns = append(arns, "arn:"+partition+":sagemaker:"+region+":"+account+":inference-component/"+strings.ToLower(name))
	}
	return jsii.Strings(arns...)
}

func validateEndpointName(name string) problem.List {
	var ps problem.List
	if !autoscaling.ValidName(name) {
		ps.Add("EndpointName", name, autoscaling.NameRule, "give the name of the endpoint to call")
	}
	return ps
}

func validateRequestTimeout(d time.Duration) problem.List {
	var ps problem.List
	if d < time.Second || d > maxTimeout || d%time.Second != 0 {
		ps.Add("RequestTimeout", d,
			fmt.Sprintf("a time-out is a whole number of seconds, 1s to %s", problem.Duration(maxTimeout)), "a model may take 60s to answer")
	}
	return ps
}
