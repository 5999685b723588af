package frontend_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	frontendscaling "github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// environments returns the calendar in the gateway's concurrent environments.
func environments() events.Calendar {
	return frontendscaling.FunctionEnvironments(50 * time.Millisecond).Calendar(calendar())
}

func TestProvisionedConcurrency(t *testing.T) {
	stack := template.NewStack(t)
	target := frontendscaling.FunctionTarget(environments(), 800)
	frontend.NewGatewayFunction(stack, "Gateway", frontend.GatewayFunctionProps{
		EndpointName: "odds", Code: prebuilt(stack), ReservedConcurrency: 800, ProvisionedConcurrency: &target,
	})
	got := template.Of(t, stack)
	function, version := got.ID(t, "AWS::Lambda::Function"), got.ID(t, "AWS::Lambda::Version")

	if reserved := got.One(t, "AWS::Lambda::Function").Properties["ReservedConcurrentExecutions"]; reserved != 800.0 {
		t.Errorf("got %v reserved", reserved)
	}
	want := map[string]any{
		"Name": "live", "FunctionName": ref(function), "FunctionVersion": getAtt(version, "Version"), "Description": "What the load balancer calls",
	}
	if diff := cmp.Diff(want, got.One(t, "AWS::Lambda::Alias").Properties); diff != "" {
		t.Error(diff) // a ProvisionedConcurrencyConfig would undo what scaling has made
	}
	scalable := got.One(t, "AWS::ApplicationAutoScaling::ScalableTarget")
	p := scalable.Properties
	if p["ServiceNamespace"] != "lambda" || p["ScalableDimension"] != "lambda:function:ProvisionedConcurrency" || p["MinCapacity"] != 0.0 || p["MaxCapacity"] != 800.0 ||
		!cmp.Equal(p["ResourceId"], map[string]any{"Fn::Join": []any{"", []any{"function:", ref(function), ":live"}}}) || p["RoleARN"] != nil {
		t.Errorf("got %v", p)
	}
	if !cmp.Equal(scalable.DependsOn, []string{got.ID(t, "AWS::Lambda::Alias")}) {
		t.Errorf("got DependsOn %v, want the alias", scalable.DependsOn)
	}
	if n := len(p["ScheduledActions"].([]any)); n != len(autoscaling.FloorActions(environments())) || n == 0 {
		t.Errorf("got %d scheduled actions", n)
	}
	tracking := got.One(t, "AWS::ApplicationAutoScaling::ScalingPolicy").Properties["TargetTrackingScalingPolicyConfiguration"]
	wantTracking := map[string]any{
		"PredefinedMetricSpecification": map[string]any{"PredefinedMetricType": "LambdaProvisionedConcurrencyUtilization"},
		"TargetValue":                   0.7, "ScaleOutCooldown": 0.0, "ScaleInCooldown": 300.0, "DisableScaleIn": false,
	}
	if diff := cmp.Diff(wantTracking, tracking); diff != "" {
		t.Error(diff)
	}
}

// TestVersionFollowsTheFunction: a changed function gets a new version with the same
// alias; an unchanged one keeps its version.
func TestVersionFollowsTheFunction(t *testing.T) {
	version := func(memory int) (version, function, alias string) {
		stack := template.NewStack(t)
		frontend.NewGatewayFunction(stack, "Gateway", frontend.GatewayFunctionProps{EndpointName: "odds", Code: prebuilt(stack), MemoryMB: memory})
		got := template.Of(t, stack)
		return got.ID(t, "AWS::Lambda::Version"), got.ID(t, "AWS::Lambda::Function"), got.ID(t, "AWS::Lambda::Alias")
	}
	v1, f1, a1 := version(256)
	v2, f2, a2 := version(512)
	again, _, _ := version(256)
	if v1 == v2 || v1 != again || f1 != f2 || a1 != a2 {
		t.Errorf("got versions %s, %s and %s, functions %s and %s, aliases %s and %s", v1, v2, again, f1, f2, a1, a2)
	}
}

func TestProvisionedConcurrencyValidates(t *testing.T) {
	over, instances, named := frontendscaling.FunctionTarget(environments(), 900), autoscaling.ScalableTarget{Dimension: autoscaling.VariantInstanceCount}, frontendscaling.FunctionTarget(environments(), 0)
	named.ResourceID = "function:another:live"
	for _, test := range []struct {
		name  string
		props frontend.GatewayFunctionProps
		want  string
	}{
		{"more than is reserved", frontend.GatewayFunctionProps{EndpointName: "odds", ReservedConcurrency: 800, ProvisionedConcurrency: &over},
			`ProvisionedConcurrency.MaxCapacity: got 900: no more can be provisioned than the 800 that are reserved; raise ReservedConcurrency, or lower the maximum`},
		{"instances", frontend.GatewayFunctionProps{EndpointName: "odds", ProvisionedConcurrency: &instances},
			`ProvisionedConcurrency.Dimension: got "sagemaker:variant:DesiredInstanceCount": a function's dimension is lambda:function:ProvisionedConcurrency; take FunctionTarget of autoscaling/frontend`},
		{"another alias", frontend.GatewayFunctionProps{EndpointName: "odds", ProvisionedConcurrency: &named},
			`ProvisionedConcurrency.ResourceID: got "function:another:live": the alias is made here; leave it out`},
		{"less than nothing", frontend.GatewayFunctionProps{EndpointName: "odds", ReservedConcurrency: -1},
			`ReservedConcurrency: got -1: reserved concurrency is over 0 requests at a time; leave it out, and the function shares the account's`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := test.props.Validate(); err == nil || strings.TrimSpace(err.Error()) != test.want {
				t.Errorf("got %v", err)
			}
		})
	}
}
