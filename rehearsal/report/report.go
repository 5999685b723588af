package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// Report is a rehearsal with its context.
type Report struct {
	// Input is what was rehearsed.
	Input rehearsal.Input
	// Result is the result of Input, with Input.Minutes.
	Result rehearsal.Result
	// Findings are the lint's findings on Input.Subject. Default: none.
	Findings []Finding
	// Template and Trace name the files. TraceRead is what was taken of the trace's
	// file, TraceNotes are the findings of reading it, and how it was changed.
	// Default: "", not printed.
	Template, Trace, TraceRead, TraceNotes string
	// MaxP99 is the limit of p99. Default: 0, that of Input.Objective, if any.
	MaxP99 time.Duration
	// Unscaled is the result of the trace before it was scaled.
	// Default: nil, the trace was not scaled.
	Unscaled *rehearsal.Result
	// Unscheduled is the result without the scheduled actions, those of events among
	// them: what policies do alone. Default: nil, no action fell due.
	Unscheduled *rehearsal.Result
	// Readings are the results under other readings than Input's. Default: none.
	Readings []Reread
	// Currency and PriceDate are of all prices, such as "USD" and "2026-11-01".
	// Default: "", not known.
	Currency, PriceDate string
	// Frontend is the bill of the gateway and the load balancer.
	// Default: nil, they are not counted.
	Frontend *rehearsal.Bill
	// Asked is the gate in words. Default: "", no gate.
	Asked string
	// Failures are why the gate fails. Default: none.
	Failures []string

	// measured is what the charts are of, and whole that they are of all that was
	// measured. Default: nil and false, a rehearsal.
	measured *Part
	whole    bool
}

// Finding is a finding of the lint, and where it stands.
type Finding struct {
	lint.Finding
	// File and Line are where. Default: "" and 0, not known.
	File string
	Line int
	// Link is a URL of the place, from where the page is. Default: "", there is none.
	Link string
}

// Place is the file and the line, such as "odds.yaml:12".
func (f Finding) Place() string {
	if f.Line == 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d", f.File, f.Line)
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

// line is an event on one line, with its day where there are several.
func (r Report) line(e rehearsal.Event) string {
	line := Line(e)
	if r.days() {
		line = e.At.UTC().Format("2 Jan ") + line
	}
	if zone := r.zone(); zone != nil {
		line += e.At.In(zone).Format(" (15:04:05 MST)")
	}
	return line
}

// Line is an event on one line, such as "19:04:00 policy invocations: scale out, 6 to 9".
func Line(e rehearsal.Event) string { return e.At.UTC().Format(time.TimeOnly) + " " + said(e) }

// said is an event without its time.
func said(e rehearsal.Event) string {
	var b strings.Builder
	b.WriteString(string(e.Kind))
	if e.Name != "" {
		b.WriteString(" " + e.Name)
	}
	fmt.Fprintf(&b, ": %s", e.What)
	switch {
	case e.Kind == rehearsal.AlarmEvent && e.From == NotMeasured: // nobody has measured the value
	case e.Kind == rehearsal.AlarmEvent:
		fmt.Fprintf(&b, " at %s", number(e.Value))
	case e.Kind == rehearsal.ScheduleEvent:
		fmt.Fprintf(&b, ", minimum %d, maximum %d", e.From, e.To)
	case e.From != e.To:
		fmt.Fprintf(&b, ", %d to %d", e.From, e.To)
	}
	return b.String()
}
