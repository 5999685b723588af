package frontend

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Gateway receives the requests of a LoadBalancer or Route: it is a *GatewayFunction
// or a *GatewayService.
type Gateway interface {
	constructs.Construct
	// endpoint returns the endpoint's name and the time-out of a request to it.
	endpoint() (name string, timeout time.Duration)
	// maxRequestBytes returns the largest body that the gateway passes on.
	maxRequestBytes() int
	// streams reports whether the gateway passes on response streams.
	streams() bool
	// protocols returns the paths of other protocols, to which the load balancer gives a
	// rule of their own.
	protocols() []string
	// preflights reports whether the gateway answers the preflight requests of browsers.
	preflights() bool
	// claimsFrom returns whose claims the gateway believes: settings.ClaimsFromJWT,
	// settings.ClaimsFromLogin, or "" for nobody's.
	claimsFrom() string
	// targetGroup makes the gateway's target group.
	targetGroup(scope constructs.Construct, id string) elb.ApplicationTargetGroup
}

var (
	_ Gateway = (*GatewayFunction)(nil)
	_ Gateway = (*GatewayService)(nil)
)

// invokeStatement allows actions on an endpoint and on the inference components on
// it. SageMaker lower-cases names in ARNs. A name that is known only at deployment stays
// as it is.
func invokeStatement(
	stack awscdk.Stack, endpointName string, components []string, actions ...string,
) *awsiam.PolicyStatementProps {
	partition, region, account := *stack.Partition(), *stack.Region(), *stack.Account()
	arns := []string{autoscaling.EndpointARN(partition, region, account, endpointName)}
	for _, name := range components {
		arns = append(arns, "arn:"+partition+":sagemaker:"+region+":"+account+":inference-component/"+
			problem.MapKnown(name, strings.ToLower))
	}
	return &awsiam.PolicyStatementProps{Actions: jsii.Strings(actions...), Resources: jsii.Strings(arns...)}
}

// privateSubnets selects the private and isolated subnets of a VPC.
func privateSubnets(vpc awsec2.IVpc) *awsec2.SubnetSelection {
	subnets := append(*vpc.PrivateSubnets(), *vpc.IsolatedSubnets()...)
	return &awsec2.SubnetSelection{Subnets: &subnets}
}

// validateLogKey checks that a log group's key is in the Region of scope, where both are
// known.
func validateLogKey(scope constructs.Construct, key awskms.IKey) problem.List {
	if problem.IsNil(key) {
		return nil
	}
	_, region := environmentOf(scope)
	in := *key.Env().Region
	if problem.Unresolved(in) {
		return nil
	}
	return artifact.KeyOfRegion(nil, in, region).In("LogKey")
}

// newLogGroup makes a gateway's log group, which is deleted with the stack.
func newLogGroup(
	scope constructs.Construct, retention awslogs.RetentionDays, key awskms.IKey,
) awslogs.LogGroup {
	props := &awslogs.LogGroupProps{Retention: retention, RemovalPolicy: awscdk.RemovalPolicy_DESTROY}
	if key != nil {
		props.EncryptionKey = key
	}
	return awslogs.NewLogGroup(scope, jsii.String("Log"), props)
}

// validateScaling checks the model of a scalable target whose resource the construct
// makes. A placeholder stands for the resource ID, which CloudFormation completes.
func validateScaling(
	model autoscaling.ScalableTarget, want autoscaling.Dimension, placeholder, owner, resource, fix string,
) problem.List {
	var ps problem.List
	if problem.Unresolved(string(model.Dimension)) {
		ps.AddUnresolved("Dimension", "the rules of each dimension are others")
		return ps
	}
	if model.Dimension != want {
		ps.Add("Dimension", string(model.Dimension), "a "+owner+"'s dimension is "+string(want), fix)
		return ps
	}
	if model.ResourceID != "" {
		ps.Add("ResourceID", model.ResourceID, "the "+resource+" is made here", "leave it out")
	}
	model.ResourceID = placeholder
	return append(ps, model.Validate()...)
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
		rule := fmt.Sprintf("a time-out is a whole number of seconds, 1s to %s", problem.Duration(maxTimeout))
		ps.Add("RequestTimeout", d, rule, "a model may take 60s to answer")
	}
	return ps
}

func seconds(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Seconds(jsii.Number(d.Seconds()))
}

// optionalString returns nil for "", so that the template omits the property.
func optionalString(value string) *string {
	if value == "" {
		return nil
	}
	return jsii.String(value)
}

// optionalNumber returns nil for 0, so that the template omits the property.
func optionalNumber(n int) *float64 {
	if n == 0 {
		return nil
	}
	return jsii.Number(n)
}

// optionalSeconds returns nil for 0, so that the template omits the property.
func optionalSeconds(d time.Duration) awscdk.Duration {
	if d == 0 {
		return nil
	}
	return seconds(d)
}
