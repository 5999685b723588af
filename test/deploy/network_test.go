package deploy_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

// nothingInTheNetwork looks for what a stack's deletion may leave behind, in
// the network that every account has.
func nothingInTheNetwork(ctx context.Context, t *testing.T, local *localaws.AWS) {
	t.Helper()
	client := ec2.NewFromConfig(local.Config(region))
	vpcs, err := client.DescribeVpcs(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vpcs.Vpcs {
		if !*v.IsDefault {
			t.Errorf("VPC %s (%s) is left", *v.VpcId, *v.CidrBlock)
		}
	}
	groups, err := client.DescribeSecurityGroups(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups.SecurityGroups {
		if *g.GroupName != "default" {
			t.Errorf("security group %s is left", *g.GroupName)
		}
	}
	interfaces, err := client.DescribeNetworkInterfaces(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range interfaces.NetworkInterfaces {
		t.Errorf("network interface %s (%s) is left", *i.NetworkInterfaceId, *i.Description)
	}
}
