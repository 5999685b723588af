package report

import (
	"fmt"
	"html"
	"math"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// capacityChart shows instances needed, desired and in service.
func (r Report) capacityChart(width float64) string {
	ps := points(r.Result.Minutes, r.Result.To)
	top := 1.0
	for _, p := range ps {
		top = max(top, float64(max(p.needed, p.desired, p.serving, p.least)))
	}
	unit, needed := r.unit(2), "needed"
	title := strings.ToUpper(unit[:1]) + unit[1:] + " needed, desired and in service"
	if r.measured != nil {
		title, needed = r.measured.chartTitle(), "planned"
	}
	c := newChart(width, 300, r.Result.From, r.Result.To, top, title)
	c.area("need-area", ps, func(p point) float64 { return count(p.needed) })
	c.steps("need", needed, ps, func(p point) float64 { return count(p.needed) })
	c.steps("floor", "minimum", ps, func(p point) float64 { return count(p.least) })
	c.steps("want", "desired", ps, func(p point) float64 { return count(p.desired) })
	c.steps("have", "in service", ps, func(p point) float64 { return count(p.serving) })
	return c.svg()
}

// requestsChart shows the rates of requests and of failures.
func (r Report) requestsChart(width float64) string {
	ps := points(r.Result.Minutes, r.Result.To)
	top := 1.0
	for _, p := range ps {
		if !math.IsNaN(p.rate) {
			top = max(top, p.rate, p.failing)
		}
	}
	c := newChart(width, 200, r.Result.From, r.Result.To, top, "Requests a second")
	c.steps("need", "came", ps, func(p point) float64 { return p.rate })
	c.area("fail-area", ps, func(p point) float64 { return p.failing })
	c.steps("fail", "failed", ps, func(p point) float64 { return p.failing })
	return c.svg()
}

// latencyChart shows p99 and its limit in milliseconds.
func (r Report) latencyChart(width float64) string {
	ps := points(r.Result.Minutes, r.Result.To)
	ms := func(d time.Duration) float64 {
		if d < 0 {
			return math.NaN()
		}
		return float64(d) / float64(time.Millisecond)
	}
	limit := r.latencyLimit()
	top := max(1, ms(limit)*1.1)
	for _, p := range ps {
		top = max(top, ms(max(0, p.p99)))
	}
	c := newChart(width, 200, r.Result.From, r.Result.To, top, "99th percentile of latency, ms")
	if limit > 0 {
		c.limit("floor", "limit", ms(limit))
	}
	c.steps("have", "p99", ps, func(p point) float64 { return ms(p.p99) })
	return c.svg()
}

// costChart compares the bill with the oracle's and static peak's, in instance hours.
func (r Report) costChart(width float64) string {
	cost := r.Result.Cost
	bars := []struct {
		name, class string
		hours       float64
	}{{"this", "bar-have", cost.InstanceHours}, {"oracle", "bar-need", cost.OracleInstanceHours},
		{"static peak", "bar-need", cost.StaticPeakInstanceHours}}
	most := 1e-9
	for _, bar := range bars {
		most = max(most, bar.hours)
	}
	var b strings.Builder
	const title = "Cost, instance hours"
	fmt.Fprintf(&b, `<svg viewBox="0 0 %s 112" role="img" aria-label="%s"><text class="t" x="0" y="14">%s</text>`,
		coordinate(width), title, title)
	for i, bar := range bars {
		y := 26 + float64(i)*28
		long := (width - 84 - 70) * bar.hours / most
		fmt.Fprintf(&b,
			`<text class="n" x="0" y="%s">%s</text><rect class="%s" x="84" y="%s" width="%s" height="18"/>`+
				`<text class="n" x="%s" y="%s">%s</text>`,
			coordinate(y+13), bar.name, bar.class, coordinate(y), coordinate(long), coordinate(84+long+6), coordinate(y+13),
			number(bar.hours))
	}
	b.WriteString("</svg>")
	return b.String()
}

// eventLane is a kind of events, with a mark.
type eventLane struct {
	kind       rehearsal.EventKind
	name, mark string
}

// eventLanes are the kinds of events of a rehearsal.
var eventLanes = []eventLane{
	{rehearsal.ScheduleEvent, "schedule", "M-4 -4h8v8h-8z"},
	{rehearsal.AlarmEvent, "alarms", "M0 -5L5 4H-5z"},
	{rehearsal.PolicyEvent, "policies", "M0 -5L5 0L0 5L-5 0z"},
	{rehearsal.ActivityEvent, "changes", "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"},
	{rehearsal.FaultEvent, "faults", "M-5 -3L-3 -5L0 -2L3 -5L5 -3L2 0L5 3L3 5L0 2L-3 5L-5 3L-2 0z"},
}

// eventsChart shows the events of scaling over time. Marks that would overlap are
// drawn as one.
func (r Report) eventsChart(width float64) string {
	const lane = 24.0
	lanes := eventLanes
	if r.whole {
		lanes = measuredLanes()
	}
	c := &chart{width: width, height: above + float64(len(lanes))*lane + below, left: 60, right: 92,
		from: r.Result.From, to: r.Result.To}
	const title = "Scheduled actions, alarms and what they did"
	fmt.Fprintf(&c.b, `<svg viewBox="0 0 %s %s" role="img" aria-label="%s">`, coordinate(width), coordinate(c.height),
		title)
	c.text("t", 0, 14, "start", title)
	c.timeAxis()
	for i, l := range lanes {
		y := above + lane*(float64(i)+0.5)
		c.text("a", 0, y+4, "start", l.name)
		fmt.Fprintf(&c.b, `<path class="g" d="M%s %sH%s"/>`, coordinate(c.left), coordinate(y), coordinate(width-c.right))
		var said []string
		count, x := 0, 0.0
		flush := func() {
			if count == 0 {
				return
			}
			if count > len(said) {
				said = append(said, fmt.Sprintf("and %d more", count-len(said)))
			}
			fmt.Fprintf(&c.b, `<path class="m-%s" transform="translate(%s %s)" d="%s"><title>%s</title></path>`, l.kind,
				coordinate(x), coordinate(y), l.mark, html.EscapeString(strings.Join(said, "\n")))
		}
		for _, e := range r.Result.Events {
			if e.Kind != l.kind || e.Kind == rehearsal.AlarmEvent && e.What != "ALARM" {
				continue
			}
			if at := c.x(e.At); count == 0 || at-x > 7 {
				flush()
				said, count, x = nil, 0, at
			}
			count++
			if len(said) < 5 {
				said = append(said, r.line(e))
			}
		}
		flush()
		if l.kind == rehearsal.FaultEvent {
			r.faultWindows(c, y)
		}
	}
	return c.svg()
}

// faultWindows draws the windows of faults.
func (r Report) faultWindows(c *chart, y float64) {
	draw := func(name string, windows []rehearsal.Window) {
		for _, w := range windows {
			from, to := c.x(latest(w.From, c.from)), c.x(earliest(w.To, c.to))
			if to <= from {
				continue // outside the chart
			}
			fmt.Fprintf(&c.b,
				`<rect class="m-fault" x="%s" y="%s" width="%s" height="6" rx="3"><title>%s %s</title></rect>`,
				coordinate(from), coordinate(y-3), coordinate(to-from), r.span(w.From, w.To), name)
		}
	}
	draw("no capacity", r.Input.Faults.NoCapacity)
	draw("no metric", r.Input.Faults.MetricGaps)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
