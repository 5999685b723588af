package trace

import (
	"fmt"
	"time"
)

// Report is what reading a trace has found that is no mistake, and that whoever
// looks at a rehearsal of it should know: nothing is smoothed over.
type Report struct {
	// Rows is how many counts or requests were read.
	Rows int
	// Gaps are times without a row; they count as no requests. Of many the
	// first are here, and GapPeriods is all periods in gaps.
	Gaps       []Gap
	GapPeriods int
	// Duplicates is how many rows had the time of an earlier one; their counts
	// are added up. FirstDuplicate is where.
	Duplicates     int
	FirstDuplicate string
}

// Gap is a time without a row, from From to before To.
type Gap struct{ From, To time.Time }

// maxGaps is how many gaps are told one by one.
const maxGaps = 20

func (r *Report) gap(from, to time.Time, periods int) {
	r.GapPeriods += periods
	if len(r.Gaps) < maxGaps {
		r.Gaps = append(r.Gaps, Gap{from, to})
	}
}

// String is the report in one line, empty where there is nothing to say.
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
		out += fmt.Sprintf("%d rows have the time of an earlier one and are added to it, the first at %s", r.Duplicates, r.FirstDuplicate)
	}
	return out
}
