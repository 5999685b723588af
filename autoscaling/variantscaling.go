package autoscaling

import (
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// InvocationsPolicyName names the policy that tracks invocations per instance.
const InvocationsPolicyName = "invocations-per-instance"

// VariantScaling is how a production variant that answers in real time scales.
// Target makes the scalable target of it.
type VariantScaling struct {
	// Capacity is what a load test of one instance has shown.
	Capacity
	// Scaling is the bounds, the target and how events become floors.
	Scaling
	// ScheduledActions change the bounds at their times. Beside events they
	// leave the minimum alone.
	// Default: none.
	ScheduledActions []ScheduledAction
	// Events are surges that are known beforehand. They raise the minimum in
	// time, by scheduled actions of their own, and lower it again.
	// Default: none.
	Events []events.Event
	// Policies and StepPolicies act next to those that Capacity and Scaling call
	// for.
	// Default: none.
	Policies     []TargetTrackingPolicy
	StepPolicies []StepScalingPolicy
}

// Calendar is the events with the figures that make floors of them.
func (s VariantScaling) Calendar() events.Calendar {
	return events.Calendar{
		MinCapacity: s.MinCapacity, MaxCapacity: s.MaxCapacity,
		RequestsPerSecondPerInstance: s.RequestsPerSecondPerInstance, SafetyFactor: s.SafetyFactor,
		StartTime: s.StartTime, Zones: s.Zones,
		AssertEvery: s.AssertEvery, Align: s.Align, ReleaseSteps: s.ReleaseSteps,
		OtherActions: len(s.ScheduledActions),
		Events:       s.Events,
	}
}

// Target is the scalable target of variant v, with a policy on invocations per
// instance, one on concurrency where it was measured, and whatever else is asked
// for. Of those that track, the one that wants more instances wins (fact A29).
func (s VariantScaling) Target(v Variant) ScalableTarget {
	return ScalableTarget{
		ResourceID:       v.ResourceID(),
		Dimension:        VariantInstanceCount,
		MinCapacity:      s.MinCapacity,
		MaxCapacity:      s.MaxCapacity,
		Policies:         append(s.madePolicies(), s.Policies...),
		StepPolicies:     append(s.madeStepPolicies(v), s.StepPolicies...),
		ScheduledActions: append(slices.Clip(s.ScheduledActions), FloorActions(s.Calendar())...),
		SuspendedState:   s.SuspendedState,
	}
}

// madePolicies are the policies that the figures call for, before s.Policies.
func (s VariantScaling) madePolicies() []TargetTrackingPolicy {
	policies := []TargetTrackingPolicy{Tracking(InvocationsPolicyName, VariantInvocationsPerInstance, s.targetValue())}
	if s.ConcurrencyPerInstance != 0 {
		policies = append(policies,
			ConcurrencyPolicy(capacity.ConcurrencyTarget(s.ConcurrencyPerInstance, s.safetyFactor())))
	}
	for i := range policies {
		policies[i].ScaleOutCooldown = orDefault(s.ScaleOutCooldown)
		policies[i].ScaleInCooldown = orDefault(s.ScaleInCooldown)
	}
	return policies
}

// madeStepPolicies are those that stand before s.StepPolicies.
func (s VariantScaling) madeStepPolicies(v Variant) []StepScalingPolicy {
	var policies []StepScalingPolicy
	if s.Emergency && s.ConcurrencyPerInstance != 0 {
		policies = append(policies, EmergencyPolicy(v, s.ConcurrencyPerInstance))
	}
	if s.OfferedLoad != nil && *s.OfferedLoad {
		policies = append(policies, OfferedLoadPolicy(v.EndpointName))
	}
	return policies
}

func (s VariantScaling) targetValue() float64 {
	if s.TargetInvocationsPerMinute != 0 {
		return s.TargetInvocationsPerMinute
	}
	return capacity.InvocationsPerInstanceTarget(s.RequestsPerSecondPerInstance, s.safetyFactor())
}

func (s VariantScaling) safetyFactor() float64 {
	if s.SafetyFactor == 0 {
		return capacity.DefaultSafetyFactor
	}
	return s.SafetyFactor
}

// Validate returns everything wrong with scaling v in this way, with the field
// paths of this struct, and "Variant." before those of v.
func (s VariantScaling) Validate(v Variant) problem.List {
	if ps := problem.UnresolvedNumbers(s); len(ps) > 0 {
		return append(ps, v.Validate().In("Variant")...)
	}
	ps := s.validateKind("a variant that answers in real time", func(field string) bool {
		return !isOneOf(asynchronousFields, serverlessFields)(field)
	})
	ps = append(ps, s.validateTarget()...)
	ps = append(ps, s.validatePolicyNames(v)...)
	own := s
	own.Events = nil // validateEvents says what is wrong with them
	target := own.Target(v)
	for _, p := range target.Validate() {
		if p.Path == "ResourceID" || s.saidOfFigures(v, p.Path) {
			continue // v.Validate, validateTarget or validatePolicyNames says it
		}
		if p = (problem.List{p}).Map(s.addresses(v))[0]; !slices.Contains(ps, p) {
			ps = append(ps, p)
		}
	}
	ps = append(ps, s.validateEvents(ps)...)
	return append(ps, v.validateFor(s.Target(v))...)
}

// validateEvents adds to what was found before: the calendar's figures are
// those of s, and a figure that was refused is not refused again.
func (s VariantScaling) validateEvents(found problem.List) problem.List {
	ps := unsaid(s.Calendar().Validate().Map(s.grouped), found)
	return append(ps, minimumIsTheirs(s.Events, s.ScheduledActions)...)
}

// grouped is a field of a target or a calendar by its path in s.
func (s VariantScaling) grouped(path string) string {
	return problem.Grouped(reflect.TypeOf(s), path)
}

// unsaid is ps without what stands where something was found.
func unsaid(ps, found problem.List) problem.List {
	return slices.DeleteFunc(ps, func(p problem.Problem) bool {
		return slices.ContainsFunc(found, func(f problem.Problem) bool { return f.Path == p.Path })
	})
}

// minimumIsTheirs refuses scheduled actions that move the minimum beside events.
func minimumIsTheirs(events []events.Event, actions []ScheduledAction) problem.List {
	var ps problem.List
	for i, a := range actions {
		if len(events) > 0 && a.MinCapacity != nil {
			ps.Add(fmt.Sprintf("ScheduledActions[%d].MinCapacity", i), *a.MinCapacity,
				"where there are events they alone move the minimum: the release of one would undo this floor, and this would "+
					"undo theirs",
				"make this an event too, with weekdays if it comes every week")
		}
	}
	return ps
}

func (s VariantScaling) validateTarget() problem.List {
	var ps problem.List
	rps, factor, target := s.RequestsPerSecondPerInstance, s.SafetyFactor, s.TargetInvocationsPerMinute
	if factor != 0 && target != 0 {
		ps.Add("Scaling.SafetyFactor", factor, "a safety factor and a target of its own exclude each other",
			"keep one of the two")
	}
	if factor != 0 && !(factor > 0 && factor <= 1) {
		ps.Add("Scaling.SafetyFactor", factor, "a safety factor is over 0 and at most 1",
			problem.ShareFix(factor, "AWS advises to begin load testing with 0.5"))
	}
	switch {
	case !(rps >= 0) || math.IsInf(rps, 1):
		ps.Add("Capacity.RequestsPerSecondPerInstance", rps, "a rate is over 0 requests a second",
			"measure one instance under load")
	case rps == 0 && target == 0:
		ps.Add("Capacity.RequestsPerSecondPerInstance", nil, "without a measured rate there is no target to derive",
			"measure one instance under load, or give «Scaling.TargetInvocationsPerMinute»")
	case !(target >= 0) || math.IsInf(target, 1):
		ps.Add("Scaling.TargetInvocationsPerMinute", target, "a target is a number above 0",
			"derive it from a load test: requests a second × safety factor × 60")
	case rps > 0 && target > rps*60:
		ps.Add("Scaling.TargetInvocationsPerMinute", target,
			fmt.Sprintf("the target is above what an instance sustains, %g requests a second or %g a minute, so that "+
				"scaling out would come too late", rps, rps*60),
			fmt.Sprintf("lower it, %g leaves the usual headroom",
				capacity.InvocationsPerInstanceTarget(rps, capacity.DefaultSafetyFactor)))
	}
	if c := s.ConcurrencyPerInstance; !(c >= 0) || math.IsInf(c, 1) {
		ps.Add("Capacity.ConcurrencyPerInstance", c, "a concurrency is over 0 requests at a time",
			"measure one instance under load, or leave it out")
	} else if s.Emergency && c == 0 {
		ps.Add("Scaling.Emergency", s.Emergency,
			"without a measured concurrency it is not known when an instance has too many requests",
			"measure one instance under load, and give «Capacity.ConcurrencyPerInstance»")
	}
	return ps
}
