// Package report writes a rehearsal as text, as JSON and as a self-contained HTML
// page. The same rehearsal gives the same bytes.
package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/frontend"
)

// Report is a rehearsal with its context.
type Report struct {
	// Input is what was rehearsed.
	Input rehearsal.Input
	// Result is the result of Input, with Input.Minutes.
	Result rehearsal.Result
	// Findings are the lint's findings on Input.Subject. Default: none.
	Findings []lint.Finding
	// Template and Trace name the files. TraceRead is what was taken of the trace's
	// file, TraceNotes are the findings of reading it, and how it was changed.
	// Default: "", not printed.
	Template, Trace, TraceRead, TraceNotes string
	// MaxP99 is the limit of p99. Default: 0, that of Input.Objective, if any.
	MaxP99 time.Duration
	// Unscaled is the result of the trace before it was scaled.
	// Default: nil, the trace was not scaled.
	Unscaled *rehearsal.Result
	// Frontend is the bill of the gateway and the load balancer.
	// Default: nil, they are not counted.
	Frontend *frontend.Bill
	// Failures are why the gate fails. Default: none.
	Failures []string
}

// unit is the noun for n of the target's unit.
func (r Report) unit(n int) string {
	unit := "instance"
	if r.Input.Subject.Target.Dimension == autoscaling.InferenceComponentCopyCount {
		unit = "copy"
	}
	switch {
	case n == 1:
		return unit
	case unit == "copy":
		return "copies"
	}
	return unit + "s"
}

// latencyLimit is the limit of p99, 0 for none.
func (r Report) latencyLimit() time.Duration {
	if r.MaxP99 > 0 {
		return r.MaxP99
	}
	return r.Input.Objective.Latency
}

// assumptions are the assumptions of the rehearsal in one line.
func (r Report) assumptions() string {
	in := r.Input.WithDefaults()
	s := in.Service
	out := []string{
		fmt.Sprintf("an %s completes %s requests/s, %d at a time, in %s", r.unit(1), number(s.RequestsPerSecond),
			s.Concurrency, duration(s.ServiceTime)),
	}
	if r.unit(1) == "copy" {
		out[0] = "a" + strings.TrimPrefix(out[0], "an")
	}
	if s.Variation > 0 {
		out[0] += fmt.Sprintf(" with a variation of %s", number(s.Variation))
	}
	start := "starts in " + duration(s.Start.Median)
	if s.Start.P95 > s.Start.Median {
		start = fmt.Sprintf("starts in %s, one in twenty in more than %s", duration(s.Start.Median), duration(s.Start.P95))
	}
	out = append(out, start, "clients wait "+duration(s.ClientTimeout), "routing "+string(s.Routing))
	if r.Frontend == nil {
		out = append(out, "gateway and load balancer are not counted")
	} else if text := r.Frontend.Assumptions; text != "" {
		out = append(out, text)
	}
	if faults := r.faults(); faults > 0 {
		out = append(out, fmt.Sprintf("%d faults are played", faults))
	} else {
		out = append(out, "AWS has the instances, and nothing else goes wrong")
	}
	return strings.Join(out, "; ")
}

// faults is the number of faults in the rehearsal.
func (r Report) faults() int {
	f := r.Input.Faults
	n := len(f.NoCapacity) + len(f.Deployments) + len(f.Missed) + len(f.Overwritten) + len(f.MetricGaps) + len(f.NoData)
	for _, played := range []bool{f.Fulfilled > 0, f.SlowStart > 0, !f.ZoneLost.IsZero(), f.Retries > 0} {
		if played {
			n++
		}
	}
	return n
}

// line is an event on one line, with its day where there are several.
func (r Report) line(e rehearsal.Event) string {
	if r.days() {
		return e.At.UTC().Format("2 Jan ") + Line(e)
	}
	return Line(e)
}

// Line is an event on one line, such as "19:04:00 policy invocations: scale out, 6 to 9".
func Line(e rehearsal.Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", e.At.UTC().Format(time.TimeOnly), e.Kind)
	if e.Name != "" {
		b.WriteString(" " + e.Name)
	}
	fmt.Fprintf(&b, ": %s", e.What)
	switch {
	case e.Kind == rehearsal.AlarmEvent:
		fmt.Fprintf(&b, " at %s", number(e.Value))
	case e.Kind == rehearsal.ScheduleEvent:
		fmt.Fprintf(&b, ", minimum %d, maximum %d", e.From, e.To)
	case e.From != e.To:
		fmt.Fprintf(&b, ", %d to %d", e.From, e.To)
	}
	return b.String()
}
