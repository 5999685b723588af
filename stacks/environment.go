package stacks

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
)

// Environment is what NewEnvironment made. An app adds to it what is its own: alarms,
// records, other endpoints behind the same load balancer.
type Environment struct {
	// Stage has the stacks. Its construct ID is the environment's name.
	Stage awscdk.Stage
	// Network, Inference, Frontend and Monitoring are the stacks. Network is nil without
	// one, as config.Environment.HasNetwork says, Frontend as HasFrontend says, and
	// Monitoring as HasMonitoring says.
	Network, Inference, Frontend, Monitoring awscdk.Stack
	// VPC is the new or the existing VPC, nil without Network.
	VPC awsec2.IVpc
	// TaskSubnets are the subnets of the gateway's tasks, TaskSecurityGroup is their
	// security group, which the load balancer may reach; nil without Network. In a new
	// VPC they are there for other services too, with PrivateEndpoints.
	TaskSubnets       *awsec2.SubnetSelection
	TaskSecurityGroup awsec2.ISecurityGroup
	// PrivateEndpoints are what tasks in a new VPC reach AWS through, nil without.
	PrivateEndpoints *frontend.PrivateEndpoints
	// Endpoint is the SageMaker endpoint.
	Endpoint *inference.Endpoint
	// Models are the models by the names of their variants, or of their components.
	Models map[string]*inference.Model
	// Components are the inference components, in the order of the environment's;
	// none where its variants have models.
	Components []*inference.InferenceComponent
	// Adapters are the adapters of Components, in the order of the environment's; none
	// where it has none.
	Adapters []*inference.Adapter
	// Scaling is what scales the variants, or the components, in the order of
	// config.Environment.Subjects.
	Scaling []*scaling.ScalableTarget
	// Gateway is the gateway, and Canary the second one, nil without Frontend or
	// without a canary.
	Gateway, Canary frontend.Gateway
	// LoadBalancer is the load balancer, nil without Frontend or behind an existing
	// listener. Its Listener takes the Route of another endpoint.
	LoadBalancer *frontend.LoadBalancer
	// CapacitySchedule reserves capacity of LoadBalancer for events, nil where none
	// is reserved.
	CapacitySchedule *frontend.CapacitySchedule
	// Route leads from an existing listener to the gateway, nil without one.
	Route *frontend.Route
	// Alarms are the alarms, their topic and the dashboard, nil without Monitoring. Its
	// Topic takes further subscriptions.
	Alarms *monitoring.Monitoring
	// URL is the base URL for predictions, "" without Frontend.
	URL string
}

// NewEnvironment makes the Stage that e describes, with its stacks network, inference,
// frontend and monitoring; for an asynchronous endpoint with inference and monitoring
// alone.
// What e leaves out has the defaults of an environment file. It panics with the error
// of e.Validate, with the problems of e.Acknowledge, and where the gateway's image
// cannot be built.
func NewEnvironment(scope constructs.Construct, e config.Environment) *Environment {
	if err := e.Validate(); err != nil {
		panic(err)
	}
	e = e.WithDefaults()
	env := &awscdk.Environment{Account: jsii.String(e.Account), Region: jsii.String(e.Region)}
	stage := awscdk.NewStage(scope, jsii.String(e.Name), &awscdk.StageProps{Env: env})
	if vpc := e.Network.NewVPC; vpc != nil {
		// CDK asks AWS for a VPC's zones unless the context has them, and the
		// context can only be set before the Stage has a child.
		stage.Node().SetContext(
			jsii.Sprintf("availability-zones:account=%s:region=%s", e.Account, e.Region), vpc.AvailabilityZones)
	}
	made := &Environment{Stage: stage, Models: map[string]*inference.Model{}}
	if e.HasFrontend() {
		var network network
		if e.HasNetwork() {
			network = made.newNetwork(e)
		}
		made.newInference(e)
		made.newFrontend(e, network)
		// The gateway knows the endpoint by a literal name, which orders nothing:
		// the load balancer must not be deployed before the endpoint.
		made.Frontend.AddStackDependency(made.Inference, jsii.String("the gateway calls the endpoint"))
	} else {
		made.newInference(e)
	}
	if e.HasMonitoring() {
		made.newMonitoring(e)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Tags)) {
		awscdk.Tags_Of(stage).Add(jsii.String(name), jsii.String(e.Tags[name]), nil)
	}
	acknowledge(stage, e)
	return made
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
