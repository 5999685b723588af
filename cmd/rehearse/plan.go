package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/plan"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// makePlan makes a plan, and prints its summary and the keys for an environment file.
func makePlan(o *options, out io.Writer) (int, error) {
	o.checkRequired(true)
	o.checkSingle()
	o.checkPlanOptions()
	request, read, err := o.planRequest()
	if err != nil {
		return statusBadInput, err
	}
	p, err := plan.Make(request)
	if err != nil {
		return statusBadInput, err
	}
	p.TraceRead = read
	keys := infallible(func() []byte { return []byte(p.YAML()) })
	if err := writeFiles([]output{{option: "--json", path: o.planning.json},
		{option: "--yaml", path: o.planning.yaml}}, p.JSON, keys); err != nil {
		return statusBadInput, err
	}
	fmt.Fprint(out, p.Summary(), "\n", p.YAML())
	if !p.Holds {
		return statusRefused, nil
	}
	return statusOK, nil
}

// planRequest is the request of the options, with how its traces were read. Its error
// is every problem of them.
func (o *options) planRequest() (plan.Request, string, error) {
	problems := []error{o.problems.Err()}
	s := o.settings()[0]
	scaled, _, err := o.subject(s.template)
	whole := err == nil && scaled.File != ""
	problems = append(problems, err)
	known, err := o.factsOf(s)
	problems = append(problems, err)
	r := plan.Request{
		Input: rehearsal.Input{Subject: scaled.Subject, Service: known.service, Gateway: known.gateway,
			Objective: known.objective, Seed: o.seed},
		Event:           plan.Event{Name: o.planning.name, KickOff: o.shiftTo, Peak: o.planning.peak},
		MinAvailability: o.planning.minAvailability, Margin: &o.planning.margin,
		MaxCapacity: o.planning.maxCapacity,
	}
	if zone, err := time.LoadLocation(o.planning.timezone); err == nil {
		r.Event.KickOff = r.Event.KickOff.In(zone)
	}
	from := o.source()
	problems = append(problems, from.err)
	read := from.err == nil && (len(from.Counts) > 0 || !o.hasTraffic())
	reading := from.reading
	if len(from.Counts) > 0 && from.err == nil {
		r.Evenings = append(r.Evenings, o.evening(from.Trace, o.kickOff))
	}
	take := func(option string, k kickOff) (plan.Evening, bool) {
		e, said, err := o.earlierEvening(option, k, read)
		problems = append(problems, err)
		if reading == "" {
			reading = said
		}
		return e, read && err == nil
	}
	for _, k := range o.planning.evenings {
		if e, ok := take("--evening", k); ok {
			r.Evenings = append(r.Evenings, e)
		}
	}
	if k := o.planning.check; k != nil {
		if e, ok := take("--check", *k); ok {
			r.Check = &e
		}
	}
	// The plan is of what comes to the variant, as the peak that is told.
	if share := r.Input.TrafficShare(); share > 0 && share <= 1 {
		for i := range r.Evenings {
			r.Evenings[i].Trace = r.Evenings[i].Trace.RateScale(share)
		}
		if r.Check != nil {
			r.Check.Trace = r.Check.Trace.RateScale(share)
		}
		r.Input.Service.TrafficShare = 1
	}
	place := fmt.Sprintf("%s:%d:%d: %s", scaled.File, scaled.Line, scaled.Column, scaled.LogicalID)
	nothing := !o.hasTraffic() && len(o.planning.evenings) == 0 // reported as --trace
	told := map[string]bool{"--trace": !read || nothing, "--evening": !read || nothing}
	for _, err := range problems {
		for _, p := range problem.From(err) {
			told[p.Path] = true
		}
	}
	for _, p := range r.Validate() {
		inner, ofInput := strings.CutPrefix(p.Path, "Input.")
		switch {
		case ofInput && strings.HasPrefix(inner, "Subject.") && !whole, ofInput && p.Got == "" && !whole:
			continue // reported already, or perhaps in the template
		case ofInput:
			p.Path = inner
			p = known.locate(p, place)
		default:
			if p.Path = planOption(p.Path); !o.hasTraffic() && (p.Path == "--trace" || p.Path == "--kick-off") {
				p.Path = "--evening"
			}
			if told[p.Path] {
				continue // reported already
			}
		}
		problems = append(problems, problem.List{p})
	}
	return r, reading, errors.Join(problems...)
}

// planOption is the option of a field of plan.Request.
func planOption(path string) string {
	for _, o := range []struct{ field, option string }{
		{"Evenings[0].KickOff", "--kick-off"}, {"Evenings[0]", "--trace"}, {"Evenings", "--evening"}, {"Check", "--check"},
		{"Event.KickOff", "--shift-to"}, {"Event.Peak", "--peak"}, {"Event.Name", "--name"},
		{"MinAvailability", "--min-availability"}, {"MaxCapacity", "--max-capacity"}, {"Margin.Peak", "--margin-peak"},
		{"Margin.Early", "--margin-early"}, {"Margin.Start", "--margin-start"},
	} {
		if strings.HasPrefix(path, o.field) {
			return o.option
		}
	}
	return path
}

// evening is a part of a trace, scaled by the options.
func (o *options) evening(t trace.Trace, kickOff time.Time) plan.Evening {
	then := t.Start.Add(time.Duration(float64(kickOff.Sub(t.Start)) / o.timeScale).Truncate(time.Second))
	return plan.Evening{Trace: t.TimeScale(o.timeScale).RateScale(o.rateScale), KickOff: then}
}

// earlierEvening is the evening of a kick-off, with how its file was read: of --trace
// and beside it as long before and after the kick-off as the first one, else all that
// its file has. read says that the first one exists, or that there is no --trace.
func (o *options) earlierEvening(option string, k kickOff, read bool) (plan.Evening, string, error) {
	whole, reading := o.source().whole, ""
	if k.file != "" {
		t, found, err := trace.ReadFile(k.file, o.reading)
		if err != nil {
			return plan.Evening{}, "", err
		}
		whole, reading = t, found.Reading()
	}
	if !read {
		return plan.Evening{}, "", nil // reported already
	}
	part := whole
	if first := o.source().Trace; len(first.Counts) > 0 {
		part = whole.Between(k.at.Add(first.Start.Sub(o.kickOff)), k.at.Add(first.End().Sub(o.kickOff)))
	} else if len(whole.Counts) > 0 {
		part = whole.Between(k.at.Add(-eveningBefore), k.at.Add(eveningAfter))
	}
	if len(part.Counts) == 0 || k.at.Before(part.Start) || !k.at.Before(part.End()) {
		fix := "give FILE@TIME, a time in the file"
		if len(whole.Counts) > 0 {
			fix = fmt.Sprintf("it goes from %s to %s", formatTime(whole.Start), formatTime(whole.End()))
		}
		return plan.Evening{}, "",
			problem.List{{Path: option, Got: k.at.Format(time.RFC3339), Rule: "nothing of the trace is there", Fix: fix}}
	}
	return o.evening(part, k.at), reading, nil
}

// The part of a file that is an evening, without --trace.
const (
	eveningBefore = 2 * time.Hour
	eveningAfter  = 5 * time.Hour
)
