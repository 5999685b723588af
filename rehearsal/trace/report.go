package trace

import (
	"fmt"
	"time"
)

// Report has the findings of reading a trace that are not errors.
type Report struct {
	// Rows is the number of counts or requests.
	Rows int
	// Gaps are the first maxGaps times without a row, which count as no requests;
	// GapPeriods is the number of periods in all gaps.
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

func (r *Report) gap(from, to time.Time, periods int) {
	r.GapPeriods += periods
	if len(r.Gaps) < maxGaps {
		r.Gaps = append(r.Gaps, Gap{from, to})
	}
}

// String is the report in one line, "" without findings.
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
