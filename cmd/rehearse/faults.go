package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// faults are the faults of the rehearsal and the changes of its trace.
type faults struct {
	rehearsal.Faults
	// kickOff is the delay of the traffic against the schedule.
	kickOff time.Duration
	// extra are extra times: the traffic of To − From before From is repeated.
	extra []rehearsal.Window
}

// apply changes the traffic. Times of extra time are before the kick-off is moved.
func (f faults) apply(t trace.Trace) trace.Trace {
	for _, w := range f.extra {
		t = t.Extend(w.From, w.To.Sub(w.From))
	}
	return t.Shift(f.kickOff)
}

// outsideTraffic are the problems of extra times outside the traffic.
func (f faults) outsideTraffic(t trace.Trace) problem.List {
	var ps problem.List
	for _, w := range f.extra {
		if len(t.Counts) > 0 && (!w.From.After(t.Start) || w.From.After(t.End())) {
			ps.Add("--fault", "extra-time="+formatTime(w.From),
				fmt.Sprintf("the traffic is from %s to %s", formatTime(t.Start), formatTime(t.End())),
				"extra time begins within it")
		}
	}
	return ps
}

// notes describe the changes of the trace.
func (f faults) notes() []string {
	var notes []string
	for _, w := range f.extra {
		notes = append(notes, fmt.Sprintf("extra time of %s at %s", problem.Duration(w.To.Sub(w.From)), formatTime(w.From)))
	}
	switch {
	case f.kickOff > 0:
		notes = append(notes, problem.Duration(f.kickOff)+" later than planned")
	case f.kickOff < 0:
		notes = append(notes, problem.Duration(-f.kickOff)+" earlier than planned")
	}
	return notes
}

// faultKind is a kind of --fault.
type faultKind struct {
	name, form, example string
	// add parses a value, and reports whether it is valid.
	add func(f *faults, value string) bool
}

var faultTable = []faultKind{
	{"no-capacity", "TIME/DURATION", "2027-05-29T18:30:00Z/20m",
		window(func(f *faults, w rehearsal.Window) { f.NoCapacity = append(f.NoCapacity, w) })},
	{"metric-gap", "TIME/DURATION", "2027-05-29T19:00:00Z/10m",
		window(func(f *faults, w rehearsal.Window) { f.MetricGaps = append(f.MetricGaps, w) })},
	{"no-data", "POLICY", "invocations", func(f *faults,
		s string) bool {
		f.NoData = append(f.NoData, s)
		return s != ""
	}},
	{"deployment", "TIME/DURATION[/COUNT]", "2027-05-29T19:00:00Z/10m/2", deployment},
	{"zone-lost", "TIME", "2027-05-29T19:20:00Z", func(f *faults, s string) (fine bool) {
		f.ZoneLost, fine = parseInstant(s)
		return fine
	}},
	{"overwritten", "TIME", "2027-05-29T19:20:00Z", func(f *faults, s string) bool {
		at, fine := parseInstant(s)
		f.Overwritten = append(f.Overwritten, at)
		return fine
	}},
	{"missed", "ACTION", "final", func(f *faults, s string) bool { f.Missed = append(f.Missed, s); return s != "" }},
	{"fulfilled", "SHARE", "0.5", func(f *faults, s string) bool { return number(s, &f.Fulfilled) }},
	{"slow-start", "SHARE", "0.02", func(f *faults, s string) bool { return number(s, &f.SlowStart) }},
	{"retries", "COUNT/DURATION", "3/1s", func(f *faults, s string) bool {
		count, after, _ := strings.Cut(s, "/")
		var err, late error
		f.Retries, err = strconv.Atoi(count)
		f.RetryAfter, late = time.ParseDuration(after)
		return err == nil && late == nil
	}},
	{"kick-off", "[+|-]DURATION", "-10m", func(f *faults, s string) bool {
		d, err := time.ParseDuration(s)
		f.kickOff = d
		return err == nil && d != 0 && d%time.Second == 0
	}},
	{"extra-time", "TIME/DURATION", "2027-05-29T20:45:00Z/30m",
		window(func(f *faults, w rehearsal.Window) { f.extra = append(f.extra, w) })},
}

// deployment parses TIME/DURATION[/COUNT].
func deployment(f *faults, s string) bool {
	begins, rest, _ := strings.Cut(s, "/")
	takes, count, reset := strings.Cut(rest, "/")
	var d rehearsal.Deployment
	read := window(func(_ *faults, w rehearsal.Window) { d = rehearsal.Deployment{At: w.From, Takes: w.To.Sub(w.From)} })
	if !read(f, begins+"/"+takes) {
		return false
	}
	if reset {
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 {
			return false
		}
		d.ResetTo = n
	}
	f.Deployments = append(f.Deployments, d)
	return true
}

func window(add func(*faults, rehearsal.Window)) func(*faults, string) bool {
	return func(f *faults, s string) bool {
		begins, takes, _ := strings.Cut(s, "/")
		from, fine := parseInstant(begins)
		d, err := time.ParseDuration(takes)
		add(f, rehearsal.Window{From: from, To: from.Add(d)})
		return fine && err == nil && d > 0
	}
}

func number(s string, to *float64) bool {
	x, err := strconv.ParseFloat(s, 64)
	*to = x
	return err == nil && x > 0
}

// faultKinds are the forms of --fault.
func faultKinds() string {
	forms := make([]string, len(faultTable))
	for i, k := range faultTable {
		forms[i] = k.name + "=" + k.form
	}
	return strings.Join(forms, ", ")
}

// parseFaults parses the values of --fault.
func parseFaults(said []string) (faults, problem.List) {
	var f faults
	var ps problem.List
	for _, text := range said {
		name, value, _ := strings.Cut(text, "=")
		known := false
		for _, k := range faultTable {
			if k.name != name {
				continue
			}
			known = true
			if !k.add(&f, value) {
				ps.Add("--fault", text, name+" is written "+name+"="+k.form, "such as "+name+"="+k.example)
			}
		}
		if !known {
			ps.Add("--fault", text, "there is no such fault", "the faults are "+faultKinds())
		}
	}
	return f, ps
}
