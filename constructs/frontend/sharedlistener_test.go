package frontend_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// stacksOf makes stacks of one app in one account and region.
func stacksOf(t *testing.T, names ...string) []awscdk.Stack {
	t.Helper()
	app := template.NewApp(t)
	made := make([]awscdk.Stack, len(names))
	for i, name := range names {
		made[i] = awscdk.NewStack(app, jsii.String(name), &awscdk.StackProps{
			Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("eu-west-1")},
		})
	}
	return made
}

func serviceFor(stack awscdk.Stack, vpc awsec2.IVpc, endpoint string) *frontend.GatewayService {
	return frontend.NewGatewayService(
		stack,
		endpoint,
		frontend.GatewayServiceProps{EndpointName: endpoint, VPC: vpc, Image: image},
	)
}

// TestTwoEndpointsShareALoadBalancer: a LoadBalancer of one endpoint, and a Route of
// another on its listener, from stacks of their own: CDK orders the stacks without a
// cycle, the rules differ, and the security groups let the load balancer through.
func TestTwoEndpointsShareALoadBalancer(t *testing.T) {
	made := stacksOf(t, "shared", "odds", "scores")
	vpc := newVPC(made[0])
	balancer := frontend.NewLoadBalancer(made[1], "LoadBalancer", frontend.LoadBalancerProps{
		VPC: vpc, Gateway: serviceFor(made[1], vpc, "odds"), CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16"},
	})
	frontend.NewRoute(made[2], "Route", frontend.RouteProps{
		Listener: balancer.Listener, Priority: 5, Hosts: []string{"scores.example.com"}, Gateway: serviceFor(made[2], vpc, "scores"),
	})
	odds, scores := template.Of(
		t,
		made[1],
	), template.Of(
		t,
		made[2],
	) // panics where stacks depend on each other in a circle

	if diff := cmp.Diff([]any{10.0}, priorities(odds)); diff != "" {
		t.Errorf("the load balancer's own: %s", diff)
	}
	if diff := cmp.Diff([]any{5.0, 6.0}, priorities(scores)); diff != "" {
		t.Errorf("the route's: %s", diff)
	}
	for _, r := range scores.All(rule) {
		if conditions := fmt.Sprint(r.Properties["Conditions"]); !strings.Contains(conditions, "scores.example.com") {
			t.Errorf("got conditions %s", conditions)
		}
	}
	if n := len(scores.All(loadBalancer)) + len(scores.All(listener)); n > 0 {
		t.Errorf("the route's stack has %d load balancers and listeners", n)
	}
	for name, got := range map[string]template.Template{"odds": odds, "scores": scores} {
		in, out := 0, 0
		for _, r := range got.All("AWS::EC2::SecurityGroupIngress") {
			if r.Properties["ToPort"] == 8080.0 {
				in++
			}
		}
		for _, r := range got.All("AWS::EC2::SecurityGroupEgress") {
			if r.Properties["ToPort"] == 8080.0 {
				out++
			}
		}
		if in != 1 || out != 1 {
			t.Errorf("%s: its tasks admit %d load balancers and %d may reach them, want 1 and 1", name, in, out)
		}
	}
}

// TestTwoRoutesOnOneListener: two endpoints behind a load balancer of the same app
// that no construct of this package has made.
func TestTwoRoutesOnOneListener(t *testing.T) {
	made := stacksOf(t, "shared", "odds", "scores")
	shared := sharedListener(made[0], newVPC(made[0]))
	for i, name := range []string{"odds", "scores"} {
		frontend.NewRoute(made[1+i], "Route", frontend.RouteProps{
			Listener: shared.listener, Priority: 10 * (1 + i), Hosts: []string{name + ".example.com"},
			Gateway: serviceFor(made[1+i], shared.vpc, name),
		})
	}
	for i, want := range [][]any{{10.0, 11.0}, {20.0, 21.0}} {
		if diff := cmp.Diff(want, priorities(template.Of(t, made[1+i]))); diff != "" {
			t.Error(diff)
		}
	}
}

// TestListenerIsGivenOnce: a route has one listener, and a priority of its own in it.
func TestListenerIsGivenOnce(t *testing.T) {
	made := stacksOf(t, "shared", "odds")
	shared := sharedListener(made[0], newVPC(made[0]))
	gateway := serviceFor(made[1], shared.vpc, "odds")
	group := awsec2.SecurityGroup_FromSecurityGroupId(
		made[1],
		jsii.String("Standing"),
		jsii.String("sg-0123456789abcdef0"),
		nil,
	)
	twice := frontend.RouteProps{
		Listener: shared.listener, ListenerARN: standingListener, SecurityGroup: group, Priority: 10, Gateway: gateway,
	}
	want := `ListenerARN: got "` + standingListener + `": the listener is given by Listener too; keep one of the two
SecurityGroup: Listener knows the security group of its load balancer; leave it out`
	if err := twice.Validate(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	props := frontend.RouteProps{Listener: shared.listener, Priority: 10, Gateway: gateway}
	frontend.NewRoute(made[1], "Route", props)
	want = "Priority: got 10: this is the priority of odds/Route/Predictions/Resource, a rule of the same listener; take another one: a lower number goes first"
	if err := props.Validate(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestAllowedPeers: clients by their security groups, of the load balancer's stack
// or of another, and by a prefix list.
func TestAllowedPeers(t *testing.T) {
	made := stacksOf(t, "clients", "odds")
	vpc := newVPC(made[0])
	clients := awsec2.NewSecurityGroup(
		made[0],
		jsii.String("Clients"),
		&awsec2.SecurityGroupProps{Vpc: vpc, AllowAllOutbound: jsii.Bool(false)},
	)
	props := frontend.LoadBalancerProps{
		VPC: vpc, Gateway: serviceFor(made[1], vpc, "odds"), CertificateARN: certificate, InternetFacing: true,
		AllowedPeers: []awsec2.IPeer{clients, awsec2.Peer_PrefixList(jsii.String("pl-0123456789abcdef0"))},
	}
	frontend.NewLoadBalancer(made[1], "LoadBalancer", props)
	got := template.Of(t, made[1])
	ports := map[string][]any{}
	for _, r := range got.All("AWS::EC2::SecurityGroupIngress") {
		from := "group"
		if r.Properties["SourcePrefixListId"] == "pl-0123456789abcdef0" {
			from = "list"
		}
		if r.Properties["ToPort"] != 8080.0 {
			ports[from] = append(ports[from], r.Properties["ToPort"])
		}
	}
	for _, found := range ports {
		slices.SortFunc(found, func(a, b any) int { return int(a.(float64) - b.(float64)) })
	}
	if diff := cmp.Diff(map[string][]any{"group": {80.0, 443.0}, "list": {80.0, 443.0}}, ports); diff != "" {
		t.Error(diff)
	}
	props.AllowedPeers = nil
	want := `AllowedCIDRs: nobody may connect; give the ranges of the clients, "0.0.0.0/0" for everybody, or their security groups in AllowedPeers`
	if err := props.Validate(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestTypedNil: a nil pointer in an interface is a problem, and no crash.
func TestTypedNil(t *testing.T) {
	var service *frontend.GatewayService
	var vpc *struct{ awsec2.IVpc }
	var group *struct{ awsec2.ISecurityGroup }
	var peer *struct{ awsec2.IPeer }
	for name, test := range map[string]struct {
		props interface{ Validate() error }
		want  []string
	}{
		"load balancer": {frontend.LoadBalancerProps{VPC: vpc, SecurityGroup: group, Gateway: service, Canary: &frontend.Canary{Gateway: service}, AllowedPeers: []awsec2.IPeer{peer}},
			[]string{"VPC", "SecurityGroup", "Gateway", "CertificateARN", "AllowedPeers[0]", "Canary.Gateway"}},
		"route":     {frontend.RouteProps{ListenerARN: standingListener, SecurityGroup: group, Priority: 1, Gateway: service}, []string{"SecurityGroup", "Gateway"}},
		"service":   {frontend.GatewayServiceProps{EndpointName: "odds", VPC: vpc, SecurityGroup: group}, []string{"VPC", "SecurityGroup"}},
		"endpoints": {frontend.PrivateEndpointsProps{VPC: vpc, Clients: group}, []string{"VPC", "Clients"}},
	} {
		err := test.props.Validate()
		if err == nil {
			t.Errorf("%s: got no error", name)
			continue
		}
		var paths []string
		for _, line := range strings.Split(err.Error(), "\n") {
			path, _, _ := strings.Cut(line, ":")
			paths = append(paths, path)
		}
		if diff := cmp.Diff(test.want, paths); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// shared is what several endpoints share.
type shared struct {
	vpc      awsec2.IVpc
	listener elb.IApplicationListener
}

func sharedListener(stack awscdk.Stack, vpc awsec2.IVpc) shared {
	balancer := elb.NewApplicationLoadBalancer(stack, jsii.String("Shared"), &elb.ApplicationLoadBalancerProps{
		Vpc: vpc, VpcSubnets: &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED},
	})
	return shared{vpc, balancer.AddListener(jsii.String("Http"), &elb.BaseApplicationListenerProps{
		Port: jsii.Number(80), Open: jsii.Bool(false), DefaultAction: elb.ListenerAction_FixedResponse(jsii.Number(404), nil),
	})}
}

func priorities(t template.Template) []any {
	var found []any
	for _, r := range t.All(rule) {
		found = append(found, r.Properties["Priority"])
	}
	slices.SortFunc(found, func(a, b any) int { return int(a.(float64) - b.(float64)) })
	return found
}
