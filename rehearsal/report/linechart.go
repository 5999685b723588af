package report

import "math"

// lineChart is a chart of values over time, in any width.
type lineChart struct {
	report Report
	title  string
	height float64
	// atLeast is the least that the value axis reaches.
	atLeast float64
	lines   []line
}

// line is a step function with its name. It has a gap where its value is NaN.
type line struct {
	// class is its look, area that of the area below it. Default: "", there is none.
	class, area string
	name        string
	points      []point
	value       func(point) float64
}

// known reports whether the line has a value.
func (l line) known() bool {
	for _, p := range l.points {
		if !math.IsNaN(l.value(p)) {
			return true
		}
	}
	return false
}

func (c lineChart) heading() string { return c.title }

// svg is the drawing.
func (c lineChart) svg(width float64) string {
	top := max(1, c.atLeast)
	for _, l := range c.lines {
		for _, p := range l.points {
			if v := l.value(p); !math.IsNaN(v) {
				top = max(top, v)
			}
		}
	}
	out := newChart(width, c.height, c.report.Result.From, c.report.Result.To, c.report.zone(), top, c.title)
	for _, l := range c.lines {
		if l.area != "" {
			out.area(l.area, l.points, l.value)
		}
		out.steps(l.class, l.name, l.points, l.value)
	}
	return out.svg()
}
