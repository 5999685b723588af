package autoscaling_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
)

// asTemplate is properties as a template on disk has them: every number a float.
func asTemplate(t interface{ Fatal(...any) }, properties map[string]any) (out map[string]any) {
	data, err := json.Marshal(properties)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

type fataler interface {
	Fatal(...any)
	Errorf(string, ...any)
}

// readBack holds a target against what is read from what it renders.
func readBack(t fataler, want autoscaling.ScalableTarget) {
	got, err := autoscaling.ReadScalableTarget(asTemplate(t, want.CloudFormation()))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range want.Policies {
		read, err := autoscaling.ReadTargetTrackingPolicy(asTemplate(t, p.CloudFormation("the target")))
		if err != nil {
			t.Fatal(err)
		}
		got.Policies = append(got.Policies, read)
	}
	for _, p := range want.StepPolicies {
		read, err := autoscaling.ReadStepScalingPolicy(asTemplate(t, p.CloudFormation("the target")), asTemplate(t, p.Alarm.CloudFormation("the policy")))
		if err != nil {
			t.Fatal(err)
		}
		got.StepPolicies = append(got.StepPolicies, read)
	}
	got.Asynchronous = want.Asynchronous // not in the template
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestReadKinds(t *testing.T) {
	t.Parallel()
	for name, target := range autoscalingtest.Kinds() {
		t.Run(name, func(t *testing.T) { t.Parallel(); readBack(t, target) })
	}
}

// TestReadWhatIsWritten: every value that the model can hold comes back.
func TestReadWhatIsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) { readBack(rt, autoscalingtest.AnyTarget().Draw(rt, "target")) })
}

// What CloudFormation lets a template leave out or write as text.
func TestReadShortTemplates(t *testing.T) {
	t.Parallel()
	policy, err := autoscaling.ReadTargetTrackingPolicy(map[string]any{
		"PolicyName": "p", "PolicyType": "TargetTrackingScaling", "ScalingTargetId": map[string]any{"Ref": "Target"},
		"TargetTrackingScalingPolicyConfiguration": map[string]any{
			"TargetValue": "70", "DisableScaleIn": "true", "ScaleInCooldown": "60",
			"PredefinedMetricSpecification": map[string]any{"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
		},
	})
	want := autoscaling.Tracking("p", autoscaling.VariantInvocationsPerInstance, 70)
	want.ScaleInCooldown, want.DisableScaleIn = time.Minute, true
	if diff := cmp.Diff(want, policy); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}

	policy, err = autoscaling.ReadTargetTrackingPolicy(map[string]any{
		"PolicyName": "p", "PolicyType": "TargetTrackingScaling",
		"TargetTrackingScalingPolicyConfiguration": map[string]any{"TargetValue": 1, "CustomizedMetricSpecification": map[string]any{
			"Metrics": []any{map[string]any{"Id": "m", "MetricStat": map[string]any{"Stat": "Sum", "Metric": map[string]any{"Namespace": "N", "MetricName": "M"}}}},
		}},
	})
	want = autoscaling.Tracking("p", autoscaling.MetricMath{Queries: []autoscaling.MetricQuery{
		{ID: "m", Metric: &autoscaling.Metric{Namespace: "N", Name: "M", Statistic: autoscaling.Sum}, ReturnData: true}}}, 1)
	if diff := cmp.Diff(want, policy); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

func TestReadProblems(t *testing.T) {
	t.Parallel()
	emergency := func(change func(policy, alarm map[string]any)) func() error {
		return func() error {
			p := autoscaling.EmergencyPolicy(variant, 8)
			policy, alarm := asTemplate(t, p.CloudFormation("t")), asTemplate(t, p.Alarm.CloudFormation("p"))
			change(policy, alarm)
			_, err := autoscaling.ReadStepScalingPolicy(policy, alarm)
			return err
		}
	}
	for _, test := range []struct {
		name string
		read func() error
		want []string
	}{
		{"a target of nothing", func() error { _, err := autoscaling.ReadScalableTarget(nil); return err }, []string{
			"ResourceId: the property is missing; give a text", "ScalableDimension: the property is missing; give a text",
			"MinCapacity: the property is missing; give a whole number", "MaxCapacity: the property is missing; give a whole number",
			"ServiceNamespace: the property is missing; give a text"}},
		{"a target in other words", func() error {
			_, err := autoscaling.ReadScalableTarget(map[string]any{
				"ResourceId": map[string]any{"Ref": "Name"}, "ScalableDimension": string(autoscaling.VariantInstanceCount), "ServiceNamespace": "ecs",
				"MinCapacity": 1.5, "MaxCapacity": "12", "Capacity": 2,
				"ScheduledActions": []any{map[string]any{"ScheduledActionName": "a", "Schedule": "rate(1 day)", "StartTime": "2027-01-01T00:00:00Z"}},
			})
			return err
		}, []string{
			"ResourceId: got map[Ref:Name]: this is not a text; give a text, with references resolved",
			"MinCapacity: got 1.5: this is not a whole number; give a whole number, with references resolved",
			`ServiceNamespace: got "ecs": the dimension sagemaker:variant:DesiredInstanceCount is of another service; write sagemaker`,
			"ScheduledActions[0].StartTime: the scaling model does not have this property; leave it out",
			"Capacity: the scaling model does not have this property; leave it out"}},
		{"a policy of another type", func() error {
			_, err := autoscaling.ReadTargetTrackingPolicy(autoscaling.EmergencyPolicy(variant, 8).CloudFormation("t"))
			return err
		}, []string{
			`PolicyType: got "StepScaling": this policy is not of the type TargetTrackingScaling; read it as what it is`,
			"TargetTrackingScalingPolicyConfiguration: the property is missing; give an object",
			"StepScalingPolicyConfiguration: the scaling model does not have this property; leave it out"}},
		{"a policy without a metric", func() error {
			_, err := autoscaling.ReadTargetTrackingPolicy(map[string]any{"PolicyName": "p", "PolicyType": "TargetTrackingScaling",
				"TargetTrackingScalingPolicyConfiguration": map[string]any{"TargetValue": 1.0}})
			return err
		}, []string{"TargetTrackingScalingPolicyConfiguration: a policy tracks a predefined metric or a customized one; give one of the two specifications"}},
		{"a step that is no object", emergency(func(policy, _ map[string]any) {
			policy["StepScalingPolicyConfiguration"].(map[string]any)["StepAdjustments"] = []any{1.0}
		}), []string{"StepScalingPolicyConfiguration.StepAdjustments: got [1]: this is not a list of objects; give a list of objects, with references resolved"}},
		{"an alarm with an action of its own", emergency(func(_, alarm map[string]any) { alarm["OKActions"] = []any{}; delete(alarm, "Threshold") }), []string{
			"Alarm.Threshold: the property is missing; give a number", "Alarm.OKActions: the scaling model does not have this property; leave it out"}},
		{"two periods", func() error {
			p := autoscaling.OfferedLoadPolicy("odds")
			alarm := asTemplate(t, p.Alarm.CloudFormation("p"))
			alarm["Metrics"].([]any)[1].(map[string]any)["MetricStat"].(map[string]any)["Period"] = 60
			_, err := autoscaling.ReadStepScalingPolicy(p.CloudFormation("t"), alarm)
			return err
		}, []string{"Alarm.Metrics[1].MetricStat.Period: got 1m0s: the metrics of one alarm have one period here, and another's is 10s; use one period"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(strings.Join(test.want, "\n"), message(test.read())); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
