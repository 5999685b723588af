package schedule

import (
	"iter"
	"slices"
	"time"
)

// StartingAt returns e with the start of a rate: the action's StartTime, which is
// its first run (fact B4), or else its creation. Without a start the runs of
// rate(…) are unknown, and none are returned. at(…) and cron(…) are unchanged.
func (e Expression) StartingAt(start time.Time) Expression {
	if e.kind == Rate {
		e.start = start.Round(0).UTC() // comparable with ==
	}
	return e
}

// Next returns the first run later than after; false where there is none. loc is
// the action's time zone, and the run's; nil is UTC.
func (e Expression) Next(after time.Time, loc *time.Location) (time.Time, bool) {
	for run := range e.from(after, loc) {
		if run.After(after) {
			return run, true
		}
	}
	return time.Time{}, false
}

// Between returns the runs from from to before to.
func (e Expression) Between(from, to time.Time, loc *time.Location) []time.Time {
	return slices.Collect(func(yield func(time.Time) bool) {
		for run := range e.from(from, loc) {
			if !run.Before(to) || !yield(run) {
				return
			}
		}
	})
}

// from yields the runs at or after start, in order. A rate has no last run.
func (e Expression) from(start time.Time, loc *time.Location) iter.Seq[time.Time] {
	loc = location(loc)
	return func(yield func(time.Time) bool) {
		switch e.kind {
		case At:
			if run, exists := e.at.in(loc); exists && !run.Before(start) {
				yield(run)
			}
		case Rate:
			e.rateRuns(start, loc, yield)
		case Cron:
			// Runs have the order of their readings: of an hour that clocks show
			// twice the first one counts.
			e.cron.readings(civilOf(start.In(loc)), func(c civil) bool {
				run, exists := c.in(loc)
				return !exists || run.Before(start) || yield(run)
			})
		}
	}
}

func (e Expression) rateRuns(start time.Time, loc *time.Location, yield func(time.Time) bool) {
	if e.start.IsZero() {
		return
	}
	// In seconds: the longest time.Duration is 292 years.
	step, n := int64(e.every/time.Second), int64(0)
	if start.After(e.start) {
		n = (start.Unix() - e.start.Unix()) / step
	}
	for ; ; n++ {
		run := time.Unix(e.start.Unix()+n*step, int64(e.start.Nanosecond())).In(loc)
		if !run.Before(start) && !yield(run) {
			return
		}
	}
}
