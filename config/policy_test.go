package config

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// TestPolicies reads a policy of every kind into the model.
func TestPolicies(t *testing.T) {
	t.Parallel()
	variants := valid(t, "policies").ProductionVariants()
	if len(variants) != 2 {
		t.Fatalf("got %d variants, want 2", len(variants))
	}
	main, next := variants[0].Variant(), variants[1].Variant()
	at := func(f float64) *float64 { return &f }
	metric := func(name string) autoscaling.Metric {
		m, _ := autoscaling.VariantMetric(name, main)
		return m
	}
	cpu, gpu, concurrency := metric("CPUUtilization"), metric("GPUUtilization"), metric("ConcurrentRequestsPerModel")
	concurrency.Statistic = "p99"
	const out, in = 300 * time.Second, 10 * time.Minute

	got := variants[0].ScalableTarget()
	want := autoscaling.ScalableTarget{
		ResourceID: "endpoint/predictions/variant/main", Dimension: autoscaling.VariantInstanceCount, MinCapacity: 2, MaxCapacity: 12,
		SuspendedState: &autoscaling.SuspendedState{ScaleIn: true},
		Policies: []autoscaling.TargetTrackingPolicy{
			{Name: "invocations-per-instance", Metric: autoscaling.VariantInvocationsPerInstance, TargetValue: 4200, ScaleOutCooldown: out, ScaleInCooldown: in},
			{Name: "concurrent-requests-per-instance", Metric: autoscaling.VariantConcurrentRequestsHighResolution, TargetValue: 5.6, ScaleOutCooldown: out, ScaleInCooldown: in},
			{Name: "gpu", Metric: gpu, TargetValue: 60, ScaleOutCooldown: out, ScaleInCooldown: in, DisableScaleIn: true},
			{Name: "queue", TargetValue: 10, ScaleOutCooldown: 0, ScaleInCooldown: in, Metric: autoscaling.Metric{
				Namespace: "Bets", Name: "QueueDepth", Statistic: autoscaling.Maximum, Unit: "Count",
				Dimensions: map[string]string{"Fleet": "main", "Queue": "odds"}}},
			{Name: "share", TargetValue: 50, ScaleOutCooldown: out, ScaleInCooldown: in, Metric: autoscaling.MetricMath{Queries: []autoscaling.MetricQuery{
				{ID: "cpu", Metric: &cpu}, {ID: "share", Expression: "FILL(cpu, 0) / 4", ReturnData: true}}}},
		},
		StepPolicies: []autoscaling.StepScalingPolicy{
			autoscaling.EmergencyPolicy(main, 8),
			autoscaling.OfferedLoadPolicy("predictions"),
			{
				Name: "surge", AdjustmentType: autoscaling.ChangeInCapacity, Aggregation: autoscaling.AggregateMaximum,
				Steps: []autoscaling.Step{{LowerBound: at(0.2), Adjustment: 2}, {LowerBound: at(0), UpperBound: at(0.2), Adjustment: 1}},
				Alarm: autoscaling.Alarm{
					Metric: concurrency, Period: 10 * time.Second, Comparison: autoscaling.AtLeast, Threshold: 0.1,
					EvaluationPeriods: 3, DatapointsToAlarm: 2, MissingData: autoscaling.MissingIsFine},
			},
			{
				Name: "night", AdjustmentType: autoscaling.PercentChangeInCapacity, Cooldown: out, MinAdjustmentMagnitude: 2,
				Steps: []autoscaling.Step{{UpperBound: at(0), Adjustment: -50}},
				Alarm: autoscaling.Alarm{
					Metric: autoscaling.MetricMath{Queries: []autoscaling.MetricQuery{
						{ID: "gpu", Metric: &gpu}, {ID: "busy", Expression: "FILL(gpu, 0)", Label: "Busy", ReturnData: true}, {ID: "half", Expression: "busy / 2"}}},
					Period: time.Minute, Comparison: autoscaling.AtMost, Threshold: 5, EvaluationPeriods: 3},
			},
		},
		ScheduledActions: []autoscaling.ScheduledAction{
			{Name: "floor", Schedule: "cron(0 17 ? * MON *)", Timezone: "UTC", MinCapacity: func() *int { n := 3; return &n }()}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("main (-want +got)\n%s", diff)
	}

	other := variants[1].ScalableTarget()
	if other.ResourceID != next.ResourceID() || len(other.Policies) != 1 || other.Policies[0].TargetValue != 2100 || other.StepPolicies != nil {
		t.Errorf("next has %+v, want its own target and nothing of main's", other)
	}
	if actions := other.ScheduledActions; len(actions) == 0 || actions[0].Timezone != "UTC" {
		t.Errorf("next has the actions %v, want its event's", actions)
	}
}

// TestEveryFieldOfAPolicyHasAYAMLPath keeps Go's names out of what the model
// says of policies.
func TestEveryFieldOfAPolicyHasAYAMLPath(t *testing.T) {
	t.Parallel()
	tracking := Policy{Metric: &autoscaling.Metric{Dimensions: map[string]string{"Queue": "odds"}}}
	stepping := Policy{Step: &StepScaling{Alarm: Alarm{Metric: tracking.Metric}}}
	v := ProductionVariant{Scaling: Scaling{Policies: []Policy{tracking, stepping}}}
	one := func(p problem.Problem) problem.Problem { return v.inFile(problem.List{p}, "variants[1]")[0] }
	check := func(path string) {
		t.Helper()
		got := one(problem.Problem{Path: path}).Path
		if schemaAt(location(got)) == nil {
			t.Errorf("%s is said to be at %s, where the schema has nothing", path, got)
		}
	}
	var fields func(at string, typ reflect.Type)
	fields = func(at string, typ reflect.Type) {
		for i := range typ.NumField() {
			path, f := at+"."+typ.Field(i).Name, typ.Field(i).Type
			switch {
			case strings.HasSuffix(path, "Alarm.Description"): // not in the file
			case f == reflect.TypeFor[[]autoscaling.Step]():
				fields(path+"[0]", f.Elem())
			case f == reflect.TypeFor[autoscaling.Alarm]():
				fields(path, f)
			case f == reflect.TypeFor[autoscaling.TrackedMetric](), f == reflect.TypeFor[autoscaling.AlarmMetric]():
				fields(path, reflect.TypeFor[autoscaling.Metric]())
				fields(path+".Queries[0]", reflect.TypeFor[autoscaling.MetricQuery]())
				fields(path+".Queries[0].Metric", reflect.TypeFor[autoscaling.Metric]())
				check(path)
			case f == reflect.TypeFor[map[string]string]():
				check(path)
				check(path + `["Queue"]`)
			default:
				check(path)
			}
		}
	}
	fields("Policies[0]", reflect.TypeFor[autoscaling.TargetTrackingPolicy]())
	fields("StepPolicies[0]", reflect.TypeFor[autoscaling.StepScalingPolicy]())

	for path, want := range map[string]string{
		`StepPolicies[0].Alarm.Metric.Dimensions["Queue"]`: "variants[1].scaling.policies[1].step.alarm.metric.dimensions.Queue",
		`StepPolicies[0].Alarm.Metric.Dimensions["a.b"]`:   `variants[1].scaling.policies[1].step.alarm.metric.dimensions["a.b"]`,
	} {
		if got := one(problem.Problem{Path: path}).Path; got != want {
			t.Errorf("%s is said to be at %s, want %s", path, got, want)
		}
	}
	for text, want := range map[string]string{
		"«Policies[0]» tracks the same metric": "variants[1].scaling.policies[0] tracks the same metric",
		"«Queries»[0] has the same «ID»":       "metrics[0] has the same id",
	} {
		if got := one(problem.Problem{Path: "Policies[0].Metric.Queries[1].ID", Rule: text}).Rule; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// location is a YAML path as schemaAt wants it.
func location(path string) []string {
	return strings.Split(strings.NewReplacer("[", ".", "]", "").Replace(path), ".")
}
