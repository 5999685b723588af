package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// faultKind is one value of --fault.
type faultKind struct {
	name, form, example string
	// add reads what stands behind the name, and reports whether it can.
	add func(f *rehearsal.Faults, value string) bool
}

var faultTable = []faultKind{
	{"no-capacity", "TIME/DURATION", "2027-05-29T18:30:00Z/20m", window(func(f *rehearsal.Faults, w rehearsal.Window) { f.NoCapacity = append(f.NoCapacity, w) })},
	{"metric-gap", "TIME/DURATION", "2027-05-29T19:00:00Z/10m", window(func(f *rehearsal.Faults, w rehearsal.Window) { f.MetricGaps = append(f.MetricGaps, w) })},
	{"deployment", "TIME/DURATION", "2027-05-29T19:00:00Z/10m", window(func(f *rehearsal.Faults, w rehearsal.Window) {
		f.Deployments = append(f.Deployments, rehearsal.Deployment{At: w.From, Takes: w.To.Sub(w.From)})
	})},
	{"zone-lost", "TIME", "2027-05-29T19:20:00Z", func(f *rehearsal.Faults, s string) (fine bool) {
		f.ZoneLost, fine = instantOf(s)
		return fine
	}},
	{"overwritten", "TIME", "2027-05-29T19:20:00Z", func(f *rehearsal.Faults, s string) bool {
		at, fine := instantOf(s)
		f.Overwritten = append(f.Overwritten, at)
		return fine
	}},
	{"missed", "ACTION", "final", func(f *rehearsal.Faults, s string) bool { f.Missed = append(f.Missed, s); return s != "" }},
	{"fulfilled", "SHARE", "0.5", func(f *rehearsal.Faults, s string) bool { return number(s, &f.Fulfilled) }},
	{"slow-start", "SHARE", "0.02", func(f *rehearsal.Faults, s string) bool { return number(s, &f.SlowStart) }},
	{"retries", "COUNT/DURATION", "3/1s", func(f *rehearsal.Faults, s string) bool {
		count, after, _ := strings.Cut(s, "/")
		var err, late error
		f.Retries, err = strconv.Atoi(count)
		f.RetryAfter, late = time.ParseDuration(after)
		return err == nil && late == nil
	}},
}

func window(add func(*rehearsal.Faults, rehearsal.Window)) func(*rehearsal.Faults, string) bool {
	return func(f *rehearsal.Faults, s string) bool {
		begins, takes, _ := strings.Cut(s, "/")
		from, fine := instantOf(begins)
		d, err := time.ParseDuration(takes)
		add(f, rehearsal.Window{From: from, To: from.Add(d)})
		return fine && err == nil && d > 0
	}
}

func instantOf(s string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, s)
	return t, err == nil
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

// readFaults reads what --fault says.
func readFaults(said []string) (rehearsal.Faults, invalid.Problems) {
	var f rehearsal.Faults
	var ps invalid.Problems
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
