package autoscaling_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
)

var variant = autoscaling.Variant{EndpointName: "odds", Name: "main", InstanceType: "ml.c6i.xlarge", InitialInstanceCount: 2}

func ptr[T any](v T) *T { return &v }

// valid is a VariantScaling with every field set that may be set together.
func valid() autoscaling.VariantScaling {
	return autoscaling.VariantScaling{
		Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100},
		Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 12, SafetyFactor: 0.7, ScaleOutCooldown: ptr(time.Minute), ScaleInCooldown: ptr(5 * time.Minute)},
		ScheduledActions: []autoscaling.ScheduledAction{
			{Name: "evening", Schedule: "cron(0 18 ? * mon-fri *)", Timezone: "Europe/London", MinCapacity: ptr(4)},
			{Name: "release", Schedule: "cron(0 23 ? * MON-FRI *)", MinCapacity: ptr(2), MaxCapacity: ptr(12)},
		},
	}
}

func TestRendering(t *testing.T) {
	t.Parallel()
	target := valid().Target(variant)
	if ps := valid().Validate(variant); ps != nil {
		t.Fatal(ps)
	}
	want := map[string]any{
		"ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
		"ResourceId": "endpoint/odds/variant/main", "MinCapacity": 2, "MaxCapacity": 12,
		"ScheduledActions": []any{
			map[string]any{"ScheduledActionName": "evening", "Schedule": "cron(0 18 ? * MON-FRI *)", "Timezone": "Europe/London",
				"ScalableTargetAction": map[string]any{"MinCapacity": 4}},
			map[string]any{"ScheduledActionName": "release", "Schedule": "cron(0 23 ? * MON-FRI *)", "Timezone": "UTC",
				"ScalableTargetAction": map[string]any{"MinCapacity": 2, "MaxCapacity": 12}},
		},
	}
	if diff := cmp.Diff(want, target.CloudFormation()); diff != "" {
		t.Error(diff)
	}
	want = map[string]any{
		"PolicyName": "invocations-per-instance", "PolicyType": "TargetTrackingScaling", "ScalingTargetId": "the target",
		"TargetTrackingScalingPolicyConfiguration": map[string]any{
			"PredefinedMetricSpecification": map[string]any{"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
			"TargetValue":                   4200.0, "ScaleOutCooldown": 60, "ScaleInCooldown": 300, "DisableScaleIn": false,
		},
	}
	if diff := cmp.Diff(want, target.Policies[0].CloudFormation("the target")); diff != "" {
		t.Error(diff)
	}
	target.RoleARN, target.ScheduledActions = "arn:aws:iam::1:role/r", nil
	if got := target.CloudFormation(); got["RoleARN"] != "arn:aws:iam::1:role/r" || got["ScheduledActions"] != nil {
		t.Errorf("got %v", got)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	policy := autoscaling.VariantScaling{Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 10}, Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 2}}.Target(variant).Policies[0]
	if policy.TargetValue != 420 || policy.ScaleOutCooldown != 5*time.Minute || policy.ScaleInCooldown != 5*time.Minute {
		t.Errorf("got %+v, want 10 × 0.7 × 60 and AWS's cooldowns", policy)
	}
	none := autoscaling.VariantScaling{Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 2, TargetInvocationsPerMinute: 60, ScaleOutCooldown: ptr(time.Duration(0))}}
	if policy := none.Target(variant).Policies[0]; policy.ScaleOutCooldown != 0 || policy.TargetValue != 60 {
		t.Errorf("got %+v, want no cooldown where zero is asked for", policy)
	}
}

func TestConcurrency(t *testing.T) {
	t.Parallel()
	s := valid()
	s.ConcurrencyPerInstance = 20
	if ps := s.Validate(variant); ps != nil {
		t.Fatal(ps)
	}
	policies := s.Target(variant).Policies
	want := autoscaling.TargetTrackingPolicy{
		Name: "concurrent-requests-per-instance", Metric: autoscaling.VariantConcurrentRequestsHighResolution,
		TargetValue: 14, ScaleOutCooldown: time.Minute, ScaleInCooldown: 5 * time.Minute,
	}
	if len(policies) != 2 || policies[0].Name != autoscaling.InvocationsPolicyName {
		t.Fatalf("got %+v, want the one on invocations and another", policies)
	}
	if diff := cmp.Diff(want, policies[1]); diff != "" {
		t.Errorf("20 at a time × 0.7: %s", diff)
	}
}

// TestRules breaks one thing at a time in a valid VariantScaling.
func TestRules(t *testing.T) {
	t.Parallel()
	type scaling = autoscaling.VariantScaling
	for _, test := range []struct {
		name   string
		change func(*scaling, *autoscaling.Variant)
		want   string
	}{
		{"min 0", func(s *scaling, _ *autoscaling.Variant) { s.MinCapacity = 0; s.ScheduledActions = nil },
			`Scaling.MinCapacity: got 0: a real-time variant keeps at least 1 instance, only asynchronous endpoints and inference components scale to zero; set it to 1 or more; 2 or more survive the loss of an instance`},
		{"min over max", func(s *scaling, _ *autoscaling.Variant) {
			s.MinCapacity, s.MaxCapacity, s.ScheduledActions = 5, 4, nil
		},
			`Scaling.MaxCapacity: got 4: the maximum is below the minimum of 5 instances; raise it to 5 or more, or lower the minimum`},
		{"initial count over the maximum", func(_ *scaling, v *autoscaling.Variant) { v.InitialInstanceCount = 13 },
			`Variant.InitialInstanceCount: got 13: the first deployment starts more than the maximum of 12 instances; set it from 1 to 12, or raise the maximum`},
		{"initial count at the maximum", func(_ *scaling, v *autoscaling.Variant) { v.InitialInstanceCount = 12 }, ``},
		{"initial count below the minimum, which registration raises", func(_ *scaling, v *autoscaling.Variant) { v.InitialInstanceCount = 1 }, ``},
		{"burstable", func(_ *scaling, v *autoscaling.Variant) { v.InstanceType = "ml.t3.large" },
			`Variant.InstanceType: got "ml.t3.large": a burstable instance type cannot be scaled automatically, AWS refuses to register it; use a type of fixed performance, such as "ml.c6i.large"`},
		{"Trainium is not burstable", func(_ *scaling, v *autoscaling.Variant) { v.InstanceType = "ml.trn1.2xlarge" }, ``},
		{"not an instance type", func(_ *scaling, v *autoscaling.Variant) { v.InstanceType = "m5.large" },
			`Variant.InstanceType: got "m5.large": a SageMaker instance type is ml.FAMILY.SIZE; write ml.m5.large`},
		{"names", func(_ *scaling, v *autoscaling.Variant) { v.EndpointName, v.Name = "-odds", strings.Repeat("a", 64) },
			`Variant.EndpointName: got "-odds": ` + autoscaling.NameRule + `; such as "predictions"` + "\n" +
				`Variant.Name: got "` + strings.Repeat("a", 64) + `": ` + autoscaling.NameRule + `; such as "main"`},
		{"both a factor and a target", func(s *scaling, _ *autoscaling.Variant) { s.TargetInvocationsPerMinute = 100 },
			`Scaling.SafetyFactor: got 0.7: a safety factor and a target of its own exclude each other; keep one of the two`},
		{"a factor over 1", func(s *scaling, _ *autoscaling.Variant) { s.SafetyFactor = 1.1 },
			`Scaling.SafetyFactor: got 1.1: a safety factor is over 0 and at most 1; AWS advises to begin load testing with 0.5`},
		{"a target over the measured rate", func(s *scaling, _ *autoscaling.Variant) {
			s.SafetyFactor, s.TargetInvocationsPerMinute = 0, 6001
		},
			`Scaling.TargetInvocationsPerMinute: got 6001: the target is above what an instance sustains, 100 requests a second or 6000 a minute, so that scaling out would come too late; lower it, 4200 leaves the usual headroom`},
		{"a target of NaN", func(s *scaling, _ *autoscaling.Variant) {
			s.SafetyFactor, s.TargetInvocationsPerMinute = 0, math.NaN()
		},
			`Scaling.TargetInvocationsPerMinute: got NaN: a target is a number above 0; derive it from a load test: requests a second × safety factor × 60`},
		{"nothing measured", func(s *scaling, _ *autoscaling.Variant) { s.RequestsPerSecondPerInstance = 0 },
			`Capacity.RequestsPerSecondPerInstance: without a measured rate there is no target to derive; measure one instance under load, or give Scaling.TargetInvocationsPerMinute`},
		{"a queue's backlog", func(s *scaling, _ *autoscaling.Variant) { s.BacklogPerInstance = 5 },
			`Scaling.BacklogPerInstance: a variant that answers in real time has no such setting; leave it out`},
		{"a concurrency below zero", func(s *scaling, _ *autoscaling.Variant) { s.ConcurrencyPerInstance = -1 },
			`Capacity.ConcurrencyPerInstance: got -1: a concurrency is over 0 requests at a time; measure one instance under load, or leave it out`},
		{"a rate so low that no target is left", func(s *scaling, _ *autoscaling.Variant) { s.RequestsPerSecondPerInstance = 1e-9 },
			`Capacity.RequestsPerSecondPerInstance: got 0: a target is a number above 0; derive it from a load test: requests a second × safety factor × 60`},
		{"a cooldown that two policies have", func(s *scaling, _ *autoscaling.Variant) {
			s.ConcurrencyPerInstance, s.ScaleOutCooldown = 20, ptr(500*time.Millisecond)
		},
			`Scaling.ScaleOutCooldown: got 500ms: a cooldown is a whole number of seconds, 0 or more; AWS's default is 300s`},
		{"an event beside a scheduled minimum", func(s *scaling, _ *autoscaling.Variant) {
			s.ScheduledActions = s.ScheduledActions[:1]
			s.Events = []events.Event{{Name: "final", Timezone: "UTC", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", PeakInstances: 8}}
		},
			`ScheduledActions[0].MinCapacity: got 4: where there are events they alone move the minimum: the release of one would undo this floor, and this would undo theirs; make this an event too, with weekdays if it comes every week`},
		{"an event over the maximum", func(s *scaling, _ *autoscaling.Variant) {
			s.ScheduledActions = nil
			s.Events = []events.Event{{Name: "final", Timezone: "UTC", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", PeakInstances: 13}}
		},
			`Events[0].PeakInstances: got 13: the event needs 13 instances, and the target's maximum is 12; raise the maximum to 13 or more`},
		{"a cooldown of half a second", func(s *scaling, _ *autoscaling.Variant) { s.ScaleOutCooldown = ptr(500 * time.Millisecond) },
			`Scaling.ScaleOutCooldown: got 500ms: a cooldown is a whole number of seconds, 0 or more; AWS's default is 300s`},
		{"a cooldown below zero", func(s *scaling, _ *autoscaling.Variant) { s.ScaleInCooldown = ptr(-time.Second) },
			`Scaling.ScaleInCooldown: got -1s: a cooldown is a whole number of seconds, 0 or more; AWS's default is 300s`},
		{"two actions of one name", func(s *scaling, _ *autoscaling.Variant) { s.ScheduledActions[1].Name = "evening" },
			`ScheduledActions[1].Name: got "evening": ScheduledActions[0] has the same name, and names are unique within a target; rename one of the two`},
		{"an action's name with a slash", func(s *scaling, _ *autoscaling.Variant) { s.ScheduledActions[0].Name = "a/b" },
			`ScheduledActions[0].Name: got "a/b": a name has 1 to 256 characters, none of them ':', '/', '|' or a control character, and no space at either end; name the occasion, such as "evening-floor"`},
		{"an action without bounds", func(s *scaling, _ *autoscaling.Variant) { s.ScheduledActions[0].MinCapacity = nil },
			`ScheduledActions[0].MinCapacity: a scheduled action sets a minimum, a maximum or both; give minCapacity`},
		{"an action's floor over the maximum", func(s *scaling, _ *autoscaling.Variant) { s.ScheduledActions[0].MinCapacity = ptr(13) },
			`ScheduledActions[0].MinCapacity: got 13: the minimum is over the target's maximum of 12 instances, and such an action fails when it is due; raise the target's maximum to 13 or more`},
		{"an action's ceiling below the minimum", func(s *scaling, _ *autoscaling.Variant) {
			s.ScheduledActions[0].MinCapacity, s.ScheduledActions[0].MaxCapacity = nil, ptr(1)
		},
			`ScheduledActions[0].MaxCapacity: got 1: the maximum is below the target's minimum of 2 instances, and such an action fails when it is due; raise it to 2 or more`},
		{"an action's bounds the wrong way round", func(s *scaling, _ *autoscaling.Variant) { s.ScheduledActions[1].MaxCapacity = ptr(1) },
			`ScheduledActions[1].MinCapacity: got 2: the minimum is over this action's maximum of 1 instances; lower the minimum or raise the maximum`},
		{"an action's floor of 0", func(s *scaling, _ *autoscaling.Variant) { s.ScheduledActions[0].MinCapacity = ptr(0) },
			`ScheduledActions[0].MinCapacity: got 0: a real-time variant keeps at least 1 instance; set it to 1 or more`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, v := valid(), variant
			test.change(&s, &v)
			if diff := cmp.Diff(test.want, s.Validate(v).Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The schedule package words what is wrong with an expression; here it matters
// that each part is reported at its field.
func TestScheduleRules(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, schedule, timezone, at string
	}{
		{"five fields", "cron(0 18 * * MON)", "UTC", "ScheduledActions[0].Schedule: "},
		{"an impossible date", "at(2027-02-30T18:00:00)", "UTC", "ScheduledActions[0].Schedule: "},
		{"a day that never comes", "cron(0 0 30 2 ? *)", "UTC", "ScheduledActions[0].Schedule: "},
		{"an unknown zone", "cron(0 18 ? * MON *)", "London", "ScheduledActions[0].Timezone: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := valid()
			s.ScheduledActions[0].Schedule, s.ScheduledActions[0].Timezone = test.schedule, test.timezone
			got := s.Validate(variant)
			if len(got) != 1 || !strings.HasPrefix(got.Error(), test.at) {
				t.Errorf("got %v, want one problem at %s", got, test.at)
			}
		})
	}
}

func TestQuotas(t *testing.T) {
	t.Parallel()
	s := valid()
	for i := range events.MaxScheduledActions + 1 - len(s.ScheduledActions) {
		s.ScheduledActions = append(s.ScheduledActions, autoscaling.ScheduledAction{
			Name: fmt.Sprint("action-", i), Schedule: "cron(0 18 ? * MON *)", MinCapacity: ptr(3)})
	}
	if got := s.Validate(variant).Error(); got != `ScheduledActions: got 201: a scalable target has at most 200 scheduled actions; remove some that are over` {
		t.Error(got)
	}
	target := valid().Target(variant)
	target.Policies = append(target.Policies, target.Policies[0])
	want := `Policies[1].Name: got "invocations-per-instance": Policies[0] has the same name; give each policy a name of its own` + "\n" +
		`Policies[1].Metric: got "SageMakerVariantInvocationsPerInstance": Policies[0] tracks the same metric, which AWS refuses; keep one of the two`
	if diff := cmp.Diff(want, target.Validate().Error()); diff != "" {
		t.Error(diff)
	}
}

func TestEndpointARN(t *testing.T) {
	t.Parallel()
	if got := autoscaling.EndpointARN("aws-cn", "cn-north-1", "123456789012", "Odds-A"); got != "arn:aws-cn:sagemaker:cn-north-1:123456789012:endpoint/odds-a" {
		t.Errorf("got %s, SageMaker lower-cases the name", got)
	}
	const token = "${Token[Name.12]}"
	if got := autoscaling.EndpointARN("aws", "eu-west-1", "123456789012", token); !strings.HasSuffix(got, "/"+token) {
		t.Errorf("got %s, CDK does not know this token", got)
	}
}
