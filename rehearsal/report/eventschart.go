package report

import (
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

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
type eventsChart struct{ report Report }

func (eventsChart) heading() string { return "Scheduled actions, alarms and what they did" }

func (e eventsChart) svg(width float64) string {
	r := e.report
	const lane = 24.0
	lanes := eventLanes
	if r.whole {
		lanes = measuredLanes()
	}
	c := emptyChart(width, above+float64(len(lanes))*lane+below, r.Result.From, r.Result.To, r.zone(), e.heading())
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
		for _, event := range r.Result.Events {
			if event.Kind != l.kind || event.Kind == rehearsal.AlarmEvent && event.What != "ALARM" {
				continue
			}
			if at := c.x(event.At); count == 0 || at-x > 7 {
				flush()
				said, count, x = nil, 0, at
			}
			count++
			if len(said) < 5 {
				said = append(said, r.line(event))
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
