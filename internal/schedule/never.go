package schedule

import (
	"fmt"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// CheckRuns returns a problem.List where e has no run in loc, neither in the past
// nor in the future, such as a cron for 30 February or a time that daylight saving
// always skips. A rate counts as running. A cron is evaluated over the years that
// AWS accepts, 1970 to 2199.
func (e Expression) CheckRuns(loc *time.Location) error {
	loc = location(loc)
	if e.kind == Rate {
		return nil
	}
	for range e.from(time.Time{}, loc) {
		return nil
	}
	var ps problem.List
	switch {
	case e.kind == At:
		shown := e.at.afterGap(loc)
		ps.Add("", e.text, fmt.Sprintf("it never runs, clocks in %s skip this time and go on with %s", loc, shown),
			fmt.Sprintf("write at(%s)", shown))
	case e.kind == Cron && e.cron.hasDays():
		ps.Add("", e.text, fmt.Sprintf("it never runs, clocks in %s skip every time that it names", loc),
			"move it by an hour")
	case e.kind == Cron:
		texts := strings.Fields(strings.TrimSuffix(strings.TrimPrefix(e.text, "cron("), ")"))
		ps.Add("", e.text, fmt.Sprintf(
			"it never runs, no date from %d to %d has day-of-month %s, month %s, day-of-week %s and year %s",
			firstYear, lastYear, texts[2], texts[3], texts[4], texts[5]),
			"check the day against the month, L is the last day of any month")
	default:
		ps.Add("", "", "there is no schedule", "write for instance cron(0 18 ? * MON-FRI *)")
	}
	return ps
}

// hasDays reports whether any date matches.
func (c *calendar) hasDays() bool {
	for year := firstYear; year <= lastYear; year++ {
		for month := time.January; month <= time.December; month++ {
			if c.inMonth(year, month) != 0 {
				return true
			}
		}
	}
	return false
}
