// Package report says what a rehearsal has shown: as a few lines of text, as
// JSON for machines, and as one page of HTML that needs nothing beside it. All of
// it is a pure function of the rehearsal: the same rehearsal gives the same bytes.
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

// Report is a rehearsal, and what has to be known to judge it.
type Report struct {
	// Input is what was rehearsed.
	Input rehearsal.Input
	// Result is of a rehearsal with Input.Minutes.
	Result rehearsal.Result
	// Findings are what the lint says of Input.Subject.
	Findings []lint.Finding
	// Template and Trace are what the two were read from, as their owner calls
	// them. TraceNotes are what reading the trace has found, and how it was
	// changed. Default: "", nothing is said.
	Template, Trace, TraceNotes string
	// MaxP99 is a limit to draw beside the latency.
	// Default: 0, that of Input.Objective, if there is one.
	MaxP99 time.Duration
	// Unscaled is of the traffic as it has come, where Input has it scaled.
	// Default: nil, Result is.
	Unscaled *rehearsal.Result
	// Frontend is what the gateway and the load balancer have cost.
	// Default: nil, they are not counted.
	Frontend *frontend.Bill
	// Failures are the reasons for which a gate refuses the rehearsal.
	// Default: none.
	Failures []string
}

// unit is what the target counts, of one and of several.
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

// latencyLimit is the latency that p99 is drawn and judged beside, 0 for none.
func (r Report) latencyLimit() time.Duration {
	if r.MaxP99 > 0 {
		return r.MaxP99
	}
	return r.Input.Objective.Latency
}

// Assumptions is what the rehearsal rests on, in one line.
func (r Report) assumptions() string {
	in := r.Input.WithDefaults()
	s := in.Service
	said := []string{
		fmt.Sprintf("an %s completes %s requests/s, %d at a time, in %s", r.unit(1), number(s.RequestsPerSecond), s.Concurrency, duration(s.ServiceTime)),
	}
	if r.unit(1) == "copy" {
		said[0] = "a" + strings.TrimPrefix(said[0], "an")
	}
	if s.Variation > 0 {
		said[0] += fmt.Sprintf(" with a variation of %s", number(s.Variation))
	}
	start := "starts in " + duration(s.Start.Median)
	if s.Start.P95 > s.Start.Median {
		start = fmt.Sprintf("starts in %s, one in twenty in more than %s", duration(s.Start.Median), duration(s.Start.P95))
	}
	said = append(said, start, "clients wait "+duration(s.ClientTimeout), "routing "+string(s.Routing))
	if r.Frontend == nil {
		said = append(said, "gateway and load balancer are not counted")
	} else if text := r.Frontend.Assumptions; text != "" {
		said = append(said, text)
	}
	if faults := r.faults(); faults > 0 {
		said = append(said, fmt.Sprintf("%d faults are played", faults))
	} else {
		said = append(said, "AWS has the instances, and nothing else goes wrong")
	}
	return strings.Join(said, "; ")
}

// faults is how many things go wrong in the rehearsal.
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

// Line is an event on one line, as "19:04:00 policy invocations: scale out, 6 to 9".
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
