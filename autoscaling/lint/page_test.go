package lint_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
)

// errorRules are what Validate refuses, with the words of docs/lint.md, and one
// input each that is refused, by its exact words, and would not be otherwise.
var errorRules = []struct {
	id, why, fact, fix string
	provoke            func() error
	want               string
}{
	{
		"action-lowers-max",
		"what is above the lowered maximum goes at once, also in the middle of an event",
		"B7",
		"leave the maximum alone, or set `AllowLowerMax`",
		onTarget(func(t *autoscaling.ScalableTarget) {
			t.ScheduledActions = []autoscaling.ScheduledAction{
				{Name: "night", Schedule: "cron(0 2 * * ? *)", MaxCapacity: ptr(8)},
			}
		}),
		`ScheduledActions[0].MaxCapacity: got 8: the action lowers the maximum of 40 instances, and what is above it then goes at once, also in the middle of an event; leave the maximum alone, or set AllowLowerMax if that is meant`,
	},
	{
		"action-min-over-max",
		"such an action fails when it is due, not when it is deployed",
		"B8",
		"raise the constant maximum",
		onTarget(func(t *autoscaling.ScalableTarget) {
			t.ScheduledActions = []autoscaling.ScheduledAction{
				{Name: "final", Schedule: "cron(0 2 * * ? *)", MinCapacity: ptr(41)},
			}
		}),
		`ScheduledActions[0].MinCapacity: got 41: the minimum is over the target's maximum of 40 instances, and such an action fails when it is due; raise the target's maximum to 41 or more`,
	},
	{
		"burstable-type",
		"AWS refuses to register a variant on a burstable instance type",
		"A46",
		"use a type of fixed performance",
		onVariant(func(v *autoscaling.Variant) { v.InstanceType = "ml.t3.large" }),
		`InstanceType: got "ml.t3.large": a burstable instance type cannot be scaled automatically, AWS refuses to register it; use a type of fixed performance, such as "ml.c6i.large"`,
	},
	{"event-lead-short", "the instances would be there after the traffic", "E12", "leave the lead time out",
		onCalendar(func(c *events.Calendar) { c.Events[0].LeadTime = ptr(time.Minute) }),
		`Events[0].LeadTime: got 1m: the instances are not there in time, they take 9m to start; leave it out, and it is computed from the start time`},
	{"event-over-max", "nothing scales over the maximum", "A36", "raise the constant maximum",
		onCalendar(func(c *events.Calendar) { c.MaxCapacity = 20 }),
		`Events[0].PeakRequestsPerSecond: got 2000: the event needs 29 instances, and the target's maximum is 20; raise the maximum to 29 or more`},
	{"initial-outside-bounds", "the first deployment would start more than the maximum", "A39", "lower it to the maximum",
		onVariant(func(v *autoscaling.Variant) { v.InitialInstanceCount = 41 }),
		`InitialInstanceCount: got 41: the first deployment starts more than the maximum of 40 instances; set it from 1 to 40, or raise the maximum`},
	{
		"managed-instance-scaling",
		"two would decide how many instances a variant has",
		"C26",
		"scale the copies of its inference components",
		onVariant(func(v *autoscaling.Variant) { v.ManagedInstanceScaling = true }),
		`ManagedInstanceScaling: got true: SageMaker and Application Auto Scaling would both decide how many instances the variant has; scale the copies of its inference components, by sagemaker:inference-component:DesiredCopyCount, or leave ManagedInstanceScaling out`,
	},
	{"max-below-min", "there is no capacity between such bounds", "A39", "raise the maximum",
		onTarget(func(t *autoscaling.ScalableTarget) { t.MaxCapacity = 1 }),
		`MaxCapacity: got 1: the maximum is below the minimum of 2 instances; raise it to 2 or more, or lower the minimum`},
	{"metric-math-size", "an alarm takes 10 metrics and 10 expressions", "A52", "join expressions",
		onTarget(func(t *autoscaling.ScalableTarget) {
			m := autoscalingtest.Pools()
			for i := range 10 {
				m.Queries = append(m.Queries, autoscaling.MetricQuery{ID: fmt.Sprint("e", i), Expression: "1"})
			}
			t.Policies = []autoscaling.TargetTrackingPolicy{autoscaling.Tracking("load", m, 0.7)}
		}), `Policies[0].Metric.Queries: got 11: at most 10 of the queries are expressions; join expressions`},
	{"metric-twice", "AWS refuses two policies on one metric", "A29", "keep one of the two",
		onTarget(func(t *autoscaling.ScalableTarget) {
			t.Policies = append(t.Policies, t.Policies[0])
			t.Policies[len(t.Policies)-1].Name = "again"
		}), `Policies[1].Metric: got "SageMakerVariantInvocationsPerInstance": Policies[0] tracks the same metric, which AWS refuses; keep one of the two`},
	{"min-zero", "only asynchronous endpoints and inference components scale to zero", "A38", "set it to 1 or more",
		onTarget(func(t *autoscaling.ScalableTarget) { t.MinCapacity = 0 }),
		`MinCapacity: got 0: a real-time variant keeps at least 1 instance, only asynchronous endpoints and inference components scale to zero; set it to 1 or more; 2 or more survive the loss of an instance`},
	{
		"period-too-short",
		"a metric with one value a minute leaves most periods of 10 s without one",
		"A17",
		"use a high-resolution metric, or a period of a minute",
		onTarget(func(t *autoscaling.ScalableTarget) {
			t.StepPolicies = []autoscaling.StepScalingPolicy{autoscaling.EmergencyPolicy(variant, 8)}
			t.StepPolicies[0].Alarm.Metric = autoscalingtest.VariantMetric("CPUUtilization", variant)
		}),
		`StepPolicies[0].Alarm.Period: got 10s: /aws/sagemaker/Endpoints CPUUtilization has one value a minute, so that most periods would be without one; use 1m, or a high-resolution metric, such as ConcurrentRequestsPerModel`,
	},
	{
		"predictive-scaling",
		"SageMaker has no predictive scaling; found when a template is read",
		"H2",
		"give known surges as events",
		func() error {
			_, err := autoscaling.ReadTargetTrackingPolicy(map[string]any{
				"PolicyName": "forecast", "PolicyType": "PredictiveScaling", "TargetTrackingScalingPolicyConfiguration": map[string]any{
					"TargetValue": 70, "PredefinedMetricSpecification": map[string]any{"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}},
			})
			return err
		},
		`PolicyType: got "PredictiveScaling": SageMaker has target tracking, step and scheduled scaling, but no predictive scaling (AWS takes such a policy for other services); remove it, and give known surges as events`,
	},
	{
		"serverless-on-instances",
		"only a serverless variant has provisioned concurrency, and only another has instances",
		"A61",
		"scale it by the dimension that it has",
		onVariant(func(v *autoscaling.Variant) { v.InstanceType, v.MaxConcurrency = "", 20 }),
		`MaxConcurrency: got 20: a serverless variant has no instances that could be counted; scale it by sagemaker:variant:DesiredProvisionedConcurrency`,
	},
	{
		"serverless-over-max",
		"no more can be provisioned than the variant takes at a time",
		"A61",
		"lower the target's maximum",
		func() error {
			s := autoscaling.ProvisionedConcurrencyScaling{Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 50}}
			v := autoscaling.Variant{EndpointName: "odds", Name: "main", MaxConcurrency: 20}
			return v.ValidateScaling(s.Target(v)).Err()
		},
		`MaxConcurrency: got 20: no more can be provisioned than the variant takes, and the maximum is 50 requests at a time; lower the maximum to 20 or less, or raise this to 50`,
	},
	{"target-over-measured", "scaling out would come when users have waited already", "A5", "lower the target",
		func() error {
			return autoscaling.VariantScaling{
				Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100},
				Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 40, TargetInvocationsPerMinute: 6001},
			}.Validate(variant).
				Err()

		}, `Scaling.TargetInvocationsPerMinute: got 6001: the target is above what an instance sustains, 100 requests a second or 6000 a minute, so that scaling out would come too late; lower it, 4200 leaves the usual headroom`},
	{
		"too-many-actions",
		"a scalable target has at most 200 scheduled actions",
		"B15",
		"give coarser settings, or remove some",
		onTarget(func(t *autoscaling.ScalableTarget) {
			for i := range 201 {
				t.ScheduledActions = append(
					t.ScheduledActions,
					autoscaling.ScheduledAction{Name: fmt.Sprint(i), Schedule: "cron(0 2 * * ? *)", MinCapacity: ptr(3)},
				)
			}
		}),
		`ScheduledActions: got 201: a scalable target has at most 200 scheduled actions; remove some that are over`,
	},
	{"too-many-policies", "a scalable target has at most 50 policies", "B15", "remove some",
		onTarget(func(t *autoscaling.ScalableTarget) {
			for i := range 50 {
				p := autoscaling.Tracking(
					fmt.Sprint(i),
					autoscaling.Metric{Namespace: "Odds", Name: fmt.Sprint(i), Statistic: autoscaling.Average},
					1,
				)
				t.Policies = append(t.Policies, p)
			}
		}), `Policies: got 51: a scalable target has at most 50 policies; remove some`},
	{
		"variant-missing",
		"the endpoint has no variant of that name; found when a template is read",
		"A4",
		"name a variant that it has",
		func() error {
			s := sound()
			s.Around.OtherVariants = []string{"live", "trial"}
			return lint.Errors(s).Err()
		},
		`Target.ResourceID: got "endpoint/odds/variant/main": the endpoint has no variant of this name; name one that it has: live, trial`,
	},
}

func onTarget(change func(*autoscaling.ScalableTarget)) func() error {
	return func() error {
		t := autoscaling.VariantScaling{
			Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100},
			Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 40},
		}.Target(
			variant,
		)
		change(&t)
		return t.Validate().Err()
	}
}

func onVariant(change func(*autoscaling.Variant)) func() error {
	return func() error {
		v := variant
		change(&v)
		return v.ValidateScaling(autoscaling.VariantScaling{Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100}, Scaling: autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 40}}.Target(v)).
			Err()
	}
}

func onCalendar(change func(*events.Calendar)) func() error {
	return func() error {
		c := events.Calendar{
			MinCapacity: 2, MaxCapacity: 40, RequestsPerSecondPerInstance: 100, StartTime: 9 * time.Minute,
			Events: []events.Event{
				{Name: "final", Timezone: "UTC", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", PeakRequestsPerSecond: 2000},
			},
		}
		change(&c)
		return c.Validate().Err()
	}
}

func TestErrorsOfTheLint(t *testing.T) {
	t.Parallel()
	for _, sound := range []func() error{
		onTarget(func(*autoscaling.ScalableTarget) {}), onVariant(func(*autoscaling.Variant) {}), onCalendar(func(*events.Calendar) {}),
	} {
		if err := sound(); err != nil {
			t.Fatal(err)
		}
	}
	for _, rule := range errorRules {
		if diff := cmp.Diff(rule.want, fmt.Sprint(rule.provoke())); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", rule.id, diff)
		}
	}
}

// TestLowerMaxAskedFor: an action that says so may lower the maximum, and none
// may say so without lowering it.
func TestLowerMaxAskedFor(t *testing.T) {
	t.Parallel()
	with := func(maximum int) func() error {
		return onTarget(func(t *autoscaling.ScalableTarget) {
			t.ScheduledActions = []autoscaling.ScheduledAction{
				{Name: "night", Schedule: "cron(0 2 * * ? *)", MaxCapacity: &maximum, AllowLowerMax: true},
			}
		})
	}
	if err := with(39)(); err != nil {
		t.Error(err)
	}
	if got := fmt.Sprint(with(40)()); got != "ScheduledActions[0].AllowLowerMax: got true: the action lowers no maximum; leave it out" {
		t.Error(got)
	}
}

// TestManagedInstancesScaleCopies: for copies it is what should be.
func TestManagedInstancesScaleCopies(t *testing.T) {
	t.Parallel()
	v := variant
	v.ManagedInstanceScaling = true
	v.InitialInstanceCount = 0
	var none problem.List
	copies := autoscaling.ScalableTarget{
		ResourceID:  autoscaling.InferenceComponentResourceID("odds"),
		Dimension:   autoscaling.InferenceComponentCopyCount,
		MaxCapacity: 4,
	}
	if diff := cmp.Diff(none, v.ValidateScaling(copies)); diff != "" {
		t.Error(diff)
	}
}

// TestThePageHoldsEveryRule: docs/lint.md is what the rules say of themselves.
func TestThePageHoldsEveryRule(t *testing.T) {
	t.Parallel()
	var rows []string
	for _, e := range errorRules {
		rows = append(rows, fmt.Sprintf("| `%s` | error | %s | fact %s | %s |", e.id, e.why, e.fact, e.fix))
	}
	for _, r := range lint.Rules() {
		rows = append(rows, fmt.Sprintf("| `%s` | warning | %s | fact %s | %s |", r.ID, r.Reason, r.Fact, r.Fix))
	}
	data, err := os.ReadFile("../../docs/lint.md")
	if err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, line := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(line, "| `") {
			shown = append(shown, line)
		}
	}
	if diff := cmp.Diff(rows, shown); diff != "" {
		t.Errorf("the page is stale (-want +got)\n%s\nit should have\n%s", diff, strings.Join(rows, "\n"))
	}
}
