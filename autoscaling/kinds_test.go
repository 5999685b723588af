package autoscaling_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
)

func policyNames(t autoscaling.ScalableTarget) (names []string) {
	for _, p := range t.Policies {
		names = append(names, p.Name)
	}
	for _, p := range t.StepPolicies {
		names = append(names, p.Name)
	}
	return names
}

// TestScaleToZeroPolicies: the guard and the way out of zero are there where
// there is a way into it, and nowhere else.
func TestScaleToZeroPolicies(t *testing.T) {
	t.Parallel()
	zero := []autoscaling.ScheduledAction{{Name: "night", Schedule: "cron(0 1 ? * * *)", MinCapacity: ptr(0)}}
	component := func(change func(*autoscaling.ComponentScaling)) autoscaling.ScalableTarget {
		s := autoscaling.ComponentScaling{CopyCapacity: autoscaling.CopyCapacity{RequestsPerSecondPerCopy: 20}, CopyScaling: autoscaling.CopyScaling{MinCapacity: 1, MaxCapacity: 8}}
		change(&s)
		if ps := s.Validate("odds-a"); ps != nil {
			t.Error(ps)
		}
		return s.Target("odds-a")
	}
	asynchronous := func(change func(*autoscaling.AsynchronousScaling)) autoscaling.ScalableTarget {
		s := autoscaling.AsynchronousScaling{Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 8, BacklogPerInstance: 5}}
		change(&s)
		if ps := s.Validate(variant); ps != nil {
			t.Error(ps)
		}
		return s.Target(variant)
	}
	for name, test := range map[string]struct {
		target autoscaling.ScalableTarget
		want   []string
	}{
		"component":              {component(func(*autoscaling.ComponentScaling) {}), []string{"invocations-per-copy"}},
		"component, to zero":     {component(func(s *autoscaling.ComponentScaling) { s.MinCapacity = 0 }), []string{"invocations-per-copy", "traffic-guard", "wake-up"}},
		"component, at night":    {component(func(s *autoscaling.ComponentScaling) { s.ScheduledActions = zero }), []string{"invocations-per-copy", "traffic-guard", "wake-up"}},
		"asynchronous":           {asynchronous(func(*autoscaling.AsynchronousScaling) {}), []string{"backlog-per-instance"}},
		"asynchronous, to zero":  {asynchronous(func(s *autoscaling.AsynchronousScaling) { s.MinCapacity = 0 }), []string{"backlog-per-instance", "backlog-wake-up"}},
		"asynchronous, at night": {asynchronous(func(s *autoscaling.AsynchronousScaling) { s.ScheduledActions = zero }), []string{"backlog-per-instance", "backlog-wake-up"}},
	} {
		if got := policyNames(test.target); !slices.Equal(got, test.want) {
			t.Errorf("%s has the policies %q, want %q", name, got, test.want)
		}
	}
}

// TestTrafficGuard computes the guard's metric by its own expression, and from
// it the copies that it asks for: copies × metric / target, rounded up.
func TestTrafficGuard(t *testing.T) {
	t.Parallel()
	guard := autoscaling.TrafficGuardPolicy("odds-a")
	queries := guard.Metric.(autoscaling.MetricMath).Queries
	expression, err := parser.ParseExpr(queries[len(queries)-1].Expression)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		copies, invocations float64
		published           bool
		want                float64
	}{{1, 1, true, 1}, {1, 500, true, 1}, {2, 7, true, 1}, {8, 3, true, 1}, {1, 0, true, 0}, {8, 0, true, 0}, {1, 0, false, 0}} {
		series := map[string]float64{}
		if test.published {
			series = map[string]float64{"invocations": test.invocations, "share": test.invocations / test.copies}
		}
		metric := evaluate(t, expression, series)
		if metric > guard.TargetValue {
			t.Errorf("%+v scales out", test)
		}
		// Below 90 % of the target it would scale in.
		if test.copies == 1 && test.invocations > 0 && metric < 0.9*guard.TargetValue {
			t.Errorf("%+v scales in to zero", test)
		}
		if got := math.Ceil(test.copies*metric/guard.TargetValue - 1e-9); got != test.want {
			t.Errorf("%+v asks for %v copies", test, got)
		}
	}
}

// evaluate knows as much of metric math as the guard speaks, which is also Go's
// syntax. Series are by ID; one that is not there has no value.
func evaluate(t *testing.T, e ast.Expr, series map[string]float64) float64 {
	t.Helper()
	switch e := e.(type) {
	case *ast.BasicLit:
		v, err := strconv.ParseFloat(e.Value, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	case *ast.BinaryExpr:
		x, y := evaluate(t, e.X, series), evaluate(t, e.Y, series)
		switch e.Op {
		case token.QUO:
			return x / y
		case token.GTR:
			if x > y {
				return 1
			}
			return 0
		}
	case *ast.CallExpr:
		switch e.Fun.(*ast.Ident).Name {
		case "FILL":
			if v, ok := series[e.Args[0].(*ast.Ident).Name]; ok {
				return v
			}
			return evaluate(t, e.Args[1], series)
		case "IF":
			if evaluate(t, e.Args[0], series) != 0 {
				return evaluate(t, e.Args[1], series)
			}
			return evaluate(t, e.Args[2], series)
		}
	}
	t.Fatalf("%T is not understood", e)
	return 0
}

// TestEventsOfAComponent: an event holds the minimum above zero from before its
// start until after its end, and then lets go.
func TestEventsOfAComponent(t *testing.T) {
	t.Parallel()
	target := autoscalingtest.Kinds()["component-scaling"]
	lowest, highest := math.MaxInt, 0
	for _, a := range target.ScheduledActions {
		if a.MaxCapacity != nil {
			t.Errorf("%s moves the maximum", a.Name)
		}
		lowest, highest = min(lowest, *a.MinCapacity), max(highest, *a.MinCapacity)
	}
	// 80 requests a second over 20 × 0.7 a copy.
	if lowest != 0 || highest != 6 {
		t.Errorf("the minimum goes from %d to %d, want 0 to 6", lowest, highest)
	}
}

func TestKindProblems(t *testing.T) {
	t.Parallel()
	component := autoscaling.ComponentScaling{CopyCapacity: autoscaling.CopyCapacity{RequestsPerSecondPerCopy: 20}, CopyScaling: autoscaling.CopyScaling{MinCapacity: 1, MaxCapacity: 8}}
	asynchronous := autoscaling.AsynchronousScaling{Scaling: autoscaling.Scaling{MaxCapacity: 8, BacklogPerInstance: 5}}
	serverless := autoscaling.ProvisionedConcurrencyScaling{Scaling: autoscaling.Scaling{MinCapacity: 1, MaxCapacity: 20}}
	c := func(name string, change func(*autoscaling.ComponentScaling)) problem.List {
		s := component
		change(&s)
		return s.Validate(name)
	}
	a := func(v autoscaling.Variant, change func(*autoscaling.AsynchronousScaling)) problem.List {
		s := asynchronous
		change(&s)
		return s.Validate(v)
	}
	p := func(v autoscaling.Variant, change func(*autoscaling.ProvisionedConcurrencyScaling)) problem.List {
		s := serverless
		change(&s)
		return s.Validate(v)
	}
	for _, test := range []struct {
		name string
		got  problem.List
		want []string
	}{
		{"a component as it is", c("odds-a", func(*autoscaling.ComponentScaling) {}), nil},
		{"a component's name", c("-", func(*autoscaling.ComponentScaling) {}), []string{
			`InferenceComponentName: got "inference-component/-": this is not what sagemaker:inference-component:DesiredCopyCount is counted of; such as "inference-component/odds"`}},
		{"nothing measured", c("odds-a", func(s *autoscaling.ComponentScaling) { s.RequestsPerSecondPerCopy = 0 }), []string{
			`CopyCapacity.RequestsPerSecondPerCopy: without a measured rate or concurrency there is nothing to track; measure one copy under load`}},
		{"figures", c("odds-a", func(s *autoscaling.ComponentScaling) {
			s.RequestsPerSecondPerCopy, s.ConcurrencyPerCopy, s.SafetyFactor = -1, math.NaN(), 2
		}), []string{
			`CopyCapacity.RequestsPerSecondPerCopy: got -1: a rate is over 0 requests a second; measure one copy under load`,
			`CopyCapacity.ConcurrencyPerCopy: got NaN: a concurrency is over 0 requests at a time; measure one copy under load, or leave it out`,
			`CopyScaling.SafetyFactor: got 2: a safety factor is over 0 and at most 1; write 0.02 for 2 %`}},
		{"bounds and cooldowns, each once", c("odds-a", func(s *autoscaling.ComponentScaling) {
			s.MinCapacity, s.ConcurrencyPerCopy, s.ScaleInCooldown = 9, 5, ptr(time.Second/2)
		}), []string{
			`CopyScaling.MaxCapacity: got 8: the maximum is below the minimum of 9 copies; raise it to 9 or more, or lower the minimum`,
			`CopyScaling.ScaleInCooldown: got 500ms: a cooldown is a whole number of seconds, 0 or more; AWS's default is 300s`}},
		{"a wake-up without sleep", c("odds-a", func(s *autoscaling.ComponentScaling) { s.WakeUpCopies = 2 }), []string{
			`CopyScaling.WakeUpCopies: got 2: with a minimum of 1 or more there is nothing to wake up; leave it out, or set CopyScaling.MinCapacity to 0`}},
		{"a wake-up beyond the maximum", c("odds-a", func(s *autoscaling.ComponentScaling) { s.MinCapacity, s.WakeUpCopies = 0, 9 }), []string{
			`CopyScaling.WakeUpCopies: got 9: waking up begins with 1 copies or more, at most the maximum of 8; leave it out for 1`}},
		{"an event too large, beside another floor", c("odds-a", func(s *autoscaling.ComponentScaling) {
			s.Events = []events.Event{{Name: "final", Timezone: "UTC", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", PeakRequestsPerSecond: 200}}
			s.ScheduledActions = []autoscaling.ScheduledAction{{Name: "day", Schedule: "cron(0 8 ? * * *)", MinCapacity: ptr(2)}}
		}), []string{
			`Events[0].PeakRequestsPerSecond: got 200: the event needs 15 instances, and the target's maximum is 8; raise the maximum to 15 or more`,
			`ScheduledActions[0].MinCapacity: got 2: where there are events they alone move the minimum: the release of one would undo this floor, and this would undo theirs; make this an event too, with weekdays if it comes every week`}},
		{"events without a rate", c("odds-a", func(s *autoscaling.ComponentScaling) {
			s.RequestsPerSecondPerCopy, s.ConcurrencyPerCopy = 0, 6
			s.Events = []events.Event{{Name: "final", Timezone: "UTC", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", PeakRequestsPerSecond: 20}}
		}), []string{
			`CopyCapacity.RequestsPerSecondPerCopy: without a measured rate a peak in requests per second gives no floor; measure one instance under load, or give PeakInstances`}},

		{"an asynchronous variant as it is", a(variant, func(*autoscaling.AsynchronousScaling) {}), nil},
		{"everything asynchronous", a(autoscaling.Variant{EndpointName: "-", Name: "main", InstanceType: "ml.t3.large"}, func(s *autoscaling.AsynchronousScaling) {
			s.MinCapacity, s.WakeUpInstances, s.BacklogPerInstance, s.ScaleOutCooldown = -1, 1, 0, ptr(-time.Second)
		}), []string{
			`Scaling.WakeUpInstances: got 1: with a minimum of 1 or more there is nothing to wake up; leave it out, or set Scaling.MinCapacity to 0`,
			`Scaling.BacklogPerInstance: got 0: a backlog is over 0 requests an instance; the time that a request may take, over the time that an instance needs for one`,
			`Scaling.MinCapacity: got -1: the minimum is 0 instances or more; set it to 0 or more`,
			`Scaling.ScaleOutCooldown: got -1s: a cooldown is a whole number of seconds, 0 or more; AWS's default is 300s`,
			`Variant.EndpointName: got "-": a SageMaker name has 1 to 63 letters, digits and hyphens, and neither begins nor ends with a hyphen; such as "predictions"`,
			`Variant.InstanceType: got "ml.t3.large": a burstable instance type cannot be scaled automatically, AWS refuses to register it; use a type of fixed performance, such as "ml.c6i.large"`}},

		{"provisioned concurrency as it is", p(variant, func(*autoscaling.ProvisionedConcurrencyScaling) {}), nil},
		{"a minimum of none, a share in percent", p(variant, func(s *autoscaling.ProvisionedConcurrencyScaling) { s.MinCapacity, s.TargetUtilization = 0, 70 }), []string{
			`Scaling.MinCapacity: got 0: the minimum is 1 requests at a time or more; set it to 1 or more`,
			`Scaling.TargetUtilization: got 70: the utilization of provisioned concurrency is a share, at most 1; write 0.7 for 70 %`}},
		{"more than the variant takes", p(variant, func(s *autoscaling.ProvisionedConcurrencyScaling) {
			s.MaxConcurrency = 10
			s.ScheduledActions = []autoscaling.ScheduledAction{{Name: "day", Schedule: "cron(0 8 ? * * *)", MaxCapacity: ptr(30)}}
		}), []string{
			`Scaling.MaxCapacity: got 20: no more can be provisioned than the variant takes, 10 requests at a time; lower it to 10 or less`,
			`ScheduledActions[0].MaxCapacity: got 30: no more can be provisioned than the variant takes, 10 requests at a time; lower it to 10 or less`}},
		{"what other kinds scale by", a(variant, func(s *autoscaling.AsynchronousScaling) { s.Zones, s.TargetUtilization = 3, 0.5 }), []string{
			`Scaling.TargetUtilization: an asynchronous endpoint has no such setting; leave it out`,
			`Scaling.Zones: an asynchronous endpoint has no such setting; leave it out`}},
		{"what instances scale by", p(variant, func(s *autoscaling.ProvisionedConcurrencyScaling) { s.SafetyFactor = 0.5 }), []string{
			`Scaling.SafetyFactor: a serverless variant has no such setting; leave it out`}},
		{"more than any variant takes", p(autoscaling.Variant{Name: "main"}, func(s *autoscaling.ProvisionedConcurrencyScaling) { s.MaxConcurrency = 201 }), []string{
			`MaxConcurrency: got 201: a serverless variant takes 1 to 200 requests at a time; give the variant's own, or leave it out`,
			`Variant.EndpointName: got "": a SageMaker name has 1 to 63 letters, digits and hyphens, and neither begins nor ends with a hyphen; such as "predictions"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if err := test.got.Err(); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(strings.Join(test.want, "\n"), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func ExampleComponentScaling() {
	scaling := autoscaling.ComponentScaling{CopyCapacity: autoscaling.CopyCapacity{RequestsPerSecondPerCopy: 20, ConcurrencyPerCopy: 6}, CopyScaling: autoscaling.CopyScaling{MaxCapacity: 8}}
	target := scaling.Target("odds")
	for _, p := range target.Policies {
		fmt.Println(p.Name, p.TargetValue)
	}
	for _, p := range target.StepPolicies {
		fmt.Println(p.Name, "by", p.Alarm.Metric)
	}
	// Output:
	// invocations-per-copy 840
	// concurrent-requests-per-copy 4.2
	// traffic-guard 1
	// wake-up by AWS/SageMaker NoCapacityInvocationFailures
}
