package lint

import (
	"fmt"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

var floorRules = []Rule{
	{
		ID: "action-past",
		Reason: "an action whose times are over does nothing, and whether AWS takes a new one that is over is not " +
			"documented",
		Fact:  "B11",
		Fix:   "remove it, or give it a time to come",
		check: actionPast,
	},
	{
		ID:     "floor-never-released",
		Reason: "nothing puts a minimum back that an action has raised",
		Fact:   "B6",
		Fix:    "add an action that lowers the minimum again",
		check:  floorNeverReleased,
	},
}

// actionPast is silent where the time is not known.
func actionPast(s Subject) problem.List {
	var ps problem.List
	if s.Now.IsZero() {
		return ps
	}
	for i, z := range zonedSchedules(s.Target.ScheduledActions) {
		if z == nil {
			continue
		}
		a := s.Target.ScheduledActions[i]
		if _, ok := z.Next(s.Now, z.Zone); !ok && !isRate(*z) {
			ps.Add(fmt.Sprintf("Target.ScheduledActions[%d].Schedule", i), a.Schedule,
				"the action "+a.Name+" has run for the last time before "+s.Now.UTC().Format("2006-01-02 15:04 MST"),
				"remove it, or give it a time to come")
		}
	}
	return ps
}

// floorNeverReleased looks for another action that lowers the minimum after the last
// run of one that raises it.
func floorNeverReleased(s Subject) problem.List {
	var ps problem.List
	actions := s.Target.ScheduledActions
	ends := make([]time.Time, len(actions))
	for i, z := range zonedSchedules(actions) {
		if z != nil {
			ends[i] = lastRun(*z)
		}
	}
	for i, a := range actions {
		if a.MinCapacity == nil || *a.MinCapacity <= s.Target.MinCapacity || ends[i].IsZero() {
			continue
		}
		released := false
		for j, b := range actions {
			lower := b.MinCapacity != nil && *b.MinCapacity < *a.MinCapacity
			released = released || lower && (ends[j].IsZero() || ends[j].After(ends[i]) || ends[j].Equal(endless))
		}
		if !released {
			ps.Add(fmt.Sprintf("Target.ScheduledActions[%d].MinCapacity", i), *a.MinCapacity,
				fmt.Sprintf("no action lowers the minimum after %s has raised it, so that it stays over the %d of the target",
					a.Name, s.Target.MinCapacity),
				fmt.Sprintf("add an action that sets the minimum to %d afterwards", s.Target.MinCapacity))
		}
	}
	return ps
}

// endless is when a schedule that still runs is taken to have no end.
var endless = overlapsFrom.AddDate(20, 0, 0)

func isRate(z schedule.Zoned) bool { return strings.HasPrefix(z.String(), "rate(") }

// unending reports whether a schedule has no end. A rate has none.
func unending(z schedule.Zoned) bool {
	_, ok := z.Next(endless, z.Zone)
	return ok || isRate(z)
}

// maxRuns bounds the search for a last run.
const maxRuns = 10_000

// lastRun is the last run of a schedule, or endless where it has no end. It is the
// zero time where there is none, or where there are too many to look through.
func lastRun(z schedule.Zoned) time.Time {
	if unending(z) {
		return endless
	}
	last, left := time.Time{}, maxRuns
	for next, ok := z.Next(time.Unix(-1, 0), z.Zone); ok; next, ok = z.Next(last, z.Zone) {
		last = next
		if left--; left == 0 {
			return time.Time{}
		}
	}
	return last
}
