package plan

import (
	"math"
	"time"
	"fmt"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
)

// byRule writes the floors directly.
func byRule(r Request, share float64, start time.Duration) (planned, alone lint.Subject) {
	ru := defaultRule(start)
	var cs []curve
	for _, e := range r.Evenings {
		cs = append(cs, newCurve(e))
	}
	s := ru.floors(cs, r.Event.KickOff)
	return direct(r, s, share)
}

func direct(r Request, s slots, share float64) (planned, alone lint.Subject) {
	subject := r.Input.Subject
	alone = subject
	least := subject.Target.MinCapacity
	var instants []events.Instant
	for i, x := range s.shares {
		n := max(least, int(math.Ceil(x*share*r.Event.Peak/70-1e-6)))
		instants = append(instants, events.Instant{At: r.Event.KickOff.Add(s.at(i)), Capacity: n, Events: []string{"f"}})
	}
	for i, a := range events.Actions(instants, "floor") {
		c := a.Capacity
		subject.Target.ScheduledActions = append(subject.Target.ScheduledActions, autoscaling.ScheduledAction{
			Name: fmt.Sprint(i), Schedule: a.Schedule, Timezone: a.Timezone, MinCapacity: &c})
	}
	return subject, alone
}
