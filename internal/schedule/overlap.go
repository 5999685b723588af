package schedule

import (
	"iter"
	"slices"
	"time"
)

// Zoned is an expression with the time zone in which it is read.
type Zoned struct {
	Expression
	// Zone is the time zone. Default: nil, UTC.
	Zone *time.Location
}

// Overlaps is the minutes of [from, to) in which all expressions run, in order
// and in the first one's zone. AWS's schedules are no finer than a minute (fact
// B2), so that seconds do not count: not those of at(…), nor those of from and
// to. A rate whose start is unknown runs never (see StartingAt).
//
// The work is bounded by the runs of the expression that runs least often. It is
// next to none where cron expressions have no time of day in common, and in one
// zone, the same *time.Location, no date.
func Overlaps(from, to time.Time, all ...Zoned) iter.Seq[time.Time] {
	to = to.Truncate(time.Minute)
	all = unite(all)
	return func(yield func(time.Time) bool) {
		// Each in turn is asked for its first run from a minute on. Where that
		// is later, everybody else is asked from there.
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

// unite makes one of all cron expressions in the same zone: they run where all
// their fields match.
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

// and is what matches both.
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

// shareMinuteOfDay reports whether there is any minute of a UTC day at which all
// cron expressions may run, whatever the date. Two that run every hour, at
// different minutes and in different zones, would else be asked in turn for every
// hour of all years.
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

// minutesOfDay are the minutes of a UTC day at which z may run, at any offset
// that its zone has in [from, to).
func (z Zoned) minutesOfDay(from, to time.Time) (may [minutesADay]bool) {
	seen := map[int]bool{} // offsets, in seconds
	for t := from.In(location(z.Zone)); ; {
		if _, offset := t.Zone(); !seen[offset] {
			seen[offset] = true
			z.cron.readingsOf(0, 0, 0, z.cron.hours, func(c civil) bool {
				// One day more, as Go's division does not round downwards.
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
