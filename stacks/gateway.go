package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"

	frontendscaling "github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// newGateway makes the gateway as a function or a service, as e says.
func newGateway(stack awscdk.Stack, id string, e config.Environment, n network) frontend.Gateway {
	if e.Frontend.Gateway == config.GatewayOnFargate {
		return newService(stack, id, e, n)
	}
	return newFunction(stack, id, e)
}

// newCanary makes the second gateway, which gets a share of the requests; nil
// where e has none.
func newCanary(stack awscdk.Stack, e config.Environment, n network) *frontend.Canary {
	canary, ok := e.Canary()
	if !ok {
		return nil
	}
	return &frontend.Canary{
		Gateway:       newGateway(stack, "Canary", canary, n),
		WeightPercent: e.Frontend.Canary.WeightPercent,
	}
}

func newFunction(stack awscdk.Stack, id string, e config.Environment) frontend.Gateway {
	props := frontend.GatewayFunctionProps{
		EndpointName:        e.Endpoint.Name,
		InferenceComponents: componentNames(e),
		MemoryMB:            e.Frontend.GatewayMemoryMB,
		RequestTimeout:      e.Frontend.RequestTimeout,
		MaxRequestBytes:     e.Frontend.MaxRequestBytes,
		LogKey:              key(stack, id+"LogKey", e.Frontend.LogKeyARN),
	}
	if capacity := e.Frontend.Capacity; capacity != nil {
		props.ReservedConcurrency = capacity.ReservedConcurrency
	}
	if calendar, ok := e.GatewayEnvironments(); ok {
		target := frontendscaling.FunctionTarget(calendar, props.ReservedConcurrency)
		props.ProvisionedConcurrency = &target
	}
	return frontend.NewGatewayFunction(stack, id, props)
}

// newService panics where an image has to be built and this machine has no
// container engine.
func newService(stack awscdk.Stack, id string, e config.Environment, n network) frontend.Gateway {
	if e.Frontend.Image == "" {
		if err := frontend.FindContainerEngine(); err != nil {
			path := ": frontend.image"
			if e.Frontend.SharePercent != 0 {
				path = ": frontend.canary.image"
			}
			panic(problem.List{{Path: e.Name + path, Rule: err.Error(), Fix: frontend.ContainerEngineFix}}.Err())
		}
	}
	props := frontend.GatewayServiceProps{
		EndpointName:        e.Endpoint.Name,
		InferenceComponents: componentNames(e),
		VPC:                 n.vpc,
		Subnets:             n.gatewaySubnets,
		SecurityGroup:       n.gatewayGroup,
		PrivateEndpoints:    n.privateEndpoints,
		Image:               e.Frontend.Image,
		CPU:                 e.Frontend.TaskCPU,
		MemoryMB:            e.Frontend.TaskMemoryMB,
		RequestTimeout:      e.Frontend.RequestTimeout,
		MaxRequestBytes:     e.Frontend.MaxRequestBytes,
		LogKey:              key(stack, id+"LogKey", e.Frontend.LogKeyARN),
	}
	if e.Frontend.Server != nil {
		props.Server = *e.Frontend.Server
	}
	if target, ok := e.GatewayTarget(); ok {
		props.Scaling = &target
	}
	return frontend.NewGatewayService(stack, id, props)
}

// addPrivateEndpoints makes what tasks in a new VPC call through. They are in the
// tasks' own stack and the tasks depend on them: CloudFormation makes them before the
// tasks, and deletes them after the tasks where a function takes their place.
func (n *network) addPrivateEndpoints(stack awscdk.Stack, e config.Environment) {
	if e.Network.NewVPC != nil && e.Frontend.RunsOn(config.GatewayOnFargate) {
		n.privateEndpoints = frontend.NewPrivateEndpoints(stack, "Endpoints", frontend.PrivateEndpointsProps{
			VPC: n.vpc, Subnets: n.gatewaySubnets, Clients: n.gatewayGroup,
			AllowAsync: e.Frontend.Server != nil && e.Frontend.Server.AsyncEndpoint() != "",
		})
	}
}

// componentNames returns the inference components, adapters among them, that the gateway
// may invoke.
func componentNames(e config.Environment) []string {
	var names []string
	for _, c := range e.Components {
		names = append(names, c.Name)
		for _, a := range c.Adapters {
			names = append(names, a.Name)
		}
	}
	return names
}
