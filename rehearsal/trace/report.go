package trace

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Report is how a trace was read, and the findings that are not errors.
type Report struct {
	// Format, Column and TimeColumn are what was taken: the format by its name in
	// docs/rehearsal.md, and the columns or keys, "" where the format has none.
	Format, Column, TimeColumn string
	// Unit is what the column has, such as "requests a second".
	Unit string
	// Zone is the zone of the times, and who says so.
	Zone string
	// Notes are other decisions, such as rows that were left out.
	Notes []string
	// From, To and Period are the trace's.
	From, To time.Time
	Period   time.Duration
	// Rows is the number of counts or requests.
	Rows int
	// Gaps are the first 20 times without a row, which count as no requests;
	// GapPeriods is the number of periods in all gaps. Both are of the part from
	// Options.From to To.
	Gaps       []Gap
	GapPeriods int
	// Duplicates is the number of rows with the time of an earlier one, which are
	// added to it; FirstDuplicate is the place of the first.
	Duplicates     int
	FirstDuplicate string
}

// Gap is a time without a row, from From to before To.
type Gap struct{ From, To time.Time }

// maxGaps limits Report.Gaps.
const maxGaps = 20

// gap adds a gap; first says that it is before the others.
func (r *Report) gap(from, to time.Time, periods int, first bool) {
	r.GapPeriods += periods
	if r.Gaps = append(r.Gaps, Gap{from, to}); len(r.Gaps) > maxGaps {
		if first {
			r.Gaps = slices.Delete(r.Gaps, 0, 1)
		} else {
			r.Gaps = r.Gaps[:maxGaps]
		}
	}
}

func (r *Report) reverse() { slices.Reverse(r.Gaps) }

// String is the findings in one line, "" without any.
func (r Report) String() string {
	out := ""
	if r.GapPeriods > 0 {
		out = fmt.Sprintf("%d periods without a row count as no requests, the first from %s to %s", r.GapPeriods,
			r.Gaps[0].From.Format(time.RFC3339), r.Gaps[0].To.Format(time.RFC3339))
	}
	if r.Duplicates > 0 {
		if out != "" {
			out += "; "
		}
		out += fmt.Sprintf("%d rows have the time of an earlier one and are added to it, the first at %s", r.Duplicates,
			r.FirstDuplicate)
	}
	return out
}

// Reading is what was taken, in one line: format, columns, unit, period, zone and span.
func (r Report) Reading() string {
	out := []string{r.Format + ": " + r.Unit}
	if r.Column != "" {
		out[0] += " in column " + r.Column
	}
	if r.TimeColumn != "" {
		out[0] += ", times in " + r.TimeColumn
	}
	out = append(out, "periods of "+problem.Duration(r.Period), r.Zone)
	out = append(out, r.Notes...)
	noun := "rows"
	if r.Rows == 1 {
		noun = "row"
	}
	const day = "2 Jan 2006 15:04"
	out = append(out, fmt.Sprintf("%d %s, %s to %s UTC", r.Rows, noun, r.From.Format(day), r.To.Format(day)))
	return strings.Join(out, "; ")
}

// describe fills the report in.
func (x *reader) describe(t Trace) {
	r := &x.report
	r.Format, r.From, r.To, r.Period = x.format.name, t.Start, t.End(), t.Period
	units := map[unit]string{unitRate: "requests a second", unitPerMinute: "requests a minute",
		unitCounter: "a counter of requests", unitRequest: "each row a request", unitCount: "requests of each period",
		"": "requests of each period"}
	if x.requests.rows > 0 {
		x.unit = unitRequest
	}
	r.Unit = units[x.unit]
	zone := "UTC"
	if x.clock.zone != nil {
		zone = x.clock.zone.String()
	}
	switch {
	case x.clock.said && x.clock.assumed:
		r.Zone = "some times say their zone, others are taken as " + zone
	case x.clock.assumed && x.options.Timezone == nil:
		r.Zone = "times without a zone taken as UTC"
	case x.clock.assumed:
		r.Zone = "times without a zone taken as " + zone
	case x.options.Timezone != nil:
		r.Zone = "times say their zone, so that --timezone is not used"
	default:
		r.Zone = "times say their zone"
	}
	for _, unused := range []struct {
		option string
		is     bool
	}{
		{"--column", x.options.Column != "" && !x.format.table && !x.options.sum()},
		{"--time-column", x.options.TimeColumn != "" && !x.format.table},
		{"--metric", x.options.Metric != "" && !x.format.series},
	} {
		if unused.is {
			r.Notes = append(r.Notes, unused.option+" is not used, since the format says it")
		}
	}
	if x.skipped > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d requests that the load balancer answered itself left out", x.skipped))
	}
	if x.blank > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d rows without a value left out", x.blank))
	}
	if x.suffix != nil && *x.suffix != "" {
		r.Notes = append(r.Notes, "numbers are in "+*x.suffix)
	}
	switch {
	case x.grouping && x.decimal == point:
		r.Notes = append(r.Notes, "the comma is read as between thousands")
	case x.grouping:
		r.Notes = append(r.Notes, "the point is read as between thousands")
	case x.decimal == comma:
		r.Notes = append(r.Notes, "the comma is read as the decimal sign")
	}
}
