package report

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
	"time"
)

// chart is an SVG drawing in the page's colours, by class, for light and dark.
type chart struct {
	b             strings.Builder
	width, height float64
	left, right   float64 // margins
	above, below  float64 // margins for the title and the time axis
	axis
	top    float64 // the highest value of its axis
	labels []label
	legend bool // names of lines are below the title, and not beside the lines
}

// axis is an axis of times.
type axis struct {
	from, to time.Time
	// zone is shown beside UTC. Default: nil, UTC alone.
	zone *time.Location
}

// label is the name at the end of a line.
type label struct {
	class, text string
	y           float64
}

const (
	above, below = 26.0, 26.0 // margins for the title and the time axis in UTC
	textHeight   = 14.0
)

// emptyChart is a chart without a value axis. A legend of so many lines, and times in a
// zone beside UTC, make it higher.
func emptyChart(width, height float64, a axis, legend int, title string) *chart {
	c := &chart{width: width, left: 60, right: 92, above: above, below: below, axis: a, legend: legend > 0}
	if c.legend {
		c.right, c.above = 72, above+textHeight*float64(legend)+8
	}
	if c.timeStep() >= 24*time.Hour {
		c.zone = nil // a day's tick has no time
	}
	if c.zone != nil {
		c.below += textHeight
	}
	c.height = height + c.above - above + c.below - below
	fmt.Fprintf(&c.b, `<svg viewBox="0 0 %s %s" role="img" aria-label="%s" data-plot="%s %s %d %d">`,
		coordinate(width), coordinate(c.height), html.EscapeString(title), coordinate(c.left), coordinate(width-c.right),
		a.from.Unix(), a.to.Unix())
	c.text("t", 0, 14, "start", title)
	return c
}

// newChart is a chart with axes, for values from 0 to top.
func newChart(width, height float64, a axis, legend int, top float64, title string) *chart {
	c := emptyChart(width, height, a, legend, title)
	step := niceStep(top, 5)
	c.top = max(step, math.Ceil(top/step-1e-9)*step)
	for i := range int(math.Round(c.top/step)) + 1 {
		v := float64(i) * step
		fmt.Fprintf(&c.b, `<path class="g" d="M%s %sH%s"/>`, coordinate(c.left), coordinate(c.y(v)),
			coordinate(width-c.right))
		c.text("a", c.left-6, c.y(v)+4, "end", number(v))
	}
	c.timeAxis()
	return c
}

func (c *chart) x(t time.Time) float64 {
	return c.left + (c.width-c.left-c.right)*t.Sub(c.from).Seconds()/max(1, c.to.Sub(c.from).Seconds())
}

func (c *chart) y(v float64) float64 {
	return c.height - c.below - (c.height-c.above-c.below)*min(v, c.top)/c.top
}

// timeSteps are the distances of ticks on a time axis.
var timeSteps = []time.Duration{
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour,
	2 * time.Hour, 3 * time.Hour,
	6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 48 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour,
	90 * 24 * time.Hour, 365 * 24 * time.Hour,
}

// timeStep is the distance of ticks that leaves each its room.
func (c *chart) timeStep() time.Duration {
	most := int((c.width - c.left - c.right) / 56)
	for _, step := range timeSteps {
		if int(c.to.Sub(c.from)/step) <= most {
			return step
		}
	}
	return timeSteps[len(timeSteps)-1]
}

func (c *chart) timeAxis() {
	step, long := c.timeStep(), c.to.Sub(c.from)
	format := "15:04"
	if step >= 24*time.Hour {
		format = "2 Jan"
	}
	base := c.height - c.below
	for t := c.from.Truncate(step); !t.After(c.to); t = t.Add(step) {
		if t.Before(c.from) {
			continue
		}
		fmt.Fprintf(&c.b, `<path class="g" d="M%s %sv5"/>`, coordinate(c.x(t)), coordinate(base))
		tick := func(zone *time.Location, y float64) {
			text := t.In(zone).Format(format)
			if text == "00:00" && long > 24*time.Hour {
				text = t.In(zone).Format("2 Jan")
			}
			c.text("a", c.x(t), y, "middle", text)
		}
		tick(time.UTC, base+17)
		if c.zone != nil {
			tick(c.zone, base+17+textHeight)
		}
	}
	c.text("a", c.width-c.right+c.gap(), base+17, "start", "UTC")
	if c.zone != nil {
		c.text("a", c.width-c.right+c.gap(), base+17+textHeight, "start", abbreviation(c.zone, c.from, c.to))
	}
}

func (c *chart) text(class string, x, y float64, anchor, text string) {
	fmt.Fprintf(&c.b, `<text class="%s" x="%s" y="%s" text-anchor="%s">%s</text>`, class, coordinate(x), coordinate(y),
		anchor, html.EscapeString(text))
}

// steps draws a step function with its name at its end. It has a gap where a value is NaN,
// and is left out where all are.
func (c *chart) steps(class, name string, points []point, value func(point) float64) {
	var d strings.Builder
	last, drawing := math.NaN(), false
	for _, p := range points {
		switch v := value(p); {
		case math.IsNaN(v):
			if drawing {
				fmt.Fprintf(&d, "H%s", coordinate(c.x(p.from)))
			}
			drawing = false
		case !drawing:
			drawing = true
			fmt.Fprintf(&d, "M%s %s", coordinate(c.x(p.from)), coordinate(c.y(v)))
			last = v
		case v != last:
			fmt.Fprintf(&d, "H%sV%s", coordinate(c.x(p.from)), coordinate(c.y(v)))
			last = v
		}
	}
	if math.IsNaN(last) {
		return
	}
	if drawing {
		fmt.Fprintf(&d, "H%s", coordinate(c.x(c.to)))
	}
	fmt.Fprintf(&c.b, `<path class="l %s" d="%s"/>`, class, d.String())
	c.labels = append(c.labels, label{class, name, c.y(last)})
}

// area fills the area below a step function.
func (c *chart) area(class string, points []point, value func(point) float64) {
	var d strings.Builder
	fmt.Fprintf(&d, "M%s %s", coordinate(c.x(c.from)), coordinate(c.y(0)))
	for _, p := range points {
		v := value(p)
		if math.IsNaN(v) {
			v = 0
		}
		fmt.Fprintf(&d, "V%sH%s", coordinate(c.y(v)), coordinate(c.x(p.to)))
	}
	fmt.Fprintf(&c.b, `<path class="%s" d="%sV%sZ"/>`, class, d.String(), coordinate(c.y(0)))
}

// gap is between the chart and the name of its zone.
func (c *chart) gap() float64 {
	if c.legend {
		return 24
	}
	return 30
}

// svg is the drawing, with labels beside their lines that do not overlap.
func (c *chart) svg() string {
	if c.legend {
		for i, l := range c.labels {
			y := above + textHeight*(float64(i)+0.5)
			fmt.Fprintf(&c.b, `<path class="l %s" d="M0 %sh22"/>`, l.class, coordinate(y-4))
			c.text("n", 30, y, "start", truncate(l.text, int((c.width-30)/7)))
		}
		c.labels = nil
	}
	slices.SortStableFunc(c.labels, func(a, b label) int { return cmp.Compare(a.y, b.y) })
	for i := 1; i < len(c.labels); i++ {
		c.labels[i].y = max(c.labels[i].y, c.labels[i-1].y+textHeight)
	}
	lowest := c.height - c.below - 2
	for i := len(c.labels) - 1; i >= 0; i-- {
		c.labels[i].y = min(c.labels[i].y, lowest)
		lowest = c.labels[i].y - textHeight
	}
	for _, l := range c.labels {
		x := c.width - c.right
		fmt.Fprintf(&c.b, `<path class="l %s" d="M%s %sh22"/>`, l.class, coordinate(x+4), coordinate(l.y))
		c.text("n", x+30, l.y+4, "start", l.text)
	}
	c.b.WriteString("</svg>")
	return c.b.String()
}

// coordinate formats a coordinate.
func coordinate(x float64) string {
	text := fmt.Sprintf("%.1f", x)
	return strings.TrimSuffix(text, ".0")
}

// niceStep divides top into at most parts steps of 1, 2 or 5 times a power of ten.
func niceStep(top float64, parts int) float64 {
	if !(top > 0) {
		return 1
	}
	raw := top / float64(parts)
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 5, 10} {
		if m*power >= raw*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}
