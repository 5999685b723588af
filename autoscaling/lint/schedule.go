package lint

import (
	"cmp"
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

var scheduleRules = []Rule{
	{
		ID:     "actions-at-once",
		Reason: "of two actions in the same minute that set one bound to different values either may come last, and that one stays",
		Fact:   "B9",
		Fix:    "move one of the two by some minutes, or make one action of them",
		check:  actionsAtOnce,
	},
}

// Two schedules are held against each other for some years, leap years among
// them, from the first in which both run. No clock is asked: what was over by
// 2026 is no news to anybody.
const overlapYears = 5

var overlapsFrom = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// actionsAtOnce reports, of each action, the first one before it that contradicts
// it in the same minute. Order within a target is AWS's (fact B9), and of one
// minute it says nothing.
func actionsAtOnce(s Subject) problem.List {
	var ps problem.List
	actions := s.Target.ScheduledActions
	schedules := zonedSchedules(actions)
	for i, a := range actions {
		for j, b := range actions[:i] {
			bound, got, other, differ := contradiction(a, b)
			if !differ || schedules[i] == nil || schedules[j] == nil {
				continue
			}
			at, overlap := firstOverlap(*schedules[i], *schedules[j])
			if !overlap {
				continue
			}
			ps.Add(fmt.Sprintf("Target.ScheduledActions[%d].Schedule", i), a.Schedule,
				fmt.Sprintf("at %s, as an example, it sets the %s to %d and ScheduledActions[%d], %q, to %d in the same minute, and which of the two stays is not documented",
					at.Format("2006-01-02 15:04 MST"), bound, got, j, b.Name, other),
				"move one of the two by some minutes, or make one action of them")
			break
		}
	}
	return ps
}

// zonedSchedules are the actions' schedules, nil for one that Validate refuses.
// Equal zones are one *time.Location, by which schedule.Overlaps knows them.
func zonedSchedules(actions []autoscaling.ScheduledAction) []*schedule.Zoned {
	zones := map[string]*time.Location{}
	schedules := make([]*schedule.Zoned, len(actions))
	for i, a := range actions {
		expression, err := schedule.Parse(a.Schedule)
		if err != nil {
			continue
		}
		zone := zones[cmp.Or(a.Timezone, "UTC")]
		if zone == nil {
			if zone, err = schedule.ParseZone(cmp.Or(a.Timezone, "UTC")); err != nil {
				continue
			}
			zones[cmp.Or(a.Timezone, "UTC")] = zone
		}
		schedules[i] = &schedule.Zoned{Expression: expression, Zone: zone}
	}
	return schedules
}

// contradiction is the bound that a and b set to different values.
func contradiction(a, b autoscaling.ScheduledAction) (bound string, got, other int, differ bool) {
	switch {
	case a.MinCapacity != nil && b.MinCapacity != nil && *a.MinCapacity != *b.MinCapacity:
		return "minimum", *a.MinCapacity, *b.MinCapacity, true
	case a.MaxCapacity != nil && b.MaxCapacity != nil && *a.MaxCapacity != *b.MaxCapacity:
		return "maximum", *a.MaxCapacity, *b.MaxCapacity, true
	}
	return "", 0, 0, false
}

func firstOverlap(a, b schedule.Zoned) (time.Time, bool) {
	from := overlapsFrom
	for _, z := range []schedule.Zoned{a, b} {
		first, ok := z.Next(overlapsFrom.Add(-1), z.Zone)
		if !ok {
			return time.Time{}, false
		}
		if first.After(from) {
			from = first
		}
	}
	for at := range schedule.Overlaps(from, from.AddDate(overlapYears, 0, 0), a, b) {
		return at, true
	}
	return time.Time{}, false
}
