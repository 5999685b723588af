package stacks

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
)

// network is what the other stacks use of the network stack.
type network struct {
	vpc awsec2.IVpc
	// subnets and securityGroup are the load balancer's. The group is in this
	// stack in an existing VPC too: who may connect is a matter of the network.
	subnets       *awsec2.SubnetSelection
	securityGroup awsec2.ISecurityGroup
	// gatewaySubnets and gatewayGroup are for the gateway's tasks. The group, and the
	// rules between the two groups, are there where the gateway is a function too:
	// this stack is deployed first, and must not cut off the tasks that a function
	// replaces. The two groups refer to each other: in different stacks they would
	// make these depend on each other.
	gatewaySubnets *awsec2.SubnetSelection
	gatewayGroup   awsec2.ISecurityGroup
	// privateEndpoints are those of the frontend stack, nil for none.
	privateEndpoints *frontend.PrivateEndpoints
}

// newNetwork makes the VPC, or refers to the existing one.
func (made *Environment) newNetwork(e config.Environment) network {
	stack := newStack(made.Stage, e, "network", "the VPC and who may connect to the load balancer")
	made.Network = stack
	var n network
	if v := e.Network.NewVPC; v != nil {
		made := makeVPC(stack, *v, e.Frontend.IPv6)
		n.vpc, n.gatewaySubnets = made.vpc, &awsec2.SubnetSelection{Subnets: &made.private}
		n.subnets = n.gatewaySubnets
		if e.Frontend.InternetFacing {
			n.subnets = &awsec2.SubnetSelection{Subnets: &made.public}
		}
	} else {
		n.vpc, n.subnets = existingVPC(stack, *e.Network.ExistingVPC, e.Frontend.InternetFacing)
		n.gatewaySubnets = n.subnets
		if e.Frontend.InternetFacing {
			n.gatewaySubnets = existingSubnets(stack, e.Network.ExistingVPC.PrivateSubnets)
		}
	}
	n.gatewayGroup = frontend.NewGatewaySecurityGroup(stack, "Gateway", n.vpc)
	made.VPC, made.TaskSubnets, made.TaskSecurityGroup = n.vpc, n.gatewaySubnets, n.gatewayGroup
	if e.Frontend.ExistingListener != nil {
		return n // its load balancer has a group of its own
	}
	n.securityGroup = awsec2.NewSecurityGroup(stack, jsii.String("LoadBalancer"), &awsec2.SecurityGroupProps{
		Vpc:              n.vpc,
		Description:      jsii.String("Who may connect to the load balancer"),
		AllowAllOutbound: jsii.Bool(false), // the listener adds the rules it needs, for providers
	})
	frontend.AllowTasks(n.securityGroup, n.gatewayGroup)
	return n
}

// existingVPC refers to the subnets one by one: given as attributes of the VPC,
// CDK requires the same number of them in every zone.
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
		VpcId: jsii.String(v.VpcID), VpcCidrBlock: jsii.String(v.CIDR),
		AvailabilityZones: jsii.Strings(slices.Compact(zones)...),
	})
	return vpc, subnets
}

func existingSubnets(stack awscdk.Stack, chosen []config.Subnet) *awsec2.SubnetSelection {
	var subnets []awsec2.ISubnet
	for _, s := range chosen {
		subnets = append(subnets, awsec2.Subnet_FromSubnetAttributes(stack, jsii.String(s.ID), &awsec2.SubnetAttributes{
			SubnetId:         jsii.String(s.ID),
			AvailabilityZone: jsii.String(s.AvailabilityZone),
			RouteTableId:     jsii.String(s.RouteTableID),
		}))
	}
	return &awsec2.SubnetSelection{Subnets: &subnets}
}
