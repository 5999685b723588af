package frontend

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// sourceAccount is the condition key for the account on whose behalf a service assumes
// a role (fact I11).
const sourceAccount = "aws:SourceAccount"

// inOwnAccount lets a service assume a role for resources of the stack's account only.
func inOwnAccount(stack awscdk.Stack) *awsiam.ServicePrincipalOpts {
	return &awsiam.ServicePrincipalOpts{
		Conditions: &map[string]any{"StringEquals": map[string]any{sourceAccount: *stack.Account()}},
	}
}

// assumeInOwnAccount does the same for a role that CDK has made for a service.
func assumeInOwnAccount(role awsiam.IRole) {
	role.Node().DefaultChild().(awsiam.CfnRole).AddPropertyOverride(
		jsii.String("AssumeRolePolicyDocument.Statement.0.Condition.StringEquals"),
		map[string]any{sourceAccount: *awscdk.Stack_Of(role).Account()})
}
