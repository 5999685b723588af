package main

import (
	"errors"
	"math"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/plan"
)

// plan makes a plan for an autoscaled input and the gate's availability.
func (o *options) plan(in rehearsal.Input) (plan.Plan, error) {
	r := plan.Request{
		Input: in, Event: plan.Event{Name: "event", KickOff: o.kickOff}, MinAvailability: o.gate.minAvailability / 100,
	}
	if !o.shiftTo.IsZero() {
		r.Event.KickOff = o.shiftTo
	}
	for _, k := range o.planning.evenings {
		e, _, err := o.earlierEvening("--evening", k, true)
		if err != nil {
			return plan.Plan{}, err
		}
		r.Evenings = append(r.Evenings, e)
	}
	made, err := plan.Make(r)
	var ps problem.List
	if errors.As(err, &ps) {
		for i := range ps {
			ps[i].Path = planOption(ps[i].Path)
		}
	}
	return made, err
}

// adaptPlan is a plan's scaling for instances of another speed or start time: its
// floors follow from the traffic in the plan's calendar, and are earlier by as much as
// instances start later.
func adaptPlan(p plan.Plan, in rehearsal.Input) lint.Subject {
	service := in.WithDefaults().Service
	c, subject := p.Calendar, p.Subject
	ratio := c.RequestsPerSecondPerInstance / service.RequestsPerSecond
	instances := func(n int) int { return max(minInstances, int(math.Ceil(float64(n)*ratio-1e-9))) }
	c.MinCapacity, c.MaxCapacity = instances(c.MinCapacity), instances(c.MaxCapacity)
	c.RequestsPerSecondPerInstance = service.RequestsPerSecond
	start := max(service.Start.Median, service.Start.P95)
	later := start - c.StartTime
	c.StartTime = start
	c.Events = slices.Clone(c.Events)
	for i, e := range c.Events {
		if e.LeadTime != nil {
			lead := max(0, *e.LeadTime+later)
			c.Events[i].LeadTime = &lead
		}
	}
	t := &subject.Target
	t.MinCapacity, t.MaxCapacity = c.MinCapacity, max(c.MaxCapacity, c.HighestFloor())
	t.Policies = slices.Clone(t.Policies)
	for i := range t.Policies {
		t.Policies[i].TargetValue /= ratio
	}
	t.ScheduledActions = autoscaling.FloorActions(c)
	return subject
}
