package stacks

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
)

// network is what the other stacks need to know of the network.
type network struct {
	vpc awsec2.IVpc
	// loadBalancer is the subnets and the security group of the load balancer.
	// The group is here because who may connect is a matter of the network,
	// also where the VPC itself stands already.
	subnets       *awsec2.SubnetSelection
	securityGroup awsec2.ISecurityGroup
	// gateway is the subnets and the security group of the gateway's tasks, nil
	// where it is a function, which stands in no network. The group stands beside
	// the load balancer's, or each would be wanted by the other's stack.
	gatewaySubnets *awsec2.SubnetSelection
	gatewayGroup   awsec2.ISecurityGroup
}

// newNetwork makes the VPC, or refers to the one that stands.
func newNetwork(stage awscdk.Stage, e config.Environment) network {
	stack := newStack(stage, e, "network", "the VPC and who may connect to the load balancer")
	var n network
	if v := e.Network.NewVPC; v != nil {
		n.vpc, n.subnets = newVPC(stack, *v, e.Frontend.InternetFacing, e.Frontend.IPv6)
	} else {
		n.vpc, n.subnets = existingVPC(stack, *e.Network.ExistingVPC, e.Frontend.InternetFacing)
	}
	if e.Frontend.RunsOn(config.GatewayOnFargate) {
		n.addTasks(stack, e)
	}
	if e.Frontend.ExistingListener != nil {
		return n // its load balancer has a group of its own
	}
	n.securityGroup = awsec2.NewSecurityGroup(stack, jsii.String("LoadBalancer"), &awsec2.SecurityGroupProps{
		Vpc:              n.vpc,
		Description:      jsii.String("Who may connect to the load balancer"),
		AllowAllOutbound: jsii.Bool(false), // it calls a function, or tasks and a provider that its listener adds
	})
	return n
}

// addTasks is where the gateway's tasks stand: in private subnets, from which a
// new VPC has no way out but to what they call. An existing one has its own.
func (n *network) addTasks(stack awscdk.Stack, e config.Environment) {
	n.gatewayGroup = frontend.NewGatewaySecurityGroup(stack, "Gateway", n.vpc)
	switch v := e.Network.ExistingVPC; {
	case v == nil:
		n.gatewaySubnets = &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED}
		frontend.NewPrivateEndpoints(stack, "Endpoints", frontend.PrivateEndpointsProps{
			VPC: n.vpc, Subnets: n.gatewaySubnets, EndpointName: e.Endpoint.Name, InferenceComponents: componentNames(e), Clients: n.gatewayGroup,
		})
	case e.Frontend.InternetFacing:
		n.gatewaySubnets = existingSubnets(stack, v.PrivateSubnets)
	default:
		n.gatewaySubnets = n.subnets
	}
}

// newVPC has no NAT gateway: what the private subnets call is reached by private
// endpoints.
func newVPC(stack awscdk.Stack, v config.NewVPC, internetFacing, ipv6 bool) (awsec2.IVpc, *awsec2.SubnetSelection) {
	var protocol awsec2.IpProtocol
	var assign *bool
	if ipv6 { // for the load balancer: nothing else asks for an IPv6 address
		protocol, assign = awsec2.IpProtocol_DUAL_STACK, jsii.Bool(false)
	}
	vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{
		IpProtocol:                   protocol,
		IpAddresses:                  awsec2.IpAddresses_Cidr(jsii.String(v.CIDR)),
		AvailabilityZones:            jsii.Strings(v.AvailabilityZones...),
		NatGateways:                  jsii.Number(0),
		RestrictDefaultSecurityGroup: jsii.Bool(true),
		SubnetConfiguration: &[]*awsec2.SubnetConfiguration{
			{Name: jsii.String("public"), SubnetType: awsec2.SubnetType_PUBLIC, MapPublicIpOnLaunch: jsii.Bool(false), Ipv6AssignAddressOnCreation: assign},
			{Name: jsii.String("private"), SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED, Ipv6AssignAddressOnCreation: assign},
		},
	})
	kind := awsec2.SubnetType_PRIVATE_ISOLATED
	if internetFacing {
		kind = awsec2.SubnetType_PUBLIC
	}
	return vpc, &awsec2.SubnetSelection{SubnetType: kind}
}

// existingVPC refers to the subnets one by one: by the VPC's attributes CDK
// would want the same number of them in every zone.
func existingVPC(stack awscdk.Stack, v config.ExistingVPC, internetFacing bool) (awsec2.IVpc, *awsec2.SubnetSelection) {
	chosen := v.PrivateSubnets
	if internetFacing {
		chosen = v.PublicSubnets
	}
	var zones []string
	for _, s := range chosen {
		zones = append(zones, s.AvailabilityZone)
	}
	subnets := existingSubnets(stack, chosen)
	slices.Sort(zones)
	vpc := awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Vpc"), &awsec2.VpcAttributes{
		VpcId: jsii.String(v.VpcID), VpcCidrBlock: jsii.String(v.CIDR), AvailabilityZones: jsii.Strings(slices.Compact(zones)...),
	})
	return vpc, subnets
}

func existingSubnets(stack awscdk.Stack, chosen []config.Subnet) *awsec2.SubnetSelection {
	var subnets []awsec2.ISubnet
	for _, s := range chosen {
		subnets = append(subnets, awsec2.Subnet_FromSubnetAttributes(stack, jsii.String(s.ID), &awsec2.SubnetAttributes{
			SubnetId: jsii.String(s.ID), AvailabilityZone: jsii.String(s.AvailabilityZone), RouteTableId: jsii.String(s.RouteTableID),
		}))
	}
	return &awsec2.SubnetSelection{Subnets: &subnets}
}
