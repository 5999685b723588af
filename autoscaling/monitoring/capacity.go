package monitoring

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
)

// addCapacity adds the alarms on how much of p runs, against the bounds of its scaling.
func (m *maker) addCapacity(p part) {
	if p.capacity == nil {
		return
	}
	if p.capacity.Target.Dimension == autoscaling.VariantProvisionedConcurrency {
		m.addServerless(p)
		return
	}
	b := bounds{full: "atMaximum", missing: "floorMissing", of: p.name, what: p.noun + " " + p.name, unit: p.unit,
		own: p.capacity.own(), most: p.capacity.Target.HighestMax(), calendar: p.capacity.Calendar,
		blind: p.noun != "variant"}
	b.running = m.running(&b.queries, p)
	m.addBounds(b)
}

// addTasks adds the same alarms on a gateway's tasks.
func (m *maker) addTasks(of string, g Gateway) {
	b := bounds{full: "gatewayAtMaximum", missing: "gatewayFloorMissing", of: of, what: name(of), unit: "tasks",
		own: g.Calendar.MinCapacity, most: g.MaxTasks, calendar: g.Calendar}
	b.running = b.queries.sum("tasks", g.tasks())
	m.addBounds(b)
}

// bounds is what runs, and how much of it may and has to run.
type bounds struct {
	full, missing  string // the kinds of the alarms
	of, what, unit string
	own, most      int // most is 0 where there is no end
	calendar       events.Calendar
	// queries have the metrics that running is an expression of.
	queries queries
	running string
	// blind says that running is 0 without requests.
	blind bool
}

func (m *maker) addBounds(b bounds) {
	t, lead := m.set.Thresholds, leadTime(b.calendar)
	floors := encode(dues(b.calendar, b.own, lead), b.queries[0].ID)
	expected := floors.add(&b.queries, b.own)
	if b.own < b.most {
		full, says := slices.Clone(b.queries), fmt.Sprintf("%s has all of its %d %s", title(b.what), b.most, b.unit)
		expression := fmt.Sprintf("IF(%s >= %d, 1, 0)", rounded(b.running), b.most)
		if len(floors.terms) > 0 {
			says += ", more than the calendar of events asks for"
			expression = fmt.Sprintf("IF(%s >= %d, IF(%s >= %d, 0, 1), 0)", rounded(b.running), b.most, expected, b.most)
		}
		m.add(b.full, b.of, says+": more traffic finds no more capacity",
			full.result("full", "at the maximum", expression), autoscaling.AtLeast, 1, lasting(t.AtMaximumFor))
	}
	if b.own == 0 && len(floors.terms) == 0 {
		return // nothing is ever due
	}
	says := fmt.Sprintf("%s has fewer %s than its minimum of %d", title(b.what), b.unit, b.own)
	if len(floors.terms) > 0 {
		says += fmt.Sprintf(", or than the calendar of events asked for %d minutes ago", int(lead.Minutes()))
	}
	if floors.left > 0 {
		says += fmt.Sprintf("; the last %d windows of the calendar are not judged, for want of room", floors.left)
	}
	missing := fmt.Sprintf("%s - %s", expected, b.running)
	if b.blind {
		missing = fmt.Sprintf("IF(%s > 0, %s, 0)", b.running, missing)
	}
	m.add(b.missing, b.of, says, b.queries.result("missing", "missing "+b.unit, missing), autoscaling.AtLeast, 0.5,
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
// them publishes (fact A64); copies are not counted then, which is 0.
func (m *maker) running(q *queries, p part) string {
	instances := p.metrics(autoscaling.UtilizationNamespace, "CPUUtilization", autoscaling.SampleCount)
	// A period has as many values of an instance as its metrics are published in it.
	values := func() string {
		sum := q.sum("values", instances...)
		if p.frequency > 0 && p.frequency < time.Minute {
			sum += " / " + number(float64(time.Minute/p.frequency))
		}
		return sum
	}
	if p.noun == "variant" && (m.Asynchronous || len(p.pools) > 0) {
		// Asynchronous endpoints publish no invocations (fact D7), and those of pools take
		// more metrics than an alarm has.
		return values()
	}
	all, each := q.sum("all", p.sums(invocations)...), q.sum("each", p.sums(p.perUnit)...)
	without := "0"
	if p.noun == "variant" {
		without = values()
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
