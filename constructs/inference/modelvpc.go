package inference

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

func (p ModelProps) validateVPC() problem.List {
	var ps problem.List
	if problem.IsNil(p.VPC) {
		if p.Subnets != nil {
			ps.Add("Subnets", nil, "subnets are those of a VPC", "give VPC, or leave them out")
		}
		if n := len(p.SecurityGroups); n > 0 {
			ps.Add("SecurityGroups", n, "security groups are for network interfaces in a VPC", "give VPC, or leave them out")
		}
		return ps
	}
	for i, g := range p.SecurityGroups {
		if problem.IsNil(g) {
			ps.Add(at("SecurityGroups", i), nil, "there is no security group", "leave it out")
		}
	}
	selected, err := p.subnets()
	if err != nil {
		ps.Add("Subnets", nil, err.Error(), "select subnets that the VPC has")
		return append(ps, artifact.ValidateInterfaces(1, len(p.SecurityGroups))...)
	}
	return append(ps, artifact.ValidateInterfaces(len(*selected.SubnetIds), len(p.SecurityGroups))...)
}

// subnets are the selected ones. The error is CDK's where the VPC has no such subnets.
func (p ModelProps) subnets() (selected *awsec2.SelectedSubnets, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the VPC's subnets cannot be selected: %v", r)
		}
	}()
	return p.VPC.SelectSubnets(p.Subnets), nil
}

// connect connects the model to its VPC, and lets the execution role make the network
// interfaces for that.
func (m *Model) connect() *awssagemaker.CfnModel_VpcConfigProperty {
	groups := m.props.SecurityGroups
	if len(groups) == 0 {
		group := awsec2.NewSecurityGroup(m, jsii.String("SecurityGroup"), &awsec2.SecurityGroupProps{
			Vpc: m.props.VPC, Description: jsii.String("Containers of the model"), AllowAllOutbound: jsii.Bool(false),
		})
		group.AddEgressRule(awsec2.Peer_AnyIpv4(), awsec2.Port_HTTPS(), jsii.String("Image and model data"), nil)
		groups = []awsec2.ISecurityGroup{group}
	}
	m.connections = awsec2.NewConnections(&awsec2.ConnectionsProps{SecurityGroups: &groups})
	selected, _ := m.props.subnets() // validated
	config := &awssagemaker.CfnModel_VpcConfigProperty{Subnets: selected.SubnetIds}
	stack := awscdk.Stack_Of(m)
	arn := func(kind string, id *string) string {
		return *stack.FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("ec2"), Resource: jsii.String(kind), ResourceName: id,
		})
	}
	var ids []*string
	var groupARNs, subnetARNs []string
	for _, g := range groups {
		ids = append(ids, g.SecurityGroupId())
		groupARNs = append(groupARNs, arn("security-group", g.SecurityGroupId()))
	}
	config.SecurityGroupIds = &ids
	for _, id := range *selected.SubnetIds {
		subnetARNs = append(subnetARNs, arn("subnet", id))
	}
	grantInterfaces(m.ExecutionRole, arn("network-interface", jsii.String("*")), subnetARNs, groupARNs)
	return config
}

// grantInterfaces lets a role make and remove network interfaces in subnets, with
// security groups (fact C63: AWS lists these actions on all resources; the limits are
// ours, where EC2 knows one).
func grantInterfaces(role awsiam.IRole, interfaces string, subnets, groups []string) {
	allow(role, []string{"ec2:CreateNetworkInterface"}, slices.Concat([]string{interfaces}, subnets, groups)...)
	role.AddToPrincipalPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:    jsii.Strings("ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface"),
		Resources:  jsii.Strings(interfaces),
		Conditions: &map[string]any{"ArnEquals": map[string]any{"ec2:Subnet": subnets}},
	}))
	// These support no resource but "*".
	allow(role, []string{"ec2:DeleteNetworkInterfacePermission", "ec2:DescribeDhcpOptions",
		"ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcEndpoints",
		"ec2:DescribeVpcs"}, "*")
}
