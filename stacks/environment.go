// Package stacks makes an environment: a Stage with the stacks network,
// inference and frontend.
package stacks

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// NewEnvironment makes the Stage that e describes, with its stacks network,
// inference and frontend; for an asynchronous endpoint with inference alone.
// e must be complete and valid, as config.Load returns it. It panics with the
// problems of e.Acknowledge, and where the gateway's image cannot be built.
func NewEnvironment(scope constructs.Construct, e config.Environment) awscdk.Stage {
	env := &awscdk.Environment{Account: jsii.String(e.Account), Region: jsii.String(e.Region)}
	stage := awscdk.NewStage(scope, jsii.String(e.Name), &awscdk.StageProps{Env: env})
	if vpc := e.Network.NewVPC; vpc != nil {
		// CDK asks AWS for a VPC's zones unless the context has them, and the
		// context can only be set before the Stage has a child.
		stage.Node().SetContext(
			jsii.Sprintf("availability-zones:account=%s:region=%s", e.Account, e.Region), vpc.AvailabilityZones)
	}
	if e.HasFrontend() {
		var network network
		if e.HasNetwork() {
			network = newNetwork(stage, e)
		}
		inference := newInference(stage, e)
		frontend := newFrontend(stage, e, network)
		// The gateway knows the endpoint by a literal name, which orders nothing:
		// the load balancer must not be deployed before the endpoint.
		frontend.AddStackDependency(inference, jsii.String("the gateway calls the endpoint"))
	} else {
		newInference(stage, e)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Tags)) {
		awscdk.Tags_Of(stage).Add(jsii.String(name), jsii.String(e.Tags[name]), nil)
	}
	acknowledge(stage, e)
	return stage
}

// newStack makes one of an environment's stacks. In production CloudFormation
// refuses to delete it (fact C37: nothing of it changes), so that cdk destroy
// stops before the service behind a protected load balancer is gone.
func newStack(stage awscdk.Stage, e config.Environment, part, description string) awscdk.Stack {
	return awscdk.NewStack(stage, jsii.String(part), &awscdk.StackProps{
		Description:           jsii.String(fmt.Sprintf("%s: %s", e.Name, description)),
		TerminationProtection: jsii.Bool(e.Production),
	})
}
