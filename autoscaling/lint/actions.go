package lint

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

var actionRules = []Rule{
	{
		ID:     "event-days",
		Reason: "an event that lasts for days holds the floor of its peak all that time, nights included",
		Fact:   "B18",
		Fix:    "give it dates and the times of a day, or a shape",
		check:  eventDays,
	},
	{
		ID:     "event-idle",
		Reason: "an event whose need is within the base minimum makes no scheduled actions: nothing is prepared for it",
		Fact:   "B18",
		Fix:    "check its peak, or remove the event",
		check:  eventIdle,
	},
	{
		ID:     "event-late",
		Reason: "a floor that is raised less than a start time before the traffic is there after it",
		Fact:   "E12",
		Fix:    "raise the floor earlier, by the start time and a margin for missing capacity",
		check:  eventLate,
	},
	{
		ID:     "max-lowered",
		Reason: "a lowered maximum removes instances at once, also those that an event has asked for",
		Fact:   "B7",
		Fix:    "keep one maximum, at or above every floor, or ask for the lowering by name",
		check:  maxLowered,
	},
	{
		ID:     "weekday-numbers",
		Reason: "in AWS's cron 1 is Sunday: 1-5 is Sunday to Thursday",
		Fact:   "B1",
		Fix:    "write the days by name",
		check:  weekdayNumbers,
	},
}

func eventDays(s Subject) problem.List {
	var ps problem.List
	for i, e := range s.Facts.Events {
		if e.Stands > autoscaling.LongEvent && (e.Floor == 0 || e.Floor > s.Target.MinCapacity) {
			ps.Add(fmt.Sprintf("Facts.Events[%d]", i), e.Name,
				fmt.Sprintf("the event lasts %.3g days, and its floors stand all that time, nights included", e.Stands.Hours()/24),
				"give it dates, and the times of a day, where it is several events, or a shape where its nights are quiet")
		}
	}
	return ps
}

func eventIdle(s Subject) problem.List {
	var ps problem.List
	for i, e := range s.Facts.Events {
		if e.Floor > 0 && e.Floor <= s.Target.MinCapacity {
			ps.Add(fmt.Sprintf("Facts.Events[%d]", i), e.Name,
				fmt.Sprintf("the event needs %d %s and the minimum is %d, so that it makes no scheduled actions", e.Floor,
					s.Target.Dimension.Unit(), s.Target.MinCapacity),
				"check its peak, or remove the event")
		}
	}
	return ps
}

func eventLate(s Subject) problem.List {
	var ps problem.List
	for i, e := range s.Facts.Events {
		if e.LeadTime > 0 && e.LeadTime < s.Facts.StartTime {
			ps.Add(fmt.Sprintf("Facts.Events[%d].LeadTime", i), e.LeadTime,
				fmt.Sprintf("the instances are not there in time, they take %s to start", problem.Duration(s.Facts.StartTime)),
				fmt.Sprintf("raise the floor of %s earlier, by more than %s", e.Name, problem.Duration(s.Facts.StartTime)))
		}
	}
	return ps
}

func maxLowered(s Subject) problem.List {
	var ps problem.List
	for i, a := range s.Target.ScheduledActions {
		if s.Target.LowersMax(a) && !slices.Contains(s.Facts.LoweredMaximums, a.Name) {
			ps.Add(fmt.Sprintf("Target.ScheduledActions[%d].MaxCapacity", i), *a.MaxCapacity,
				fmt.Sprintf("the action lowers the maximum of %d %s, and what is above it then goes at once",
					s.Target.HighestMax(), s.Target.Dimension.Unit()),
				"leave the maximum alone, or name the action among the facts, in loweredMaximums")
		}
	}
	return ps
}

// dayOfWeek is that field of a cron expression of six fields, or of seven that
// begin with seconds (fact B2).
var dayOfWeek = regexp.MustCompile(`^\s*cron\((?:\S+\s+){4,5}(\S+)\s+\S+\s*\)\s*$`)

// weekdayNumbers speaks of numbers that look as if Monday were 1: what would
// then be the working days, or the weekend.
func weekdayNumbers(s Subject) problem.List {
	var ps problem.List
	for i, a := range s.Target.ScheduledActions {
		m := dayOfWeek.FindStringSubmatch(a.Schedule)
		if m == nil {
			continue
		}
		var means, meant string
		switch m[1] {
		case "1-5", "1,2,3,4,5":
			means, meant = "Sunday to Thursday", "MON-FRI"
		case "6-7", "6,7":
			means, meant = "Friday and Saturday", "SAT,SUN"
		default:
			continue
		}
		ps.Add(fmt.Sprintf("Target.ScheduledActions[%d].Schedule", i), a.Schedule,
			fmt.Sprintf("the days %s are %s, as 1 is Sunday", m[1],
				means), "write "+meant+", or the names of the days that are meant")
	}
	return ps
}
