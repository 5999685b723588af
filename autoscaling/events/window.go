package events

import (
	"slices"
	"time"
)

// Window is one time that an event comes, with what a calendar does around it.
type Window struct {
	// From is when instances are asked for, To when the release has been
	// asserted for the last time. In between, [From, To), the event is under way.
	From, To time.Time
	// Starts and Ends are the event's own, without lead time and overrun.
	Starts, Ends time.Time
}

// Windows are the times that e comes, in order, in its own zone; also of an
// event that the calendar's own minimum carries, and that has no floors, and of
// one that releases them before it is over. The calendars of the front end
// release at the same times. An invalid event has none.
func (c Calendar) Windows(e Event) []Window {
	if c.validateSettings() != nil || e.validate() != nil || c.validateLeadTime(e) != nil {
		return nil
	}
	c = c.withDefaults()
	e.FloorUntil = 0
	occurrences, _ := e.occurrences()
	windows := make([]Window, len(occurrences))
	for i, o := range occurrences {
		spans := c.occurrenceSpans(e, c.steps(e), o)
		windows[i] = Window{From: spans[0].from, To: spans[len(spans)-1].to, Starts: o.starts, Ends: o.ends}
	}
	slices.SortFunc(windows, func(a, b Window) int { return a.From.Compare(b.From) })
	return windows
}

// Stands is the longest time that e's floors stand at one height, from its start to its
// end or to FloorUntil; 0 for an event with a shape, which says what is expected when.
func (c Calendar) Stands(e Event) (longest time.Duration) {
	if len(e.Shape) > 1 {
		return 0
	}
	for _, w := range c.Windows(e) {
		longest = max(longest, w.Ends.Sub(w.Starts))
	}
	if e.FloorUntil > 0 {
		longest = min(longest, e.FloorUntil)
	}
	return longest
}

// Coming are the events that are not over at an instant, in the calendar's
// order, each without those of its Dates that are over. Of an event on Weekdays
// nothing is taken: a past From costs no scheduled action beyond those of its
// months.
func (c Calendar) Coming(now time.Time) []Event {
	var coming []Event
	for _, e := range c.Events {
		if c.over(e, now) {
			continue
		}
		e.Dates = slices.DeleteFunc(slices.Clone(e.Dates), func(date string) bool {
			one := e
			one.Dates = []string{date}
			return c.over(one, now)
		})
		coming = append(coming, e)
	}
	return coming
}

func (c Calendar) over(e Event, now time.Time) bool {
	windows := c.Windows(e)
	return len(windows) > 0 && !slices.ContainsFunc(windows, func(w Window) bool { return w.To.After(now) })
}
