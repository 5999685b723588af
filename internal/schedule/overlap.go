package schedule

import (
	"iter"
	"slices"
	"time"
)

// Zoned is an expression with its time zone.
type Zoned struct {
	Expression
	// Zone is the time zone. Default: nil, UTC.
	Zone *time.Location
}

// Overlaps yields the minutes of [from, to) in which all expressions run, in order
// and in the first one's zone. It ignores seconds, those of at(…), from and to too:
// AWS's schedules are no finer than a minute (fact B2). A rate without a start never
// runs (see StartingAt).
//
// It takes as many steps as the expression with the fewest runs has, and few where
// cron expressions have no time of day in common, or, in the same *time.Location, no
// date.
func Overlaps(from, to time.Time, all ...Zoned) iter.Seq[time.Time] {
	to = to.Truncate(time.Minute)
	all = unite(all)
	return func(yield func(time.Time) bool) {
		// Evaluate each in turn from the minute that the others agree on. A later run
		// is the new minute, and the others are evaluated again.
		from, agreed := from.Truncate(time.Minute), 0
		if !shareMinuteOfDay(from, to, all) {
			return
		}
		for i := 0; len(all) > 0; i = (i + 1) % len(all) {
			run, ok := all[i].Next(from.Add(-1), all[i].Zone)
			if !ok || !run.Before(to) {
				return
			}
			if at := run.Truncate(time.Minute); at.After(from) {
				from, agreed = at, 0
			}
			if agreed++; agreed < len(all) {
				continue
			}
			if !yield(from.In(location(all[0].Zone))) {
				return
			}
			from, agreed = from.Add(time.Minute), 0
		}
	}
}

// unite merges the cron expressions of each zone into one, which runs where all their
// fields match.
func unite(all []Zoned) []Zoned {
	var united []Zoned
	for _, z := range all {
		merged := false
		for i, u := range united {
			if merged = z.kind == Cron && u.kind == Cron && location(z.Zone) == location(u.Zone); merged {
				united[i].cron = u.cron.and(z.cron)
				break
			}
		}
		if !merged {
			united = append(united, z)
		}
	}
	return united
}

// and returns the calendar of what matches both.
func (c calendar) and(other calendar) calendar {
	c.minutes &= other.minutes
	c.hours &= other.hours
	c.months &= other.months
	for i := range c.days {
		for j := range c.days[i] {
			c.days[i][j] &= other.days[i][j]
		}
	}
	for i := range c.years {
		c.years[i] &= other.years[i]
	}
	return c
}

const minutesADay = 24 * 60

// shareMinuteOfDay reports whether all cron expressions may run at the same minute of
// a UTC day. Without this check, two that run every hour at different minutes in
// different zones would be evaluated for every hour of all years.
func shareMinuteOfDay(from, to time.Time, all []Zoned) bool {
	var able [minutesADay]int
	crons := 0
	for _, z := range all {
		if z.kind != Cron {
			continue
		}
		crons++
		for minute, runs := range z.minutesOfDay(from, to) {
			if runs {
				able[minute]++
			}
		}
	}
	return slices.Max(able[:]) == crons
}

// minutesOfDay returns the minutes of a UTC day at which z may run, for every offset
// of its zone in [from, to).
func (z Zoned) minutesOfDay(from, to time.Time) (may [minutesADay]bool) {
	seen := map[int]bool{} // offsets, in seconds
	for t := from.In(location(z.Zone)); ; {
		if _, offset := t.Zone(); !seen[offset] {
			seen[offset] = true
			z.cron.readingsOf(0, 0, 0, z.cron.hours, func(c civil) bool {
				// A day is added because Go's division truncates towards zero.
				utc := ((c.hour+24)*60+c.minute)*60 - offset
				may[utc/60%minutesADay] = true
				return true
			})
		}
		_, ends := t.ZoneBounds()
		if ends.IsZero() || !ends.Before(to) {
			return may
		}
		t = ends
	}
}

func location(loc *time.Location) *time.Location {
	if loc == nil {
		return time.UTC
	}
	return loc
}
