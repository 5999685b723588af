package stacks_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/stacks"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// standing is an environment in a VPC that stands, with the gateway on Fargate.
func standing(t *testing.T, change ...string) config.Environment {
	t.Helper()
	data, err := os.ReadFile("testdata/standing.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "standing.yaml"), []byte(strings.NewReplacer(change...).Replace(string(data))), 0o644); err != nil {
		t.Fatal(err)
	}
	loaded, err := config.Load(dir, "standing")
	if err != nil {
		t.Fatal(err)
	}
	return loaded[0]
}

// TestTasksInAVPCThatStands: they stand in the private subnets, wherever the load
// balancer does, and use the ways out that are there.
func TestTasksInAVPCThatStands(t *testing.T) {
	private := []any{"subnet-0123456789abcdef2", "subnet-0123456789abcdef3"}
	for name, change := range map[string][]string{"internet-facing": nil, "internal": {"internetFacing: true", "internetFacing: false"}} {
		t.Run(name, func(t *testing.T) {
			stage := stacks.NewEnvironment(awscdk.NewApp(nil), standing(t, change...)).Stage
			part := func(name string) template.Template {
				return template.Of(t, stage.Node().FindChild(jsii.String(name)).(awscdk.Stack))
			}
			front := part("frontend") // adds to the groups of the network
			network := front.One(t, "AWS::ECS::Service").Properties["NetworkConfiguration"].(map[string]any)["AwsvpcConfiguration"].(map[string]any)
			if diff := cmp.Diff(private, network["Subnets"]); diff != "" {
				t.Error(diff)
			}
			got := part("network")
			if endpoints := got.All("AWS::EC2::VPCEndpoint"); len(endpoints) > 0 {
				t.Errorf("got private endpoints %v in a VPC that may have them", endpoints)
			}
			in := got.One(t, "AWS::EC2::SecurityGroupIngress").Properties
			if in["FromPort"] != 8080.0 || in["SourceSecurityGroupId"] == nil {
				t.Errorf("got into the tasks: %v", in)
			}
		})
	}
}

// TestTraces: the tasks are told of the collector, and the network's security
// group lets them out to it.
func TestTraces(t *testing.T) {
	stage := stacks.NewEnvironment(awscdk.NewApp(nil), standing(
		t,
		"  gateway: fargate\n",
		"  gateway: fargate\n  server: {otlpEndpoint: 'http://10.0.9.9:4318', traceRatio: 0.25}\n",
	)).Stage
	part := func(name string) template.Template {
		return template.Of(t, stage.Node().FindChild(jsii.String(name)).(awscdk.Stack))
	}
	container := part("frontend").One(t, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"].([]any)[0].(map[string]any)
	got := map[any]any{}
	for _, variable := range container["Environment"].([]any) {
		if v := variable.(map[string]any); strings.HasPrefix(v["Name"].(string), "OTEL_") {
			got[v["Name"]] = v["Value"]
		}
	}
	if diff := cmp.Diff(map[any]any{
		"OTEL_EXPORTER_OTLP_ENDPOINT": "http://10.0.9.9:4318", "OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25",
	}, got); diff != "" {
		t.Error(diff)
	}
	var out []any
	for _, group := range part("network").All("AWS::EC2::SecurityGroup") {
		if group.Properties["GroupDescription"] == "Tasks of the gateway" {
			out = group.Properties["SecurityGroupEgress"].([]any)
		}
	}
	want := map[string]any{
		"CidrIp":      "10.0.9.9/32",
		"FromPort":    4318.,
		"ToPort":      4318.,
		"IpProtocol":  "tcp",
		"Description": "The collector of traces",
	}
	if len(out) != 2 || !cmp.Equal(out[1], any(want)) {
		t.Errorf("got out of the tasks: %v, want beside AWS's services %v", out, want)
	}
}

// TestNoImageNoEngine: what the machine lacks is said at the key that helps.
func TestNoImageNoEngine(t *testing.T) {
	t.Setenv("CDK_DOCKER", "no-such-engine")
	const image = "  image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/gateway:1.0.0\n"
	for key, e := range map[string]config.Environment{
		"frontend.image":        standing(t, image, ""),
		"frontend.canary.image": standing(t, image, "  canary: {weightPercent: 0, gateway: fargate}\n", "gateway: fargate\n  capacity", "gateway: lambda\n  capacity"),
	} {
		noEngine(t, key, e)
	}
}

func noEngine(t *testing.T, key string, e config.Environment) {
	t.Helper()
	got := template.Panics(t, func() { stacks.NewEnvironment(awscdk.NewApp(nil), e) })
	want := `standing: ` + key + `: the gateway's image has to be built, and there is no container engine: exec: "no-such-engine": executable file not found in $PATH; ` +
		`give the URI of an image in Amazon ECR, install docker, or name another engine in CDK_DOCKER`
	if err, ok := got.(error); !ok || err.Error() != want {
		t.Errorf("got %v, want %s", got, want)
	}
}
