package main

import (
	"math"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/plan"
)

// way is how to scale what has no template: made of the facts, so that an
// instance that does twice as much is scaled for twice as much.
type scalingMode string

const (
	// fixed is static peak, for who knows the peak: as many as it needs, always.
	fixed scalingMode = "fixed"
	// autoscaled is target tracking as constructs/scaling makes it, of leastInstances
	// up to twice what the peak needs.
	autoscaled scalingMode = "autoscaled"
	// planned is autoscaled with the floors of a plan, which is learned from
	// another evening.
	planned scalingMode = "planned"
)

var scalingModes = []scalingMode{fixed, autoscaled, planned}

// leastInstances is what is left between events: one of two may fail.
const minInstances = 2

func parseScalingMode(text string) (scalingMode, bool) {
	return scalingMode(text), slices.Contains(scalingModes, scalingMode(text))
}

// unlearned are the problems of a way that learns from nothing.
func (o *options) checkPlanned() {
	if !slices.Contains(o.modes, planned) {
		return
	}
	if len(o.planning.evenings) == 0 {
		o.problems.Add("--evening", nil, "a plan is learned from traffic, and none is named", "give --evening, the kick-off of an earlier event in the trace")
	}
	if o.kickOff.IsZero() {
		o.problems.Add("--kick-off", nil, "what a plan has learned is moved to the time of an event, and none is given", "give --kick-off, the event's time in the trace")
	}
}

// made is what scales in a setting's way. again says that it is played at other
// facts: a plan is not made anew then.
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

// subject is what scales in this way, of an input that has no subject yet. known
// is the plan of the same facts, where it is not to be made anew.
func (w scalingMode) subject(in rehearsal.Input, o *options, known *plan.Plan) (lint.Subject, *plan.Plan, error) {
	v := autoscaling.Variant{EndpointName: "rehearsed", Name: "main"}
	s := autoscaling.VariantScaling{MinCapacity: minInstances, MaxCapacity: minInstances, RequestsPerSecondPerInstance: in.WithDefaults().Service.RequestsPerSecond}
	in.Subject = lint.Subject{Name: string(w), Variant: &v, Target: s.Target(v)}
	if w == planned && known != nil {
		return adaptPlan(*known, in), known, nil
	}
	in.Minutes, in.Faults = false, rehearsal.Faults{}
	if len(in.Validate()) > 0 {
		return in.Subject, nil, nil // said by who plays it
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
