package frontend_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// gatewayIn makes a gateway on Lambda or Fargate.
func gatewayIn(stack awscdk.Stack, vpc awsec2.IVpc, id, form string) frontend.Gateway {
	if form == "function" {
		return frontend.NewGatewayFunction(
			stack,
			id,
			frontend.GatewayFunctionProps{EndpointName: "Odds", Code: prebuilt(stackFor(stack, id))},
		)
	}
	return frontend.NewGatewayService(stack, id, frontend.GatewayServiceProps{
		EndpointName: "Odds", VPC: vpc, Image: image, MaxRequestBytes: frontend.MaxRequestBytes, // a function beside it takes no more
	})
}

// stackFor makes another stack for a function's code, whose bucket has a constant ID.
func stackFor(stack awscdk.Stack, id string) awscdk.Stack {
	return awscdk.NewStack(stack, jsii.String("CodeOf"+id), nil)
}

var (
	plainPaths  = []any{"/invocations", "/endpoints/Odds/invocations", "/ping"}
	streamPaths = []any{"/invocations-response-stream", "/endpoints/Odds/invocations-response-stream"}
)

// forwarded returns the percentage of each target group, by the paths of a rule.
func forwarded(t *testing.T, got template.Template) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, r := range got.All(rule) {
		var paths any
		for _, c := range r.Properties["Conditions"].([]any) {
			if c := c.(map[string]any); c["Field"] == "path-pattern" {
				paths = c["PathPatternConfig"].(map[string]any)["Values"]
			}
		}
		action := r.Properties["Actions"].([]any)[0].(map[string]any)
		shares := []string{}
		name := func(arn any) string {
			id := arn.(map[string]any)["Ref"].(string)
			if strings.Contains(id, "Canary") {
				return "canary"
			}
			return "gateway"
		}
		if groups, ok := action["ForwardConfig"]; ok {
			for _, g := range groups.(map[string]any)["TargetGroups"].([]any) {
				g := g.(map[string]any)
				shares = append(shares, fmt.Sprint(name(g["TargetGroupArn"]), " ", g["Weight"]))
			}
		} else {
			shares = append(shares, name(action["TargetGroupArn"]))
		}
		found[fmt.Sprint(paths)] = strings.Join(shares, ", ")
	}
	return found
}

// TestCanary: both get their share of predictions. Streams go to a canary only where
// both stream, and to no one where the gateway does not.
func TestCanary(t *testing.T) {
	all := fmt.Sprint(append(append([]any{}, plainPaths...), streamPaths...))
	plain, streams := fmt.Sprint(plainPaths), fmt.Sprint(streamPaths)
	for _, test := range []struct {
		gateway, canary string
		percent         int
		want            map[string]string
	}{
		{"service", "service", 10, map[string]string{all: "gateway 90, canary 10"}},
		{"function", "function", 100, map[string]string{plain: "gateway 0, canary 100"}},
		{"function", "service", 0, map[string]string{plain: "gateway 100, canary 0"}},
		{"service", "function", 25, map[string]string{plain: "gateway 75, canary 25", streams: "gateway"}},
	} {
		t.Run(test.gateway+" and "+test.canary, func(t *testing.T) {
			stack := template.NewStack(t)
			vpc := newVPC(stack)
			frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
				VPC: vpc, CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16"},
				Gateway: gatewayIn(stack, vpc, "Main", test.gateway),
				Canary:  &frontend.Canary{Gateway: gatewayIn(stack, vpc, "Other", test.canary), WeightPercent: test.percent},
			})
			got := template.Of(t, stack)
			if diff := cmp.Diff(test.want, forwarded(t, got)); diff != "" {
				t.Error(diff)
			}
			services := 0
			for _, group := range got.All(targetGroup) {
				if group.Properties["TargetType"] != "ip" {
					continue
				}
				services++
				for _, want := range []string{"algorithm.type Value:weighted_random", "anomaly_mitigation Value:on", "timeout_seconds Value:80"} {
					if attributes := fmt.Sprint(group.Properties["TargetGroupAttributes"]); !strings.Contains(attributes, want) {
						t.Errorf("got %s, want %s", attributes, want)
					}
				}
			}
			if want := strings.Count(test.gateway+test.canary, "service"); services != want {
				t.Errorf("got %d groups of tasks, want %d", services, want)
			}
		})
	}
}

func TestCanaryProblems(t *testing.T) {
	stack := template.NewStack(t)
	vpc := newVPC(stack)
	gateway := gatewayIn(stack, vpc, "Main", "service")
	other := frontend.NewGatewayService(
		stack,
		"Other",
		frontend.GatewayServiceProps{EndpointName: "Evens", VPC: vpc, Image: image},
	)
	for _, test := range []struct {
		canary frontend.Canary
		want   []string
	}{
		{frontend.Canary{WeightPercent: 101}, []string{
			`Canary.WeightPercent: got 101: a share is 0 to 100 percent; begin with 0, then 10`,
			`Canary.Gateway: a canary is a gateway of its own; make one with NewGatewayFunction or NewGatewayService, or leave Canary out`,
		}},
		{frontend.Canary{Gateway: gateway, WeightPercent: -1}, []string{
			`Canary.WeightPercent: got -1: a share is 0 to 100 percent; begin with 0, then 10`,
			`Canary.Gateway: this is the gateway that it is to be compared with; make another one`,
		}},
		{frontend.Canary{Gateway: other}, []string{
			`Canary.Gateway: got "Evens": a canary calls the same endpoint as the gateway, which is Odds; change its EndpointName`,
		}},
	} {
		err := frontend.LoadBalancerProps{
			VPC:            vpc,
			CertificateARN: certificate,
			AllowedCIDRs:   []string{"10.0.0.0/16"},
			Gateway:        gateway,
			Canary:         &test.canary,
		}.Validate()
		if err == nil {
			t.Errorf("got no error, want %q", test.want)
		} else if diff := cmp.Diff(test.want, strings.Split(err.Error(), "\n")); diff != "" {
			t.Error(diff)
		}
	}
}
