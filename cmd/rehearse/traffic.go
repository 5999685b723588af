package main

import (
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// trafficSource is the traffic before it is scaled and shifted.
type trafficSource struct {
	trace.Trace // from --from to --to
	whole       trace.Trace
	// reading is how a file was read.
	reading string
	notes   []string
	err     error
}

// hasTraffic reports whether traffic is given.
func (o *options) hasTraffic() bool { return o.trace != "" || o.shape != "" }

// source reads the traffic once.
func (o *options) source() trafficSource {
	if o.cachedSource == nil {
		s := o.readSource()
		o.cachedSource = &s
	}
	return *o.cachedSource
}

func (o *options) readSource() trafficSource {
	var s trafficSource
	switch {
	case !o.hasTraffic():
		return s // reported already
	case o.shape != "":
		s.whole, s.err = trace.ParseShape("--shape", o.shape)
	default:
		var found trace.Report
		s.whole, found, s.err = o.readTrace()
		if s.err == nil {
			s.reading = found.Reading()
		}
		if text := found.String(); text != "" {
			s.notes = append(s.notes, text)
		}
	}
	backwards := !o.to.IsZero() && !o.from.Before(o.to) // reported already
	if s.Trace = s.whole; s.err != nil || backwards || o.from.IsZero() && o.to.IsZero() {
		return s
	}
	if s.Trace = s.whole.Between(o.from, o.to); len(s.Counts) == 0 {
		s.err = problem.List{{Path: "--from", Got: formatTime(o.from) + " to " + formatTime(o.to),
			Rule: "nothing of the trace is left",
			Fix:  fmt.Sprintf("it goes from %s to %s", formatTime(s.whole.Start), formatTime(s.whole.End()))}}
		return s
	}
	s.notes = append(s.notes, fmt.Sprintf("%s to %s of it", s.Start.UTC().Format("2 Jan 2006 15:04"),
		s.End().UTC().Format("2 Jan 15:04 MST")))
	return s
}

// scaled reports whether the trace is scaled in rate or time.
func (o *options) scaled() bool { return o.rateScale != 1 || o.timeScale != 1 }

// traffic is the trace, scaled and shifted, with notes on it.
func (o *options) traffic() (trace.Trace, []string, error) {
	from := o.source()
	t := o.moved(from.Trace, o.timeScale, o.rateScale)
	notes := append([]string{}, from.notes...)
	if o.timeScale != 1 {
		notes = append(notes, fmt.Sprintf("%g times as fast", o.timeScale))
	}
	if o.rateScale != 1 {
		notes = append(notes, fmt.Sprintf("%g times as many", o.rateScale))
	}
	if !o.shiftTo.IsZero() {
		notes = append(notes, "moved to begin on "+t.Start.UTC().Format("2 Jan 2006 15:04 MST"))
	}
	return t, notes, from.err
}

// unscaled is the trace, shifted only.
func (o *options) unscaled() trace.Trace { return o.moved(o.source().Trace, 1, 1) }

// moved scales a trace, and shifts its kick-off to --shift-to.
func (o *options) moved(t trace.Trace, timeScale, rateScale float64) trace.Trace {
	if t.Period == 0 {
		return t // nothing could be read
	}
	then := t.Start
	if !o.kickOff.IsZero() {
		then = t.Start.Add(time.Duration(float64(o.kickOff.Sub(t.Start)) / timeScale))
	}
	if timeScale != 1 {
		t = t.TimeScale(timeScale)
	}
	if rateScale != 1 {
		t = t.RateScale(rateScale)
	}
	if !o.shiftTo.IsZero() {
		t = t.ShiftTo(then, o.shiftTo)
	}
	return t
}

// formatTime formats a time; the zero time is the trace's end.
func formatTime(t time.Time) string {
	if t.IsZero() {
		return "the trace's end"
	}
	return t.UTC().Format(time.RFC3339)
}
