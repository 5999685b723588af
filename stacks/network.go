package stacks

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// network is what the other stacks need to know of the network.
type network struct {
	vpc awsec2.IVpc
	// loadBalancer is the subnets and the security group of the load balancer.
	// The group is here because who may connect is a matter of the network,
	// also where the VPC itself stands already.
	subnets       *awsec2.SubnetSelection
	securityGroup awsec2.ISecurityGroup
}

// newNetwork makes the VPC, or refers to the one that stands.
func newNetwork(stage awscdk.Stage, e config.Environment) network {
	stack := newStack(stage, e, "network", "the VPC and who may connect to the load balancer")
	var n network
	if v := e.Network.NewVPC; v != nil {
		n.vpc, n.subnets = newVPC(stack, *v, e.Frontend.InternetFacing)
	} else {
		n.vpc, n.subnets = existingVPC(stack, *e.Network.ExistingVPC, e.Frontend.InternetFacing)
	}
	n.securityGroup = awsec2.NewSecurityGroup(stack, jsii.String("LoadBalancer"), &awsec2.SecurityGroupProps{
		Vpc:              n.vpc,
		Description:      jsii.String("Who may connect to the load balancer"),
		AllowAllOutbound: jsii.Bool(false), // it calls a function, not an address
	})
	return n
}

// newVPC has no NAT gateway: nothing in the private subnets calls out.
func newVPC(stack awscdk.Stack, v config.NewVPC, internetFacing bool) (awsec2.IVpc, *awsec2.SubnetSelection) {
	vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{
		IpAddresses:                  awsec2.IpAddresses_Cidr(jsii.String(v.CIDR)),
		AvailabilityZones:            jsii.Strings(v.AvailabilityZones...),
		NatGateways:                  jsii.Number(0),
		RestrictDefaultSecurityGroup: jsii.Bool(true),
		SubnetConfiguration: &[]*awsec2.SubnetConfiguration{
			{Name: jsii.String("public"), SubnetType: awsec2.SubnetType_PUBLIC, MapPublicIpOnLaunch: jsii.Bool(false)},
			{Name: jsii.String("private"), SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED},
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
	var subnets []awsec2.ISubnet
	for _, s := range chosen {
		zones = append(zones, s.AvailabilityZone)
		subnets = append(subnets, awsec2.Subnet_FromSubnetAttributes(stack, jsii.String(s.ID), &awsec2.SubnetAttributes{
			SubnetId: jsii.String(s.ID), AvailabilityZone: jsii.String(s.AvailabilityZone), RouteTableId: jsii.String(s.RouteTableID),
		}))
	}
	slices.Sort(zones)
	vpc := awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Vpc"), &awsec2.VpcAttributes{
		VpcId: jsii.String(v.VpcID), VpcCidrBlock: jsii.String(v.CIDR), AvailabilityZones: jsii.Strings(slices.Compact(zones)...),
	})
	return vpc, &awsec2.SubnetSelection{Subnets: &subnets}
}
