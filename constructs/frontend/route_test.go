package frontend_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

const standingListener = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shared/0123456789abcdef/fedcba9876543210"

// TestRoute: the rules are on an existing listener. The tasks admit its load
// balancer, and the service depends on the rule that registers its target group.
func TestRoute(t *testing.T) {
	for _, test := range []struct {
		name, gateway, canary string
		hosts                 []string
		want                  map[string]string
		priorities            []any
	}{
		{"any host", "service", "", nil,
			map[string]string{fmt.Sprint(append(append([]any{}, plainPaths...), streamPaths...)): "gateway"}, []any{120.0}},
		{"two hosts", "service", "service", []string{"odds.example.com", "*.odds.example.com"},
			map[string]string{fmt.Sprint(plainPaths): "gateway 90, canary 10", fmt.Sprint(streamPaths): "gateway 90, canary 10"}, []any{120.0, 121.0}},
		{"a function", "function", "", []string{"odds.example.com"}, map[string]string{fmt.Sprint(plainPaths): "gateway"}, []any{120.0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			stack := template.NewStack(t)
			vpc := newVPC(stack)
			props := frontend.RouteProps{
				ListenerARN: standingListener, Priority: 120, Hosts: test.hosts,
				SecurityGroup: awsec2.SecurityGroup_FromSecurityGroupId(
					stack,
					jsii.String("Standing"),
					jsii.String("sg-0123456789abcdef0"),
					nil,
				),
				Gateway: gatewayIn(stack, vpc, "Main", test.gateway),
			}
			if test.canary != "" {
				props.Canary = &frontend.Canary{Gateway: gatewayIn(stack, vpc, "Other", test.canary), WeightPercent: 10}
			}
			frontend.NewRoute(stack, "Route", props)
			got := template.Of(t, stack)
			if diff := cmp.Diff(test.want, forwarded(t, got)); diff != "" {
				t.Error(diff)
			}
			if made := len(got.All(loadBalancer)) + len(got.All(listener)); made > 0 {
				t.Errorf("got %d load balancers and listeners of its own", made)
			}
			var priorities []any
			var rules []string
			for id, r := range got.Resources {
				if r.Type != rule {
					continue
				}
				rules = append(rules, id)
				priorities = append(priorities, r.Properties["Priority"])
				if r.Properties["ListenerArn"] != standingListener {
					t.Errorf("got listener %v", r.Properties["ListenerArn"])
				}
				hosts := strings.Contains(fmt.Sprint(r.Properties["Conditions"]), "host-header")
				if hosts != (len(test.hosts) > 0) {
					t.Errorf("got conditions %v", r.Properties["Conditions"])
				}
			}
			slices.SortFunc(priorities, func(a, b any) int { return int(a.(float64) - b.(float64)) })
			if diff := cmp.Diff(test.priorities, priorities); diff != "" {
				t.Errorf("priorities: %s", diff)
			}
			for _, s := range got.All("AWS::ECS::Service") {
				if !slices.ContainsFunc(rules, func(id string) bool { return slices.Contains(s.DependsOn, id) }) {
					t.Errorf("a service waits for %v, want one of %v", s.DependsOn, rules)
				}
			}
			opened := 0
			for _, group := range got.All("AWS::EC2::SecurityGroupIngress") {
				if p := group.Properties; p["SourceSecurityGroupId"] == "sg-0123456789abcdef0" && p["ToPort"] == 8080.0 {
					opened++
				}
			}
			for _, group := range got.All("AWS::EC2::SecurityGroup") {
				opened += strings.Count(fmt.Sprint(group.Properties["SecurityGroupIngress"]), "sg-0123456789abcdef0")
			}
			if want := len(got.All("AWS::ECS::Service")); opened != want {
				t.Errorf("%d services let the load balancer in, want %d", opened, want)
			}
		})
	}
}

func TestRouteProblems(t *testing.T) {
	stack := template.NewStack(t)
	wrong := frontend.RouteProps{
		ListenerARN: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shared/0123456789abcdef",
		Hosts:       []string{"a.example.com", "b c", "d.example.com"}, Canary: &frontend.Canary{},
	}
	got := template.Problems(t, "test/Route", func() { frontend.NewRoute(stack, "Route", wrong) })
	want := []string{
		`ListenerARN: got "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shared/0123456789abcdef": a rule stands in a listener of an Application Load Balancer, arn:aws:elasticloadbalancing:REGION:ACCOUNT:listener/app/NAME/ID/ID; copy it from the listener, not from the load balancer, or give a listener of the app as Listener`,
		`SecurityGroup: the gateway's tasks have to let the load balancer in; give the load balancer's security group`,
		`Priority: got 0: a rule's priority is 1 to 50000; take one that no other rule of the listener has`,
		`Hosts: beside its paths a rule has room for 2 hosts, these are 3; use a wildcard, such as *.example.com`,
		`Hosts[1]: got "b c": a host has up to 128 letters, digits, dots and hyphens, with * and ? for wildcards; such as predictions.example.com`,
		`Gateway: a route needs a gateway to lead to; make one with NewGatewayFunction or NewGatewayService`,
		`Canary.Gateway: a canary is a gateway of its own; make one with NewGatewayFunction or NewGatewayService, or leave Canary out`,
	}
	if diff := cmp.Diff(want, strings.Split(got, "\n")); diff != "" {
		t.Error(diff)
	}
}
