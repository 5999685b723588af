package main

import (
	"flag"
	"strings"
	"sync"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
)

// readingForms are the values of --reading.
const readingForms = "cooldown-base=before|present, refused-floor=lost|retried, evaluation-delay=DURATION"

// readingFlag adds --reading.
func readingFlag(o *options, flags *flag.FlagSet) {
	o.playedReading = rehearsal.DefaultReading()
	valueFlag(o, flags, "reading",
		"how to read AWS where it documents nothing, `RESPECT=VALUE`; may be said again: "+readingForms,
		"the readings are "+readingForms, "such as cooldown-base=present", o.parseReading,
		func(r rehearsal.Reading) { o.playedReading = r })
}

// parseReading is the reading so far with one respect changed.
func (o *options) parseReading(text string) (rehearsal.Reading, bool) {
	r := o.playedReading
	switch respect, value, _ := strings.Cut(text, "="); respect + "=" {
	case "cooldown-base=":
		r.CooldownBase = map[string]rehearsal.CooldownBase{"before": rehearsal.CapacityBefore,
			"present": rehearsal.PresentCapacity}[value]
		return r, r.CooldownBase != ""
	case "refused-floor=":
		r.RefusedFloorRetried = value == "retried"
		return r, value == "retried" || value == "lost"
	case "evaluation-delay=":
		d, err := time.ParseDuration(value)
		r.EvaluationDelay = &d
		return r, err == nil && d >= 0 && d%time.Second == 0 && d <= time.Hour
	}
	return r, false
}

// reread rehearses under the other readings, without minutes.
func (o *options) reread(in rehearsal.Input) ([]report.Reread, error) {
	in.Minutes, in.NoLatency = false, o.gate.maxP99 == 0
	var others []report.Reread
	for _, r := range in.WithDefaults().Reading.Others() {
		others = append(others, report.Reread{Reading: r})
	}
	errs := make([]error, len(others))
	var all sync.WaitGroup
	for i := range others {
		all.Go(func() {
			one := in
			one.Reading = others[i].Reading
			others[i].Result, errs[i] = rehearsal.Run(one)
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return others, nil
}
