package frontend_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// TestRulesOfFiles: what an environment file may not say, props may not either.
func TestRulesOfFiles(t *testing.T) {
	stack := template.NewStack(t)
	vpc := newVPC(stack)
	group := frontend.NewGatewaySecurityGroup(stack, "Tasks", vpc)
	endpoints := frontend.NewPrivateEndpoints(stack, "Endpoints", frontend.PrivateEndpointsProps{VPC: vpc, Clients: group})
	service := serviceFor(stack, vpc, "odds")
	const webACL = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/a/00000000-0000-4000-8000-000000000001"
	elsewhere := strings.Replace(image, "eu-west-1", "us-east-1", 1)
	standing := awsec2.SecurityGroup_FromSecurityGroupId(
		stack,
		jsii.String("Standing"),
		jsii.String("sg-0123456789abcdef0"),
		nil,
	)
	function := frontend.NewGatewayFunction(
		stack,
		"Function",
		frontend.GatewayFunctionProps{EndpointName: "odds", Code: prebuilt(stack)},
	)
	for _, test := range []struct {
		name  string
		props interface{ Validate() error }
		want  string
	}{
		{"an image of another region behind private endpoints",
			frontend.GatewayServiceProps{EndpointName: "odds", VPC: vpc, Image: elsewhere, SecurityGroup: group, PrivateEndpoints: endpoints},
			`Image: got "` + elsewhere + `": PrivateEndpoints lead to Amazon ECR in their own region eu-west-1, this image is in us-east-1; replicate the repository to eu-west-1 and give the image there`},
		{"an image of another region", frontend.GatewayServiceProps{EndpointName: "odds", VPC: vpc, Image: elsewhere}, ""},
		{"a listener of another region",
			frontend.RouteProps{ListenerARN: strings.Replace(standingListener, "eu-west-1", "us-east-1", 1), SecurityGroup: standing, Priority: 1, Gateway: service},
			`ListenerARN: got "` + strings.Replace(standingListener, "eu-west-1", "us-east-1", 1) + `": a rule stands in the gateway's own account and region, 123456789012 in eu-west-1; take a listener there, or make the gateway in the account and region of this one`},
		{"a canary for smaller bodies",
			frontend.RouteProps{ListenerARN: standingListener, SecurityGroup: standing, Priority: 1, Gateway: service, Canary: &frontend.Canary{Gateway: function}},
			`Canary.Gateway: got 1000000: a canary takes bodies as large as the gateway does, which are 6291456 bytes; raise its MaxRequestBytes, or lower that of the gateway`},
		{"a canary for larger bodies",
			frontend.RouteProps{ListenerARN: standingListener, SecurityGroup: standing, Priority: 1, Gateway: function, Canary: &frontend.Canary{Gateway: service}}, ""},
		{"a web ACL of another region",
			frontend.LoadBalancerProps{VPC: vpc, Gateway: service, CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16"}, WAF: &settings.WAF{WebACLARN: webACL}},
			`WAF.WebACLARN: got "` + webACL + `": a load balancer takes web ACLs of its own account and region; make the web ACL there too`},
	} {
		got := ""
		if err := test.props.Validate(); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}
