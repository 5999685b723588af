package main

import (
	"math"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/plan"
)

// scalingMode generates the scaling from the facts instead of reading a template.
type scalingMode string

const (
	// fixed is static peak: a constant number of instances for the trace's peak.
	fixed scalingMode = "fixed"
	// autoscaled is target tracking as constructs/scaling makes it, from minInstances
	// to twice what the peak needs.
	autoscaled scalingMode = "autoscaled"
	// planned is autoscaled with the floors of a plan for an earlier evening.
	planned scalingMode = "planned"
)

var scalingModes = []scalingMode{fixed, autoscaled, planned}

// minInstances is the minimum, so that one instance may fail.
const minInstances = 2

func parseScalingMode(text string) (scalingMode, bool) {
	return scalingMode(text), slices.Contains(scalingModes, scalingMode(text))
}

// checkPlanned adds the problems of the mode planned.
func (o *options) checkPlanned() {
	if !slices.Contains(o.modes, planned) {
		return
	}
	if len(o.planning.evenings) == 0 {
		o.problems.Add("--evening", nil, "a plan is learned from traffic, and none is named",
			"give --evening, the kick-off of an earlier event in the trace")
	}
	if o.kickOff.IsZero() {
		o.problems.Add("--kick-off", nil, "what a plan has learned is moved to the time of an event, and none is given",
			"give --kick-off, the event's time in the trace")
	}
}

// generatedSubject is the subject of a setting's mode. again says that the facts have
// changed and an existing plan is adapted.
func (o *options) generatedSubject(s setting, in rehearsal.Input, again bool) (lint.Subject, error) {
	var known *plan.Plan
	if again {
		known = o.plans[s]
	}
	subject, made, err := s.mode.subject(in, o, known)
	if !again {
		o.plans[s] = made
	}
	return subject, err
}

// subject is the subject of a mode for an input without one. known is a plan to
// adapt, nil to make one.
func (w scalingMode) subject(in rehearsal.Input, o *options, known *plan.Plan) (lint.Subject, *plan.Plan, error) {
	v := autoscaling.Variant{EndpointName: "rehearsed", Name: "main"}
	s := autoscaling.VariantScaling{
		Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: in.WithDefaults().Service.RequestsPerSecond},
		Scaling:  autoscaling.Scaling{MinCapacity: minInstances, MaxCapacity: minInstances},
	}
	in.Subject = lint.Subject{Name: string(w), Variant: &v, Target: s.Target(v)}
	if w == planned && known != nil {
		return adaptPlan(*known, in), known, nil
	}
	in.Minutes, in.Faults = false, rehearsal.Faults{}
	if len(in.Validate()) > 0 {
		return in.Subject, nil, nil // the rehearsal reports it
	}
	first, err := rehearsal.Run(in)
	if err != nil {
		return in.Subject, nil, err
	}
	peak := int(math.Round(first.Cost.StaticPeakInstanceHours / first.To.Sub(first.From).Hours()))
	s.MaxCapacity = max(minInstances, 2*peak)
	if w == fixed {
		s.MinCapacity = max(minInstances, peak)
		s.MaxCapacity = s.MinCapacity
	}
	in.Subject.Target = s.Target(v)
	if w != planned {
		return in.Subject, nil, nil
	}
	made, err := o.plan(in)
	return made.Subject, &made, err
}
