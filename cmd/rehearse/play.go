package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// setting is one rehearsal that is asked for: a template and its facts, "" for
// the assembly and for the metadata's facts.
type setting struct{ template, facts string }

// play rehearses one setting. Its error is everything that is wrong.
func (o *options) play(s setting) (report.Report, error) {
	problems := []error{o.problems.Err()}
	scaled, findings, err := o.subject(s.template)
	whole := err == nil && scaled.File != ""
	problems = append(problems, err)

	said := newFacts()
	if s.facts != "" {
		var ps invalid.Problems
		said, ps = readFacts(s.facts)
		problems = append(problems, ps.Err())
	}
	said = said.with(o.given).withDefaults()
	traffic, notes, err := o.traffic()
	problems = append(problems, err)
	faults, ps := readFaults(o.faults)
	problems = append(problems, ps.Err())

	in := rehearsal.Input{
		Subject: scaled.Subject, Service: said.service, Gateway: said.gateway, Objective: said.objective,
		Trace: traffic, Faults: faults, Seed: o.seed, Minutes: true,
	}
	place := fmt.Sprintf("%s:%d:%d: %s", scaled.File, scaled.Line, scaled.Column, scaled.LogicalID)
	for _, p := range in.Validate() {
		switch {
		case strings.HasPrefix(p.Path, "Subject.") && !whole, strings.HasPrefix(p.Path, "Trace") && (err != nil || o.trace == ""):
			continue // said already, in better words
		case p.Got == "" && strings.HasPrefix(p.Path, "Service.") && !whole:
			continue // the template may have said it
		}
		problems = append(problems, invalid.Problems{said.point(p, place)})
	}
	problems = append(problems, o.gate.contradictions(in).Err())
	if err := errors.Join(problems...); err != nil {
		return report.Report{}, err
	}
	result, err := rehearsal.Run(in)
	if err != nil {
		return report.Report{}, err
	}
	r := report.Report{Input: in, Result: result, Findings: findings, Template: scaled.File, Trace: o.trace, TraceNotes: notes, MaxP99: o.gate.maxP99}
	if n := len(scaled.Subject.Target.ScheduledActions); n > 0 && !scheduled(result) {
		r.TraceNotes = strings.TrimPrefix(r.TraceNotes+fmt.Sprintf("; none of %d scheduled actions falls due in it: --shift-to moves it to their time", n), "; ")
	}
	r.Failures = o.gate.failures(result)
	return r, nil
}

func scheduled(r rehearsal.Result) bool {
	for _, e := range r.Events {
		if e.Kind == rehearsal.ScheduleEvent {
			return true
		}
	}
	return false
}

// with is f with what the command line says in place of what it says.
func (f facts) with(given facts) facts {
	for _, known := range factTable {
		if place, said := given.places[known.key]; said {
			known.copy(&f, given)
			f.places[known.key] = place
		}
	}
	return f
}

// point turns a field of rehearsal.Input into the place where it was said.
func (f facts) point(p invalid.Problem, subject string) invalid.Problem {
	var best *fact
	for i, known := range factTable {
		if p.Path == known.field || strings.HasPrefix(p.Path, known.field+".") {
			if best == nil || len(known.field) > len(best.field) {
				best = &factTable[i]
			}
		}
	}
	switch {
	case best != nil && f.places[best.key] != "":
		p.Path = f.places[best.key]
	case best != nil:
		p.Path, p.Fix = best.key, fmt.Sprintf("%s; write it into the file of --facts, or give --%s", p.Fix, best.flag())
	case strings.HasPrefix(p.Path, "Subject."):
		p.Path = subject + ": " + strings.TrimPrefix(p.Path, "Subject.")
	case strings.HasPrefix(p.Path, "Faults."):
		p.Path = "--fault: " + strings.TrimPrefix(p.Path, "Faults.")
	case strings.HasPrefix(p.Path, "Trace"):
		p.Path = "--trace" + strings.TrimPrefix(p.Path, "Trace")
	}
	return p
}

// traffic is the trace as it is played, and what is to be known of it.
func (o *options) traffic() (trace.Trace, string, error) {
	if o.trace == "" {
		return trace.Trace{}, "", nil // said already
	}
	t, found, err := trace.ReadFile(o.trace, trace.Options{})
	if err != nil {
		return t, "", err
	}
	var notes []string
	if text := found.String(); text != "" {
		notes = append(notes, text)
	}
	if backwards := !o.to.IsZero() && !o.from.Before(o.to); !backwards && (!o.from.IsZero() || !o.to.IsZero()) {
		whole := t
		t = t.Between(o.from, o.to)
		if len(t.Counts) == 0 {
			return t, "", invalid.Problems{{Path: "--from", Got: stamp(o.from) + " to " + stamp(o.to), Rule: "nothing of the trace is left",
				Fix: fmt.Sprintf("it goes from %s to %s", stamp(whole.Start), stamp(whole.End()))}}
		}
		notes = append(notes, fmt.Sprintf("%s to %s of it", t.Start.UTC().Format("2 Jan 2006 15:04"), t.End().UTC().Format("2 Jan 15:04 MST")))
	}
	then := t.Start
	if !o.kickOff.IsZero() {
		then = t.Start.Add(time.Duration(float64(o.kickOff.Sub(t.Start)) / o.timeScale))
	}
	if o.timeScale != 1 {
		t = t.TimeScale(o.timeScale)
		notes = append(notes, fmt.Sprintf("%g times as fast", o.timeScale))
	}
	if o.rateScale != 1 {
		t = t.RateScale(o.rateScale)
		notes = append(notes, fmt.Sprintf("%g times as many", o.rateScale))
	}
	if !o.shiftTo.IsZero() {
		t = t.ShiftTo(then, o.shiftTo)
		notes = append(notes, "moved to begin at "+stamp(t.Start))
	}
	return t, strings.Join(notes, "; "), nil
}

// stamp is a time, or what stands for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "the trace's end"
	}
	return t.UTC().Format(time.RFC3339)
}
