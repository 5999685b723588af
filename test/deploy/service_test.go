package deploy_test

import (
	"context"
	"path"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

// serviceStands holds the gateway's service against what was deployed around
// it, and returns its name in Application Auto Scaling.
func serviceStands(ctx context.Context, t *testing.T, local *localaws.AWS, stands localaws.Snapshot) (resourceID string) {
	t.Helper()
	client := ecs.NewFromConfig(local.Config(region))
	clusters, err := client.ListClusters(ctx, nil)
	if err != nil || len(clusters.ClusterArns) != 1 {
		t.Fatalf("got clusters %v, %v", clusters, err)
	}
	cluster := clusters.ClusterArns[0]
	listed, err := client.ListServices(ctx, &ecs.ListServicesInput{Cluster: &cluster})
	if err != nil {
		t.Fatal(err)
	}
	described, err := client.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: &cluster, Services: listed.ServiceArns})
	if err != nil || len(described.Services) != 1 {
		t.Fatalf("got services %v, %v", described, err)
	}
	service := described.Services[0]
	// ECS's own default: the template says no count, or it would undo scaling's.
	if service.DesiredCount != 1 || service.LaunchType != types.LaunchTypeFargate {
		t.Errorf("got %d tasks on %s", service.DesiredCount, service.LaunchType)
	}
	for _, f := range stands.Functions {
		if f.Environment["ENDPOINT_NAME"] != "" {
			t.Errorf("the gateway's function %s is left", f.Name)
		}
	}
	behindTheLoadBalancer(t, service, stands)
	inTheNetwork(ctx, t, local, service)
	return "service/" + path.Base(cluster) + "/" + aws.ToString(service.ServiceName)
}

// behindTheLoadBalancer wants one target group, which holds the service, and one
// rule that leads to it.
func behindTheLoadBalancer(t *testing.T, service types.Service, stands localaws.Snapshot) {
	t.Helper()
	if len(stands.TargetGroups) != 1 || len(service.LoadBalancers) != 1 {
		t.Fatalf("got %d target groups, and a service in %d, want one", len(stands.TargetGroups), len(service.LoadBalancers))
	}
	group := stands.TargetGroups[0]
	if group.TargetType != "ip" || group.HealthCheckPath != "/ping" || group.Attributes["load_balancing.algorithm.type"] != "weighted_random" {
		t.Errorf("got target group %+v", group)
	}
	in := service.LoadBalancers[0]
	if aws.ToString(in.TargetGroupArn) != group.ARN || aws.ToInt32(in.ContainerPort) != 8080 {
		t.Errorf("the service is in %s at port %d, want %s at 8080", aws.ToString(in.TargetGroupArn), aws.ToInt32(in.ContainerPort), group.ARN)
	}
	want := localaws.Rule{
		Priority: "10",
		Conditions: []localaws.Condition{{Field: "path-pattern", Values: []string{"/invocations", "/endpoints/predictions-local/invocations", "/ping",
			"/invocations-response-stream", "/endpoints/predictions-local/invocations-response-stream"}}},
		Actions: []localaws.Action{{Type: "jwt-validation"}, {Type: "forward", TargetGroupARNs: []string{group.ARN}}},
	}
	for _, l := range stands.LoadBalancers[0].Listeners {
		if l.Port == 443 {
			if diff := cmp.Diff(want, l.Rules[0]); diff != "" {
				t.Error(diff)
			}
		}
	}
}

// inTheNetwork wants tasks without a public address, in private subnets from
// which they reach what they call, and a group that lets in the load balancer alone.
func inTheNetwork(ctx context.Context, t *testing.T, local *localaws.AWS, service types.Service) {
	t.Helper()
	client := ec2.NewFromConfig(local.Config(region))
	network := service.NetworkConfiguration.AwsvpcConfiguration
	if network.AssignPublicIp != types.AssignPublicIpDisabled || len(network.Subnets) != 2 || len(network.SecurityGroups) != 1 {
		t.Fatalf("got network %+v", network)
	}
	groups, err := client.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{GroupIds: network.SecurityGroups})
	if err != nil {
		t.Fatal(err)
	}
	if in := groups.SecurityGroups[0].IpPermissions; len(in) != 1 || aws.ToInt32(in[0].FromPort) != 8080 || aws.ToInt32(in[0].ToPort) != 8080 ||
		len(in[0].UserIdGroupPairs) != 1 || len(in[0].IpRanges) != 0 {
		t.Errorf("got into the tasks: %+v", in)
	}
	endpoints, err := client.DescribeVpcEndpoints(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	var reached []string
	for _, e := range endpoints.VpcEndpoints {
		reached = append(reached, aws.ToString(e.ServiceName))
		if len(e.SubnetIds) > 0 && !cmp.Equal(slices.Sorted(slices.Values(e.SubnetIds)), slices.Sorted(slices.Values(network.Subnets))) {
			t.Errorf("%s is in subnets %v, and the tasks in %v", aws.ToString(e.ServiceName), e.SubnetIds, network.Subnets)
		}
	}
	slices.Sort(reached)
	var want []string
	for _, s := range []string{"ecr.api", "ecr.dkr", "logs", "s3", "sagemaker.runtime"} {
		want = append(want, "com.amazonaws."+region+"."+s)
	}
	if diff := cmp.Diff(want, reached); diff != "" {
		t.Error(diff)
	}
}
