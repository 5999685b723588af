package report

import (
	"fmt"
	"slices"
)

// overlaid is how many rows of a comparison one chart draws over each other.
const overlaid = 4

// overlays are the indexes of the rows that share charts: those with the same facts, or
// all, if each has facts of its own.
func (c Comparison) overlays() (out [][]int) {
	groups := c.groups()
	if len(groups) == len(c.Rows) {
		groups = [][]int{slices.Concat(groups...)}
	}
	for _, g := range groups {
		out = append(out, slices.Collect(slices.Chunk(g, overlaid))...)
	}
	return out
}

// lineCharts draw the rows over each other: what is in service, what fails, and latency.
// The same charts of other rows have the same axes.
func (c Comparison) lineCharts() (out []pageChart) {
	if len(c.Rows) == 0 || slices.ContainsFunc(c.Rows, func(r Compared) bool { return len(r.Result.Minutes) == 0 }) {
		return nil
	}
	kinds := []struct {
		id, name, title string
		height          float64
		value           func(point) float64
	}{
		{"in-service", "In service", "In service", 240, func(p point) float64 { return count(p.serving) }},
		{"failed", "Failed", "Failed requests a second", 160, func(p point) float64 { return p.failing }},
		{"latency", "Latency", "99th percentile of latency, ms", 160, func(p point) float64 { return milliseconds(p.p99) }},
	}
	series := make([][]point, len(c.Rows))
	for i, r := range c.Rows {
		series[i] = points(r.Result.Minutes, r.Result.To)
	}
	all := c.overlays()
	for n, rows := range all {
		at, of := "", ""
		if len(all) > 1 {
			at, of = fmt.Sprintf("-%d", n+1), ", "+c.Rows[rows[0]].Facts
		}
		for _, kind := range kinds {
			chart := lineChart{axis: c.axis(), title: kind.title + of, height: kind.height, legend: true}
			for _, ps := range series {
				for _, p := range ps {
					if v := kind.value(p); v > chart.atLeast { // no NaN is
						chart.atLeast = v
					}
				}
			}
			for look, i := range rows {
				chart.lines = append(chart.lines, line{fmt.Sprintf("s%d", look), "", c.rowName(i, rows), series[i], kind.value})
			}
			out = append(out, pageChart{chart, anchor{kind.id + at, kind.name + of}})
		}
	}
	return out
}

// axis is the time of all rows. A zone is shown if all have it.
func (c Comparison) axis() axis {
	out := c.Rows[0].Report.axis()
	for _, r := range c.Rows {
		if zone := r.zone(); zone == nil || out.zone == nil || zone.String() != out.zone.String() {
			out.zone = nil
		}
	}
	return out
}

// rowName names a row by what differs among rows.
func (c Comparison) rowName(i int, rows []int) string {
	r, scaling, facts := c.Rows[i], false, false
	for _, other := range rows {
		scaling = scaling || c.Rows[other].Scaling != r.Scaling
		facts = facts || c.Rows[other].Facts != r.Facts
	}
	switch {
	case !facts:
		return r.Scaling
	case !scaling:
		return r.Facts
	}
	return r.Scaling + ", " + r.Facts
}
