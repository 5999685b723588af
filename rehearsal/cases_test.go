package rehearsal

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// noon is when the cases begin.
var noon = time.Date(2027, time.May, 29, 12, 0, 0, 0, time.UTC)

// flat is a rate that stays.
func flat(rate float64, length time.Duration) trace.Trace {
	return trace.Grid{Start: noon, Length: length, Period: time.Minute}.Step(rate, rate, 0)
}

// step goes from one rate to another at an instant.
func step(from, to float64, at, length time.Duration) trace.Trace {
	return trace.Grid{Start: noon, Length: length}.Step(from, to, at)
}

// variant is instances of 100 requests a second that start in 5 minutes and are
// tracked at 70 %, from 4 on, with AWS's own cooldowns.
func variant(t trace.Source) Input {
	return Input{
		Trace: t,
		Service: Service{RequestsPerSecond: 100, ServiceTime: 50 * time.Millisecond, Variation: 1,
			Start: Fixed(5 * time.Minute), ClientTimeout: time.Second, Routing: LeastOutstanding},
		Subject: lint.Subject{Target: autoscaling.ScalableTarget{
			ResourceID: "endpoint/odds/variant/main", Dimension: autoscaling.VariantInstanceCount, MinCapacity: 4,
			MaxCapacity: 100,
			Policies: []autoscaling.TargetTrackingPolicy{autoscaling.Tracking("invocations",
				autoscaling.VariantInvocationsPerInstance, 4200)},
		}},
		Minutes: true,
	}
}

// cooldowns sets those of every tracking policy.
func (in Input) cooldowns(out, back time.Duration) Input {
	policies := append([]autoscaling.TargetTrackingPolicy(nil), in.Subject.Target.Policies...)
	for i := range policies {
		policies[i].ScaleOutCooldown, policies[i].ScaleInCooldown = out, back
	}
	in.Subject.Target.Policies = policies
	return in
}

// first is the first event of a kind, and how long after the trace's beginning.
func first(r Result, kind EventKind, what string) (Event, time.Duration) {
	for _, e := range r.Events {
		if e.Kind == kind && e.What == what {
			return e, e.At.Sub(r.From)
		}
	}
	return Event{}, -1
}
