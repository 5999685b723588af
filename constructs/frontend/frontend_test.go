package frontend_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

const (
	certificate  = "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000001"
	loadBalancer = "AWS::ElasticLoadBalancingV2::LoadBalancer"
	listener     = "AWS::ElasticLoadBalancingV2::Listener"
	rule         = "AWS::ElasticLoadBalancingV2::ListenerRule"
	targetGroup  = "AWS::ElasticLoadBalancingV2::TargetGroup"
)

func TestMain(m *testing.M) { template.Main(m) }

// prebuilt returns code in a bucket, so that most tests compile no program.
func prebuilt(stack awscdk.Stack) awslambda.Code {
	bucket := awss3.Bucket_FromBucketName(stack, jsii.String("Builds"), jsii.String("builds"))
	return awslambda.Code_FromBucketV2(bucket, jsii.String("gateway.zip"), nil)
}

func newVPC(stack awscdk.Stack) awsec2.IVpc {
	return awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{
		AvailabilityZones: jsii.Strings(
			"eu-west-1a",
			"eu-west-1b",
		), NatGateways: jsii.Number(0), RestrictDefaultSecurityGroup: jsii.Bool(false),
		SubnetConfiguration: &[]*awsec2.SubnetConfiguration{
			{Name: jsii.String("public"), SubnetType: awsec2.SubnetType_PUBLIC},
			{Name: jsii.String("private"), SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED},
		},
	})
}

func TestInternalWithTLS(t *testing.T) {
	stack := template.NewStack(t)
	gateway := frontend.NewGatewayFunction(
		stack,
		"Gateway",
		frontend.GatewayFunctionProps{EndpointName: "Odds", Code: prebuilt(stack)},
	)
	made := frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
		VPC: newVPC(
			stack,
		), Gateway: gateway, CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16", "192.0.2.0/24"},
	})
	got := template.Of(t, stack)

	t.Run("the listener serves HTTPS and answers 404 by itself", func(t *testing.T) {
		want := map[string]any{
			"Port": 443.0, "Protocol": "HTTPS", "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
			"Certificates":    []any{map[string]any{"CertificateArn": certificate}},
			"LoadBalancerArn": ref(got.ID(t, loadBalancer)),
			"DefaultActions": []any{map[string]any{"Type": "fixed-response", "FixedResponseConfig": map[string]any{
				"StatusCode": "404", "ContentType": "application/json", "MessageBody": `{"code":"NotFound","message":"ask for POST /invocations"}`}}},
		}
		if diff := cmp.Diff(want, listenerOn(t, got, 443)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("HTTP is redirected to HTTPS", func(t *testing.T) {
		want := map[string]any{
			"Port": 80.0, "Protocol": "HTTP", "LoadBalancerArn": ref(got.ID(t, loadBalancer)),
			"DefaultActions": []any{map[string]any{"Type": "redirect", "RedirectConfig": map[string]any{
				"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}},
		}
		if diff := cmp.Diff(want, listenerOn(t, got, 80)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("only this endpoint's paths reach the gateway", func(t *testing.T) {
		r := got.One(t, rule).Properties
		want := []any{map[string]any{"Field": "path-pattern", "PathPatternConfig": map[string]any{
			"Values": []any{"/invocations", "/endpoints/Odds/invocations", "/ping"}}}}
		if diff := cmp.Diff(want, r["Conditions"]); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]any{map[string]any{"Type": "forward", "TargetGroupArn": ref(got.ID(t, targetGroup))}}, r["Actions"]); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the gateway's health is asked for on /ping", func(t *testing.T) {
		want := map[string]any{
			"TargetType": "lambda", "HealthCheckEnabled": true, "HealthCheckPath": "/ping", "Matcher": map[string]any{"HttpCode": "200"},
			"HealthCheckIntervalSeconds": 35.0, "HealthCheckTimeoutSeconds": 30.0,
			"TargetGroupAttributes": []any{map[string]any{"Key": "lambda.multi_value_headers.enabled", "Value": "true"}},
			"Targets":               []any{map[string]any{"Id": ref(got.ID(t, "AWS::Lambda::Alias"))}},
		}
		if diff := cmp.Diff(want, got.One(t, targetGroup).Properties); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("it is internal, waits longer than the gateway, and drops invalid headers", func(t *testing.T) {
		p := got.One(t, loadBalancer).Properties
		if p["Scheme"] != "internal" {
			t.Errorf("got scheme %v", p["Scheme"])
		}
		want := []any{
			map[string]any{"Key": "deletion_protection.enabled", "Value": "false"},
			map[string]any{"Key": "idle_timeout.timeout_seconds", "Value": "80"},
			map[string]any{"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "true"},
		}
		if diff := cmp.Diff(want, p["LoadBalancerAttributes"]); diff != "" {
			t.Error(diff)
		}
		for _, subnet := range p["Subnets"].([]any) {
			if id := subnet.(map[string]any)["Ref"].(string); !strings.Contains(id, "private") {
				t.Errorf("got subnet %s, want only private ones", id)
			}
		}
	})
	t.Run("only the allowed ranges may connect, and only to the listeners", func(t *testing.T) {
		type opening struct {
			From any
			Port any
		}
		var openings []opening
		for _, r := range got.One(t, "AWS::EC2::SecurityGroup").Properties["SecurityGroupIngress"].([]any) {
			r := r.(map[string]any)
			if r["FromPort"] != r["ToPort"] || r["IpProtocol"] != "tcp" {
				t.Errorf("got %v, want one TCP port", r)
			}
			openings = append(openings, opening{r["CidrIp"], r["FromPort"]})
		}
		want := []opening{{"10.0.0.0/16", 443.0}, {"10.0.0.0/16", 80.0}, {"192.0.2.0/24", 443.0}, {"192.0.2.0/24", 80.0}}
		if diff := cmp.Diff(want, openings); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the gateway may call this endpoint and write its log", func(t *testing.T) {
		want := []map[string]any{
			{
				"Effect":   "Allow",
				"Action":   []any{"logs:CreateLogStream", "logs:PutLogEvents"},
				"Resource": getAtt(got.ID(t, "AWS::Logs::LogGroup"), "Arn"),
			},
			{
				"Effect":   "Allow",
				"Action":   "sagemaker:InvokeEndpoint",
				"Resource": "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/odds",
			},
		}
		if diff := cmp.Diff(want, got.Statements()); diff != "" {
			t.Error(diff)
		}
		if arns := got.One(t, "AWS::IAM::Role").Properties["ManagedPolicyArns"]; arns != nil {
			t.Errorf("got managed policies %v, want none", arns)
		}
	})
	t.Run("the function is told its endpoint and outlives the gateway's time-out", func(t *testing.T) {
		p := got.One(t, "AWS::Lambda::Function").Properties
		want := map[string]any{
			"Variables": map[string]any{"ENDPOINT_NAME": "Odds", "MAX_BODY_BYTES": "1000000", "REQUEST_TIMEOUT": "1m10s"},
		}
		if diff := cmp.Diff(want, p["Environment"]); diff != "" {
			t.Error(diff)
		}
		if p["Timeout"] != 75.0 || p["MemorySize"] != 256.0 || p["Runtime"] != "provided.al2023" ||
			!cmp.Equal(p["Architectures"], []any{"arm64"}) {
			t.Errorf("got %v", p)
		}
	})
	t.Run("the URL is HTTPS", func(t *testing.T) {
		if !strings.HasPrefix(made.URL(), "https://") {
			t.Error(made.URL())
		}
	})
}

func TestPlainHTTPOnTheInternetByName(t *testing.T) {
	stack := template.NewStack(t)
	gateway := frontend.NewGatewayFunction(stack, "Gateway", frontend.GatewayFunctionProps{
		EndpointName: "odds", Code: prebuilt(stack), MemoryMB: 512, RequestTimeout: 10 * time.Second, MaxRequestBytes: 2048,
	})
	group := awsec2.NewSecurityGroup(
		stack,
		jsii.String("Mine"),
		&awsec2.SecurityGroupProps{Vpc: newVPC(stack), AllowAllOutbound: jsii.Bool(false)},
	)
	made := frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
		VPC: stack.Node().FindChild(jsii.String("Vpc")).(awsec2.IVpc), SecurityGroup: group,
		Gateway: gateway, PlainHTTP: true, InternetFacing: true, AllowedCIDRs: []string{"0.0.0.0/0"},
	})
	got := template.Of(t, stack)
	if l := got.One(t, listener).Properties; l["Port"] != 80.0 || l["Protocol"] != "HTTP" {
		t.Errorf("got listener %v", l)
	}
	if made.Redirect != nil || !strings.HasPrefix(made.URL(), "http://") {
		t.Errorf("got a redirect, or URL %s", made.URL())
	}
	p := got.One(t, loadBalancer).Properties
	if p["Scheme"] != "internet-facing" ||
		!cmp.Equal(p["SecurityGroups"], []any{getAtt(got.ID(t, "AWS::EC2::SecurityGroup"), "GroupId")}) {
		t.Errorf("got %v", p)
	}
	for _, subnet := range p["Subnets"].([]any) {
		if id := subnet.(map[string]any)["Ref"].(string); !strings.Contains(id, "public") {
			t.Errorf("got subnet %s, want only public ones", id)
		}
	}
	f := got.One(t, "AWS::Lambda::Function").Properties
	if f["Timeout"] != 15.0 || f["MemorySize"] != 512.0 {
		t.Errorf("got %v", f)
	}
}

// The program is compiled from this module's source when no archive is given.
func TestCompiledFromSource(t *testing.T) {
	stack := template.NewStack(t)
	frontend.NewGatewayFunction(stack, "Gateway", frontend.GatewayFunctionProps{EndpointName: "odds"})
	code := template.Of(t, stack).One(t, "AWS::Lambda::Function").Properties["Code"].(map[string]any)
	if key, _ := code["S3Key"].(string); !strings.HasSuffix(key, ".zip") {
		t.Errorf("got %v, want an asset", code)
	}
}

// Without staging, as with cdk synth --no-staging, the folder of the compiled program
// stays; with staging it is removed.
func TestCompiledProgramStaysWhereNothingIsStaged(t *testing.T) {
	for _, staged := range []bool{true, false} {
		t.Setenv("TMPDIR", t.TempDir())
		stack := template.NewStack(t)
		if !staged {
			stack.Node().SetContext(jsii.String("aws:cdk:disable-asset-staging"), true)
		}
		frontend.NewGatewayFunction(stack, "Gateway", frontend.GatewayFunctionProps{EndpointName: "odds"})
		left, err := filepath.Glob(filepath.Join(os.TempDir(), "gateway-asset-*", "bootstrap"))
		if err != nil {
			t.Fatal(err)
		}
		if got := len(left) == 0; got != staged {
			t.Errorf("staged %v: got %v", staged, left)
		}
	}
}

func TestValidate(t *testing.T) {
	stack := template.NewStack(t)
	for _, test := range []struct {
		name  string
		props interface{ Validate() error }
		want  []string
	}{
		{"a gateway with everything wrong", frontend.GatewayFunctionProps{EndpointName: "a_b", MemoryMB: 64, RequestTimeout: 1500 * time.Millisecond, MaxRequestBytes: 6 << 20}, []string{
			`EndpointName: got "a_b": a SageMaker name has 1 to 63 letters, digits and hyphens, and neither begins nor ends with a hyphen; give the name of the endpoint to call`,
			`MemoryMB: got 64: a function has 128 to 10240 MB; 256 is the default`,
			`RequestTimeout: got 1.5s: a time-out is a whole number of seconds, 1s to 15m; a model may take 60s to answer`,
			`MaxRequestBytes: got 6291456: a load balancer hands a function 1 to 1000000 bytes; leave it out for the most`,
		}},
		{"a load balancer without anything", frontend.LoadBalancerProps{}, []string{
			`VPC: a load balancer stands in a VPC; give one`,
			`Gateway: a load balancer needs a gateway to forward to; make one with NewGatewayFunction or NewGatewayService`,
			`CertificateARN: an HTTPS listener needs a certificate; give the ARN of one in AWS Certificate Manager, or a Domain to have one made, or ask for PlainHTTP by name`,
			`AllowedCIDRs: nobody may connect; give the ranges of the clients, "0.0.0.0/0" for everybody, or their security groups in AllowedPeers`,
		}},
		{"a certificate for plain HTTP, and a range that is none", frontend.LoadBalancerProps{
			VPC: newVPC(stack), Gateway: &frontend.GatewayFunction{}, CertificateARN: certificate, PlainHTTP: true, AllowedCIDRs: []string{"10.0.0.1"}}, []string{
			`PlainHTTP: got true: plain HTTP has no use for a certificate; keep one of the two`,
			`AllowedCIDRs[0]: got "10.0.0.1": a range is an IPv4 CIDR, or an IPv6 one with IPv6; such as "10.0.0.0/16"`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.props.Validate()
			if err == nil {
				t.Fatal("got no error")
			}
			if diff := cmp.Diff(test.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
	got := template.Problems(t, "test/Wrong", func() {
		frontend.NewLoadBalancer(stack, "Wrong", frontend.LoadBalancerProps{})
	})
	if diff := cmp.Diff((frontend.LoadBalancerProps{}).Validate().Error(), got); diff != "" {
		t.Error(diff)
	}
}

func listenerOn(t *testing.T, got template.Template, port float64) map[string]any {
	t.Helper()
	for _, r := range got.All(listener) {
		if r.Properties["Port"] == port {
			return r.Properties
		}
	}
	t.Fatalf("no listener on port %v", port)
	return nil
}

func ref(id string) map[string]any { return map[string]any{"Ref": id} }

func getAtt(id, attribute string) map[string]any {
	return map[string]any{"Fn::GetAtt": []any{id, attribute}}
}
