package monitoring

import (
	"fmt"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// addCapacity adds the alarms on how much of p runs, against the bounds of its scaling.
func (m *maker) addCapacity(p part) {
	if p.capacity == nil {
		return
	}
	target, t := p.capacity.Target, m.set.Thresholds
	if target.Dimension == autoscaling.VariantProvisionedConcurrency {
		m.addServerless(p)
		return
	}
	what := p.noun + " " + p.name
	own, most := p.capacity.own(), target.HighestMax()
	var q queries
	running := m.running(&q, p)
	floors := encode(dues(p.capacity.Calendar, own), q[0].ID)
	expected := floors.add(&q, own)
	if own < most {
		full, says := append(queries{}, q...), fmt.Sprintf("%s has all of its %d %s", title(what), most, p.unit)
		expression := fmt.Sprintf("IF(%s >= %d, 1, 0)", rounded(running), most)
		if len(floors.terms) > 0 {
			says += ", more than the calendar of events asks for"
			expression = fmt.Sprintf("IF(%s >= %d, IF(%s >= %d, 0, 1), 0)", rounded(running), most, expected, most)
		}
		m.add("atMaximum", p.name, says+": more traffic finds no more capacity",
			full.result("full", "at the maximum", expression), autoscaling.AtLeast, 1, lasting(t.AtMaximumFor))
	}
	if own == 0 && len(floors.terms) == 0 {
		return // nothing is ever due
	}
	says := fmt.Sprintf("%s has fewer %s than its minimum of %d", title(what), p.unit, own)
	if len(floors.terms) > 0 {
		says += fmt.Sprintf(", or than the calendar of events has asked for %d minutes ago",
			int(leadTime(p.capacity.Calendar).Minutes()))
	}
	if floors.left > 0 {
		says += fmt.Sprintf("; the last %d windows of the calendar are not judged, for want of room", floors.left)
	}
	missing := fmt.Sprintf("%s - %s", expected, running)
	if p.noun != "variant" { // without requests nothing says how many copies there are
		missing = fmt.Sprintf("IF(%s > 0, %s, 0)", running, missing)
	}
	m.add("floorMissing", p.name, says, q.result("missing", "missing "+p.unit, missing), autoscaling.AtLeast, 0.5,
		lasting(t.FloorMissingFor))
}

// own is the minimum that always holds: the target's, or the lowest that a scheduled action
// sets.
func (c Capacity) own() int {
	own := c.Target.MinCapacity
	for _, a := range c.Target.ScheduledActions {
		if a.MinCapacity != nil {
			own = min(own, *a.MinCapacity)
		}
	}
	return own
}

// add adds the expressions to q and returns that of what is due.
func (f floorMath) add(q *queries, own int) string {
	if len(f.terms) == 0 {
		return fmt.Sprint(own)
	}
	q.let("t", f.clock)
	if f.week != "" {
		q.let("w", f.week)
	}
	ids := make([]string, len(f.terms))
	for i, text := range f.terms {
		ids[i] = q.let(fmt.Sprintf("due%d", i+1), text)
	}
	return fmt.Sprintf("(%d + %s)", own, strings.Join(ids, " + "))
}

// running adds metrics and returns an expression of how many instances or copies run.
// SageMaker publishes no such count. Each request counts 1 in Invocations and 1/N in
// InvocationsPerInstance or InvocationsPerCopy (fact A7), so their sums' quotient is N.
// Without requests, instances are counted by the values of CPUUtilization, which each of
// them publishes once a minute (fact A64); copies are not counted then, which is 0.
func (m *maker) running(q *queries, p part) string {
	instances := p.metrics(autoscaling.UtilizationNamespace, "CPUUtilization", autoscaling.SampleCount)
	if p.noun == "variant" && (m.Asynchronous || len(p.pools) > 0) {
		// Asynchronous endpoints publish no invocations (fact D7), and those of pools take
		// more metrics than an alarm has.
		return q.sum("values", instances...)
	}
	all, each := q.sum("all", p.sums(invocations)...), q.sum("each", p.sums(p.perUnit)...)
	without := "0"
	if p.noun == "variant" {
		without = q.sum("values", instances...)
	}
	return q.let("running", fmt.Sprintf("IF(%s > 0, %s / %s, %s)", each, all, each, without))
}

// rounded is a count to the next whole one.
func rounded(count string) string { return "FLOOR(" + count + " + 0.5)" }

// addServerless adds the alarm of a variant that has requests at a time instead of
// instances.
func (m *maker) addServerless(p part) {
	limit := m.set.Thresholds.Concurrency
	m.add("atMaximum", p.name, fmt.Sprintf("Variant %s serves %s or more of the requests at a time that it may", p.name,
		percent(limit)),
		p.metrics(autoscaling.SageMakerNamespace, "ServerlessConcurrentExecutionsUtilization", autoscaling.Maximum)[0],
		autoscaling.AtLeast, limit, soon)
}
