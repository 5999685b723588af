package frontend

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// AliasName is the alias under which the gateway's function is called.
const AliasName = "live"

// validateProvisionedConcurrency holds the model against the function: a
// placeholder stands for the name that CloudFormation gives it.
func (p GatewayFunctionProps) validateProvisionedConcurrency() problem.List {
	var ps problem.List
	model := *p.ProvisionedConcurrency
	switch {
	case model.Dimension != autoscaling.FunctionProvisionedConcurrency:
		ps.Add("Dimension", string(model.Dimension), "a function's dimension is "+string(autoscaling.FunctionProvisionedConcurrency), "take EventCalendar.FunctionTarget")
		return ps
	case model.ResourceID != "":
		ps.Add("ResourceID", model.ResourceID, "the alias is made here", "leave it out")
	}
	model.ResourceID = autoscaling.FunctionResourceID("gateway", AliasName)
	ps = append(ps, model.Validate()...)
	// Fact F29. Lambda refuses it when a floor is due, not before.
	if p.ReservedConcurrency > 0 && model.MaxCapacity > p.ReservedConcurrency {
		ps.Add("MaxCapacity", model.MaxCapacity, fmt.Sprintf("no more can be provisioned than the %d that are reserved", p.ReservedConcurrency),
			"raise ReservedConcurrency, or lower the maximum")
	}
	return ps
}

// publish makes a version of the function as it is, the alias that leads to it,
// and what scales the alias. The alias itself says nothing of provisioned
// concurrency: with every deployment it would undo what scaling has made.
func (g *GatewayFunction) publish(provisioned *autoscaling.ScalableTarget) {
	g.Alias = awslambda.NewAlias(g, jsii.String("Live"), &awslambda.AliasProps{
		AliasName: jsii.String(AliasName), Version: g.Function.CurrentVersion(),
		Description: jsii.String("What the load balancer calls"),
	})
	if provisioned == nil {
		return
	}
	model := *provisioned
	model.ResourceID = autoscaling.FunctionResourceID(*g.Function.FunctionName(), AliasName)
	g.ProvisionedConcurrency = scaling.NewScalableTarget(g, "ProvisionedConcurrency", scaling.ScalableTargetProps{
		Model: model, Dependencies: []constructs.IConstruct{g.Alias},
	})
}

// callableByOwnLoadBalancers narrows the permission that CDK gives to Elastic Load
// Balancing as a whole to target groups of this account and region. It cannot name
// the one: a target group takes only a function that it may call already, so the
// permission comes first, and AWS makes up the end of a target group's ARN. Lambda
// compares ARNs with wildcards; whether Elastic Load Balancing says the account
// apart, as SourceAccount wants, no page was found to say.
func (g *GatewayFunction) callableByOwnLoadBalancers() {
	stack := awscdk.Stack_Of(g)
	for _, c := range *g.Alias.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		if permission, ok := c.(awslambda.CfnPermission); ok {
			permission.SetSourceArn(jsii.Sprintf("arn:%s:elasticloadbalancing:%s:%s:targetgroup/*", *stack.Partition(), *stack.Region(), *stack.Account()))
		}
	}
}

// unlessZero leaves a number out of the template where there is none: a reserved
// concurrency of 0 would stop the function.
func unlessZero(n int) *float64 {
	if n == 0 {
		return nil
	}
	return jsii.Number(n)
}
