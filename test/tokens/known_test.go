package tokens_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// TestRecognition compares package problem, which knows no CDK, with CDK's own tokens.
func TestRecognition(t *testing.T) {
	stack := template.NewStack(t)
	parameter := awscdk.NewCfnParameter(stack, jsii.String("Text"), nil)
	number := awscdk.NewCfnParameter(stack, jsii.String("Number"), &awscdk.CfnParameterProps{Type: jsii.String("Number")})
	list := awscdk.NewCfnParameter(stack, jsii.String("List"), &awscdk.CfnParameterProps{
		Type: jsii.String("CommaDelimitedList")})
	bucket := awss3.NewBucket(stack, jsii.String("Bucket"), nil)
	for name, text := range map[string]string{
		"Token_AsString": *awscdk.Token_AsString(map[string]any{"Ref": "Text"}, nil),
		"with a hint": *awscdk.Token_AsString(map[string]any{"Ref": "Text"}, &awscdk.EncodingOptions{
			DisplayHint: jsii.String("Odd: name/of?")}),
		"parameter":  *parameter.ValueAsString(),
		"Fn_Join":    *awscdk.Fn_Join(jsii.String("-"), &[]*string{parameter.ValueAsString(), jsii.String("a")}),
		"import":     *awscdk.Fn_ImportValue(jsii.String("Other")),
		"Fn_Select":  *awscdk.Fn_Select(jsii.Number(0), list.ValueAsList()),
		"attribute":  *bucket.BucketArn(),
		"name":       *bucket.BucketName(),
		"region":     *awscdk.Aws_REGION(),
		"a part":     "s3://" + *bucket.BucketName() + "/odds",
		"lazy stack": *awscdk.Lazy_String(&lazy{"late"}, nil),
	} {
		if !problem.Unresolved(text) || !*awscdk.Token_IsUnresolved(text) {
			t.Errorf("%s: %q is a token: got %v, CDK says %v", name, text, problem.Unresolved(text),
				*awscdk.Token_IsUnresolved(text))
		}
	}
	// CDK replaces a printed number too, though it does not call its text unresolved.
	printed := fmt.Sprint(*number.ValueAsNumber())
	if !problem.Unresolved(printed) || !cmp.Equal(stack.Resolve(printed), any(ref("Number"))) {
		t.Errorf("%q: got %v, CDK makes %v of it", printed, problem.Unresolved(printed), stack.Resolve(printed))
	}
	for _, text := range []string{"", "odds", "${AWS::Region}", "${Token", "${Token[", "${Token[]}", "${Token[a b]}",
		"#{Token[TOKEN.1]}", "Token[TOKEN.1]", "$ {Token[TOKEN.1]}", "-1.5e+28"} {
		if problem.Unresolved(text) || *awscdk.Token_IsUnresolved(text) {
			t.Errorf("%q is no token: got %v, CDK says %v", text, problem.Unresolved(text), *awscdk.Token_IsUnresolved(text))
		}
	}
	type values struct {
		Count int
		Share float64
		Names []string
	}
	unknown := *number.ValueAsNumber()
	names := []string{}
	for _, name := range *list.ValueAsList() {
		names = append(names, *name)
	}
	found := problem.UnresolvedNumbers(values{int(unknown), unknown, names})
	paths := []string{}
	for _, p := range found {
		paths = append(paths, p.Path)
	}
	if diff := cmp.Diff([]string{"Count", "Share", "Names"}, paths); diff != "" {
		t.Error(diff)
	}
	if got := problem.UnresolvedNumbers(values{-1 << 62, -1.8e289, []string{"#{Token"}}); got != nil {
		t.Errorf("got %v of plain values", got)
	}
}

type lazy struct{ text string }

func (l *lazy) Produce() *string { return &l.text }

// allowed are the resources of the statements that allow an action.
func allowed(got template.Template, action string) (resources []any) {
	for _, s := range got.Statements() {
		if strings.Contains(fmt.Sprint(s["Action"]), action) {
			resources = append(resources, s["Resource"])
		}
	}
	return resources
}

func join(parts ...any) map[string]any { return map[string]any{"Fn::Join": []any{"", parts}} }

func ref(id string) map[string]any { return map[string]any{"Ref": id} }

func warnings(stack awscdk.Stack) string {
	var all []string
	for _, c := range *stack.Node().FindAll("") {
		for _, m := range *c.Node().Metadata() {
			if *m.Type == "aws:cdk:warning" {
				all = append(all, fmt.Sprint(m.Data))
			}
		}
	}
	return strings.Join(all, "\n")
}

// TestOutputPath: the role gets the permission for the objects under a path, wherever the
// token is in it.
func TestOutputPath(t *testing.T) {
	for name, test := range map[string]struct {
		path func(unknown string) string
		want []any
	}{
		"the bucket": {func(u string) string { return "s3://" + u },
			[]any{join("arn:aws:s3:::", ref("Unknown"), "/*")}},
		"the bucket before a prefix": {func(u string) string { return "s3://" + u + "/odds/" },
			[]any{join("arn:aws:s3:::", ref("Unknown"), "/odds/*")}},
		"a part of the prefix": {func(u string) string { return "s3://answers/" + u + "/odds" },
			[]any{join("arn:aws:s3:::answers/", ref("Unknown"), "/odds/*")}},
		"the end of the prefix": {func(u string) string { return "s3://answers/" + u },
			[]any{join("arn:aws:s3:::answers/", ref("Unknown"), "/*")}},
		"all": {func(u string) string { return u },
			[]any{join("arn:aws:s3:::", afterScheme(ref("Unknown")), "/*")}},
		"the beginning": {func(u string) string { return u + "/odds" },
			[]any{join("arn:aws:s3:::", afterScheme(join(ref("Unknown"), "/odds")), "/*")}},
	} {
		t.Run(name, func(t *testing.T) {
			stack := template.NewStack(t)
			unknown := *awscdk.NewCfnParameter(stack, jsii.String("Unknown"), nil).ValueAsString()
			inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{EndpointName: "odds",
				Variants:     []inference.VariantProps{{Model: model(stack, true), InstanceType: "ml.c6i.xlarge"}},
				Asynchronous: &inference.AsynchronousProps{OutputPath: test.path(unknown)}})
			if diff := cmp.Diff(test.want, allowed(template.Of(t, stack), "s3:PutObject")); diff != "" {
				t.Error(diff)
			}
		})
	}
	props := inference.AsynchronousProps{OutputPath: "https://" + *awscdk.Aws_REGION()}
	err := inference.EndpointProps{EndpointName: "odds", Asynchronous: &props}.Validate()
	if !strings.Contains(err.Error(), "Asynchronous.OutputPath: got") {
		t.Errorf("what is known of a path is judged: got %v", err)
	}
}

// afterScheme is what follows s3:// in a URI.
func afterScheme(uri any) any {
	return map[string]any{"Fn::Select": []any{1.0, map[string]any{"Fn::Split": []any{"s3://", uri}}}}
}

// TestNamesInARNs: what is known of a name is in lower case, what is not is as it is; the
// ARNs of an endpoint and a component that are made here are CloudFormation's.
func TestNamesInARNs(t *testing.T) {
	stack := template.NewStack(t)
	unknown := *awscdk.NewCfnParameter(stack, jsii.String("Unknown"), nil).ValueAsString()
	props := functionProps(stack)
	props.EndpointName, props.InferenceComponents = "Odds-"+unknown, []string{unknown + "-A"}
	frontend.NewGatewayFunction(stack, "Gateway", props)
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{EndpointName: unknown,
		Variants: []inference.VariantProps{{InstanceType: "ml.g6.xlarge",
			ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: 4}}}})
	component := inference.NewInferenceComponent(stack, "Component", inference.InferenceComponentProps{
		InferenceComponentName: unknown, Endpoint: endpoint, Model: model(stack, true), MinMemoryMB: 1024})
	component.GrantInvoke(awsiam.NewRole(stack, jsii.String("Caller"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewAccountRootPrincipal()}))
	got := template.Of(t, stack)
	const arn = "arn:aws:sagemaker:eu-west-1:123456789012:"
	want := []any{
		[]any{map[string]any{"Fn::GetAtt": []any{got.ID(t, "AWS::SageMaker::InferenceComponent"),
			"InferenceComponentArn"}}, ref(got.ID(t, "AWS::SageMaker::Endpoint"))},
		[]any{join(arn+"endpoint/odds-", ref("Unknown")), join(arn+"inference-component/", ref("Unknown"), "-a")},
	}
	if diff := cmp.Diff(want, allowed(got, "sagemaker:InvokeEndpoint")); diff != "" {
		t.Error(diff)
	}
}

func service(stack awscdk.Stack, image, collector string) *frontend.GatewayService {
	return frontend.NewGatewayService(stack, "Service", frontend.GatewayServiceProps{EndpointName: "odds",
		VPC: vpc(stack), SecurityGroup: group(stack), Image: image, Server: settings.Server{OTLPEndpoint: collector},
		Cluster: awsecs.Cluster_FromClusterAttributes(stack, jsii.String("Cluster"), &awsecs.ClusterAttributes{
			ClusterName: jsii.String("shared"), Vpc: awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Other"),
				&awsec2.VpcAttributes{VpcId: jsii.String("vpc-1"), AvailabilityZones: jsii.Strings("eu-west-1a")})})})
}

// TestGatewayImage: the tasks may pull from a repository that is known, and the image is
// the one that was given.
func TestGatewayImage(t *testing.T) {
	const registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/"
	const repository = "arn:aws:ecr:eu-west-1:123456789012:repository/team/gateway"
	for name, test := range map[string]struct {
		image func(unknown string) string
		want  any
		may   []any
	}{
		"the tag": {func(u string) string { return registry + "team/gateway:" + u },
			join(registry+"team/gateway:", ref("Unknown")), []any{repository}},
		"a part of the tag": {func(u string) string { return registry + "team/gateway:v" + u },
			join(registry+"team/gateway:v", ref("Unknown")), []any{repository}},
		"the digest": {func(u string) string { return registry + "team/gateway@" + u },
			join(registry+"team/gateway@", ref("Unknown")), []any{repository}},
		"the repository": {func(u string) string { return registry + u + ":1.0.0" },
			join(registry, ref("Unknown"), ":1.0.0"), nil},
		"the end": {func(u string) string { return registry + "team/gateway" + u },
			join(registry+"team/gateway", ref("Unknown")), nil},
		"all": {func(u string) string { return u }, ref("Unknown"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			stack := template.NewStack(t)
			unknown := *awscdk.NewCfnParameter(stack, jsii.String("Unknown"), nil).ValueAsString()
			service(stack, test.image(unknown), "")
			got := template.Of(t, stack)
			container := got.One(t, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"].([]any)[0]
			if diff := cmp.Diff(test.want, container.(map[string]any)["Image"]); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.may, allowed(got, "ecr:BatchGetImage")); diff != "" {
				t.Error(diff)
			}
			if warned := strings.Contains(warnings(stack), "no permission to pull"); warned != (test.may == nil) {
				t.Errorf("got warnings %q", warnings(stack))
			}
		})
	}
}

// TestCollector: the tasks may reach a collector whose port is known.
func TestCollector(t *testing.T) {
	for name, test := range map[string]struct {
		url  func(unknown string) string
		port any
	}{
		"the host":          {func(u string) string { return "http://" + u + ":4318" }, 4318.0},
		"the path":          {func(u string) string { return "http://collector.example:4319/" + u }, 4319.0},
		"host and port":     {func(u string) string { return "http://" + u }, nil},
		"the port":          {func(u string) string { return "http://collector.example:" + u }, nil},
		"the end of a port": {func(u string) string { return "http://collector.example:43" + u }, nil},
		"all":               {func(u string) string { return u }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			stack := template.NewStack(t)
			group := awsec2.SecurityGroup_FromSecurityGroupId(stack, jsii.String("Tasks"), jsii.String("sg-2"),
				&awsec2.SecurityGroupImportOptions{AllowAllOutbound: jsii.Bool(false)})
			unknown := *awscdk.NewCfnParameter(stack, jsii.String("Unknown"), nil).ValueAsString()
			frontend.NewGatewayService(stack, "Service", frontend.GatewayServiceProps{EndpointName: "odds", VPC: vpc(stack),
				SecurityGroup: group, Image: image, Server: settings.Server{OTLPEndpoint: test.url(unknown)}})
			var port any
			for _, r := range template.Of(t, stack).All("AWS::EC2::SecurityGroupEgress") {
				port = r.Properties["ToPort"]
			}
			if port != test.port {
				t.Errorf("got port %v, want %v", port, test.port)
			}
			if warned := strings.Contains(warnings(stack), "no rule for the collector"); warned != (port == nil) {
				t.Errorf("got warnings %q", warnings(stack))
			}
		})
	}
}

// TestRanges: each range has its rule, also in a security group that stands, and a domain
// has its own name, whatever the zone's is.
func TestRanges(t *testing.T) {
	stack := template.NewStack(t)
	unknown := func(id string) string { return *awscdk.NewCfnParameter(stack, jsii.String(id), nil).ValueAsString() }
	props := loadBalancer(stack)
	props.CertificateARN, props.IPv6 = unknown("Certificate"), true
	props.AllowedCIDRs = []string{unknown("A"), unknown("B") + "/16", unknown("C") + "::/56"}
	props.Domain = &settings.Domain{Name: unknown("Name"), HostedZoneID: "Z1", ZoneName: "example.com"}
	made := frontend.NewLoadBalancer(stack, "LoadBalancer", props)
	got := template.Of(t, stack)
	rules := map[string]int{}
	for _, r := range got.All("AWS::EC2::SecurityGroupIngress") {
		if r.Properties["ToPort"] == 443.0 {
			rules[fmt.Sprint(r.Properties["CidrIp"], r.Properties["CidrIpv6"])]++
		}
	}
	want := map[string]int{fmt.Sprint(ref("A"), nil): 1, fmt.Sprint(join(ref("B"), "/16"), nil): 1,
		fmt.Sprint(nil, join(ref("C"), "::/56")): 1}
	if diff := cmp.Diff(want, rules); diff != "" {
		t.Error(diff)
	}
	for _, r := range got.All("AWS::Route53::RecordSet") {
		if diff := cmp.Diff(join(ref("Name"), "."), r.Properties["Name"]); diff != "" {
			t.Error(diff)
		}
	}
	if url := stack.Resolve(made.URL()); !cmp.Equal(url, any(join("https://", ref("Name")))) {
		t.Errorf("got URL %v", url)
	}
	list := awscdk.NewCfnParameter(stack, jsii.String("List"), &awscdk.CfnParameterProps{
		Type: jsii.String("CommaDelimitedList")}).ValueAsList()
	props.AllowedCIDRs = []string{*(*list)[0]}
	const wantError = "AllowedCIDRs: how many values there are is known only at deployment; give each by itself, by Fn_Select"
	if err := props.Validate(); err == nil || err.Error() != wantError {
		t.Errorf("got %v", err)
	}
}

// TestPrefixes: what is known of a text is judged where only that matters.
func TestPrefixes(t *testing.T) {
	stack := template.NewStack(t)
	unknown := *awscdk.NewCfnParameter(stack, jsii.String("Unknown"), nil).ValueAsString()
	for instanceType, want := range map[string]bool{"ml.t3." + unknown: true, "ml.t" + unknown: false, "ml." + unknown: false,
		unknown: false} {
		v := variant()
		v.InstanceType = instanceType
		err := scaling.VariantScalingProps{Variant: scaling.ExistingVariant(v), Scaling: autoscaling.VariantScaling{
			Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 10},
			Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 4}}}.Validate()
		if got := err != nil && strings.Contains(err.Error(), "burstable"); got != want || !got && err != nil {
			t.Errorf("%q: got %v", instanceType, err)
		}
	}
}
