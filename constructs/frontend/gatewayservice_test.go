package frontend_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	frontendscaling "github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

const image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/gateway:1.0.0"

func newService(t *testing.T, change func(*frontend.GatewayServiceProps)) (awscdk.Stack, template.Template) {
	t.Helper()
	stack := template.NewStack(t)
	vpc := newVPC(stack)
	props := frontend.GatewayServiceProps{EndpointName: "Odds", VPC: vpc, Image: image}
	if change != nil {
		change(&props)
	}
	service := frontend.NewGatewayService(stack, "Gateway", props)
	frontend.NewPrivateEndpoints(stack, "Endpoints", frontend.PrivateEndpointsProps{
		VPC: vpc, Clients: service.SecurityGroup,
	})
	frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
		VPC: vpc, Gateway: service, CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16"},
	})
	return stack, template.Of(t, stack)
}

func TestGatewayService(t *testing.T) {
	_, got := newService(t, nil)
	service := got.One(t, "AWS::ECS::Service").Properties
	task := got.One(t, "AWS::ECS::TaskDefinition").Properties
	container := task["ContainerDefinitions"].([]any)[0].(map[string]any)

	t.Run("its count is scaling's, and a deployment takes no task away", func(t *testing.T) {
		if count, there := service["DesiredCount"]; there {
			t.Errorf("got a count of %v", count)
		}
		want := map[string]any{
			"MinimumHealthyPercent": 100.0, "MaximumPercent": 200.0,
			"DeploymentCircuitBreaker": map[string]any{"Enable": true, "Rollback": true},
		}
		if diff := cmp.Diff(want, service["DeploymentConfiguration"]); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("it runs in private subnets without an address of its own", func(t *testing.T) {
		network := service["NetworkConfiguration"].(map[string]any)["AwsvpcConfiguration"].(map[string]any)
		if network["AssignPublicIp"] != "DISABLED" {
			t.Errorf("got AssignPublicIp %v", network["AssignPublicIp"])
		}
		for _, subnet := range network["Subnets"].([]any) {
			if id := subnet.(map[string]any)["Ref"].(string); !strings.Contains(id, "private") {
				t.Errorf("got subnet %s, want only private ones", id)
			}
		}
	})
	t.Run("its container is not root, writes nowhere, and drains", func(t *testing.T) {
		for key, want := range map[string]any{
			"User": "65532:65532", "ReadonlyRootFilesystem": true, "StopTimeout": 80.0,
			"Environment": []any{
				map[string]any{"Name": "DRAIN_TIMEOUT", "Value": "1m15s"},
				map[string]any{"Name": "ENDPOINT_NAME", "Value": "Odds"},
				map[string]any{"Name": "LISTEN_ADDRESS", "Value": ":8080"},
				map[string]any{"Name": "MAX_BODY_BYTES", "Value": "6291456"},
				map[string]any{"Name": "MAX_HELD_BYTES", "Value": "536870912"},
				map[string]any{"Name": "REQUEST_TIMEOUT", "Value": "1m10s"},
				map[string]any{"Name": "STREAM_TIMEOUT", "Value": "1m10s"},
			},
		} {
			if diff := cmp.Diff(want, container[key]); diff != "" {
				t.Errorf("%s: %s", key, diff)
			}
		}
		if task["RuntimePlatform"].(map[string]any)["CpuArchitecture"] != "ARM64" {
			t.Errorf("got %v", task["RuntimePlatform"])
		}
	})
	t.Run("its count follows its tasks' CPU, and there are two at least", func(t *testing.T) {
		target := got.One(t, "AWS::ApplicationAutoScaling::ScalableTarget")
		bounds := target.Properties
		if bounds["ServiceNamespace"] != "ecs" || bounds["ScalableDimension"] != "ecs:service:DesiredCount" || bounds["MinCapacity"] != 2.0 || bounds["MaxCapacity"] != 10.0 {
			t.Errorf("got %v", bounds)
		}
		id := bounds["ResourceId"].(map[string]any)["Fn::Join"].([]any)[1].([]any)
		if len(id) != 4 || id[0] != "service/" || id[2] != "/" {
			t.Errorf("got resource ID %v, want service/CLUSTER/SERVICE", id)
		}
		policy := got.One(t, "AWS::ApplicationAutoScaling::ScalingPolicy").Properties["TargetTrackingScalingPolicyConfiguration"].(map[string]any)
		want := map[string]any{
			"PredefinedMetricSpecification": map[string]any{"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
			"TargetValue":                   70.0, "ScaleOutCooldown": 60.0, "ScaleInCooldown": 300.0, "DisableScaleIn": false,
		}
		if diff := cmp.Diff(want, policy); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("its streams are forwarded too", func(t *testing.T) {
		want := []any{"/invocations", "/endpoints/Odds/invocations", "/ping", "/invocations-response-stream", "/endpoints/Odds/invocations-response-stream"}
		condition := got.One(t, "AWS::ElasticLoadBalancingV2::ListenerRule").Properties["Conditions"].([]any)[0].(map[string]any)
		if diff := cmp.Diff(want, condition["PathPatternConfig"].(map[string]any)["Values"]); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("its targets are chosen at random, and stand until the longest stream ends", func(t *testing.T) {
		group := got.One(t, targetGroup).Properties
		want := []any{
			map[string]any{"Key": "deregistration_delay.timeout_seconds", "Value": "80"},
			map[string]any{"Key": "stickiness.enabled", "Value": "false"},
			map[string]any{"Key": "load_balancing.algorithm.type", "Value": "weighted_random"},
			map[string]any{"Key": "load_balancing.algorithm.anomaly_mitigation", "Value": "on"},
		}
		if diff := cmp.Diff(want, group["TargetGroupAttributes"]); diff != "" {
			t.Error(diff)
		}
		if group["HealthCheckPath"] != "/ping" || group["TargetType"] != "ip" || group["Port"] != 8080.0 {
			t.Errorf("got %v", group)
		}
	})
	t.Run("it may call one endpoint, write one log and read one image", func(t *testing.T) {
		for _, statement := range got.Statements() {
			actions, resource := statement["Action"], statement["Resource"]
			if resource == "*" && actions != "ecr:GetAuthorizationToken" {
				t.Errorf("%v on *", actions)
			}
		}
		found := false
		for _, statement := range got.Statements() {
			if cmp.Equal(statement["Action"], []any{"sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"}) {
				found = true
				if statement["Resource"] != "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/odds" {
					t.Errorf("it may call %v", statement["Resource"])
				}
			}
		}
		if !found {
			t.Error("it may call no endpoint")
		}
	})
	t.Run("only the load balancer connects to it", func(t *testing.T) {
		ports := map[any]string{}
		for _, rule := range got.All("AWS::EC2::SecurityGroupIngress") {
			source := rule.Properties["SourceSecurityGroupId"].(map[string]any)["Fn::GetAtt"].([]any)[0].(string)
			ports[rule.Properties["ToPort"]] += source[:len("LoadBalancer")]
		}
		if diff := cmp.Diff(map[any]string{8080.0: "LoadBalancer", 443.0: "GatewaySecu" + "r"}, ports); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the private endpoint passes the account's own calls to its own endpoints", func(t *testing.T) {
		for _, e := range got.All("AWS::EC2::VPCEndpoint") {
			if serviceName(e.Properties["ServiceName"]) != "sagemaker.runtime" {
				continue
			}
			const account = "arn:aws:sagemaker:eu-west-1:123456789012:"
			want := []any{map[string]any{
				"Effect": "Allow", "Principal": map[string]any{"AWS": "*"},
				"Action":    []any{"sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"},
				"Resource":  []any{account + "endpoint/*", account + "inference-component/*"},
				"Condition": map[string]any{"StringEquals": map[string]any{"aws:PrincipalAccount": "123456789012"}},
			}}
			if diff := cmp.Diff(want, e.Properties["PolicyDocument"].(map[string]any)["Statement"]); diff != "" {
				t.Error(diff)
			}
		}
	})
	t.Run("its subnets need no way out", func(t *testing.T) {
		var services []string
		for _, e := range got.All("AWS::EC2::VPCEndpoint") {
			services = append(services, serviceName(e.Properties["ServiceName"]))
		}
		want := []string{"ecr.dkr", "ecr.api", "logs", "sagemaker.runtime", "s3"}
		if diff := cmp.Diff(sorted(want), sorted(services)); diff != "" {
			t.Error(diff)
		}
	})
}

// Floors of events are scheduled actions of the same scalable target.
func TestServiceFloors(t *testing.T) {
	calendar := events.Calendar{
		MinCapacity: 2, MaxCapacity: 100, RequestsPerSecondPerInstance: 400, StartTime: 6 * time.Minute,
		Events: []events.Event{{Name: "final", Timezone: "UTC", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", PeakRequestsPerSecond: 6000}},
	}
	target := frontendscaling.ServiceTarget(frontendscaling.ServiceTasks(1500, 3).Calendar(calendar), 40)
	_, got := newService(t, func(p *frontend.GatewayServiceProps) { p.Scaling = &target })
	bounds := got.One(t, "AWS::ApplicationAutoScaling::ScalableTarget").Properties
	floor := 0.0
	for _, action := range bounds["ScheduledActions"].([]any) {
		floor = max(floor, action.(map[string]any)["ScalableTargetAction"].(map[string]any)["MinCapacity"].(float64))
	}
	if bounds["MaxCapacity"] != 40.0 || floor != 6 { // 6000 ÷ (1500 × 0.7), and 6000 ÷ 1500 × 3 ÷ 2
		t.Errorf("got a maximum of %v and a floor of %v", bounds["MaxCapacity"], floor)
	}
}

func TestServiceScalingIsOfTheService(t *testing.T) {
	for want, target := range map[string]autoscaling.ScalableTarget{
		`Scaling.Dimension: got "lambda:function:ProvisionedConcurrency": `: {Dimension: autoscaling.FunctionProvisionedConcurrency, MaxCapacity: 2},
		`Scaling.ResourceID: got "service/a/b": the service is made here; `: {ResourceID: "service/a/b", Dimension: autoscaling.ServiceTaskCount, MinCapacity: 2, MaxCapacity: 4},
		`Scaling.MaxCapacity: got 4: `:                                      {Dimension: autoscaling.ServiceTaskCount, MinCapacity: 5, MaxCapacity: 4},
	} {
		got := template.Problems(t, "test/Gateway", func() {
			newService(t, func(p *frontend.GatewayServiceProps) { p.Scaling = &target })
		})
		if !strings.HasPrefix(got, want) {
			t.Errorf("got %v, want %s", got, want)
		}
	}
}

// Fargate gives at most two minutes between SIGTERM and SIGKILL, and the load
// balancer an hour before that.
func TestLongStreams(t *testing.T) {
	_, got := newService(t, func(p *frontend.GatewayServiceProps) { p.RequestTimeout = 15 * time.Minute })
	container := got.One(t, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"].([]any)[0].(map[string]any)
	if container["StopTimeout"] != 120.0 {
		t.Errorf("got StopTimeout %v", container["StopTimeout"])
	}
	attributes := got.One(t, targetGroup).Properties["TargetGroupAttributes"].([]any)
	if diff := cmp.Diff(map[string]any{"Key": "deregistration_delay.timeout_seconds", "Value": "910"}, attributes[0]); diff != "" {
		t.Error(diff)
	}
}

func TestImageIsBuiltWhereAnEngineIs(t *testing.T) {
	engine := filepath.Join(t.TempDir(), "engine")
	if err := os.WriteFile(engine, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CDK_DOCKER", engine)
	_, got := newService(t, func(p *frontend.GatewayServiceProps) { p.Image = "" })
	container := got.One(t, "AWS::ECS::TaskDefinition").Properties["ContainerDefinitions"].([]any)[0].(map[string]any)
	if built, ok := container["Image"].(map[string]any); !ok || !strings.Contains(built["Fn::Sub"].(string), "container-assets") {
		t.Errorf("got image %v, want an asset", container["Image"])
	}
}

func TestNoEngineNoImage(t *testing.T) {
	t.Setenv("CDK_DOCKER", "no-such-engine")
	got := template.Problems(t, "test/Gateway", func() {
		newService(t, func(p *frontend.GatewayServiceProps) { p.Image = "" })
	})
	want := `Image: the gateway's image has to be built, and there is no container engine: exec: "no-such-engine": executable file not found in $PATH; ` +
		`give the URI of an image in Amazon ECR, install docker, or name another engine in CDK_DOCKER`
	if got != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestGatewayServiceValidate(t *testing.T) {
	err := frontend.GatewayServiceProps{
		EndpointName: "a_b", Image: "gateway", CPU: 256, MemoryMB: 1536, RequestTimeout: time.Hour, MaxRequestBytes: 26 << 20,
	}.Validate()
	if err == nil {
		t.Fatal("got no error")
	}
	want := []string{
		`EndpointName: got "a_b": a SageMaker name has 1 to 63 letters, digits and hyphens, and neither begins nor ends with a hyphen; give the name of the endpoint to call`,
		`VPC: a service runs in a VPC; give one`,
		`Image: got "gateway": an image is ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG, or @sha256:DIGEST in place of :TAG; Amazon ECS pulls it from Amazon ECR; copy the image URI from the repository in Amazon ECR`,
		`MemoryMB: got 1536: beside CPU 256 a task has 512 to 2048 MB in steps of 512; leave it out for twice the CPU`,
		`RequestTimeout: got 1h: a time-out is a whole number of seconds, 1s to 15m; a model may take 60s to answer`,
		`MaxRequestBytes: got 27262976: SageMaker takes at most 26214400 bytes; 6291456 is the default`,
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
}

// serviceName returns the end of an AWS service's name: s3, or sagemaker.runtime.
func serviceName(name any) string {
	if joined, ok := name.(map[string]any); ok {
		parts := joined["Fn::Join"].([]any)[1].([]any)
		name = parts[len(parts)-1]
	}
	_, after, _ := strings.Cut(strings.TrimPrefix(name.(string), "com.amazonaws."), ".")
	return after
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

// A component is invoked through its endpoint, and needs a permission of its own.
func TestComponentsMayBeCalled(t *testing.T) {
	stack := template.NewStack(t)
	vpc := newVPC(stack)
	components := []string{"Odds-A"}
	frontend.NewGatewayFunction(stack, "Function", frontend.GatewayFunctionProps{EndpointName: "Odds", InferenceComponents: components, Code: prebuilt(stack)})
	frontend.NewGatewayService(stack, "Service", frontend.GatewayServiceProps{EndpointName: "Odds", InferenceComponents: components, VPC: vpc, Image: image})
	statements := template.Of(t, stack).Statements()
	want := []any{"arn:aws:sagemaker:eu-west-1:123456789012:endpoint/odds", "arn:aws:sagemaker:eu-west-1:123456789012:inference-component/odds-a"}
	found := 0
	for _, s := range statements {
		if !strings.Contains(fmt.Sprint(s["Action"]), "sagemaker:InvokeEndpoint") {
			continue
		}
		found++
		if diff := cmp.Diff(want, s["Resource"]); diff != "" {
			t.Error(diff)
		}
	}
	if found != 2 {
		t.Errorf("got %d statements that let a gateway call, want those of the function and of the service", found)
	}
}
