package frontend_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// TestProtocols: the paths of other protocols have a rule of their own, whose priority
// does not depend on other rules. A canary gets their requests only where it serves them.
func TestProtocols(t *testing.T) {
	both := settings.Server{OpenAI: true, V2Model: "odds"}
	paths := fmt.Sprint([]any{"/openai/v1/*", "/endpoints/Odds/openai/v1/*", "/v2/models/odds/infer"})
	for _, test := range []struct {
		name   string
		server settings.Server
		canary *settings.Server
		want   string
	}{
		{"no canary", both, nil, "gateway"},
		{"a canary that serves them", both, &both, "gateway 90, canary 10"},
		{"a canary that serves one", both, &settings.Server{OpenAI: true}, "gateway"},
	} {
		t.Run(test.name, func(t *testing.T) {
			stack := template.NewStack(t)
			vpc := newVPC(stack)
			gateway := func(id string, s settings.Server) frontend.Gateway {
				return frontend.NewGatewayService(stack, id, frontend.GatewayServiceProps{
					EndpointName: "Odds", VPC: vpc, Image: image, Server: s,
				})
			}
			props := frontend.LoadBalancerProps{
				VPC: vpc, CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16"}, Gateway: gateway("Main", test.server),
			}
			if test.canary != nil {
				props.Canary = &frontend.Canary{Gateway: gateway("Other", *test.canary), WeightPercent: 10}
			}
			frontend.NewLoadBalancer(stack, "LoadBalancer", props)
			got := template.Of(t, stack)
			if diff := cmp.Diff(test.want, forwarded(t, got)[paths]); diff != "" {
				t.Error(diff)
			}
			for _, r := range got.All(rule) {
				priority, isProtocols := r.Properties["Priority"], strings.Contains(fmt.Sprint(r.Properties), "openai")
				if isProtocols != (priority == 12.0) {
					t.Errorf("priority %v of %v", priority, r.Properties["Conditions"])
				}
			}
		})
	}
}

// TestPreflights: tokens are verified of all requests but a browser's preflight, which has
// none. Where nothing verifies, no rule is needed; a login cannot let it pass.
func TestPreflights(t *testing.T) {
	cors := settings.Server{CORSOrigins: []string{"https://app.example.com"}}
	withToken := settings.Authentication{JWT: &settings.JWT{
		Issuer: "https://login.example.com/", JWKSEndpoint: "https://login.example.com/keys", Audience: "odds",
	}}
	for _, test := range []struct {
		name   string
		server settings.Server
		as     *settings.Authentication
		rules  int
	}{
		{"tokens", cors, &withToken, 1},
		{"tokens without origins", settings.Server{}, &withToken, 0},
		{"no tokens", cors, nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			stack := template.NewStack(t)
			vpc := newVPC(stack)
			frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
				VPC: vpc, CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16"}, Authentication: test.as,
				Gateway: frontend.NewGatewayService(stack, "Gateway", frontend.GatewayServiceProps{
					EndpointName: "Odds", VPC: vpc, Image: image, Server: test.server,
				}),
			})
			found := 0
			for _, r := range template.Of(t, stack).All(rule) {
				conditions, actions := fmt.Sprint(r.Properties["Conditions"]), fmt.Sprint(r.Properties["Actions"])
				if !strings.Contains(conditions, "http-request-method") {
					if test.as != nil && !strings.Contains(actions, "jwt-validation") {
						t.Errorf("%s is not verified", conditions)
					}
					continue
				}
				found++
				if !strings.Contains(conditions, "[OPTIONS]") || strings.Contains(actions, "jwt") ||
					r.Properties["Priority"] != 8.0 {
					t.Errorf("got %v", r.Properties)
				}
			}
			if found != test.rules {
				t.Errorf("got %d rules for preflights, want %d", found, test.rules)
			}
		})
	}
	stack := template.NewStack(t)
	vpc := newVPC(stack)
	err := frontend.LoadBalancerProps{
		VPC: vpc, CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16"}, InternetFacing: true,
		Gateway: frontend.NewGatewayService(stack, "Gateway", frontend.GatewayServiceProps{
			EndpointName: "Odds", VPC: vpc, Image: image, Server: cors,
		}),
		Authentication: &settings.Authentication{Cognito: &settings.Cognito{
			UserPoolARN: "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_abc", ClientID: "abc", Domain: "login",
		}},
	}.Validate()
	if err == nil ||
		!strings.Contains(err.Error(), "Gateway: a browser's preflight request has no session, which the login of") {
		t.Errorf("got %v", err)
	}
}
