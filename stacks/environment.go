// Package stacks makes an environment: a Stage of three stacks, one a part of
// a request's way.
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
// inference and frontend; an asynchronous endpoint has the second alone. e is
// complete and valid, as config.Load returns it.
func NewEnvironment(scope constructs.Construct, e config.Environment) awscdk.Stage {
	env := &awscdk.Environment{Account: jsii.String(e.Account), Region: jsii.String(e.Region)}
	stage := awscdk.NewStage(scope, jsii.String(e.Name), &awscdk.StageProps{Env: env})
	if vpc := e.Network.NewVPC; vpc != nil {
		// A VPC in a known account asks AWS for its zones unless the context
		// answers, which must be set before the Stage has a child.
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
		// The endpoint is known by its name, which gives no order: a load balancer
		// should not appear before what it leads to.
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

// newStack is one of an environment's stacks.
func newStack(stage awscdk.Stage, e config.Environment, part, description string) awscdk.Stack {
	return awscdk.NewStack(stage, jsii.String(part), &awscdk.StackProps{
		Description: jsii.String(fmt.Sprintf("%s: %s", e.Name, description)),
	})
}
