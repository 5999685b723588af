package autoscaling

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Names of the policies of a ComponentScaling, besides WakeUpPolicyName.
const (
	ComponentInvocationsPolicyName = "invocations-per-copy"
	ComponentConcurrencyPolicyName = "concurrent-requests-per-copy"
	TrafficGuardPolicyName         = "traffic-guard"
)

// ComponentScaling is how an inference component shall scale, in the words of
// who has load-tested it.
//
// With a minimum of 0 it scales to zero, and back when a request has come: that
// request and all until a copy serves are refused (fact D3). It needs a variant
// whose instances may be none, and every component on it may scale to zero
// (fact D1). What keeps copies while there is traffic is two things: events, for
// traffic that is known, which hold the minimum above 0, and TrafficGuardPolicy,
// for traffic that is not.
type ComponentScaling struct {
	// MinCapacity and MaxCapacity bound the number of copies. A minimum of 0
	// lets the component scale to zero, and so does a scheduled action's.
	MinCapacity, MaxCapacity int
	// RequestsPerSecondPerCopy is the highest rate that one copy sustains within
	// the latency objective, from a load test.
	// Default: 0, not measured; then ConcurrencyPerCopy is required.
	RequestsPerSecondPerCopy float64
	// ConcurrencyPerCopy is the most requests at a time, those included that
	// wait in the container, that one copy serves within the latency objective.
	// They are tracked every 10 s (fact A10).
	// Default: 0, not measured; there is no such policy.
	ConcurrencyPerCopy float64
	// SafetyFactor is the share of what was measured that is aimed at, over 0
	// and at most 1.
	// Default: 0, capacity.DefaultSafetyFactor.
	SafetyFactor float64
	// ScaleOutCooldown and ScaleInCooldown are how long to wait after an
	// activity has succeeded, in whole seconds.
	// Default: nil, DefaultCooldown.
	ScaleOutCooldown, ScaleInCooldown *time.Duration
	// WakeUpCopies is how many copies the first refused request calls for, where
	// the component can scale to zero.
	// Default: 0, 1 copy.
	WakeUpCopies int
	// ScheduledActions change the bounds at their times. Beside events they
	// leave the minimum alone.
	// Default: none.
	ScheduledActions []ScheduledAction
	// Events are surges that are known beforehand: they raise the minimum in
	// time, and lower it again. PeakInstances is copies here.
	// Default: none.
	Events []events.Event
	// StartTime is how long a new copy takes to serve, as measured, 95th
	// percentile, an instance that has to start for it included.
	// Default: 0, not measured; capacity.DefaultStartTime is assumed.
	StartTime time.Duration
}

// Calendar is the events with the figures that make floors of them; an instance
// is a copy there.
func (s ComponentScaling) Calendar() events.Calendar {
	return events.Calendar{
		MinCapacity: s.MinCapacity, MaxCapacity: s.MaxCapacity,
		RequestsPerSecondPerInstance: s.RequestsPerSecondPerCopy, SafetyFactor: s.SafetyFactor,
		StartTime: s.StartTime, OtherActions: len(s.ScheduledActions), Events: s.Events,
	}
}

// Target is the scalable target of the inference component called name.
func (s ComponentScaling) Target(name string) ScalableTarget {
	t := ScalableTarget{
		ResourceID: InferenceComponentResourceID(name), Dimension: InferenceComponentCopyCount,
		MinCapacity: s.MinCapacity, MaxCapacity: s.MaxCapacity,
		ScheduledActions: append(slices.Clip(s.ScheduledActions), FloorActions(s.Calendar())...),
	}
	factor := cmp.Or(s.SafetyFactor, capacity.DefaultSafetyFactor)
	if s.RequestsPerSecondPerCopy != 0 {
		t.Policies = append(t.Policies, Tracking(ComponentInvocationsPolicyName, ComponentInvocationsPerCopy,
			capacity.InvocationsPerInstanceTarget(s.RequestsPerSecondPerCopy, factor)))
	}
	if s.ConcurrencyPerCopy != 0 {
		t.Policies = append(t.Policies, Tracking(ComponentConcurrencyPolicyName, ComponentConcurrentRequestsHighResolution,
			capacity.ConcurrencyTarget(s.ConcurrencyPerCopy, factor)))
	}
	if s.reachesZero() {
		t.Policies = append(t.Policies, TrafficGuardPolicy(name))
		t.StepPolicies = []StepScalingPolicy{WakeUpPolicy(name, cmp.Or(s.WakeUpCopies, 1))}
	}
	for i := range t.Policies {
		t.Policies[i].ScaleOutCooldown, t.Policies[i].ScaleInCooldown = orDefault(s.ScaleOutCooldown), orDefault(s.ScaleInCooldown)
	}
	return t
}

// reachesZero reports whether there can be no copy.
func (s ComponentScaling) reachesZero() bool {
	return s.MinCapacity == 0 || slices.ContainsFunc(s.ScheduledActions, ScheduledAction.toZero)
}

func (a ScheduledAction) toZero() bool { return a.MinCapacity != nil && *a.MinCapacity == 0 }

// TrafficGuardPolicy keeps an inference component from scaling in to zero while
// requests come.
//
// Target tracking by itself does not promise that: it scales in once its metric
// has been more than 10 % below the target for 15 minutes (facts A11 and A25),
// which a few requests a minute are, and by how much is not published. But all
// policies have to agree to scaling in, and the largest capacity wins (fact
// A29). So this policy wants one copy while there are requests and none
// otherwise: its metric is invocations per copy over invocations, which is
// 1/copies in a minute with a request (fact D9) and 0 in one without, and its
// target 1.
// It is never above the target, so it never scales out; with more than one copy
// it does not object to scaling in; and the last copy goes after 15 minutes
// without any request. Where CloudWatch has no data at all, it stays.
func TrafficGuardPolicy(inferenceComponent string) TargetTrackingPolicy {
	sum := func(id, name string) MetricQuery {
		return MetricQuery{ID: id, Metric: &Metric{
			Namespace: SageMakerNamespace, Name: name, Statistic: Sum,
			Dimensions: []MetricDimension{{InferenceComponentNameDimension, inferenceComponent}},
		}}
	}
	return Tracking(TrafficGuardPolicyName, MetricMath{Queries: []MetricQuery{
		sum("invocations", "Invocations"),
		sum("share", "InvocationsPerCopy"),
		{ID: "needed", Expression: "IF(FILL(invocations, 0) > 0, FILL(share, 0) / FILL(invocations, 1), 0)",
			Label: "One copy while there are requests", ReturnData: true},
	}}, 1)
}

// Validate returns everything wrong with scaling the inference component called
// name in this way, with the field paths of this struct.
func (s ComponentScaling) Validate(name string) problem.List {
	ps := s.validateFigures()
	own := s
	own.Events = nil // the calendar says what is wrong with them
	ps = append(ps, own.Target(name).validateInFields(map[string]string{
		"ResourceID": "InferenceComponentName",
		ComponentInvocationsPolicyName + ".TargetValue": "", // validateFigures says it
		ComponentConcurrencyPolicyName + ".TargetValue": "",
		WakeUpPolicyName + ".Steps[0].Adjustment":       "",
	})...)
	said := func(field string) bool {
		return slices.ContainsFunc(ps, func(p problem.Problem) bool { return p.Path == field })
	}
	for _, p := range s.Calendar().Validate() {
		if p.Path == "RequestsPerSecondPerInstance" {
			p.Path = "RequestsPerSecondPerCopy"
		}
		if !said(p.Path) {
			ps = append(ps, p)
		}
	}
	return append(ps, minimumIsTheirs(s.Events, s.ScheduledActions)...)
}

func (s ComponentScaling) validateFigures() problem.List {
	var ps problem.List
	rate, concurrency := s.RequestsPerSecondPerCopy, s.ConcurrencyPerCopy
	if rate == 0 && concurrency == 0 {
		ps.Add("RequestsPerSecondPerCopy", nil, "without a measured rate or concurrency there is nothing to track",
			"measure one copy under load")
	}
	if !(rate >= 0) || math.IsInf(rate, 1) {
		ps.Add("RequestsPerSecondPerCopy", rate, "a rate is over 0 requests a second", "measure one copy under load")
	}
	if !(concurrency >= 0) || math.IsInf(concurrency, 1) {
		ps.Add("ConcurrencyPerCopy", concurrency, "a concurrency is over 0 requests at a time", "measure one copy under load, or leave it out")
	}
	if f := s.SafetyFactor; f != 0 && !(f > 0 && f <= 1) {
		ps.Add("SafetyFactor", f, "a safety factor is over 0 and at most 1", "AWS advises to begin load testing with 0.5")
	}
	return append(ps, validateWakeUp("WakeUpCopies", s.WakeUpCopies, s.reachesZero(), s.MaxCapacity, "copies")...)
}

// validateWakeUp is for how many units the way out of zero begins with.
func validateWakeUp(field string, n int, reachesZero bool, maxCapacity int, unit string) problem.List {
	var ps problem.List
	switch {
	case n != 0 && !reachesZero:
		ps.Add(field, n, "with a minimum of 1 or more there is nothing to wake up", "leave it out, or set MinCapacity to 0")
	case n < 0 || n > max(maxCapacity, 1):
		ps.Add(field, n, fmt.Sprintf("waking up begins with 1 %s or more, at most the maximum of %d", unit, maxCapacity), "leave it out for 1")
	}
	return ps
}

// validateInFields is Validate with the paths of the struct that t was made
// from. fields has its field for a path of t, or for a policy's name and the
// path within it; "" leaves the problem out. Cooldowns keep their names.
func (t ScalableTarget) validateInFields(fields map[string]string) problem.List {
	var ps problem.List
	for _, p := range t.Validate() {
		path := p.Path
		for i, policy := range t.Policies {
			if rest, ok := strings.CutPrefix(path, fmt.Sprintf("Policies[%d].", i)); ok {
				path = policy.Name + "." + rest
				if strings.HasSuffix(rest, "Cooldown") {
					p.Path, path = rest, rest
				}
			}
		}
		for i, policy := range t.StepPolicies {
			if rest, ok := strings.CutPrefix(path, fmt.Sprintf("StepPolicies[%d].", i)); ok {
				path = policy.Name + "." + rest
			}
		}
		if field, ok := fields[path]; ok {
			p.Path = field
		}
		if p.Path != "" && !slices.Contains(ps, p) {
			ps = append(ps, p)
		}
	}
	return ps
}
