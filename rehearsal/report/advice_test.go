package report

import (
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// Advice names nothing that is there already.
func TestAdviceNamesWhatIsNew(t *testing.T) {
	t.Parallel()
	tracking := []autoscaling.TargetTrackingPolicy{autoscaling.Tracking("invocations",
		autoscaling.VariantInvocationsPerInstance, 4200)}
	wakeUp := []autoscaling.StepScalingPolicy{autoscaling.WakeUpPolicy("chat", 1)}
	short := rehearsal.Minute{Arrived: 100, Failed: 50, Needed: 5, InService: 2, Desired: 2, Min: 2, Max: 10}
	crowded, asleep, floored := short, short, short
	crowded.InService = 6
	asleep.InService, asleep.Desired, asleep.Min = 0, 0, 0
	floored.Min = 5
	for name, test := range map[string]struct {
		policies []autoscaling.TargetTrackingPolicy
		steps    []autoscaling.StepScalingPolicy
		change   func(*Report)
		minute   rehearsal.Minute
		want     string
		not      string
	}{
		"nothing scales":  {minute: short, want: "add a target tracking policy, or a floor of 5"},
		"tracking stands": {policies: tracking, minute: short, want: "lower the target", not: "add a target tracking"},
		"suspended": {policies: tracking, minute: short, want: "end the suspension", change: func(r *Report) {
			r.Input.Subject.Target.SuspendedState = &autoscaling.SuspendedState{ScaleOut: true}
		}},
		"a random routing": {policies: tracking, minute: crowded, want: "a lower target and LEAST_OUTSTANDING_REQUESTS leave"},
		"the least outstanding": {policies: tracking, minute: crowded, want: "a lower target leaves",
			not: "LEAST_OUTSTANDING", change: func(r *Report) { r.Input.Service.Routing = rehearsal.LeastOutstanding }},
		"crowds without tracking": {minute: crowded, want: "LEAST_OUTSTANDING_REQUESTS leaves", not: "target"},
		"a floor that stands": {policies: tracking, minute: floored, want: "raise it 11m earlier",
			not: "a scheduled floor of", change: func(r *Report) { r.Result.Capacity.Actions = 1 }},
		"zero without a way out": {minute: asleep, want: "nothing wakes the component from zero: add a step policy",
			change: func(r *Report) { r.Input.Subject.Target.Dimension = autoscaling.InferenceComponentCopyCount }},
		"zero with one": {steps: wakeUp, minute: asleep, not: "nothing wakes", want: "a scheduled floor of 5",
			change: func(r *Report) {
				r.Input.Subject.Target.Dimension = autoscaling.InferenceComponentCopyCount
				r.Result.Capacity.Actions = 1
			}},
	} {
		r := Report{Input: rehearsal.Input{Subject: lint.Subject{Target: autoscaling.ScalableTarget{
			Dimension: autoscaling.VariantInstanceCount, Policies: test.policies, StepPolicies: test.steps,
		}}, Service: rehearsal.Service{RequestsPerSecond: 10, Start: rehearsal.Fixed(6 * time.Minute)}}}
		test.minute.At = time.Date(2027, 5, 29, 20, 0, 0, 0, time.UTC)
		r.Result.Minutes = []rehearsal.Minute{test.minute}
		if test.change != nil {
			test.change(&r)
		}
		got := strings.Join(r.recommendations(), "\n")
		if !strings.Contains(got, test.want) || test.not != "" && strings.Contains(got, test.not) {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

// What a cheaper setting needs is not what is there.
func TestAdviceOnCost(t *testing.T) {
	t.Parallel()
	tracking := autoscaling.Tracking("invocations", autoscaling.VariantInvocationsPerInstance, 4200)
	quick, onlyOut := tracking, tracking
	quick.ScaleInCooldown, onlyOut.DisableScaleIn = 0, true
	for name, test := range map[string]struct {
		policy           autoscaling.TargetTrackingPolicy
		target, min, now int
		want             string
	}{
		"a cooldown":        {tracking, 2, 2, 9, "a higher target, or a shorter scale-in cooldown"},
		"no cooldown":       {quick, 2, 2, 9, "a higher target gives"},
		"no scale-in":       {onlyOut, 2, 2, 9, "scaling in, which is disabled"},
		"a floor":           {tracking, 2, 9, 9, "lower floors"},
		"the minimum":       {tracking, 9, 9, 9, "a lower MinCapacity"},
		"the least minimum": {tracking, 1, 1, 1, ""},
	} {
		r := Report{Input: rehearsal.Input{Subject: lint.Subject{Target: autoscaling.ScalableTarget{
			Dimension: autoscaling.VariantInstanceCount, MinCapacity: test.target,
			Policies: []autoscaling.TargetTrackingPolicy{test.policy},
		}}}}
		r.Result.Cost.OverOracle = 3
		r.Result.Minutes = []rehearsal.Minute{{InService: test.now, Min: test.min}}
		got := strings.Join(r.recommendations(), "\n")
		if !strings.Contains(got, test.want) || test.want == "" && got != "" {
			t.Errorf("%s: got %s", name, got)
		}
	}
}
