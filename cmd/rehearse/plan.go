package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/plan"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// planTimeout is the default of --timeout.
const planTimeout = 10 * time.Minute

// makePlan makes a plan, and prints its summary and the keys for an environment file.
func makePlan(o *options, out io.Writer) (int, error) {
	o.checkRequired(true)
	o.checkSingle()
	o.checkPlanOptions()
	request, err := o.planRequest()
	if err != nil {
		return statusBadInput, err
	}
	timeout := o.planning.timeout
	if timeout == 0 {
		timeout = planTimeout
	}
	ctx, stop := context.WithTimeout(context.Background(), timeout)
	defer stop()
	request.Progress = o.progress()
	p, err := plan.Make(ctx, request)
	if o.terminal != nil {
		fmt.Fprint(o.terminal, "\r\033[K")
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = problem.List{{Path: "--timeout", Got: problem.Duration(timeout),
			Rule: "it was over before anything was tried", Fix: "give it more time"}}
	}
	if err != nil {
		return statusBadInput, err
	}
	keys := infallible(func() []byte { return []byte(p.YAML()) })
	if err := writeFiles([]output{{option: "--json", path: o.planning.json},
		{option: "--yaml", path: o.planning.yaml}}, p.JSON, keys); err != nil {
		return statusBadInput, err
	}
	summary := p.Summary()
	if reading := o.source().reading; reading != "" {
		summary += "# the trace: " + reading + "\n"
	}
	fmt.Fprint(out, summary, "\n", p.YAML())
	if !p.Holds {
		return statusRefused, nil
	}
	return statusOK, nil
}

// planRequest is the request of the options. Its error is every problem of them.
func (o *options) planRequest() (plan.Request, error) {
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
		MinAvailability: o.planning.minAvailability, Margin: o.planning.margin(), Budget: o.planning.budget,
		MaxCapacity: o.planning.maxCapacity,
	}
	if zone, err := time.LoadLocation(o.planning.timezone); err == nil {
		r.Event.KickOff = r.Event.KickOff.In(zone)
	}
	from := o.source()
	problems = append(problems, from.err)
	read := len(from.Counts) > 0 && from.err == nil
	if read {
		r.Evenings = append(r.Evenings, o.evening(from.Trace, o.kickOff))
	}
	for _, k := range o.planning.evenings {
		e, err := o.earlierEvening("--evening", k, read)
		if problems = append(problems, err); read && err == nil {
			r.Evenings = append(r.Evenings, e)
		}
	}
	if k := o.planning.check; k != nil {
		e, err := o.earlierEvening("--check", *k, read)
		if problems = append(problems, err); read && err == nil {
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
	told := map[string]bool{"--trace": !read, "--evening": !read}
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
			if p.Path = planOption(p.Path); told[p.Path] {
				continue // reported already
			}
		}
		problems = append(problems, problem.List{p})
	}
	return r, errors.Join(problems...)
}

// planOption is the option of a field of plan.Request.
func planOption(path string) string {
	for _, o := range []struct{ field, option string }{
		{"Evenings[0].KickOff", "--kick-off"}, {"Evenings[0]", "--trace"}, {"Evenings", "--evening"}, {"Check", "--check"},
		{"Event.KickOff", "--shift-to"}, {"Event.Peak", "--peak"}, {"Event.Name", "--name"},
		{"MinAvailability", "--min-availability"}, {"MaxCapacity", "--max-capacity"}, {"Margin.Peak", "--margin-peak"},
		{"Margin.Early", "--margin-early"}, {"Budget", "--budget"},
	} {
		if strings.HasPrefix(path, o.field) {
			return o.option
		}
	}
	return path
}

// margin is the margin of the options, nil without --robust.
func (p planning) margin() *plan.Margin {
	if !p.robust {
		return nil
	}
	m := plan.DefaultMargin()
	if p.peakSaid {
		m.Peak = p.marginPeak
	}
	if p.earlySaid {
		m.Early = p.marginEarly
	}
	return m
}

// evening is a part of a trace, scaled by the options.
func (o *options) evening(t trace.Trace, kickOff time.Time) plan.Evening {
	then := t.Start.Add(time.Duration(float64(kickOff.Sub(t.Start)) / o.timeScale).Truncate(time.Second))
	return plan.Evening{Trace: t.TimeScale(o.timeScale).RateScale(o.rateScale), KickOff: then}
}

// earlierEvening is the evening of a kick-off, as long before and after it as the
// first one, which read says exists.
func (o *options) earlierEvening(option string, k kickOff, read bool) (plan.Evening, error) {
	whole := o.source().whole
	if k.file != "" {
		var err error
		if whole, _, err = trace.ReadFile(k.file, o.reading); err != nil {
			return plan.Evening{}, err
		}
	}
	if !read {
		return plan.Evening{}, nil // reported already
	}
	first := o.source().Trace
	part := whole.Between(k.at.Add(first.Start.Sub(o.kickOff)), k.at.Add(first.End().Sub(o.kickOff)))
	if len(part.Counts) == 0 || k.at.Before(part.Start) || !k.at.Before(part.End()) {
		return plan.Evening{},
			problem.List{{Path: option, Got: k.at.Format(time.RFC3339), Rule: "nothing of the trace is there",
				Fix: fmt.Sprintf("it goes from %s to %s", formatTime(whole.Start), formatTime(whole.End()))}}
	}
	return o.evening(part, k.at), nil
}

// terminal is w if it is a terminal, else nil.
func terminal(w io.Writer) io.Writer {
	if cli.IsTerminal(w) {
		return w
	}
	return nil
}

// progress draws a progress bar on the terminal, if there is one.
func (o *options) progress() func(tried, budget int) {
	if o.terminal == nil {
		return nil
	}
	return func(tried, budget int) {
		const width = 40
		done := min(width, width*tried/budget)
		fmt.Fprintf(o.terminal, "\r[%s%s] %d of at most %d settings", strings.Repeat("#", done),
			strings.Repeat(" ", width-done), tried, budget)
	}
}
