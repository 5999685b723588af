package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// maxRows limits the rows of a line chart's values.
const maxRows = 120

// table is the values of a chart.
type table struct {
	// ID is its anchor. Default: "", it has none.
	ID      string
	Summary string
	Columns []string
	Rows    []row
	// Note says what the rows leave out. Default: "", nothing.
	Note string
	// Open says that it is shown at once.
	Open bool
}

// row is a row of a table, whose first cell is its head.
type row struct {
	Cells []string
	// At is its time in the chart, a Unix second. Default: 0, it has none.
	At int64
}

// timeColumns are the heads of timeCells.
func (a axis) timeColumns() []string {
	if a.zone != nil {
		return []string{"Time (UTC)", "Time (" + a.zone.String() + ")"}
	}
	return []string{"Time (UTC)"}
}

// timeCells are a time in a form that spreadsheets read too.
func (a axis) timeCells(t time.Time, layout string) []string {
	layout = "2006-01-02 " + layout
	if a.zone != nil {
		return []string{t.UTC().Format(layout), t.In(a.zone).Format(layout)}
	}
	return []string{t.UTC().Format(layout)}
}

// valueCell is a value of a table, "" where nothing was measured.
func valueCell(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
}

// values are the lines that have values, by time.
func (c lineChart) values() (times []time.Time, lines []line, values [][]float64) {
	lines = slices.DeleteFunc(slices.Clone(c.lines), func(l line) bool { return !l.known() })
	for _, l := range lines {
		for _, p := range l.points {
			times = append(times, p.from)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	times = slices.CompactFunc(times, time.Time.Equal)
	for _, l := range lines {
		column := make([]float64, len(times))
		for i, at := range times {
			column[i] = math.NaN()
			found, ok := slices.BinarySearchFunc(l.points, at, func(p point, at time.Time) int { return p.from.Compare(at) })
			if ok {
				column[i] = l.value(l.points[found])
			}
		}
		values = append(values, column)
	}
	return times, lines, values
}

// table has the values of the lines, a column each.
func (c lineChart) table() table {
	times, lines, values := c.values()
	out := table{Summary: "Values of the chart: " + c.title, Columns: c.timeColumns()}
	for _, l := range lines {
		out.Columns = append(out.Columns, l.name)
	}
	for _, i := range thinned(len(times), values) {
		cells := c.timeCells(times[i], "15:04")
		for _, column := range values {
			cells = append(cells, valueCell(column[i]))
		}
		out.Rows = append(out.Rows, row{cells, times[i].Unix()})
	}
	if len(out.Rows) < len(times) {
		out.Note = fmt.Sprintf("%d of %d values of each line, evenly spaced, and its highest and lowest.", len(out.Rows),
			len(times))
	}
	return out
}

// thinned are the indexes of at most maxRows of n rows: evenly spaced, with the first,
// the last, and those of the first highest and lowest value of each column.
func thinned(n int, columns [][]float64) []int {
	var kept []int
	for i := range n {
		kept = append(kept, i)
	}
	if n <= maxRows {
		return kept
	}
	extremes := []int{0, n - 1}
	for _, column := range columns {
		known := slices.DeleteFunc(slices.Clone(kept), func(i int) bool { return math.IsNaN(column[i]) })
		if len(known) > 0 {
			byValue := func(a, b int) int { return cmp.Compare(column[a], column[b]) }
			extremes = append(extremes, slices.MinFunc(known, byValue), slices.MaxFunc(known, byValue))
		}
	}
	every := (n + maxRows - len(extremes) - 1) / (maxRows - len(extremes))
	kept = slices.DeleteFunc(kept, func(i int) bool { return i%every != 0 && !slices.Contains(extremes, i) })
	return kept
}

// table has the three bills.
func (c costChart) table() table {
	out := table{Summary: "Values of the chart: " + c.heading(), Columns: []string{"Bill", "instance hours"}}
	priced := c.report.Input.Service.PricePerHour > 0
	if priced {
		out.Columns = append(out.Columns, cmp.Or(c.report.Currency, "money"))
	}
	for _, bar := range c.bars() {
		cells := []string{bar.name, valueCell(bar.hours)}
		if priced {
			cells = append(cells, valueCell(math.Round(bar.money*100)/100))
		}
		out.Rows = append(out.Rows, row{cells, 0})
	}
	return out
}

// table has all events, in order.
func (e eventsChart) table() table {
	out := table{ID: whatHappened.ID, Summary: whatHappened.Name,
		Columns: append(e.report.axis().timeColumns(), "Event")}
	all := happenings(e.report.Result.Events)
	for i, h := range all {
		if i == maxEventsListed {
			out.Note = fmt.Sprintf("and %d more, which the JSON has", len(all)-i)
			break
		}
		out.Rows = append(out.Rows, row{append(e.report.axis().timeCells(h.At, time.TimeOnly), h.String()), 0})
	}
	return out
}

// table has all figures of the rows, and is shown at once.
func (b barChart) table() table {
	out := table{ID: "table", Summary: "All figures", Columns: b.of.columns(), Open: true}
	for _, r := range b.of.Rows {
		out.Rows = append(out.Rows, row{b.of.cells(r), 0})
	}
	return out
}
