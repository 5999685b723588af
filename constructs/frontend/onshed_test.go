package frontend_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// async are the statements that allow asynchronous invocations.
func async(got template.Template) []string {
	var found []string
	for _, kind := range []string{"AWS::IAM::Policy", "AWS::EC2::VPCEndpoint"} {
		for _, r := range got.All(kind) {
			document, _ := r.Properties["PolicyDocument"].(map[string]any)
			statements, _ := document["Statement"].([]any)
			for _, s := range statements {
				if text := fmt.Sprint(s); strings.Contains(text, "InvokeEndpointAsync") {
					found = append(found, text)
				}
			}
		}
	}
	return found
}

// TestAsynchronousPermission: the tasks may call the one asynchronous endpoint where that
// is chosen, and none elsewhere.
func TestAsynchronousPermission(t *testing.T) {
	_, without := newService(t, nil)
	if got := async(without); len(got) != 0 {
		t.Errorf("without it: %v", got)
	}
	_, with := newService(t, func(p *frontend.GatewayServiceProps) {
		p.Server.OnShed = &settings.OnShed{Asynchronous: &settings.ShedAsynchronous{EndpointName: "Later"}}
	})
	got := async(with)
	if len(got) != 1 || !strings.Contains(got[0], "Action:sagemaker:InvokeEndpointAsync") ||
		!strings.Contains(got[0], ":endpoint/later]") || strings.Contains(got[0], "*") {
		t.Errorf("got %v", got)
	}
}

// TestOnShedIsPossible: what shed requests get fits to the rest of the properties.
func TestOnShedIsPossible(t *testing.T) {
	stack := template.NewStack(t)
	vpc := newVPC(stack)
	group := frontend.NewGatewaySecurityGroup(stack, "Tasks", vpc)
	endpoints := func(id string, async bool) *frontend.PrivateEndpoints {
		return frontend.NewPrivateEndpoints(stack, id, frontend.PrivateEndpointsProps{
			VPC: vpc, Clients: group, AllowAsync: async,
		})
	}
	closed, open := endpoints("Closed", false), endpoints("Open", true)
	if got := async(template.Of(t, stack)); len(got) != 1 || strings.Contains(got[0], "Action:*") {
		t.Errorf("of the two, these pass it on: %v", got)
	}
	later := &settings.OnShed{Asynchronous: &settings.ShedAsynchronous{EndpointName: "later"}}
	component := func(name string) *settings.OnShed {
		return &settings.OnShed{Variant: &settings.ShedVariant{InferenceComponent: name}}
	}
	for name, test := range map[string]struct {
		shed      *settings.OnShed
		endpoints *frontend.PrivateEndpoints
		want      string
	}{
		"through endpoints that do not pass it": {later, closed, "Server.OnShed.Asynchronous: PrivateEndpoints pass no " +
			"asynchronous invocation on; set AllowAsync of their properties"},
		"through those that do": {later, open, ""},
		"the endpoint itself": {&settings.OnShed{Asynchronous: &settings.ShedAsynchronous{EndpointName: "odds"}}, nil,
			"Server.OnShed.Asynchronous.EndpointName: got \"odds\": this is the endpoint that sheds, and no asynchronous one; " +
				"give the name of another endpoint"},
		"a component": {component("Cheap"), nil, ""},
		"another component": {component("cheaper"), nil, "Server.OnShed.Variant.InferenceComponent: got \"cheaper\": " +
			"this is not one of InferenceComponents, which the gateway may call; add it there"},
		"too much memory": {&settings.OnShed{LastKnown: &settings.LastKnown{MaxBytes: 600 << 20}}, nil,
			"Server.OnShed.LastKnown.MaxBytes: got 629145600: answers take at most a quarter of a task's memory, 536870912 " +
				"bytes; lower it, or raise MemoryMB"},
	} {
		err := frontend.GatewayServiceProps{
			EndpointName: "odds", InferenceComponents: []string{"cheap"}, VPC: vpc, Image: image, SecurityGroup: group,
			PrivateEndpoints: test.endpoints, Server: settings.Server{OnShed: test.shed},
		}.Validate()
		if got := problem.From(err).Error(); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

// TestClaimsAreVerified: a load balancer forwards to no gateway that believes what it does
// not verify.
func TestClaimsAreVerified(t *testing.T) {
	stack := template.NewStack(t)
	vpc := newVPC(stack)
	gateway := frontend.NewGatewayService(stack, "Gateway", frontend.GatewayServiceProps{
		EndpointName: "odds", VPC: vpc, Image: image,
		Server: settings.Server{FairBy: &settings.Client{Claim: "sub"}, ClaimsFrom: settings.ClaimsFromJWT},
	})
	props := frontend.LoadBalancerProps{
		VPC: vpc, Gateway: gateway, CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16"},
	}
	const want = "Gateway: its Server takes claims from jwt, which the load balancer does not verify; " +
		"verify it by Authentication, or leave out ClaimsFrom"
	if err := props.Validate(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	props.Authentication = &settings.Authentication{JWT: &settings.JWT{
		Issuer: "https://login.example.com", JWKSEndpoint: "https://login.example.com/keys.json", Audience: "odds",
	}}
	if err := props.Validate(); err != nil {
		t.Error(err)
	}
	other := frontend.NewGatewayService(stack, "Canary", frontend.GatewayServiceProps{
		EndpointName: "odds", VPC: vpc, Image: image,
		Server: settings.Server{FairBy: &settings.Client{Claim: "sub"}, ClaimsFrom: settings.ClaimsFromLogin},
	})
	props.Canary = &frontend.Canary{Gateway: other}
	if err := props.Validate(); err == nil || !slices.ContainsFunc(problem.From(err), func(p problem.Problem) bool {
		return p.Path == "Canary.Gateway"
	}) {
		t.Errorf("a canary: got %v", err)
	}
}
