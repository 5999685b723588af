package rehearsal

import (
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

// calendarChunk is how much of a calendar is computed at a time, so that its memory
// does not depend on the length of the trace.
const calendarChunk = 7 * 24 * time.Hour

// lookBack is how far before the trace scheduled actions set the initial bounds
// (fact B6).
const lookBack = 8 * 24 * time.Hour

// scheduledRun is one run of an action at a Unix second.
type scheduledRun struct {
	at     int64
	action int
}

// calendar is the sorted runs of the scheduled actions.
type calendar struct {
	actions  []parsedAction
	runs     []scheduledRun
	next     int
	until    int64 // runs are computed up to here
	finished bool  // there is no action
}

type parsedAction struct {
	expression schedule.Expression
	zone       *time.Location
}

// parseActions parses validated actions. Missed ones stay empty.
func parseActions(actions []autoscaling.ScheduledAction, missed []string) []parsedAction {
	out := make([]parsedAction, len(actions))
	for i, a := range actions {
		if slices.Contains(missed, a.Name) {
			continue
		}
		expression, err := schedule.Parse(a.Schedule)
		zone, zoneErr := schedule.ParseZone(a.Timezone)
		if err != nil || zoneErr != nil {
			continue // Validate has refused it
		}
		out[i] = parsedAction{expression, zone}
	}
	return out
}

// newCalendar is the calendar of a rehearsal from start. A rate counts from there,
// since the time of the action's creation is not known.
func newCalendar(actions []parsedAction, start time.Time) calendar {
	c := calendar{actions: make([]parsedAction, len(actions)), until: start.Unix(), finished: true}
	for i, a := range actions {
		if a.zone != nil {
			c.actions[i] = parsedAction{a.expression.StartingAt(start), a.zone}
			c.finished = false
		}
	}
	return c
}

// between is the runs of [from, to) by time, and at one time in the order of
// the template (fact B9).
func (c *calendar) between(from, to int64, into []scheduledRun) []scheduledRun {
	for i, a := range c.actions {
		for _, at := range a.expression.Between(time.Unix(from, 0), time.Unix(to, 0), a.zone) {
			into = append(into, scheduledRun{at.Unix(), i})
		}
	}
	slices.SortStableFunc(into, func(a, b scheduledRun) int { return int(a.at - b.at) })
	return into
}

// nextRun is the time of the next run, or when more runs must be computed.
func (c *calendar) nextRun() int64 {
	switch {
	case c.next < len(c.runs):
		return c.runs[c.next].at
	case c.finished:
		return never
	}
	return c.until
}

// pop returns the index of the next due action, and false without one.
func (c *calendar) pop(now int64) (int, bool) {
	for !c.finished && c.next == len(c.runs) && now >= c.until {
		to := c.until + int64(calendarChunk/time.Second)
		c.runs, c.next = c.between(c.until, to, c.runs[:0]), 0
		c.until = to
	}
	if c.next == len(c.runs) || c.runs[c.next].at > now {
		return 0, false
	}
	c.next++
	return c.runs[c.next-1].action, true
}
