package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/report"
)

// compare rehearses several settings on one trace, side by side.
func compare(o *options, out io.Writer) (int, error) {
	o.missing(true)
	if t, f := len(o.templates), len(o.facts); t > 1 && f > 1 && t != f {
		o.problems.Add("--facts", strings.Join(o.facts, ", "), fmt.Sprintf("%d files of facts do not go with %d templates", f, t), "give one for all, or one for each")
	}
	settings := o.settings()
	if len(settings) < 2 {
		o.problems.Add("--template", strings.Join(o.templates, ", "), "there is nothing to compare", "give two templates or more, or two files of facts")
	}
	var played []report.Report
	var wrong []error
	said := map[string]bool{}
	for _, s := range settings {
		r, err := o.play(s)
		if err != nil && !said[err.Error()] {
			said[err.Error()] = true
			wrong = append(wrong, err)
		}
		played = append(played, r)
	}
	if err := errors.Join(wrong...); err != nil {
		return badInput, err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TEMPLATE\tFACTS\tAVAILABILITY %\tFAILED\tP99\tIN SERVICE\tSHORT\tINSTANCE HOURS\tMONEY\t÷ ORACLE\t÷ STATIC PEAK")
	for i, r := range played {
		res := r.Result
		facts, money := "metadata", "-"
		if f := settings[i].facts; f != "" {
			facts = filepath.Base(f)
		}
		if res.Cost.Money > 0 {
			money = fmt.Sprintf("%.2f", res.Cost.Money)
		}
		fmt.Fprintf(w, "%s\t%s\t%.4f\t%.0f\t%s\t%d to %d\t%s\t%.1f\t%s\t%.2f\t%.2f\n", filepath.Base(r.Template), facts, res.Requests.Availability*100, res.Requests.Failed,
			res.Latency.P99.Round(time.Millisecond), res.Capacity.Least, res.Capacity.Most, res.Capacity.LongestShortage, res.Cost.InstanceHours, money, res.Cost.OverOracle, res.Cost.OverStaticPeak)
	}
	return fine, w.Flush()
}
