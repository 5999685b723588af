package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// NotMeasured stands in a Minute of a Measured report for a count that nobody has measured,
// and in an alarm's From where its Value is not known. Rates are NaN there, and P99 negative.
const NotMeasured = -1

// Measured is what has happened to an environment, in place of what a rehearsal computes.
// The same values give the same bytes.
type Measured struct {
	// Title is the heading, such as "prod: what was planned, and what happened".
	Title    string
	From, To time.Time
	// Period is the time between two datapoints.
	Period time.Duration
	// Lines are labels and figures of the whole.
	Lines [][2]string
	// Parts are what scales. Traffic has Arrived, Failed and P99 of each period.
	Parts   []Part
	Traffic []rehearsal.Minute
	// Failures are the requests that failed, by what failed them. Default: none.
	Failures []Failure
	// Events are those of all parts, by time.
	Events []rehearsal.Event
}

// Failure is how many requests failed by a name, such as that of a metric.
type Failure struct {
	Name     string
	Requests float64
}

// Part is one thing that scales.
type Part struct {
	// Name is such as "variant main", Unit such as "instances".
	Name, Unit string
	Lines      [][2]string
	// Periods have as Needed the floor that was planned, and Min, Desired and InService.
	Periods []rehearsal.Minute
}

func (p Part) chartTitle() string { return strings.ToUpper(p.Name[:1]) + p.Name[1:] + ", " + p.Unit }

// measuredLanes are the kinds of events of what was measured.
func measuredLanes() []eventLane {
	lanes := slices.Clone(eventLanes)
	lanes[len(lanes)-1].name = "failures"
	return append(lanes, eventLane{rehearsal.DeploymentEvent, "stacks", "M0 -5L4 0H2V5H-2V0H-4z"})
}

// of is a report that draws the charts of minutes.
func (m Measured) of(minutes []rehearsal.Minute, p *Part) Report {
	return Report{measured: p, whole: p == nil,
		Result: rehearsal.Result{From: m.From, To: m.To, Minutes: minutes, Events: m.Events}}
}

// Summary is the report as text.
func (m Measured) Summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", m.Title, m.span())
	lines := func(all [][2]string) {
		for _, line := range once(all) {
			fmt.Fprintf(&b, "  %-15s %s\n", line[0], line[1])
		}
	}
	lines(append(m.trafficLines(), m.Lines...))
	for _, p := range m.Parts {
		fmt.Fprintf(&b, "\n%s\n", p.Name)
		lines(p.Lines)
	}
	if events := m.events(); len(events) > 0 {
		b.WriteString("\nwhat happened, in order\n")
		for _, e := range events {
			fmt.Fprintf(&b, "  %s\n", e)
		}
	}
	return b.String()
}

// once are lines of which one label after the other is shown once.
func once(all [][2]string) [][2]string {
	out := slices.Clone(all)
	for i := range all {
		if i > 0 && all[i][0] == all[i-1][0] {
			out[i][0] = ""
		}
	}
	return out
}

// span says from when to when something was measured, and how finely.
func (m Measured) span() string {
	return fmt.Sprintf("%s to %s, measured, a value for every %s", m.From.UTC().Format("2 Jan 2006 15:04"),
		m.To.UTC().Format("2 Jan 2006 15:04 MST"), duration(m.Period))
}

// events are the events as lines, with their day.
func (m Measured) events() []string {
	var out []string
	all := happenings(m.Events)
	for i, h := range all {
		if i == maxEventsListed {
			return append(out, fmt.Sprintf("and %d more, which the JSON has", len(all)-i))
		}
		out = append(out, h.At.UTC().Format("2 Jan 15:04:05 ")+h.String())
	}
	return out
}

// trafficLines are the figures of the requests and the latency that were measured.
func (m Measured) trafficLines() (out [][2]string) {
	of := m.of(m.Traffic, nil)
	arrived, failed, most, seen := 0.0, 0.0, -1.0, 0
	var busiest, slowest rehearsal.Minute
	slowest.P99 = NotMeasured
	for _, at := range m.Traffic {
		if !math.IsNaN(at.Arrived) {
			seen++
			arrived, failed = arrived+at.Arrived, failed+at.Failed
			if at.Arrived > most {
				most, busiest = at.Arrived, at
			}
		}
		if at.P99 > slowest.P99 {
			slowest = at
		}
	}
	if seen > 0 {
		answered := 1.0
		if arrived > 0 {
			answered = 1 - failed/arrived
		}
		text := fmt.Sprintf("%s, %s answered, %s failed; most %s a second at %s", thousands(arrived), percent(answered),
			thousands(failed), number(most/m.Period.Seconds()), of.clock(busiest.At))
		if missing := len(m.Traffic) - seen; missing > 0 {
			text += fmt.Sprintf("; not measured in %d of %d", missing, len(m.Traffic))
		}
		out = append(out, [2]string{"requests", text})
	}
	if slowest.P99 >= 0 {
		out = append(out, [2]string{"latency", fmt.Sprintf("p99 %s at most, at %s", duration(slowest.P99),
			of.clock(slowest.At))})
	}
	for _, f := range m.Failures {
		out = append(out, [2]string{"failed", thousands(f.Requests) + " " + f.Name})
	}
	return out
}

// known reports whether some minute has a value.
func known(minutes []rehearsal.Minute, value func(rehearsal.Minute) bool) bool {
	return slices.ContainsFunc(minutes, value)
}

// measuredPart is a part on the page.
type measuredPart struct {
	Name  string
	Lines [][2]string
	Chart pageChart
}

// HTML is the report as a self-contained page.
func (m Measured) HTML() []byte {
	data := struct {
		Title, Span string
		Contents    []anchor
		Lines       [][2]string
		Parts       []measuredPart
		Charts      []pageChart
	}{Title: m.Title, Span: m.span(),
		Lines: once(append(m.trafficLines(), m.Lines...))}
	for i, p := range m.Parts {
		data.Parts = append(data.Parts, measuredPart{p.Name, once(p.Lines),
			pageChart{m.of(p.Periods, &p).capacityChart(), anchor{fmt.Sprintf("part-%d", i+1), p.Name}}})
	}
	whole := m.of(m.Traffic, nil)
	if known(m.Traffic, func(one rehearsal.Minute) bool { return !math.IsNaN(one.Arrived) }) {
		data.Charts = append(data.Charts, pageChart{whole.requestsChart(), anchor{"requests", "Requests"}})
	}
	if known(m.Traffic, func(one rehearsal.Minute) bool { return one.P99 >= 0 }) {
		data.Charts = append(data.Charts, pageChart{whole.latencyChart(), anchor{"latency", "Latency"}})
	}
	if len(m.Events) > 0 {
		data.Charts = append(data.Charts, pageChart{eventsChart{whole}, anchor{"scaling", "Scaling"}})
	}
	for _, p := range data.Parts {
		data.Contents = append(data.Contents, p.Chart.anchor)
	}
	data.Contents = append(data.Contents, anchors(data.Charts)...)
	if len(m.Events) > 0 {
		data.Contents = append(data.Contents, whatHappened)
	}
	return render("measured.html", data)
}
