package schedule

import "time"

// civil is a wall clock reading without a zone.
type civil struct {
	year         int
	month        time.Month
	day          int
	hour, minute int
	second       int
}

func (c civil) date(loc *time.Location) time.Time {
	return time.Date(c.year, c.month, c.day, c.hour, c.minute, c.second, 0, loc)
}

// String returns the reading as at(…) takes it.
func (c civil) String() string { return c.date(time.UTC).Format("2006-01-02T15:04:05") }

func civilOf(t time.Time) civil {
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	return civil{year, month, day, hour, minute, second}
}

// in returns the instant at which clocks in loc show c: the first where they show it
// twice, none where daylight saving skips it.
func (c civil) in(loc *time.Location) (time.Time, bool) {
	t := c.date(loc)
	if civilOf(t) != c {
		return time.Time{}, false
	}
	// Of two instants time.Date may return either. The earlier one has the offset
	// from before the zone's last change.
	if changed, _ := t.ZoneBounds(); !changed.IsZero() {
		_, offset := changed.Add(-time.Second).Zone()
		earlier := c.date(time.UTC).Add(-time.Duration(offset) * time.Second).In(loc)
		if earlier.Before(t) && civilOf(earlier) == c {
			return earlier, true
		}
	}
	return t, true
}

// afterGap returns what clocks in loc show first after skipping c; they must skip it.
// time.Date returns an instant on either side of the gap, in the period that begins
// or ends there.
func (c civil) afterGap(loc *time.Location) civil {
	t := c.date(loc)
	begins, ends := t.ZoneBounds()
	if civilOf(t).date(time.UTC).After(c.date(time.UTC)) {
		return civilOf(begins)
	}
	return civilOf(ends)
}
