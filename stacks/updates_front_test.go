package stacks_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// These tests compare the stacks network and frontend before and after an edit of an
// environment file by what CloudFormation compares: logical IDs and properties.

// TestPlainHTTPAndBack: one listener stands on port 80 all the time.
func TestPlainHTTPAndBack(t *testing.T) {
	tls := edited(t, "dev")
	plain := edited(t, "dev", "certificateArn: arn:aws:acm:eu-west-1:111122223333:certificate/00000000-0000-4000-8000-000000000002",
		"plainHttp: true")
	wantEdits(t, "frontend", tls, plain,
		"- LoadBalancerHttps", "- LoadBalancerHttpsPredictionsRule",
		"+ LoadBalancerRedirectPredictionsRule", "~ LoadBalancerRedirect DefaultActions")
	wantEdits(t, "frontend", plain, tls,
		"+ LoadBalancerHttps", "+ LoadBalancerHttpsPredictionsRule",
		"- LoadBalancerRedirectPredictionsRule", "~ LoadBalancerRedirect DefaultActions")
	for _, pair := range [][2]stage{{tls, plain}, {plain, tls}} {
		wantEdits(t, "network", pair[0], pair[1], "~ LoadBalancer SecurityGroupIngress")
		wantInOrder(t, pair[0], pair[1])
	}
}

// TestZoneAdded: a zone adds its own subnets and moves no other, wherever it stands
// in the list; removed, it takes its own away.
func TestZoneAdded(t *testing.T) {
	const zones = "[eu-west-1a, eu-west-1b]"
	dualStack := []string{"frontend:\n", "frontend:\n  internetFacing: true\n  ipv6: true\n"}
	for name, other := range map[string][]string{"internal": nil, "dual-stack": dualStack} {
		t.Run(name, func(t *testing.T) {
			with := func(list string) stage { return edited(t, "dev", append([]string{zones, list}, other...)...) }
			two := with(zones)
			reversed := with("[eu-west-1b, eu-west-1a]")
			for _, stack := range []string{"network", "frontend"} {
				wantEdits(t, stack, two, reversed)
			}
			for _, list := range []string{"[eu-west-1a, eu-west-1b, eu-west-1d]", "[eu-west-1d, eu-west-1b, eu-west-1a]"} {
				three := with(list)
				var own []string
				for _, edit := range edits(two["network"], three["network"]) {
					if !strings.HasPrefix(edit, "+ VpcprivateSubnet4") && !strings.HasPrefix(edit, "+ VpcpublicSubnet4") {
						t.Errorf("%s: got %s", list, edit)
					}
					own = append(own, "-"+edit[1:])
				}
				if !slices.Contains(own, "- VpcprivateSubnet4Subnet") || !slices.Contains(own, "- VpcpublicSubnet4Subnet") {
					t.Errorf("%s: got %q, want the subnets of zone d", list, own)
				}
				wantEdits(t, "frontend", two, three, "~ LoadBalancer Subnets")
				wantInOrder(t, two, three)

				wantEdits(t, "network", three, two, own...)
				wantEdits(t, "frontend", three, two, "~ LoadBalancer Subnets")
				wantFrontendFirst(t, three, two)
			}
		})
	}
}

// TestZoneAddedToTasks: tasks and private endpoints get the new zone's subnet too.
func TestZoneAddedToTasks(t *testing.T) {
	before, after := edited(t, "prod"), edited(t, "prod", "[eu-west-1a, eu-west-1b,", "[eu-west-1e, eu-west-1a, eu-west-1b,")
	for _, edit := range edits(before["network"], after["network"]) {
		if !strings.HasPrefix(edit, "+ VpcprivateSubnet5") && !strings.HasPrefix(edit, "+ VpcpublicSubnet5") {
			t.Errorf("network: got %s", edit)
		}
	}
	wantEdits(t, "frontend", before, after, "~ GatewayService NetworkConfiguration", "~ LoadBalancer Subnets",
		"~ EndpointsLogs SubnetIds", "~ EndpointsRegistry SubnetIds", "~ EndpointsRegistryImages SubnetIds",
		"~ EndpointsRuntime SubnetIds", "~ EndpointsStorage RouteTableIds",
		"~ GatewayScalingTarget MaxCapacity", "~ GatewayScalingTarget ScheduledActions") // they follow the number of zones
	wantInOrder(t, before, after)
}

// TestEndpointRenamed: what tasks call through does not name the endpoint, so that it
// passes the calls of the tasks before and of those after.
func TestEndpointRenamed(t *testing.T) {
	before, after := edited(t, "prod"), edited(t, "prod", "name: predictions-prod", "name: predictions-prod-2")
	wantEdits(t, "network", before, after)
}

// toFunction are the changes that make prod's gateway a function.
var toFunction = []string{
	"  gateway: fargate #", "  gateway: lambda #",
	"  image: 777788889999.dkr.ecr.eu-west-1.amazonaws.com/gateway:1.0.0", "  #",
	"  taskCpu: 1024\n  taskMemoryMb: 2048\n", "",
	"    requestsPerSecondPerTask: 1500\n", "",
}

// TestFargateToLambdaAndBack: the network stack, which is deployed first, does not
// change. What tasks call is in their own stack, made before them and deleted after
// them.
func TestFargateToLambdaAndBack(t *testing.T) {
	tasks, function := edited(t, "prod"), edited(t, "prod", toFunction...)
	wantEdits(t, "network", tasks, function)
	removed := edits(tasks["frontend"], function["frontend"])
	made := tasks["frontend"].Resources
	var service []string
	for _, r := range made {
		if r.Type == "AWS::ECS::Service" {
			service = r.DependsOn
		}
	}
	endpoints := 0
	for id, r := range made {
		if r.Type != "AWS::EC2::VPCEndpoint" {
			continue
		}
		endpoints++
		if !slices.Contains(service, id) || !slices.Contains(removed, "- "+logicalIDHash.ReplaceAllString(id, "")) {
			t.Errorf("%s is not what the service depends on, or stays without it", id)
		}
	}
	if endpoints != 5 {
		t.Errorf("got %d private endpoints, want 5", endpoints)
	}
}

// TestInternetFacing: the new load balancer gets target groups of its own, and all
// that belongs to the old one is replaced with it.
func TestInternetFacing(t *testing.T) {
	internal := []string{"  internetFacing: true\n", ""}
	public := []string{"frontend:\n", "frontend:\n  internetFacing: true\n"}
	canary := []string{"frontend:\n", "frontend:\n  canary: {weightPercent: 0, gateway: lambda, gatewayMemoryMb: 512}\n"}
	for name, pair := range map[string][2]stage{
		"to a function":           {edited(t, "dev"), edited(t, "dev", public...)},
		"to tasks, with the WAF":  {edited(t, "prod"), edited(t, "prod", internal...)},
		"to a function, a canary": {edited(t, "dev", canary...), edited(t, "dev", append(canary, public...)...)},
	} {
		t.Run(name, func(t *testing.T) { replacesLoadBalancer(t, pair[0], pair[1]) })
		t.Run(name+" and back", func(t *testing.T) { replacesLoadBalancer(t, pair[1], pair[0]) })
	}
}

func replacesLoadBalancer(t *testing.T, from, to stage) {
	t.Helper()
	wantInOrder(t, from, to)
	for _, edit := range edits(from["network"], to["network"]) {
		if edit != "~ LoadBalancer SecurityGroupIngress" {
			t.Errorf("network: got %s", edit)
		}
	}
	before, after := from["frontend"].Resources, to["frontend"].Resources
	balancer := ""
	for id, r := range after {
		if r.Type == "AWS::ElasticLoadBalancingV2::LoadBalancer" {
			balancer = id
			if before[id].Properties["Scheme"] == r.Properties["Scheme"] || r.Properties["Name"] != nil {
				t.Errorf("%s is not replaced, or under its own name", id)
			}
		}
	}
	// Both are replaced with the load balancer, since these properties are create-only.
	tied := map[string]string{
		"AWS::ElasticLoadBalancingV2::Listener": "LoadBalancerArn", "AWS::WAFv2::WebACLAssociation": "ResourceArn",
	}
	for id, r := range after {
		if _, stands := before[id]; r.Type == "AWS::ElasticLoadBalancingV2::TargetGroup" && stands {
			t.Errorf("%s is in use by the old load balancer", id)
		}
		if property, ok := tied[r.Type]; ok && !cmp.Equal(r.Properties[property], any(map[string]any{"Ref": balancer})) {
			t.Errorf("%s: got the load balancer %v", id, r.Properties[property])
		}
	}
}
