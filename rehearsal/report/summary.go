package report

import (
	"fmt"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// restsOnLabel is the label of the assumptions.
const restsOnLabel = "rests on"

// Summary is the report as text.
func (r Report) Summary() string {
	var b strings.Builder
	res := r.Result
	fmt.Fprintf(&b, "%s, %s to %s\n", r.Input.Subject.Target.ResourceID, res.From.Format("2 Jan 2006 15:04"),
		res.To.Format("2 Jan 15:04 MST"))
	for _, line := range r.Lines() {
		fmt.Fprintf(&b, "  %-15s %s\n", line[0], line[1])
	}
	for i, change := range r.recommendations() {
		label := ""
		if i == 0 {
			label = "worth changing"
		}
		fmt.Fprintf(&b, "  %-15s %d. %s\n", label, i+1, change)
	}
	if r.Asked != "" && len(r.Failures) == 0 {
		fmt.Fprintf(&b, "  %-15s %s\n", "gate held", r.Asked)
	}
	for i, failure := range r.Failures {
		label := ""
		if i == 0 {
			label = "gate failed"
		}
		fmt.Fprintf(&b, "  %-15s %s\n", label, failure)
	}
	return b.String()
}

// Lines are the labels and figures of the rehearsal: requests, latency, capacity,
// cost, front end, notes on the trace, assumptions.
func (r Report) Lines() [][2]string {
	res := r.Result
	q, c, cost := res.Requests, res.Capacity, res.Cost
	out := [][2]string{
		{"requests", fmt.Sprintf("%s, %s answered, %s failed", thousands(q.Arrived), percent(q.Availability),
			thousands(q.Failed))},
	}
	if q.Failed >= 1 {
		out[0][1] += fmt.Sprintf("; worst minute %s with %s, longest bad run %s", r.clock(q.WorstMinute),
			percent(q.WorstMinuteAvailability), duration(q.LongestBadRun))
	}
	latency := fmt.Sprintf("p50 %s, p95 %s, p99 %s", duration(res.Latency.P50), duration(res.Latency.P95),
		duration(res.Latency.P99))
	if limit := r.latencyLimit(); limit > 0 {
		latency += ", limit " + duration(limit)
	}
	out = append(out, [2]string{"latency", latency})
	supply := fmt.Sprintf("%d to %d %s in service, changed %s", c.Least, c.Most, r.unit(c.Most), frequency(c.Actions))
	if c.Shortages > 0 {
		supply += fmt.Sprintf("; short %s, longest for %s from %s", frequency(c.Shortages), duration(c.LongestShortage),
			r.clock(c.ShortageAt))
	}
	if c.Refused > 0 {
		supply += fmt.Sprintf("; %d floors refused while updating", c.Refused)
	}
	out = append(out, [2]string{"capacity", supply},
		[2]string{"cost", fmt.Sprintf("%s instance hours%s, %.2f × the oracle's %s, %.2f × static peak's %s",
			number(cost.InstanceHours), r.forMoney(cost.Money),
			cost.OverOracle, number(cost.OracleInstanceHours), cost.OverStaticPeak, number(cost.StaticPeakInstanceHours))})
	out = append(append(out, r.frontendLines()...), r.priceLines()...)
	if u := r.Unscheduled; u != nil {
		out = append(out, [2]string{"no schedule", r.inShort(*u)})
	}
	if u := r.Unscaled; u != nil {
		out = append(out, [2]string{"unscaled", thousands(u.Requests.Arrived) + " requests, " + r.inShort(*u)})
	}
	if r.TraceRead != "" {
		out = append(out, [2]string{"trace read", r.TraceRead})
	}
	if r.TraceNotes != "" {
		out = append(out, [2]string{"trace", r.TraceNotes})
	}
	out = append(out, [2]string{restsOnLabel, r.assumptions()})
	return append(out, r.readingLines()...)
}

// inShort is another result of the same setting in one line.
func (r Report) inShort(of rehearsal.Result) string {
	return fmt.Sprintf("%s answered, %s failed; p99 %s; %s instance hours%s, %.2f × the oracle's %s",
		percent(of.Requests.Availability), thousands(of.Requests.Failed), duration(of.Latency.P99),
		number(of.Cost.InstanceHours), r.forMoney(of.Cost.Money), of.Cost.OverOracle, number(of.Cost.OracleInstanceHours))
}
