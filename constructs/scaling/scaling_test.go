package scaling_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

const (
	targetType = "AWS::ApplicationAutoScaling::ScalableTarget"
	policyType = "AWS::ApplicationAutoScaling::ScalingPolicy"
)

func TestMain(m *testing.M) { template.Main(m) }

func ptr[T any](v T) *T { return &v }

// everything is a VariantScaling with every field set.
func everything() autoscaling.VariantScaling {
	return autoscaling.VariantScaling{
		Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100},
		Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 12, SafetyFactor: 0.7, ScaleOutCooldown: ptr(60 * time.Second), ScaleInCooldown: ptr(10 * time.Minute)},
		ScheduledActions: []autoscaling.ScheduledAction{
			{Name: "evening", Schedule: "cron(0 18 ? * MON-FRI *)", Timezone: "Europe/London", MinCapacity: ptr(4)},
			{Name: "final", Schedule: "at(2027-05-29T18:00:00)", Timezone: "Europe/London", MinCapacity: ptr(10), MaxCapacity: ptr(14)},
			{Name: "release", Schedule: "at(2027-05-30T02:00:00)", MinCapacity: ptr(2), MaxCapacity: ptr(12), AllowLowerMax: true},
		},
	}
}

func TestVariantScaling(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1"}}})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds",
		Variants: []inference.VariantProps{
			{Model: model, InstanceType: "ml.c6i.xlarge", InitialInstanceCount: 2},
			{Name: "next", Model: model, InstanceType: "ml.c7i.xlarge", InitialInstanceCount: 1},
		},
	})
	main := scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{
		Variant: endpoint.Variant("main"), Scaling: everything(),
	})
	scaling.NewVariantScaling(stack, "ScalingNext", scaling.VariantScalingProps{
		Variant: endpoint.Variant("next"),
		Scaling: autoscaling.VariantScaling{Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 3, TargetInvocationsPerMinute: 900}},
	})
	got := template.Of(t, stack)
	targets, policies := got.All(targetType), got.All(policyType)
	if len(targets) != 2 || len(policies) != 2 {
		t.Fatalf("got %d targets and %d policies, want 2 of each", len(targets), len(policies))
	}

	t.Run("the bounds, the schedule and its time zones are written", func(t *testing.T) {
		want := map[string]any{
			"ServiceNamespace":  "sagemaker",
			"ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
			"ResourceId":        "endpoint/odds/variant/main",
			"MinCapacity":       2.0, "MaxCapacity": 12.0,
			"RoleARN": "arn:aws:iam::123456789012:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
			"ScheduledActions": []any{
				map[string]any{"ScheduledActionName": "evening", "Schedule": "cron(0 18 ? * MON-FRI *)", "Timezone": "Europe/London",
					"ScalableTargetAction": map[string]any{"MinCapacity": 4.0}},
				map[string]any{"ScheduledActionName": "final", "Schedule": "at(2027-05-29T18:00:00)", "Timezone": "Europe/London",
					"ScalableTargetAction": map[string]any{"MinCapacity": 10.0, "MaxCapacity": 14.0}},
				map[string]any{"ScheduledActionName": "release", "Schedule": "at(2027-05-30T02:00:00)", "Timezone": "UTC",
					"ScalableTargetAction": map[string]any{"MinCapacity": 2.0, "MaxCapacity": 12.0}},
			},
		}
		if diff := cmp.Diff(want, targets[1].Properties); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the policy tracks 100 requests a second × 0.7 × 60", func(t *testing.T) {
		var targetID string
		for id, r := range got.Resources {
			if r.Type == targetType && r.Properties["ResourceId"] == "endpoint/odds/variant/main" {
				targetID = id
			}
		}
		want := map[string]any{
			"PolicyName": "invocations-per-instance", "PolicyType": "TargetTrackingScaling",
			"ScalingTargetId": map[string]any{"Ref": targetID},
			"TargetTrackingScalingPolicyConfiguration": map[string]any{
				"PredefinedMetricSpecification": map[string]any{"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
				"TargetValue":                   4200.0,
				"ScaleOutCooldown":              60.0, "ScaleInCooldown": 600.0, "DisableScaleIn": false,
			},
		}
		if diff := cmp.Diff(want, policies[1].Properties); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the second variant has its own, with AWS's cooldowns", func(t *testing.T) {
		if id := targets[0].Properties["ResourceId"]; id != "endpoint/odds/variant/next" {
			t.Errorf("got %v", id)
		}
		config := policies[0].Properties["TargetTrackingScalingPolicyConfiguration"].(map[string]any)
		if config["TargetValue"] != 900.0 || config["ScaleOutCooldown"] != 300.0 || config["ScaleInCooldown"] != 300.0 {
			t.Errorf("got %v", config)
		}
	})
	t.Run("what is written is the model's own rendering", func(t *testing.T) {
		rendered := main.Model.CloudFormation()
		if diff := cmp.Diff(roundTrip(t, rendered), targets[1].Properties); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("scaling is registered after the endpoint, and removed before it", func(t *testing.T) {
		id := got.ID(t, "AWS::SageMaker::Endpoint")
		for _, target := range targets {
			if !slices.Contains(target.DependsOn, id) {
				t.Errorf("%v depends on %v, want %s among them", target.Properties["ResourceId"], target.DependsOn, id)
			}
		}
	})
	t.Run("no role is made for scaling", func(t *testing.T) {
		if roles := got.All("AWS::IAM::Role"); len(roles) != 1 {
			t.Errorf("got %d roles, want only the model's", len(roles))
		}
	})
}

func TestEndpointMadeElsewhere(t *testing.T) {
	stack := template.NewStack(t)
	scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{
		Variant: scaling.ExistingVariant(autoscaling.Variant{EndpointName: "standing", Name: "AllTraffic"}),
		Scaling: autoscaling.VariantScaling{Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 2, TargetInvocationsPerMinute: 60}},
	})
	got := template.Of(t, stack).One(t, targetType)
	if id := got.Properties["ResourceId"]; id != "endpoint/standing/variant/AllTraffic" || got.DependsOn != nil {
		t.Errorf("got %v depending on %v", id, got.DependsOn)
	}
}

// TestPageShowsAProblem holds docs/library.md to what a constructor panics with.
func TestPageShowsAProblem(t *testing.T) {
	page, err := os.ReadFile("../../docs/library.md")
	if err != nil {
		t.Fatal(err)
	}
	stack := awscdk.NewStack(awscdk.NewApp(nil), jsii.String("odds"), nil)
	got := template.Panics(t, func() {
		scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{
			Variant: scaling.ExistingVariant(odds), Scaling: autoscaling.VariantScaling{
				Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100},
				Scaling:  autoscaling.Scaling{MinCapacity: 22, MaxCapacity: 12},
			},
		})
	}).(error).Error()
	if !strings.Contains(string(page), "```text\n"+got+"\n```") {
		t.Errorf("docs/library.md does not show\n%s", got)
	}
}

func TestPanicsWithEveryProblem(t *testing.T) {
	stack := template.NewStack(t)
	props := scaling.VariantScalingProps{
		Variant: scaling.ExistingVariant(autoscaling.Variant{EndpointName: "odds", Name: "main", InstanceType: "ml.t3.large", InitialInstanceCount: 2}),
		Scaling: autoscaling.VariantScaling{Scaling: autoscaling.Scaling{MinCapacity: 0, MaxCapacity: 4}},
	}
	got := template.Problems(t, "test/Wrong", func() { scaling.NewVariantScaling(stack, "Wrong", props) })
	for _, field := range []string{"Capacity.RequestsPerSecondPerInstance: ", "Scaling.MinCapacity: got 0: ", "Variant.InstanceType: got \"ml.t3.large\": "} {
		if !strings.Contains("\n"+got, "\n"+field) {
			t.Errorf("got no line %q in:\n%s", field, got)
		}
	}
	if lines := strings.Count(got, "\n") + 1; lines != 3 {
		t.Errorf("got %d problems, want 3:\n%s", lines, got)
	}
}

// roundTrip is v as JSON has it.
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
