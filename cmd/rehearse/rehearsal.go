package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
)

// prepared is the input of a rehearsal.
type prepared struct {
	in       rehearsal.Input
	template string
	findings []report.Finding
	// notes are on the traffic, faults change it.
	notes  []string
	faults faults
	// frontend is nil if it is not counted.
	frontend *rehearsal.Frontend
	prices   rehearsal.Prices
	// currency and priceDate are of all prices.
	currency, priceDate string
}

// play rehearses a setting. Its error is every problem of the input.
func (o *options) play(s setting) (report.Report, error) {
	p, err := o.prepare(s, nil)
	if err != nil {
		return report.Report{}, err
	}
	r, err := o.run(p)
	if err == nil && scheduled(r.Result) {
		r.Unscheduled, err = unscheduled(p.in)
	}
	if err != nil || !o.scaled() {
		return r, err
	}
	p.in.Trace, p.in.Minutes = p.faults.apply(o.unscaled()), false
	unscaled, err := rehearsal.Run(p.in)
	r.Unscaled = &unscaled
	return r, err
}

// unscheduled rehearses an input without its scheduled actions.
func unscheduled(in rehearsal.Input) (*rehearsal.Result, error) {
	in.Subject.Target.ScheduledActions, in.Faults.Missed, in.Minutes = nil, nil, false
	result, err := rehearsal.Run(in)
	return &result, err
}

// replay rehearses a setting with changed facts, without minutes.
func (o *options) replay(s setting, change func(*facts)) (report.Report, error) {
	p, err := o.prepare(s, change)
	if err != nil {
		return report.Report{}, err
	}
	p.in.Minutes, p.frontend = false, nil
	return o.run(p)
}

// run rehearses what is prepared.
func (o *options) run(p prepared) (report.Report, error) {
	result, err := rehearsal.Run(p.in)
	if err != nil {
		return report.Report{}, err
	}
	if n := len(p.in.Subject.Target.ScheduledActions); n > 0 && p.in.Minutes && !scheduled(result) {
		p.notes = append(p.notes,
			fmt.Sprintf("none of %d scheduled actions falls due in it: --shift-to moves it to their time", n))
	}
	r := report.Report{
		Input: p.in, Result: result, Findings: p.findings, Template: p.template, Trace: cmp.Or(o.trace, o.shape),
		TraceRead:  o.source().reading,
		TraceNotes: strings.Join(p.notes, "; "),
		Currency:   p.currency, PriceDate: p.priceDate,
		MaxP99: o.gate.maxP99, Asked: o.gate.String(), Failures: o.gate.failures(result),
	}
	if p.in.Minutes {
		if r.Readings, err = o.reread(p.in); err != nil {
			return report.Report{}, err
		}
		if len(r.Failures) == 0 {
			r.Failures = o.gate.failuresIf(p.in.WithDefaults().Reading, r.Readings)
		}
	}
	if p.frontend != nil {
		whole := *p.frontend
		whole.TrafficShare = p.in.TrafficShare()
		bill := whole.Bill(result, p.prices)
		r.Frontend = &bill
	}
	return r, nil
}

// prepare reads the input of a setting. If change is not nil, the setting has been
// rehearsed before with other facts: its plan stays, and a gate that nothing can pass
// is no problem.
func (o *options) prepare(s setting, change func(*facts)) (prepared, error) {
	problems := []error{o.problems.Err()}
	var scaled cloudformation.Scaled
	var p prepared
	var err error
	if s.mode == "" {
		scaled, p.findings, err = o.subject(s.template)
		problems = append(problems, err)
	}
	whole := err == nil && scaled.File != ""
	p.template = scaled.File

	known, err := o.factsOf(s)
	problems = append(problems, err)
	if change != nil {
		change(&known)
	}
	traffic, notes, err := o.traffic()
	read := err == nil && o.hasTraffic()
	problems = append(problems, err)
	faults, ps := parseFaults(o.faults)
	problems = append(problems, ps.Err(), faults.outsideTraffic(traffic).Err())
	p.faults, p.notes = faults, append(notes, faults.notes()...)

	p.in = rehearsal.Input{
		Subject: scaled.Subject, Service: known.service, Gateway: known.gateway, Objective: known.objective,
		Trace: faults.apply(traffic), Faults: faults.Faults, Reading: o.playedReading, Seed: o.seed, Minutes: true,
	}
	if s.mode != "" && errors.Join(problems...) == nil {
		if p.in.Subject, err = o.generatedSubject(s, p.in, change != nil); err != nil {
			return prepared{}, err
		}
		whole = true
	}
	p.prices, p.currency, p.priceDate = known.frontend.prices, known.currency, known.priceDate
	p.frontend, err = o.frontend(s, scaled, known.frontend)
	problems = append(problems, err)
	place := fmt.Sprintf("%s:%d:%d: %s", scaled.File, scaled.Line, scaled.Column, scaled.LogicalID)
	for _, found := range p.in.Validate() {
		switch {
		case strings.HasPrefix(found.Path, "Subject.") && !whole, strings.HasPrefix(found.Path, "Trace") && !read:
			continue // reported already
		case found.Got == "" && strings.HasPrefix(found.Path, "Service.") && !whole:
			continue // it may be in the template
		}
		problems = append(problems, problem.List{known.locate(found, place)})
	}
	if change == nil {
		problems = append(problems, o.gate.contradictions(p.in).Err())
	}
	return p, errors.Join(problems...)
}

func scheduled(r rehearsal.Result) bool {
	for _, e := range r.Events {
		if e.Kind == rehearsal.ScheduleEvent {
			return true
		}
	}
	return false
}
