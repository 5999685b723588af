package stacks_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/stacks"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

func TestMain(m *testing.M) { template.Main(m) }

// synthesized is the inference stack of an environment among config's valid ones,
// with the environment's only scalable target as the model has it, and the names
// of all its stacks.
func synthesized(t *testing.T, name string) (got template.Template, model autoscaling.ScalableTarget, parts []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "config", "testdata", "valid", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := config.Parse(name+".yaml", name, data)
	if err != nil {
		t.Fatal(err)
	}
	stage := stacks.NewEnvironment(awscdk.NewApp(nil), e).Stage
	for _, child := range *stage.Node().Children() {
		parts = append(parts, *child.Node().Id())
	}
	got = template.Of(t, stage.Node().FindChild(jsii.String("inference")).(awscdk.Stack))
	model = e.Subjects()[0].Target
	model.RoleARN = "" // the construct names it
	return got, model, parts
}

// properties are those of the model's target in a template.
func properties(target template.Resource) map[string]any {
	delete(target.Properties, "RoleARN")
	return target.Properties
}

func roundTrip(t *testing.T, v any) (out map[string]any) {
	t.Helper()
	data, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const targetType = "AWS::ApplicationAutoScaling::ScalableTarget"

func dependsOnEndpoint(t *testing.T, got template.Template) {
	t.Helper()
	if on := got.One(t, targetType).DependsOn; !slices.Contains(on, got.ID(t, "AWS::SageMaker::Endpoint")) {
		t.Errorf("the target depends on %v, want the endpoint among them", on)
	}
}

// TestAsynchronous: the endpoint queues, its variant scales by the backlog and
// wakes up from zero, and nothing stands before it.
func TestAsynchronous(t *testing.T) {
	got, model, parts := synthesized(t, "asynchronous")
	if !slices.Equal(parts, []string{"inference", "monitoring"}) {
		t.Errorf("got the stacks %q, want inference and monitoring", parts)
	}
	want := map[string]any{
		"ClientConfig": map[string]any{"MaxConcurrentInvocationsPerInstance": 4.0},
		"OutputConfig": map[string]any{
			"S3OutputPath": "s3://answers-eu-west-1/predictions", "S3FailurePath": "s3://failures-eu-west-1",
			"KmsKeyId":           keyARN("1"),
			"NotificationConfig": map[string]any{"ErrorTopic": "arn:aws:sns:eu-west-1:123456789012:failures"},
		},
	}
	if diff := cmp.Diff(want, got.One(t, "AWS::SageMaker::EndpointConfig").Properties["AsyncInferenceConfig"]); diff != "" {
		t.Errorf("the endpoint (-want +got)\n%s", diff)
	}
	target := properties(got.One(t, targetType))
	if diff := cmp.Diff(roundTrip(t, model.CloudFormation()), target); diff != "" || target["MinCapacity"] != 0.0 {
		t.Errorf("the target, which may be 0 (-want +got)\n%s", diff)
	}
	dependsOnEndpoint(t, got)
	var policies []string
	for _, p := range got.All("AWS::ApplicationAutoScaling::ScalingPolicy") {
		policies = append(policies, p.Properties["PolicyName"].(string))
	}
	slices.Sort(policies)
	if diff := cmp.Diff([]string{autoscaling.BacklogPolicyName, autoscaling.AsynchronousWakeUpPolicyName}, policies); diff != "" {
		t.Errorf("policies (-want +got)\n%s", diff)
	}
	allowed, err := json.Marshal(got.Statements())
	if err != nil {
		t.Fatal(err)
	}
	for _, resource := range []string{
		":s3:::answers-eu-west-1/predictions/*", ":s3:::failures-eu-west-1/*", ":s3:::requests-eu-west-1/predictions/*",
		"arn:aws:sns:eu-west-1:123456789012:failures",
	} {
		if !strings.Contains(string(allowed), resource+`"`) {
			t.Errorf("the model's role may not use %s", resource)
		}
	}
}

// TestServerless: the variant has no instances, begins with one copy warm, and
// stands behind the gateway.
func TestServerless(t *testing.T) {
	got, model, parts := synthesized(t, "serverless")
	if !slices.Equal(parts, []string{"network", "inference", "frontend", "monitoring"}) {
		t.Errorf("got the stacks %q", parts)
	}
	variants := got.One(t, "AWS::SageMaker::EndpointConfig").Properties["ProductionVariants"].([]any)
	variant := variants[0].(map[string]any)
	want := map[string]any{"MemorySizeInMB": 2048.0, "MaxConcurrency": 40.0, "ProvisionedConcurrency": 1.0}
	if diff := cmp.Diff(want, variant["ServerlessConfig"]); diff != "" {
		t.Errorf("the variant (-want +got)\n%s", diff)
	}
	if variant["InstanceType"] != nil || variant["InitialInstanceCount"] != nil {
		t.Errorf("the variant has instances: %v", variant)
	}
	if diff := cmp.Diff(roundTrip(t, model.CloudFormation()), properties(got.One(t, targetType))); diff != "" {
		t.Errorf("the target (-want +got)\n%s", diff)
	}
	dependsOnEndpoint(t, got)
	policy := got.One(t, "AWS::ApplicationAutoScaling::ScalingPolicy").Properties
	if name := policy["PolicyName"]; name != autoscaling.ProvisionedConcurrencyPolicyName {
		t.Errorf("the policy is %v", name)
	}
}

// TestComponents: the variant has no model and its instances are SageMaker's to
// move; each component has copies, which scale when it stands.
func TestComponents(t *testing.T) {
	got, model, parts := synthesized(t, "components")
	if !slices.Equal(parts, []string{"network", "inference", "frontend", "monitoring"}) {
		t.Errorf("got the stacks %q", parts)
	}
	variants := got.One(t, "AWS::SageMaker::EndpointConfig").Properties["ProductionVariants"].([]any)
	want := map[string]any{
		"VariantName": "main", "InstanceType": "ml.g6.12xlarge", "InitialInstanceCount": 1.0,
		"ManagedInstanceScaling": map[string]any{"Status": "ENABLED", "MinInstanceCount": 0.0, "MaxInstanceCount": 6.0},
	}
	if diff := cmp.Diff([]any{want}, variants); diff != "" {
		t.Errorf("the variant (-want +got)\n%s", diff)
	}
	resources := map[string]any{}
	for _, c := range got.All("AWS::SageMaker::InferenceComponent") {
		name := c.Properties["InferenceComponentName"].(string)
		if copies := c.Properties["RuntimeConfig"]; copies != nil {
			t.Errorf("%s has %v, which every update would send again", name, copies)
		}
		resources[name] = c.Properties["Specification"].(map[string]any)["ComputeResourceRequirements"]
	}
	if diff := cmp.Diff(map[string]any{
		"odds": map[string]any{"MinMemoryRequiredInMb": 8192.0, "NumberOfCpuCoresRequired": 2.0, "NumberOfAcceleratorDevicesRequired": 1.0},
		"risk": map[string]any{"MinMemoryRequiredInMb": 4096.0, "NumberOfAcceleratorDevicesRequired": 1.0},
	}, resources); diff != "" {
		t.Errorf("what a copy is guaranteed (-want +got)\n%s", diff)
	}
	targets := map[string]template.Resource{}
	for _, target := range got.All(targetType) {
		targets[target.Properties["ResourceId"].(string)] = target
	}
	if diff := cmp.Diff(roundTrip(t, model.CloudFormation()), properties(targets["inference-component/odds"])); diff != "" {
		t.Errorf("the target (-want +got)\n%s", diff)
	}
	risk := targets["inference-component/risk"]
	if low := risk.Properties["MinCapacity"]; low != 0.0 || len(targets) != 2 {
		t.Errorf("got %d targets, and risk with a minimum of %v, want 2 and 0", len(targets), low)
	}
	if !slices.ContainsFunc(risk.DependsOn, func(id string) bool { return strings.HasPrefix(id, "Componentrisk") }) {
		t.Errorf("the target depends on %v, want the component among them", risk.DependsOn)
	}
}

// TestInstanceKeys: what a file says of a variant's instances, and of the start of a
// component's copies, is in the template.
func TestInstanceKeys(t *testing.T) {
	variant := stackOf(t, environment(t, validFile(t, "minimal"), edit{"  instanceType: ml.c6i.large\n", `  instanceType: ml.c6i.large
  routing: least-outstanding-requests
  modelDataDownloadTimeout: 20m
  containerStartupHealthCheckTimeout: 10m
  instanceProvisionTimeout: 30m
  volumeSizeGb: 200
  inferenceAmiVersion: al2023-ami-sagemaker-inference-gpu-4-1
  capacityReservationArn: arn:aws:sagemaker:eu-west-1:123456789012:training-plan/finals
`}), "inference").One(t, "AWS::SageMaker::EndpointConfig").Properties["ProductionVariants"].([]any)[0].(map[string]any)
	for property, want := range map[string]any{
		"RoutingConfig":                               map[string]any{"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"},
		"ModelDataDownloadTimeoutInSeconds":           1200.0,
		"ContainerStartupHealthCheckTimeoutInSeconds": 600.0,
		"VolumeSizeInGB":                              200.0,
		"InferenceAmiVersion":                         "al2023-ami-sagemaker-inference-gpu-4-1",
	} {
		if diff := cmp.Diff(want, variant[property]); diff != "" {
			t.Errorf("%s: %s", property, diff)
		}
	}
	if reservation, _ := variant["CapacityReservationConfig"].(map[string]any); reservation["MlReservationArn"] !=
		"arn:aws:sagemaker:eu-west-1:123456789012:training-plan/finals" {
		t.Errorf("got %v", variant)
	}
	component := stackOf(t, environment(t, validFile(t, "components"), edit{"  - name: odds\n",
		"  - name: odds\n    modelDataDownloadTimeout: 20m\n    containerStartupHealthCheckTimeout: 10m\n"}), "inference").
		All("AWS::SageMaker::InferenceComponent")[0].Properties["Specification"].(map[string]any)
	want := map[string]any{
		"ModelDataDownloadTimeoutInSeconds":           1200.0,
		"ContainerStartupHealthCheckTimeoutInSeconds": 600.0,
	}
	if diff := cmp.Diff(want, component["StartupParameters"]); diff != "" {
		t.Error(diff)
	}
}
