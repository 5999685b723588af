package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

func lintFlags(o *options, flags *flag.FlagSet) {
	flags.BoolVar(&o.require, "require", false,
		"fail with exit status 2 where nothing is judged, or where a part of the template is not read")
}

// lintTemplates prints what the rules say of everything that scales in the templates,
// and what of them was not judged. Its error is what AWS refuses, and what could not be
// resolved.
func lintTemplates(o *options, out io.Writer) (int, error) {
	o.checkRequired(false)
	o.checkSingle()
	s := o.settings()[0]
	known, err := o.factsOf(s)
	if err := errors.Join(o.problems.Err(), err); err != nil {
		return statusBadInput, err
	}
	reading, err := o.read(s.template)
	if err != nil {
		return statusBadInput, err
	}
	selected := o.selected(reading)
	if len(selected) == 0 && (o.stack != "" || o.resource != "") {
		return statusBadInput, o.ambiguity(nil, reading)
	}
	wrong := known.forLint(&reading)
	if err := errors.Join(wrong...); err != nil {
		return statusBadInput, err
	}
	j := o.judge(s.template, reading)
	for _, line := range j.findings {
		fmt.Fprintln(out, line)
	}
	for _, p := range append(reading.Off, reading.Unread...) {
		fmt.Fprintf(out, "%s: not judged: %s\n", p.Place, p.WithoutPlace())
	}
	if nothing := reading.Nothing(); nothing != nil && len(reading.Unresolved) == 0 {
		fmt.Fprintln(out, nothing[0].Place.String()+": "+nothing[0].Rule)
	}
	fmt.Fprintln(out, j.summary(len(reading.Unread)))
	problems := j.refused
	if len(reading.Unresolved) > 0 {
		problems = append(problems, reading.Unresolved)
	}
	if o.require && (j.judged == 0 || len(reading.Unread) > 0) {
		problems = append(problems, problem.List{{Path: "--require", Got: j.summary(len(reading.Unread)),
			Rule: "something has to be judged, and everything read",
			Fix:  "give the template that scales, as it is deployed, or leave --require out"}})
	}
	switch {
	case len(problems) > 0:
		return statusBadInput, errors.Join(problems...)
	case len(j.findings) > 0:
		return statusRefused, nil
	}
	return statusOK, nil
}

// judgement is what is said of the selected targets of a reading.
type judgement struct {
	// judged is how many targets the rules were asked about.
	judged   int
	findings []string
	// refused is what AWS would refuse.
	refused []error
}

// judge asks the rules about the targets that are selected; what they say of one may
// depend on the others. A target with a policy that is not known is not judged, but
// what AWS refuses of it all the same is.
func (o *options) judge(template string, r cloudformation.Reading) judgement {
	var j judgement
	var whole []cloudformation.Scaled
	var subjects []lint.Subject
	now := time.Now()
	for _, s := range r.Scaled {
		s.Subject.Now = now
		if !s.Incomplete {
			whole, subjects = append(whole, s), append(subjects, s.Subject)
		}
		if o.selects(s) {
			for _, p := range lint.Errors(s.Subject) {
				j.refused = append(j.refused, fmt.Errorf("%s: %s", place(s), p))
			}
		}
	}
	for i, findings := range lint.All(subjects) {
		if !o.selects(whole[i]) {
			continue
		}
		j.judged++
		for _, f := range findings {
			f, at := o.locate(template, r, whole[i], f)
			j.findings = append(j.findings, fmt.Sprintf("%s: %s: %s", at, whole[i].LogicalID, f))
		}
	}
	return j
}

func place(s cloudformation.Scaled) string {
	return fmt.Sprintf("%s:%d:%d: %s", s.File, s.Line, s.Column, s.LogicalID)
}

// summary is the judgement on one line, with the number of parts that were not read.
func (j judgement) summary(unread int) string {
	count := func(n int, what string) string {
		if n == 1 {
			return "1 " + what
		}
		return fmt.Sprintf("%d %ss", n, what)
	}
	parts := []string{count(j.judged, "scalable target") + " judged", count(len(j.findings), "finding")}
	if len(j.refused) > 0 {
		parts = append(parts, count(len(j.refused), "error"))
	}
	if unread > 0 {
		parts = append(parts, count(unread, "part")+" of the template not read")
	}
	return strings.Join(parts, ", ")
}

// forLint gives the targets of a reading the facts that the rules know, in place of
// their metadata's. It returns what is wrong with the facts.
func (f facts) forLint(r *cloudformation.Reading) []error {
	fields := map[string]struct {
		set   func(*autoscaling.Facts)
		field string
	}{
		"requestsPerSecond": {func(to *autoscaling.Facts) { to.RequestsPerSecondPerInstance = f.service.RequestsPerSecond },
			"RequestsPerSecondPerInstance"},
		"concurrency": {func(to *autoscaling.Facts) { to.ConcurrencyPerInstance = float64(f.service.Concurrency) },
			"ConcurrencyPerInstance"},
		"serviceTime":  {func(to *autoscaling.Facts) { to.ServiceTime = f.service.ServiceTime }, "ServiceTime"},
		"startTime":    {func(to *autoscaling.Facts) { to.StartTime = f.service.Start.P95 }, "StartTime"},
		"startTimeP95": {func(to *autoscaling.Facts) { to.StartTime = f.service.Start.P95 }, "StartTime"},
	}
	var given autoscaling.Facts
	places := map[string]string{}
	for key, known := range fields {
		if at := f.places[key]; at != "" {
			known.set(&given)
			places[known.field] = at
		}
	}
	var wrong []error
	for _, p := range given.Validate() {
		if at := places[p.Path]; at != "" {
			p.Path = at
		}
		wrong = append(wrong, problem.List{p})
	}
	for i := range r.Scaled {
		for key, known := range fields {
			if f.places[key] != "" {
				known.set(&r.Scaled[i].Subject.Facts)
			}
		}
	}
	return wrong
}
