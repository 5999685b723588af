package report

import (
	"fmt"
	"html"
	"math"
	"strings"
	"time"
)

// capacityChart shows instances needed, desired and in service.
func (r Report) capacityChart() lineChart {
	ps := points(r.Result.Minutes, r.Result.To)
	unit, needed := r.unit(2), "needed"
	title := strings.ToUpper(unit[:1]) + unit[1:] + " needed, desired and in service"
	if r.measured != nil {
		title, needed = r.measured.chartTitle(), "planned"
	}
	return lineChart{axis: r.axis(), title: title, height: 300, lines: []line{
		{"need", "need-area", needed, ps, func(p point) float64 { return count(p.needed) }},
		{"floor", "", "minimum", ps, func(p point) float64 { return count(p.least) }},
		{"want", "", "desired", ps, func(p point) float64 { return count(p.desired) }},
		{"have", "", "in service", ps, func(p point) float64 { return count(p.serving) }},
	}}
}

// requestsChart shows the rates of requests and of failures.
func (r Report) requestsChart() lineChart {
	ps := points(r.Result.Minutes, r.Result.To)
	return lineChart{axis: r.axis(), title: "Requests a second", height: 200, lines: []line{
		{"need", "", "came", ps, func(p point) float64 { return p.rate }},
		{"fail", "fail-area", "failed", ps, func(p point) float64 { return p.failing }},
	}}
}

// latencyChart shows p99 and its limit in milliseconds.
func (r Report) latencyChart() lineChart {
	ps := points(r.Result.Minutes, r.Result.To)
	c := lineChart{axis: r.axis(), title: "99th percentile of latency, ms", height: 200}
	if limit := r.latencyLimit(); limit > 0 {
		c.atLeast = milliseconds(limit) * 1.1
		c.lines = append(c.lines, line{"floor", "", "limit", ps, func(point) float64 { return milliseconds(limit) }})
	}
	c.lines = append(c.lines, line{"have", "", "p99", ps, func(p point) float64 { return milliseconds(p.p99) }})
	return c
}

// milliseconds is NaN for a duration that was not measured.
func milliseconds(d time.Duration) float64 {
	if d < 0 {
		return math.NaN()
	}
	return float64(d) / float64(time.Millisecond)
}

// costChart compares the bill with the oracle's and static peak's, in instance hours.
type costChart struct{ report Report }

// costBar is a bill.
type costBar struct {
	name, class  string
	hours, money float64
}

func (c costChart) bars() []costBar {
	cost, price := c.report.Result.Cost, c.report.Input.Service.PricePerHour
	out := []costBar{{name: "this", class: "bar-have", hours: cost.InstanceHours},
		{name: "oracle", class: "bar-need", hours: cost.OracleInstanceHours},
		{name: "static peak", class: "bar-need", hours: cost.StaticPeakInstanceHours}}
	for i := range out {
		out[i].money = out[i].hours * price
	}
	return out
}

func (costChart) heading() string { return "Cost, instance hours" }

func (c costChart) svg(width float64) string {
	most, right := 1e-9, 70.0
	for _, bar := range c.bars() {
		most = max(most, bar.hours)
		if bar.money > 0 {
			right = 150
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %s 112" role="img" aria-label="%s"><text class="t" x="0" y="14">%s</text>`,
		coordinate(width), c.heading(), c.heading())
	for i, bar := range c.bars() {
		y := 26 + float64(i)*28
		said := number(bar.hours)
		if bar.money > 0 {
			said += " · " + c.report.money(bar.money)
		}
		long := (width - 84 - right) * bar.hours / most
		fmt.Fprintf(&b,
			`<text class="n" x="0" y="%s">%s</text><rect class="%s" x="84" y="%s" width="%s" height="18"/>`+
				`<text class="n" x="%s" y="%s">%s</text>`,
			coordinate(y+13), bar.name, bar.class, coordinate(y), coordinate(long), coordinate(84+long+6), coordinate(y+13),
			html.EscapeString(said))
	}
	b.WriteString("</svg>")
	return b.String()
}
