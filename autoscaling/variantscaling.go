package autoscaling

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// InvocationsPolicyName names the policy that tracks invocations per instance.
const InvocationsPolicyName = "invocations-per-instance"

// VariantScaling is how a production variant shall scale, in the words of who
// has load-tested it. Target turns it into what AWS wants to hear.
type VariantScaling struct {
	// MinCapacity and MaxCapacity bound the instance count; both 1 or more.
	MinCapacity, MaxCapacity int
	// RequestsPerSecondPerInstance is the highest rate that one instance
	// sustains within the latency objective, from a load test.
	// Default: 0, not measured; then TargetInvocationsPerMinute is required.
	RequestsPerSecondPerInstance float64
	// ConcurrencyPerInstance is the most requests at a time, those included that
	// wait in the container, that one instance serves within the latency
	// objective, from a load test. A second policy then tracks them every 10 s,
	// as the guard against a surge, at ConcurrencyPerInstance × SafetyFactor.
	// Default: 0, not measured; there is no such policy.
	ConcurrencyPerInstance float64
	// SafetyFactor is the share of the measured rate, and of the measured
	// concurrency, that is aimed at, over 0 and at most 1.
	// Default: capacity.DefaultSafetyFactor.
	SafetyFactor float64
	// TargetInvocationsPerMinute is the target itself, in invocations per
	// minute and instance, in place of a safety factor.
	// Default: RequestsPerSecondPerInstance × SafetyFactor × 60 (fact A5).
	TargetInvocationsPerMinute float64
	// ScaleOutCooldown and ScaleInCooldown are how long to wait after an
	// activity has succeeded, in whole seconds.
	// Default: nil, DefaultCooldown.
	ScaleOutCooldown, ScaleInCooldown *time.Duration
	// ScheduledActions change the bounds at their times. Beside events they
	// leave the minimum alone.
	// Default: none.
	ScheduledActions []ScheduledAction
	// Events are surges that are known beforehand. They raise the minimum in
	// time, by scheduled actions of their own, and lower it again.
	// Default: none.
	Events []events.Event
	// StartTime, Zones, AssertEvery, Align and ReleaseSteps say how events
	// become floors: see events.Calendar.
	StartTime, AssertEvery, Align time.Duration
	Zones, ReleaseSteps           int
	// Emergency adds EmergencyPolicy at ConcurrencyPerInstance, which is then
	// required.
	// Default: false, there is no such policy.
	Emergency bool
	// OfferedLoad says that the gateway before the endpoint sheds, and publishes
	// the load that was offered: OfferedLoadPolicy reacts to it.
	// Default: false, there is no such policy.
	OfferedLoad bool
	// Policies and StepPolicies act next to those that the figures above call
	// for.
	// Default: none.
	Policies     []TargetTrackingPolicy
	StepPolicies []StepScalingPolicy
	// SuspendedState switches scaling off in parts: see ScalableTarget.
	// Default: nil, nothing is suspended.
	SuspendedState *SuspendedState
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
		policies = append(policies, ConcurrencyPolicy(capacity.ConcurrencyTarget(s.ConcurrencyPerInstance, s.safetyFactor())))
	}
	for i := range policies {
		policies[i].ScaleOutCooldown, policies[i].ScaleInCooldown = orDefault(s.ScaleOutCooldown), orDefault(s.ScaleInCooldown)
	}
	return policies
}

// madeStepPolicies are those that stand before s.StepPolicies.
func (s VariantScaling) madeStepPolicies(v Variant) []StepScalingPolicy {
	var policies []StepScalingPolicy
	if s.Emergency && s.ConcurrencyPerInstance != 0 {
		policies = append(policies, EmergencyPolicy(v, s.ConcurrencyPerInstance))
	}
	if s.OfferedLoad {
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

func orDefault(cooldown *time.Duration) time.Duration {
	if cooldown == nil {
		return DefaultCooldown
	}
	return *cooldown
}

// Validate returns everything wrong with scaling v in this way, with the field
// paths of this struct, and "Variant." before those of v.
func (s VariantScaling) Validate(v Variant) problem.List {
	ps := append(s.validateTarget(), s.validatePolicyNames(v)...)
	own := s
	own.Events = nil // validateEvents says what is wrong with them
	for _, p := range own.Target(v).Validate() {
		if p.Path == "ResourceID" {
			continue // v.Validate says what is wrong with the names in it
		}
		p, said := s.inOwnFields(v, p)
		if !said && !slices.Contains(ps, p) {
			ps = append(ps, p)
		}
	}
	ps = append(ps, s.validateEvents(ps)...)
	ps = append(ps, v.Validate().In("Variant")...)
	return append(ps, v.ValidateScaling(s.Target(v)).In("Variant")...)
}

// validateEvents adds to what was found before: the calendar's figures are
// those of s, and a figure that was refused is not refused again.
func (s VariantScaling) validateEvents(found problem.List) problem.List {
	var ps problem.List
	for _, p := range s.Calendar().Validate() {
		if !slices.ContainsFunc(found, func(f problem.Problem) bool { return f.Path == p.Path }) {
			ps = append(ps, p)
		}
	}
	return append(ps, minimumIsTheirs(s.Events, s.ScheduledActions)...)
}

// minimumIsTheirs refuses scheduled actions that move the minimum beside events.
func minimumIsTheirs(events []events.Event, actions []ScheduledAction) problem.List {
	var ps problem.List
	for i, a := range actions {
		if len(events) > 0 && a.MinCapacity != nil {
			ps.Add(fmt.Sprintf("ScheduledActions[%d].MinCapacity", i), *a.MinCapacity,
				"where there are events they alone move the minimum: the release of one would undo this floor, and this would undo theirs",
				"make this an event too, with Weekdays if it comes every week")
		}
	}
	return ps
}

func (s VariantScaling) validateTarget() problem.List {
	var ps problem.List
	rps, factor, target := s.RequestsPerSecondPerInstance, s.SafetyFactor, s.TargetInvocationsPerMinute
	if factor != 0 && target != 0 {
		ps.Add("SafetyFactor", factor, "a safety factor and a target of its own exclude each other", "keep one of the two")
	}
	if factor != 0 && !(factor > 0 && factor <= 1) {
		ps.Add("SafetyFactor", factor, "a safety factor is over 0 and at most 1", "AWS advises to begin load testing with 0.5")
	}
	switch {
	case !(rps >= 0) || math.IsInf(rps, 1):
		ps.Add("RequestsPerSecondPerInstance", rps, "a rate is over 0 requests a second", "measure one instance under load")
	case rps == 0 && target == 0:
		ps.Add("RequestsPerSecondPerInstance", nil, "without a measured rate there is no target to derive",
			"measure one instance under load, or give TargetInvocationsPerMinute")
	case !(target >= 0) || math.IsInf(target, 1):
		ps.Add("TargetInvocationsPerMinute", target, "a target is a number above 0", "derive it from a load test: requests a second × safety factor × 60")
	case rps > 0 && target > rps*60:
		ps.Add("TargetInvocationsPerMinute", target,
			fmt.Sprintf("the target is above what an instance sustains, %g requests a second or %g a minute, so that scaling out would come too late", rps, rps*60),
			fmt.Sprintf("lower it, %g leaves the usual headroom", capacity.InvocationsPerInstanceTarget(rps, capacity.DefaultSafetyFactor)))
	}
	if c := s.ConcurrencyPerInstance; !(c >= 0) || math.IsInf(c, 1) {
		ps.Add("ConcurrencyPerInstance", c, "a concurrency is over 0 requests at a time", "measure one instance under load, or leave it out")
	} else if s.Emergency && c == 0 {
		ps.Add("Emergency", s.Emergency, "without a measured concurrency it is not known when an instance has too many requests",
			"measure one instance under load, and give ConcurrencyPerInstance")
	}
	return ps
}
