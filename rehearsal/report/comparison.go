package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Comparison is several rehearsals of one trace.
type Comparison struct {
	Rows []Compared
	// Asked is the gate in words. Default: "", no gate.
	Asked string
	// Flips are the break-even points at which another row is the best.
	// Default: none.
	Flips []string
}

// Compared is a row of a comparison.
type Compared struct {
	// Scaling names what scales: a template, perhaps with a plan, or a scaling mode.
	// Facts names the facts, "metadata" for the template's.
	Scaling, Facts string
	Report
}

// passes reports whether the row passes the gate.
func (c Compared) passes() bool { return len(c.Failures) == 0 }

// priced reports whether every row has a price, and all in one currency.
func (c Comparison) priced() bool {
	return c.same(func(r Compared) string { return r.Currency }) &&
		!slices.ContainsFunc(c.Rows, func(r Compared) bool { return r.Input.Service.PricePerHour == 0 })
}

// currency is that of all rows, "" if it is not known.
func (c Comparison) currency() string {
	if len(c.Rows) == 0 || !c.same(func(r Compared) string { return r.Currency }) {
		return ""
	}
	return c.Rows[0].Currency
}

// priceDates are the dates of the rows' prices.
func (c Comparison) priceDates() (out []string) {
	for _, r := range c.Rows {
		if r.PriceDate != "" && r.priced() && !slices.Contains(out, r.PriceDate) {
			out = append(out, r.PriceDate)
		}
	}
	return out
}

// cost is money if every row has a price, else instance hours.
func (c Comparison) cost(r Compared) float64 {
	if c.priced() {
		return r.Result.Cost.Money
	}
	return r.Result.Cost.InstanceHours
}

// Best is the index of the first cheapest row that passes the gate, and false
// without one or without a gate.
func (c Comparison) Best() (int, bool) {
	best := -1
	for i, r := range c.Rows {
		if c.Asked != "" && r.passes() && (best < 0 || c.cost(r) < c.cost(c.Rows[best])) {
			best = i
		}
	}
	return max(best, 0), best >= 0
}

// Text is the comparison as tables of at most 80 columns, with notes below them.
func (c Comparison) Text() string {
	rows := [][]string{c.columns()}
	for _, r := range c.Rows {
		rows = append(rows, c.cells(r))
	}
	var b strings.Builder
	for i, lines := range tables(rows, 2, 80) {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(strings.Join(lines, "\n") + "\n")
	}
	for _, line := range c.footer() {
		fmt.Fprintf(&b, "%-16s %s\n", line[0], line[1])
	}
	return b.String()
}

// tables lays rows out in tables that are no wider than most, unless a single column
// beside the first ones is. Each table begins with those.
func tables(rows [][]string, first, most int) (all [][]string) {
	const gap = 2
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	total := func(columns []int) (n int) {
		for _, i := range columns {
			n += widths[i] + gap
		}
		return n - gap
	}
	var begin, columns []int
	flush := func() {
		lines := make([]string, len(rows))
		for j, row := range rows {
			for _, i := range columns {
				lines[j] += row[i] + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(row[i])+gap)
			}
			lines[j] = strings.TrimRight(lines[j], " ")
		}
		all = append(all, lines)
	}
	for i := range rows[0] {
		if i == first {
			begin = slices.Clone(columns)
		}
		if len(columns) > first && total(append(columns, i)) > most {
			flush()
			columns = slices.Clone(begin)
		}
		columns = append(columns, i)
	}
	flush()
	return all
}

// scaled reports whether the trace was scaled in rate or time.
func (c Comparison) scaled() bool { return len(c.Rows) > 0 && c.Rows[0].Unscaled != nil }

func (c Comparison) columns() []string {
	out := []string{"SCALING", "FACTS", "AVAILABILITY %", "FAILED", "P99", "IN SERVICE", "SHORT", "INSTANCE HOURS",
		cmp.Or(c.currency(), "MONEY"), "÷ ORACLE", "÷ STATIC PEAK"}
	if c.scaled() {
		out = append(out, "UNSCALED: AVAILABILITY %", "INSTANCE HOURS")
	}
	if c.Asked != "" {
		out = append(out, "HOLDS")
	}
	return out
}

func (c Comparison) cells(r Compared) []string {
	res, money := r.Result, "-"
	if res.Cost.Money > 0 {
		money = fmt.Sprintf("%.2f", res.Cost.Money)
	}
	out := []string{
		r.Scaling, r.Facts, fmt.Sprintf("%.4f", percentDown(res.Requests.Availability)),
		fmt.Sprintf("%.0f", res.Requests.Failed), problem.Duration(res.Latency.P99.Round(time.Millisecond)),
		fmt.Sprintf("%d to %d", res.Capacity.Least, res.Capacity.Most), problem.Duration(res.Capacity.LongestShortage),
		fmt.Sprintf("%.1f", res.Cost.InstanceHours), money, fmt.Sprintf("%.2f", res.Cost.OverOracle),
		fmt.Sprintf("%.2f", res.Cost.OverStaticPeak),
	}
	if u := r.Unscaled; u != nil {
		out = append(out, fmt.Sprintf("%.4f", percentDown(u.Requests.Availability)),
			fmt.Sprintf("%.1f", u.Cost.InstanceHours))
	}
	if c.Asked != "" {
		holds := "yes"
		if !r.passes() {
			holds = "no"
		}
		out = append(out, holds)
	}
	return out
}

// percentDown is a share in percent, rounded down.
func percentDown(share float64) float64 { return float64(int(share*1e6+1e-6)) / 1e4 }

// footer is the notes below the table.
func (c Comparison) footer() [][2]string {
	var out [][2]string
	if len(c.Rows) == 0 {
		return out
	}
	if read := c.Rows[0].TraceRead; read != "" {
		out = append(out, [2]string{"trace read", read})
	}
	if notes := c.Rows[0].TraceNotes; notes != "" && c.same(func(r Compared) string { return r.TraceNotes }) {
		out = append(out, [2]string{"trace", notes})
	}
	if dates := c.priceDates(); len(dates) > 0 {
		out = append(out, [2]string{"prices", "of " + strings.Join(dates, ", ")})
	}
	if c.Asked != "" {
		cheapest := "none keeps what is asked"
		if i, any := c.Best(); any {
			cheapest = c.Rows[i].Scaling + ", " + c.Rows[i].Facts
		}
		out = append(out, [2]string{"asked", c.Asked}, [2]string{"cheapest", cheapest})
	}
	for i, flip := range c.Flips {
		label := ""
		if i == 0 {
			label = "would flip"
		}
		out = append(out, [2]string{label, flip})
	}
	return out
}

func (c Comparison) same(of func(Compared) string) bool {
	for _, r := range c.Rows {
		if of(r) != of(c.Rows[0]) {
			return false
		}
	}
	return true
}
