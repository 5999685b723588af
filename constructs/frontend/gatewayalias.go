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

// AliasName is the name of the function's alias, which the load balancer calls.
const AliasName = "live"

// validateProvisionedConcurrency checks the model against the function.
func (p GatewayFunctionProps) validateProvisionedConcurrency() problem.List {
	model, want := *p.ProvisionedConcurrency, autoscaling.FunctionProvisionedConcurrency
	ps := validateScaling(model, want, autoscaling.FunctionResourceID("gateway", AliasName),
		"function", "alias", "take FunctionTarget of autoscaling/frontend")
	// Fact F29: no more can be provisioned than is reserved. Lambda refuses it only
	// when an action raises the minimum.
	if model.Dimension == want && p.ReservedConcurrency > 0 && model.MaxCapacity > p.ReservedConcurrency {
		ps.Add("MaxCapacity", model.MaxCapacity,
			fmt.Sprintf("no more can be provisioned than the %d that are reserved", p.ReservedConcurrency),
			"raise ReservedConcurrency, or lower the maximum")
	}
	return ps
}

// addAlias makes a version of the function, an alias for it, and the scaling of the
// alias. The alias has no provisioned concurrency in the template: each deployment
// would reset what scaling has set.
func (g *GatewayFunction) addAlias(provisioned *autoscaling.ScalableTarget) {
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

// restrictPermissions limits CDK's permission for Elastic Load Balancing to target
// groups of this account and region. It cannot name the target group: a target group
// accepts only a function that it may call, so the permission comes first, and AWS
// generates the end of the ARN. SourceAccount is not used: AWS does not document
// whether Elastic Load Balancing sends it.
func (g *GatewayFunction) restrictPermissions() {
	stack := awscdk.Stack_Of(g)
	for _, c := range *g.Alias.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		if permission, ok := c.(awslambda.CfnPermission); ok {
			permission.SetSourceArn(jsii.Sprintf("arn:%s:elasticloadbalancing:%s:%s:targetgroup/*",
				*stack.Partition(), *stack.Region(), *stack.Account()))
		}
	}
}
