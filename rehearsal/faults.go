package rehearsal

import (
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Faults are what goes wrong in a rehearsal. A moved kick-off and extra time are
// changes of the trace: trace.Shift and trace.Extend.
type Faults struct {
	// NoCapacity are windows in which AWS has no instance: launches wait for their
	// end, since scaling asks again for the same type (fact G5). Default: none.
	NoCapacity []Window
	// Fulfilled is the share of each scale-out that AWS starts, over 0 and at most
	// 1; the rest is given up (fact A37). Default: 0, all of it.
	Fulfilled float64
	// SlowStart is the share of its start time by which each instance that starts
	// at the same time delays the others: 0.02 adds 2 %. Default: 0.
	SlowStart float64
	// ZoneLost is when an Availability Zone fails with its instances; new ones start
	// at once in the others. Default: the zero time, never.
	ZoneLost time.Time
	// Deployments are updates of the endpoint, during which nothing scales (fact C10).
	// Default: none.
	Deployments []Deployment
	// Missed are the names of scheduled actions that never run. Default: none.
	Missed []string
	// Overwritten are times at which a deployment of the scalable target registers
	// the template's bounds again (fact C24). Default: none.
	Overwritten []time.Time
	// MetricGaps are windows in which every datapoint is missing. Default: none.
	MetricGaps []Window
	// NoData are the names of policies whose alarms get no datapoint. Default: none.
	NoData []string
	// Retries is how often a client retries, RetryAfter later each time. Default: 0.
	Retries    int
	RetryAfter time.Duration
}

// Window is the time from From to before To.
type Window struct{ From, To time.Time }

// Deployment is an update of the endpoint.
type Deployment struct {
	// At is when it begins, Takes its length.
	At    time.Time
	Takes time.Duration
	// ResetTo is the instance count of the new configuration, for an endpoint that
	// does not retain its variants' properties (fact C7: an update with
	// RetainAllVariantProperties keeps the count).
	// Default: 0, the subject's hosting says it: ResetCount, or retained.
	ResetTo int
}

// maxRetries limits Retries.
const maxRetries = 10

func (f Faults) validate(t autoscaling.ScalableTarget) problem.List {
	var ps problem.List
	windows := func(field string, all []Window) {
		for i, w := range all {
			if !w.To.After(w.From) {
				ps.Add(fmt.Sprintf("%s[%d]", field, i), w.To.Format(time.RFC3339),
					"a window ends after it begins, at "+w.From.Format(time.RFC3339), "give a later end")
			}
		}
	}
	windows("NoCapacity", f.NoCapacity)
	windows("MetricGaps", f.MetricGaps)
	if !(f.Fulfilled >= 0 && f.Fulfilled <= 1) {
		ps.Add("Fulfilled", f.Fulfilled, "a share is over 0 and at most 1", "0.5 starts every other instance")
	}
	if !(f.SlowStart >= 0 && f.SlowStart <= 10) {
		ps.Add("SlowStart", f.SlowStart, "a slowdown is a share from 0 to 10 for each instance", "0.02 adds 2 %")
	}
	for i, d := range f.Deployments {
		if d.Takes <= 0 || d.Takes%time.Second != 0 {
			ps.Add(fmt.Sprintf("Deployments[%d].Takes", i), d.Takes, "a deployment takes whole seconds above 0",
				"10m is usual")
		}
		if d.ResetTo < 0 {
			ps.Add(fmt.Sprintf("Deployments[%d].ResetTo", i), d.ResetTo, "a fleet has 1 instance or more",
				"leave it out where the count is retained")
		}
	}
	names := map[string]bool{}
	for _, a := range t.ScheduledActions {
		names[a.Name] = true
	}
	for i, name := range f.Missed {
		if !names[name] {
			ps.Add(fmt.Sprintf("Missed[%d]", i), name, "the target has no such scheduled action", "name one of its actions")
		}
	}
	ps = append(ps, f.validateNoData(t)...)
	if f.Retries < 0 || f.Retries > maxRetries {
		ps.Add("Retries", f.Retries, fmt.Sprintf("a client tries again 0 to %d times", maxRetries), "3 is what SDKs do")
	}
	if f.Retries > 0 && (f.RetryAfter < time.Second || f.RetryAfter%time.Second != 0 || f.RetryAfter > time.Hour) {
		ps.Add("RetryAfter", f.RetryAfter, "clients try again after whole seconds, from 1s to 1h", "use 1s")
	}
	return ps
}

func (f Faults) validateNoData(t autoscaling.ScalableTarget) problem.List {
	var ps problem.List
	names := map[string]bool{}
	for _, p := range t.Policies {
		names[p.Name] = true
	}
	for _, p := range t.StepPolicies {
		names[p.Name] = true
	}
	for i, name := range f.NoData {
		if !names[name] {
			ps.Add(fmt.Sprintf("NoData[%d]", i), name, "the target has no such policy", "name one of its policies")
		}
	}
	return ps
}

// scheduledFault is a fault at a Unix second.
type scheduledFault struct {
	at   int64
	kind faultKind
	// capacity is a deployment's ResetTo.
	capacity int
	takes    int64
}

type faultKind int

const (
	zoneLost faultKind = iota
	deployment
	overwritten
)

// windowAt reports whether now is in one of the windows, and when that window ends.
func windowAt(windows []Window, now int64) (until int64, yes bool) {
	for i := range windows {
		if w := &windows[i]; now >= w.From.Unix() && now < w.To.Unix() {
			until, yes = max(until, w.To.Unix()), true
		}
	}
	return until, yes
}
