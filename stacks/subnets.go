package stacks

import (
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// newVPC is a VPC of this app and its subnets.
type newVPC struct {
	vpc             awsec2.Vpc
	id              *string // the VPC's
	public, private []awsec2.ISubnet
}

// makeVPC makes a VPC without a NAT gateway: private endpoints lead to what the
// private subnets call. It makes the subnets itself, in their fixed slots: those of
// CDK move when the number of zones changes. IPv6 is for the load balancer alone.
func makeVPC(stack awscdk.Stack, v config.NewVPC, ipv6 bool) newVPC {
	n := newVPC{vpc: awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{
		IpAddresses:                  awsec2.IpAddresses_Cidr(jsii.String(v.CIDR)),
		AvailabilityZones:            jsii.Strings(v.AvailabilityZones...),
		NatGateways:                  jsii.Number(0),
		RestrictDefaultSecurityGroup: jsii.Bool(true),
		SubnetConfiguration:          &[]*awsec2.SubnetConfiguration{},
	})}
	n.id = n.vpc.VpcId()
	if v.FlowLogs != config.FlowLogsNone {
		logFlows(stack, n.vpc, v.FlowLogs)
	}
	var block awsec2.CfnVPCCidrBlock
	if ipv6 {
		block = awsec2.NewCfnVPCCidrBlock(n.vpc, jsii.String("ipv6cidr"), &awsec2.CfnVPCCidrBlockProps{
			VpcId: n.id, AmazonProvidedIpv6CidrBlock: jsii.Bool(true),
		})
	}
	gateway := awsec2.NewCfnInternetGateway(n.vpc, jsii.String("IGW"), nil).Ref()
	attachment := awsec2.NewCfnVPCGatewayAttachment(n.vpc, jsii.String("VPCGW"), &awsec2.CfnVPCGatewayAttachmentProps{
		VpcId: n.id, InternetGatewayId: gateway,
	})
	for _, zone := range v.Subnets() {
		public := awsec2.NewPublicSubnet(n.vpc, jsii.Sprintf("publicSubnet%d", zone.Number),
			(*awsec2.PublicSubnetProps)(n.subnetProps(zone.Zone, zone.Public, ipv6)))
		public.AddDefaultInternetRoute(gateway, attachment)
		if ipv6 {
			public.AddIpv6DefaultInternetRoute(gateway, attachment)
		}
		private := awsec2.NewPrivateSubnet(n.vpc, jsii.Sprintf("privateSubnet%d", zone.Number),
			(*awsec2.PrivateSubnetProps)(n.subnetProps(zone.Zone, zone.Private, ipv6)))
		n.public, n.private = append(n.public, public), append(n.private, private)
		tagSubnet(public, "public", "Public")
		tagSubnet(private, "private", "Isolated")
	}
	if ipv6 {
		for _, subnet := range slices.Concat(n.public, n.private) {
			subnet.Node().AddDependency(block)
		}
	}
	return n
}

// logFlows writes the VPC's connections to a log group, by a role that VPC flow logs
// assume for this account only (fact I11).
func logFlows(stack awscdk.Stack, vpc awsec2.IVpc, logs config.FlowLogs) {
	group := awslogs.NewLogGroup(stack, jsii.String("FlowLog"), &awslogs.LogGroupProps{
		Retention: awslogs.RetentionDays_THREE_MONTHS, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	role := awsiam.NewRole(stack, jsii.String("FlowLogRole"), &awsiam.RoleProps{
		Description: jsii.String("Lets VPC flow logs write to one log group"),
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("vpc-flow-logs.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": *stack.Account()}},
		}),
	})
	vpc.AddFlowLog(jsii.String("FlowLog"), &awsec2.FlowLogOptions{
		Destination: awsec2.FlowLogDestination_ToCloudWatchLogs(group, role),
		TrafficType: awsec2.FlowLogTrafficType(strings.ToUpper(string(logs))),
	})
}

func (n newVPC) subnetProps(zone string, s config.ZoneSubnet, ipv6 bool) *awsec2.SubnetProps {
	props := &awsec2.SubnetProps{
		VpcId: n.id, AvailabilityZone: jsii.String(zone), CidrBlock: jsii.String(s.CIDR),
		MapPublicIpOnLaunch: jsii.Bool(false),
	}
	if ipv6 {
		vpc := awscdk.Fn_Select(jsii.Number(0), n.vpc.VpcIpv6CidrBlocks())
		blocks := awscdk.Fn_Cidr(vpc, jsii.Number(config.SubnetSlots), jsii.String("64"))
		props.Ipv6CidrBlock = awscdk.Fn_Select(jsii.Number(s.Slot), blocks)
		props.AssignIpv6AddressOnCreation = jsii.Bool(false)
	}
	return props
}

// tagSubnet adds the tags by which other CDK apps look a VPC's subnets up.
func tagSubnet(subnet awsec2.ISubnet, name, kind string) {
	only := &awscdk.TagProps{IncludeResourceTypes: jsii.Strings("AWS::EC2::Subnet")}
	tags := awscdk.Tags_Of(subnet)
	tags.Add(jsii.String("aws-cdk:subnet-name"), jsii.String(name), only)
	tags.Add(jsii.String("aws-cdk:subnet-type"), jsii.String(kind), only)
}
