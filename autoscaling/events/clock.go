package events

import "time"

// firstShown is the instant at which clocks in loc first show a reading, or
// more where they skip it. Readings are times in UTC.
func firstShown(reading time.Time, loc *time.Location) time.Time {
	if first, _, shown := instantsOf(reading, loc); shown {
		return first
	}
	return gapAt(reading, loc)
}

// lastShown is the instant until which clocks in loc show less than a reading.
func lastShown(reading time.Time, loc *time.Location) time.Time {
	if _, last, shown := instantsOf(reading, loc); shown {
		return last
	}
	return gapAt(reading, loc)
}

// instantsOf are the first and the last instant at which clocks in loc show a
// reading: two where they were set back, as a rule the same. No zone changes
// twice in two days.
func instantsOf(reading time.Time, loc *time.Location) (first, last time.Time, shown bool) {
	for _, around := range []time.Duration{-26 * time.Hour, 26 * time.Hour} {
		at := withOffsetOf(reading.Add(around), reading, loc)
		if _, offset := at.Zone(); !at.Add(time.Duration(offset) * time.Second).Equal(reading) {
			continue
		}
		if !shown {
			first = at
		}
		last, shown = at, true
	}
	return first, last, shown
}

// withOffsetOf is the instant that a reading is at the offset of some other
// instant.
func withOffsetOf(instant, reading time.Time, loc *time.Location) time.Time {
	_, offset := instant.In(loc).Zone()
	return reading.Add(-time.Duration(offset) * time.Second).In(loc)
}

// gapAt is the change of clocks that skips a reading: at the offset before the
// change the reading lies after it.
func gapAt(reading time.Time, loc *time.Location) time.Time {
	change, _ := withOffsetOf(reading.Add(-26*time.Hour), reading, loc).ZoneBounds()
	return change
}

// shownTwice reports whether clocks where t is show at another instant what
// they show at t, because they are set back soon or were just now.
func shownTwice(t time.Time) bool {
	begins, ends := t.ZoneBounds()
	_, offset := t.Zone()
	if !begins.IsZero() {
		_, before := begins.Add(-time.Second).Zone()
		if t.Sub(begins) < time.Duration(before-offset)*time.Second {
			return true
		}
	}
	if !ends.IsZero() {
		_, after := ends.Zone()
		if ends.Sub(t) <= time.Duration(offset-after)*time.Second {
			return true
		}
	}
	return false
}
