package frontend_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// TestServiceWaitsForPrivateEndpoints: in one stack, and in stacks of their own, the
// service is made after its endpoints, and nothing waits for itself.
func TestServiceWaitsForPrivateEndpoints(t *testing.T) {
	for name, at := range map[string]struct{ group, endpoints, service int }{
		"in one stack":           {1, 1, 1},
		"with the network":       {0, 0, 1},
		"the group in the first": {0, 1, 1},
		"each in its own":        {0, 1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			made := stacksOf(t, "network", "endpoints", "service")
			vpc := newVPC(made[0])
			group := frontend.NewGatewaySecurityGroup(made[at.group], "Tasks", vpc)
			endpoints := frontend.NewPrivateEndpoints(
				made[at.endpoints],
				"Endpoints",
				frontend.PrivateEndpointsProps{VPC: vpc, Clients: group},
			)
			service := frontend.NewGatewayService(made[at.service], "Gateway", frontend.GatewayServiceProps{
				EndpointName: "odds", VPC: vpc, Image: image, SecurityGroup: group, PrivateEndpoints: endpoints,
			})
			clients := awsec2.NewSecurityGroup(
				made[at.group],
				jsii.String("Clients"),
				&awsec2.SecurityGroupProps{Vpc: vpc, AllowAllOutbound: jsii.Bool(false)},
			)
			frontend.AllowTasks(clients, group)
			frontend.NewLoadBalancer(made[at.service], "LoadBalancer", frontend.LoadBalancerProps{
				VPC: vpc, SecurityGroup: clients, Gateway: service, CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16"},
			})
			got := template.Of(t, made[at.service]) // panics where resources or stacks wait for each other
			waits := slices.ContainsFunc(
				got.One(t, "AWS::ECS::Service").DependsOn,
				func(id string) bool { return strings.HasPrefix(id, "Endpoints") },
			)
			if waits != (at.endpoints == at.service) {
				t.Errorf("the service waits for %v", got.One(t, "AWS::ECS::Service").DependsOn)
			}
			if at.endpoints != at.service {
				var before []string
				for _, s := range *made[at.service].Dependencies() {
					before = append(before, *s.StackName())
				}
				if !slices.Contains(before, *made[at.endpoints].StackName()) {
					t.Errorf("the service's stack is deployed after %v", before)
				}
			}
		})
	}
}

// TestPrivateEndpointPolicies: every endpoint passes what the tasks do with it, by roles
// of the account, and nothing else.
func TestPrivateEndpointPolicies(t *testing.T) {
	stack := template.NewStack(t)
	vpc := newVPC(stack)
	frontend.NewPrivateEndpoints(stack, "Endpoints", frontend.PrivateEndpointsProps{
		VPC: vpc, Clients: frontend.NewGatewaySecurityGroup(stack, "Tasks", vpc),
	})
	got := template.Of(t, stack)
	const account = "StringEquals aws:PrincipalAccount 123456789012"
	for id, call := range map[string]struct{ action, resource, not string }{
		"Runtime": {
			"sagemaker:InvokeEndpoint", "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/odds", "sagemaker:CreateEndpoint",
		},
		"Logs": {
			"logs:PutLogEvents", "arn:aws:logs:eu-west-1:123456789012:log-group:odds:log-stream:1", "logs:GetLogEvents",
		},
		"Registry":       {"ecr:GetAuthorizationToken", "*", "ecr:PutImage"},
		"RegistryImages": {"ecr:BatchGetImage", "arn:aws:ecr:eu-west-1:123456789012:repository/gateway", "ecr:PutImage"},
	} {
		t.Run(id, func(t *testing.T) {
			policy := endpointPolicy(t, got, id)
			if !policy.Allows(call.action, call.resource, account) {
				t.Errorf("%s on %s is refused", call.action, call.resource)
			}
			if policy.Allows(call.action, call.resource) || policy.Allows(call.not, call.resource, account) {
				t.Errorf("other accounts, or %s, are allowed", call.not)
			}
		})
	}
}

// endpointPolicy is a template with the policy of one endpoint, as a role's.
func endpointPolicy(t *testing.T, from template.Template, id string) template.Template {
	t.Helper()
	for name, r := range from.Resources {
		if r.Type == "AWS::EC2::VPCEndpoint" && strings.HasPrefix(strings.TrimPrefix(name, "Endpoints"), id) &&
			(id != "Registry" || !strings.Contains(name, "RegistryImages")) {
			return template.Template{Resources: map[string]template.Resource{name: {
				Type: "AWS::IAM::Policy", Properties: map[string]any{"PolicyDocument": r.Properties["PolicyDocument"]},
			}}}
		}
	}
	t.Fatalf("no endpoint %s", id)
	return template.Template{}
}

// TestPrivateEndpointsOfTheServicesGroup: with the group that a service makes, the
// service as a whole cannot wait for the endpoints.
func TestPrivateEndpointsOfTheServicesGroup(t *testing.T) {
	stack := template.NewStack(t)
	vpc := newVPC(stack)
	service := serviceFor(stack, vpc, "odds")
	endpoints := frontend.NewPrivateEndpoints(
		stack,
		"Endpoints",
		frontend.PrivateEndpointsProps{VPC: vpc, Clients: service.SecurityGroup},
	)
	for name, group := range map[string]awsec2.ISecurityGroup{"none": nil, "another": frontend.NewGatewaySecurityGroup(stack, "Other", vpc)} {
		err := frontend.GatewayServiceProps{
			EndpointName:     "odds",
			VPC:              vpc,
			Image:            image,
			SecurityGroup:    group,
			PrivateEndpoints: endpoints,
		}.Validate()
		want := "SecurityGroup: PrivateEndpoints admit another security group; make one with NewGatewaySecurityGroup, and give it to both"
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
	service.Node().AddDependency(endpoints)
	got := fmt.Sprint(template.Panics(t, func() { template.Of(t, stack) }))
	if !strings.Contains(got, "dependency cycle") { // else the warning of PrivateEndpoints is out of date
		t.Errorf("got %.200s", got)
	}
}

// TestVPCWithoutItsSubnets: an imported VPC may not know its subnets, and nothing is
// made in none.
func TestVPCWithoutItsSubnets(t *testing.T) {
	stack := template.NewStack(t)
	vpc := awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Vpc"), &awsec2.VpcAttributes{
		VpcId: jsii.String("vpc-0123456789abcdef0"), AvailabilityZones: jsii.Strings("eu-west-1a", "eu-west-1b"),
	})
	for name, props := range map[string]interface{ Validate() error }{
		"the tasks would have no subnet; ": frontend.GatewayServiceProps{EndpointName: "odds", VPC: vpc, Image: image},
		"got 0: a load balancer needs subnets in at least 2 zones; ": frontend.LoadBalancerProps{
			VPC: vpc, Gateway: serviceFor(stack, newVPC(template.NewStack(t)), "odds"), CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16"},
		},
	} {
		if err := props.Validate(); err == nil || !strings.HasPrefix(err.Error(), "Subnets: "+name) ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v", err)
		}
	}
}
