package autoscaling

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
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

// ComponentScaling is how an inference component scales, in load-test figures.
//
// With a minimum of 0 it scales to zero, and back when a request has come: that
// request and all until a copy serves are refused (fact D3). It needs a variant
// whose instances may be none, and every component on it may scale to zero
// (fact D1). What keeps copies while there is traffic is two things: events, for
// traffic that is known, which hold the minimum above 0, and TrafficGuardPolicy,
// for traffic that is not.
type ComponentScaling struct {
	// CopyCapacity is what a load test of one copy has shown.
	CopyCapacity `json:"capacity"`
	// CopyScaling is between which bounds the copies scale.
	CopyScaling `json:"scaling"`
	// ScheduledActions are the times at which the bounds change. Beside events
	// they leave the minimum alone. Default: none.
	ScheduledActions []ScheduledAction `json:"schedule,omitempty"`
	// Events are the surges of this component's traffic that are known
	// beforehand; an instance is a copy there. Default: none.
	Events []events.Event `json:"events,omitempty"`
}

// CopyCapacity is what a load test of one copy has shown.
type CopyCapacity struct {
	// RequestsPerSecondPerCopy is the highest rate that one copy sustains within
	// the latency objective.
	// Default in Go: 0, not measured; then ConcurrencyPerCopy is required.
	RequestsPerSecondPerCopy float64 `json:"requestsPerSecondPerCopy" jsonschema:"exclusiveMinimum=0"`
	// ConcurrencyPerCopy is the most requests at a time, those included that wait
	// in the container, that one copy serves within the latency objective. They
	// are tracked every 10 s (fact A10). Default: none, there is no such policy.
	ConcurrencyPerCopy float64 `json:"concurrencyPerCopy,omitempty" jsonschema:"exclusiveMinimum=0"`
	// StartTime is how long a new copy takes until it serves, an instance
	// that has to start for it included, at the 95th percentile; at most 2h.
	// Default in Go: 0s, not measured; events assume 15m.
	StartTime time.Duration `json:"startTime"`
}

// CopyScaling is the bounds of the copies.
type CopyScaling struct {
	// MinCapacity is the lowest number of copies. With 0 the component scales to
	// zero, as with a scheduled action's, and requests are refused until a copy
	// serves again.
	MinCapacity int `json:"minCapacity"`
	// MaxCapacity is the highest number of copies, MinCapacity or more.
	MaxCapacity int `json:"maxCapacity"`
	// SafetyFactor is the share of what was measured that is aimed at, over 0 and
	// at most 1. Default: 0.7.
	SafetyFactor float64 `json:"safetyFactor,omitempty" jsonschema:"exclusiveMinimum=0,maximum=1"`
	// WakeUpCopies is how many copies the first refused request calls for, where
	// the component can scale to zero. Default: 1.
	WakeUpCopies int `json:"wakeUpCopies,omitempty" jsonschema:"minimum=1"`
	// ScaleOutCooldown is the wait after a scale-out has succeeded, in whole
	// seconds. Default: 300s.
	ScaleOutCooldown *time.Duration `json:"scaleOutCooldown,omitempty"`
	// ScaleInCooldown is the wait after a scale-in has succeeded, in whole
	// seconds. Default: 300s.
	ScaleInCooldown *time.Duration `json:"scaleInCooldown,omitempty"`
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
		t.Policies[i].ScaleOutCooldown = orDefault(s.ScaleOutCooldown)
		t.Policies[i].ScaleInCooldown = orDefault(s.ScaleInCooldown)
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
			Dimensions: map[string]string{InferenceComponentNameDimension: inferenceComponent},
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
	if ps := problem.UnresolvedNumbers(s); len(ps) > 0 {
		return ps
	}
	ps := s.validateFigures()
	own := s
	own.Events = nil // the calendar says what is wrong with them
	for _, p := range own.Target(name).Validate() {
		if m := policyIndex.FindStringSubmatch(p.Path); m != nil && !strings.HasSuffix(m[3], "Cooldown") {
			continue // validateFigures says it
		}
		ps = appendNew(ps, (problem.List{p}).Map(s.address)[0])
	}
	ps = append(ps, unsaid(s.Calendar().Validate().Map(s.address), ps)...)
	return append(ps, minimumIsTheirs(s.Events, s.ScheduledActions)...)
}

// Address is where s decides about a path of s.Target, which begins with "Target.".
func (s ComponentScaling) Address(path string) string {
	return s.address(strings.TrimPrefix(path, "Target."))
}

func (s ComponentScaling) address(path string) string {
	switch path {
	case "ResourceID":
		return "InferenceComponentName"
	case "RequestsPerSecondPerInstance": // of the calendar
		path = "RequestsPerSecondPerCopy"
	}
	if index, _, ok := actionPath(path); ok && index >= len(s.ScheduledActions) {
		return "Events"
	}
	return figures(reflect.TypeOf(s), path, "CopyCapacity.RequestsPerSecondPerCopy",
		"CopyCapacity.RequestsPerSecondPerCopy")
}

// figures is where a scaling of type t decides about a path of its target: a
// policy stands where the figure that calls for it does, but for the cooldowns,
// which are the same in all of them.
func figures(t reflect.Type, path, tracked, step string) string {
	m := policyIndex.FindStringSubmatch(path)
	switch {
	case m == nil:
		return problem.Grouped(t, path)
	case m[1] == "StepPolicies":
		return step
	case strings.HasSuffix(m[3], "Cooldown"):
		return problem.Grouped(t, m[3])
	default:
		return tracked
	}
}

// appendNew appends what ps does not have.
func appendNew(ps problem.List, p problem.Problem) problem.List {
	if slices.Contains(ps, p) {
		return ps
	}
	return append(ps, p)
}

func (s ComponentScaling) validateFigures() problem.List {
	var ps problem.List
	rate, concurrency := s.RequestsPerSecondPerCopy, s.ConcurrencyPerCopy
	if rate == 0 && concurrency == 0 {
		ps.Add("CopyCapacity.RequestsPerSecondPerCopy", nil,
			"without a measured rate or concurrency there is nothing to track",
			"measure one copy under load")
	}
	if !(rate >= 0) || math.IsInf(rate, 1) {
		ps.Add("CopyCapacity.RequestsPerSecondPerCopy", rate, "a rate is over 0 requests a second",
			"measure one copy under load")
	}
	if !(concurrency >= 0) || math.IsInf(concurrency, 1) {
		ps.Add("CopyCapacity.ConcurrencyPerCopy", concurrency, "a concurrency is over 0 requests at a time",
			"measure one copy under load, or leave it out")
	}
	if f := s.SafetyFactor; f != 0 && !(f > 0 && f <= 1) {
		ps.Add("CopyScaling.SafetyFactor", f, "a safety factor is over 0 and at most 1",
			problem.ShareFix(f, "AWS advises to begin load testing with 0.5"))
	}
	return append(ps, validateWakeUp("CopyScaling", "WakeUpCopies", s.WakeUpCopies, s.reachesZero(), s.MaxCapacity,
		"copies")...)
}

// validateWakeUp is for how many units the way out of zero begins with.
func validateWakeUp(group, field string, n int, reachesZero bool, maxCapacity int, unit string) problem.List {
	var ps problem.List
	field = group + "." + field
	switch {
	case n != 0 && !reachesZero:
		ps.Add(field, n, "with a minimum of 1 or more there is nothing to wake up",
			"leave it out, or set «"+group+".MinCapacity» to 0")
	case n < 0 || n > max(maxCapacity, 1):
		ps.Add(field, n, fmt.Sprintf("waking up begins with 1 %s or more, at most the maximum of %d", unit, maxCapacity),
			"leave it out for 1")
	}
	return ps
}
