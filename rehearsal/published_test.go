package rehearsal

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// The behaviour that AWS and users have published.

func play(t testing.TB, in Input) Result {
	t.Helper()
	r, err := Run(in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// between prints a published figure beside ours, which docs/rehearsal.md shows.
func between(t *testing.T, what string, got, least, most time.Duration) {
	t.Helper()
	expected := fmt.Sprintf("%.0f to %.0f s", least.Seconds(), most.Seconds())
	if least == most {
		expected = fmt.Sprintf("%.0f s", least.Seconds())
	}
	t.Logf("%s: expected %s, got %.0f s", what, expected, got.Seconds())
	if got < least || got > most {
		t.Errorf("%s: expected %s, got %.0f s", what, expected, got.Seconds())
	}
	shown(t, fmt.Sprintf("| %s | %s | %.0f s |", what, expected, got.Seconds()))
}

// shown wants a line in docs/rehearsal.md.
func shown(t *testing.T, line string) {
	t.Helper()
	page, err := os.ReadFile("../docs/rehearsal.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), line+"\n") {
		t.Errorf("docs/rehearsal.md does not have the line %q", line)
	}
}

func TestPublishedStepWithAStandardMetric(t *testing.T) {
	t.Parallel()
	for _, delay := range []time.Duration{0, 30 * time.Second, time.Minute} {
		in := variant(step(10, 1000, 10*time.Minute, 30*time.Minute))
		in.Reading.EvaluationDelay = &delay
		_, at := first(play(t, in), PolicyEvent, "scale out")
		// facts A11, E10 and E11
		between(t, "the action after a step, published 1m late, evaluated "+problem.Duration(delay)+" later",
			at-10*time.Minute, 240*time.Second, 300*time.Second)
	}
}

func TestPublishedStepWithAHighResolutionMetric(t *testing.T) {
	t.Parallel()
	for _, delay := range []time.Duration{0, 10 * time.Second, time.Minute} {
		in := variant(step(10, 1000, 10*time.Minute, 30*time.Minute))
		in.Subject.Target.Policies = []autoscaling.TargetTrackingPolicy{autoscaling.ConcurrencyPolicy(5)}
		in.Reading.EvaluationDelay = &delay
		_, at := first(play(t, in), PolicyEvent, "scale out")
		// facts A12, A13 and A14
		between(t, "the action after a step, published 10s late, evaluated "+problem.Duration(delay)+" later",
			at-10*time.Minute, 40*time.Second, 120*time.Second)
	}
}

func TestPublishedScaleInAfterLoadStops(t *testing.T) {
	t.Parallel()
	// It falls to a half at once and then slowly, so that there is more than one step.
	load := trace.Grid{Start: noon, Length: 2 * time.Hour}.Of(func(at time.Duration) float64 {
		if at < 30*time.Minute {
			return 2800
		}
		return 1400 - (at-30*time.Minute).Seconds()/2
	})
	in := variant(load)
	r := play(t, in)
	_, at := first(r, PolicyEvent, "scale in")
	between(t, "the first scale-in after load stops", at-30*time.Minute, 16*time.Minute, 17*time.Minute)
	var last time.Duration
	for _, e := range r.Events {
		if e.Kind == PolicyEvent && e.What == "scale in" {
			last = e.At.Sub(r.From)
		}
	}
	// fact E10: users report more than 25 minutes
	between(t, "the last of its steps", last-30*time.Minute, 25*time.Minute, time.Hour)
}

func TestPublishedJumpToTheMaximum(t *testing.T) {
	t.Parallel()
	in := variant(step(0, 130.0/60, 5*time.Minute, 30*time.Minute))
	in.Subject.Target.MinCapacity, in.Subject.Target.MaxCapacity = 1, 4
	in.Subject.Target.Policies = []autoscaling.TargetTrackingPolicy{autoscaling.Tracking("invocations",
		autoscaling.VariantInvocationsPerInstance, 5)}
	r := play(t, in)
	e, _ := first(r, PolicyEvent, "scale out")
	t.Logf("target 5 at 130 a minute: expected 1 → 4 in 1 action, got %d → %d in %d", e.From, e.To, r.Capacity.Actions)
	shown(t,
		fmt.Sprintf("| 1 instance, target 5, 130 invocations a minute, maximum 4 | 1 to 4 in 1 action | %d to %d in "+
			"%d action |", e.From, e.To, r.Capacity.Actions))
	if e.From != 1 || e.To != 4 || r.Capacity.Actions != 1 { // fact A28
		t.Errorf("got %d → %d in %d actions", e.From, e.To, r.Capacity.Actions)
	}
}

// minutes is a time that was published in minutes.
func minutes(m float64) time.Duration { return time.Duration(m * float64(time.Minute)) }

func TestPublishedFromZero(t *testing.T) {
	t.Parallel()
	in := fromZero()
	r := play(t, in)
	_, at := first(r, ActivityEvent, "in service")
	// Fact E5: 1 min trigger + 1.748 min provisioning + 2.28 min model copy.
	between(t, "Llama 3 8B from zero", at-10*time.Minute, minutes(5.028)-2*time.Second, minutes(5.028)+2*time.Second)
	if r.Requests.Failed == 0 || r.Capacity.Least != 0 {
		t.Errorf("at zero every request fails (fact D3): got %g of %g", r.Requests.Failed, r.Requests.Arrived)
	}
}

// fromZero is an inference component without a copy that requests come to.
func fromZero() Input {
	in := variant(step(0, 5, 10*time.Minute, 30*time.Minute))
	in.Subject.Target = autoscaling.ScalableTarget{
		ResourceID: autoscaling.InferenceComponentResourceID("llama"), Dimension: autoscaling.InferenceComponentCopyCount,
		MaxCapacity: 2,
		Policies: []autoscaling.TargetTrackingPolicy{autoscaling.Tracking("invocations",
			autoscaling.ComponentInvocationsPerCopy, 4200)},
		StepPolicies: []autoscaling.StepScalingPolicy{autoscaling.WakeUpPolicy("llama", 1)},
	}
	in.Service.CopiesPerInstance = 1
	in.Service.InstanceStart, in.Service.Start = Fixed(minutes(1.748)), Fixed(minutes(2.28))
	in.Timing = DefaultTiming()
	in.Timing.HighResolutionDelay = 30 * time.Second
	in.Reading.EvaluationDelay = late(0) // the published minute until the trigger has it
	return in
}

func TestPublishedStartsWithAndWithoutACachedImage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		what                    string
		rest, pull, load, whole time.Duration
	}{
		// the model loads while the image is pulled
		{"without a cached image", 192 * time.Second, 333 * time.Second, 168 * time.Second, 525 * time.Second},
		{"with a cached image", 181 * time.Second, 0, 77 * time.Second, 258 * time.Second},
	} {
		in := variant(step(10, 1000, 10*time.Minute, time.Hour))
		in.Service.Start = Fixed(test.rest + max(test.pull, test.load))
		r := play(t, in)
		_, decided := first(r, PolicyEvent, "scale out")
		_, serving := first(r, ActivityEvent, "in service")
		between(t, "Qwen3 8B on ml.g6.2xlarge "+test.what, serving-decided, test.whole, test.whole) // fact E1
	}
}

// Fact F34: a flash of ten times the load on 4 instances. Where the gateway
// sheds at capacity, many small actions take the place of one.
func TestPublishedShedding(t *testing.T) {
	t.Parallel()
	flash := step(280, 2800, 10*time.Minute, 100*time.Minute)
	for _, start := range []time.Duration{5 * time.Minute, 10 * time.Minute} {
		in := variant(flash).cooldowns(0, 5*time.Minute)
		in.Service.Start = Fixed(start)
		open := play(t, in)
		in.Gateway = Gateway{ConcurrencyPerInstance: 5}
		shedding := play(t, in)
		if open.Requests.Availability < shedding.Requests.Availability+0.1 || shedding.Capacity.Actions < 6 ||
			shedding.Requests.Shed == 0 {
			t.Error("shedding does not blind the scaler")
		}
		// The gateway says what it sheds, and a policy listens.
		in.Subject.Target.StepPolicies = []autoscaling.StepScalingPolicy{autoscaling.OfferedLoadPolicy("odds")}
		cured := play(t, in)
		line := fmt.Sprintf("| %.0f min | %.1f %% in %d actions | %.1f %% in %d | %.1f %% in %d |", start.Minutes(),
			open.Requests.Availability*100, open.Capacity.Actions, shedding.Requests.Availability*100,
			shedding.Capacity.Actions,
			cured.Requests.Availability*100, cured.Capacity.Actions)
		t.Log(line)
		shown(t, line)
		if cured.Requests.Availability < open.Requests.Availability {
			t.Errorf("the offered load is not seen: got %.3f %%, without shedding %.3f %%", cured.Requests.Availability*100,
				open.Requests.Availability*100)
		}
	}
}
