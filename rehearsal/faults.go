package rehearsal

import (
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Faults are what goes wrong in a rehearsal. A kick-off that is early or late,
// and extra time, are changes of the trace: trace.Shift and trace.Extend.
type Faults struct {
	// NoCapacity are times in which AWS has no instance: what shall start in
	// them starts when they are over, since scaling asks for the same type
	// again and again (fact G5).
	NoCapacity []Window
	// Fulfilled is the share of each scale-out that is started at all, over 0
	// and at most 1; the rest is given up (fact A37). Default: 0, all of it.
	Fulfilled float64
	// SlowStart is how much longer each instance takes that starts together
	// with others: 0.02 adds 2 % for every other one. Default: 0.
	SlowStart float64
	// ZoneLost is when one of the subject's Availability Zones fails with its
	// instances; new ones start at once in the others. Default: none.
	ZoneLost time.Time
	// Deployments are updates of the endpoint, in which nothing scales (fact C10).
	Deployments []Deployment
	// Missed are the names of scheduled actions that never run.
	Missed []string
	// Overwritten are times at which the template's bounds are registered
	// again, as a deployment of the scalable target does (fact C24).
	Overwritten []time.Time
	// MetricGaps are times in which no metric has a value.
	MetricGaps []Window
	// NoData are the names of policies whose alarms never get a datapoint.
	NoData []string
	// Retries is how often a client tries again, RetryAfter later each time.
	Retries    int
	RetryAfter time.Duration
}

// Window is a time from From to before To.
type Window struct{ From, To time.Time }

// Deployment is an update of the endpoint.
type Deployment struct {
	// At is when it begins, and Takes how long it takes.
	At    time.Time
	Takes time.Duration
	// ResetTo is the capacity that the new fleet has: an endpoint that does not
	// retain its variants' properties goes back to the configuration's count
	// (fact C7). Default: 0, retained.
	ResetTo int
}

// maxRetries bounds what a client does, and what is remembered of it.
const maxRetries = 10

func (f Faults) validate(t autoscaling.ScalableTarget) problem.List {
	var ps problem.List
	windows := func(field string, all []Window) {
		for i, w := range all {
			if !w.To.After(w.From) {
				ps.Add(fmt.Sprintf("%s[%d]", field, i), w.To.Format(time.RFC3339), "a window ends after it begins, at "+w.From.Format(time.RFC3339), "give a later end")
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
			ps.Add(fmt.Sprintf("Deployments[%d].Takes", i), d.Takes, "a deployment takes whole seconds above 0", "10m is usual")
		}
		if d.ResetTo < 0 {
			ps.Add(fmt.Sprintf("Deployments[%d].ResetTo", i), d.ResetTo, "a fleet has 1 instance or more", "leave it out where the count is retained")
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

// incident is a fault, or the end of one, at an instant.
type scheduledFault struct {
	at   int64
	kind faultKind
	// capacity is of a deployment that resets it.
	capacity int
	takes    int64
}

type faultKind int

const (
	zoneLost faultKind = iota
	deployment
	overwritten
)

// within reports whether an instant lies in one of the windows, and when that
// window ends.
func windowAt(windows []Window, now int64) (until int64, yes bool) {
	for i := range windows {
		if w := &windows[i]; now >= w.From.Unix() && now < w.To.Unix() {
			until, yes = max(until, w.To.Unix()), true
		}
	}
	return until, yes
}
