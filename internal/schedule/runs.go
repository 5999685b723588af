package schedule

import (
	"iter"
	"slices"
	"time"
)

// StartingAt is e with the time from which a rate counts: the action's
// StartTime, at which it runs as well (fact B4), or its creation. Without it
// the runs of rate(…) are unknown, and none are returned. at(…) and cron(…)
// come back as they are.
func (e Expression) StartingAt(start time.Time) Expression {
	if e.kind == Rate {
		e.start = start.Round(0).UTC() // comparable with ==
	}
	return e
}

// Next is the first run after an instant, not at it; false where there is none.
// loc is the action's time zone, nil is UTC; the run is returned in it.
func (e Expression) Next(after time.Time, loc *time.Location) (time.Time, bool) {
	for run := range e.from(after, loc) {
		if run.After(after) {
			return run, true
		}
	}
	return time.Time{}, false
}

// NextN is the first n runs after an instant, fewer where there are no more.
func (e Expression) NextN(after time.Time, n int, loc *time.Location) []time.Time {
	var runs []time.Time
	for run := range e.from(after, loc) {
		if len(runs) >= n {
			break
		}
		if run.After(after) {
			runs = append(runs, run)
		}
	}
	return runs
}

// Between is the runs of [from, to): one at from is included, one at to is not.
func (e Expression) Between(from, to time.Time, loc *time.Location) []time.Time {
	return slices.Collect(func(yield func(time.Time) bool) {
		for run := range e.from(from, loc) {
			if !run.Before(to) || !yield(run) {
				return
			}
		}
	})
}

// from is every run at or after an instant, in order. Those of a rate have no
// end.
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
			// Readings and runs have the same order, as of two equal readings
			// the first counts.
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
	// In seconds: a time.Duration holds no more than 292 years.
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
