package main

import (
	"fmt"
	"io"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/cli"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
)

// explain prints the events minute by minute, without minutes that have neither an
// event nor a failure.
func explain(o *options, out io.Writer) (int, error) {
	o.checkRequired(true)
	o.checkSingle()
	r, err := o.play(o.settings()[0])
	if err != nil {
		return statusBadInput, err
	}
	events := r.Result.Events
	for _, m := range r.Result.Minutes {
		end := m.At.Truncate(time.Minute).Add(time.Minute)
		n := 0
		for n < len(events) && events[n].At.Before(end) {
			n++
		}
		if n > 0 || m.Failed >= 1 {
			fmt.Fprintln(out, heading(m))
		}
		for _, e := range events[:n] {
			fmt.Fprintf(out, "  %s\n", report.Line(e))
		}
		events = events[n:]
	}
	for _, e := range events { // at the very end
		fmt.Fprintf(out, "  %s%s\n", e.At.UTC().Format("2 Jan "), report.Line(e))
	}
	fmt.Fprint(out, "\n", cli.Hanging(r.Summary()))
	return statusOK, nil
}

func heading(m rehearsal.Minute) string {
	line := fmt.Sprintf("%s  %.0f requests need %d, %d in service, %d desired of %d to %d", m.At.Format("2 Jan 15:04"),
		m.Arrived, m.Needed, m.InService, m.Desired, m.Min, m.Max)
	if m.Failed >= 1 {
		line += fmt.Sprintf(", %.0f failed", m.Failed)
	}
	if m.Updating {
		line += ", updating"
	}
	return line
}
