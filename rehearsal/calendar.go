package rehearsal

import (
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

// chunk is how much of a calendar is worked out at a time, so that its memory
// does not depend on a trace's length.
const calendarChunk = 7 * 24 * time.Hour

// lookBack is how far before a trace an action is looked for that has set the
// bounds in which the trace begins (fact B6).
const lookBack = 8 * 24 * time.Hour

// run is one scheduled action at one instant, in Unix seconds.
type scheduledRun struct {
	at     int64
	action int
}

// calendar is the scheduled actions as sorted instants.
type calendar struct {
	actions  []parsedAction
	runs     []scheduledRun
	next     int
	until    int64 // runs are worked out up to here
	finished bool  // nothing is planned
}

type parsedAction struct {
	expression schedule.Expression
	zone       *time.Location
}

// read reads the actions, which have been validated, but for those that are
// missed, which stay empty.
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

// newCalendar is the calendar of a rehearsal that begins at start. A rate counts
// from there, since nothing says when the action was made.
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

// due is the instant of the next run, or of when more must be worked out.
func (c *calendar) nextRun() int64 {
	switch {
	case c.next < len(c.runs):
		return c.runs[c.next].at
	case c.finished:
		return never
	}
	return c.until
}

// take returns the index of an action that is due, and false where none is.
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
