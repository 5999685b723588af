package autoscaling

import (
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

// ScheduledAction overwrites the bounds of a scalable target at its times.
// Nothing is put back afterwards (fact B6): a later action has to.
type ScheduledAction struct {
	// Name is unique among the actions of a scalable target, at most 256
	// characters without ':', '/', '|' (fact B14), such as evening-floor.
	Name string `json:"name"`
	// Schedule is when (fact B1): cron(minutes hours day-of-month month day-of-week
	// year), at(yyyy-mm-ddThh:mm:ss) or rate(N minutes).
	Schedule string `json:"schedule"`
	// Timezone is the IANA zone in which the schedule is read, such as
	// Europe/London; daylight saving is followed (fact B3). Default: UTC.
	Timezone string `json:"timezone,omitempty"`
	// MinCapacity is the new minimum, in the target's unit. A raised minimum scales
	// out at once, in one step and whatever the cooldowns (facts B7, B10).
	// Default: it stays; required unless MaxCapacity is given.
	MinCapacity *int `json:"minCapacity,omitempty"`
	// MaxCapacity is the new maximum, in the target's unit. Default: it stays.
	MaxCapacity *int `json:"maxCapacity,omitempty"`
	// AllowLowerMax lets MaxCapacity be below another maximum, the target's or
	// another action's: what is above it then goes at once (fact B7), also in the
	// middle of an event. It is not part of the action's properties: an action
	// that is read from a template has it where it lowers the maximum.
	// Default: false, which makes a lower maximum an error.
	AllowLowerMax bool `json:"allowLowerMax,omitempty"`
}

// FloorActions are the scheduled actions that assert the floors of c. They set
// the minimum only.
func FloorActions(c events.Calendar) []ScheduledAction {
	floors := c.Actions()
	actions := make([]ScheduledAction, len(floors))
	for i, a := range floors {
		actions[i] = ScheduledAction{Name: a.Name, Schedule: a.Schedule, Timezone: a.Timezone, MinCapacity: &a.Capacity}
	}
	return actions
}

func (a ScheduledAction) timezone() string {
	if a.Timezone == "" {
		return "UTC"
	}
	return a.Timezone
}

// schedule is the expression as AWS writes it: what schedule.Parse forgives,
// such as names in lower case, AWS need not.
func (a ScheduledAction) schedule() string {
	expression, err := schedule.Parse(a.Schedule)
	if err != nil {
		return a.Schedule // Validate refuses it, or it is known only at deployment
	}
	return expression.String()
}

func (a ScheduledAction) cloudFormation() map[string]any {
	bounds := map[string]any{}
	if a.MinCapacity != nil {
		bounds["MinCapacity"] = *a.MinCapacity
	}
	if a.MaxCapacity != nil {
		bounds["MaxCapacity"] = *a.MaxCapacity
	}
	return map[string]any{
		"ScheduledActionName":  a.Name,
		"Schedule":             a.schedule(),
		"Timezone":             a.timezone(),
		"ScalableTargetAction": bounds,
	}
}

func (a ScheduledAction) validate(t ScalableTarget) problem.List {
	var ps problem.List
	if !problem.Unresolved(a.Name) && !schedule.ValidActionName(a.Name) {
		ps.Add("Name", a.Name,
			"a name has 1 to 256 characters, none of them ':', '/', '|' or a control character, and no space at either end",
			"name the occasion, such as \"evening-floor\"")
	}
	if a.AllowLowerMax && problem.Unresolved(a.Name) {
		ps.AddUnresolved("Name", "the facts name each action that may lower the maximum")
	}
	ps = append(ps, a.validateSchedule()...)
	return append(ps, a.validateBounds(t)...)
}

func (a ScheduledAction) validateSchedule() problem.List {
	var ps problem.List
	var zone *time.Location // nil where it is not known, or wrong
	if !problem.Unresolved(a.Timezone) {
		var err error
		if zone, err = schedule.ParseZone(a.Timezone); err != nil {
			ps = append(ps, problem.From(err).In("Timezone")...)
		}
	}
	if problem.Unresolved(a.Schedule) {
		return ps
	}
	expression, err := schedule.Parse(a.Schedule)
	if err != nil {
		return append(ps, problem.From(err).In("Schedule")...)
	}
	if zone != nil {
		ps = append(ps, problem.From(expression.CheckRuns(zone)).In("Schedule")...)
	}
	return ps
}

func (a ScheduledAction) validateBounds(t ScalableTarget) problem.List {
	var ps problem.List
	low, high := t.MinCapacity, t.MaxCapacity
	if a.MinCapacity == nil && a.MaxCapacity == nil {
		ps.Add("MinCapacity", nil, "a scheduled action sets a minimum, a maximum or both", "give minCapacity")
		return ps
	}
	if a.MinCapacity != nil {
		low = *a.MinCapacity
		switch {
		case low >= t.floor():
		case t.Dimension == VariantInstanceCount && !t.Asynchronous:
			ps.Add("MinCapacity", low, "a real-time variant keeps at least 1 instance", "set it to 1 or more")
		default:
			ps.Add("MinCapacity", low, fmt.Sprintf("the minimum is %d %s or more", t.floor(), t.Dimension.Unit()),
				fmt.Sprintf("set it to %d or more", t.floor()))
		}
	}
	if a.MaxCapacity != nil {
		high = *a.MaxCapacity
	}
	if low <= high {
		return append(ps, a.validateLowering(t)...)
	}
	// Such an action fails when it is due, not when it is deployed (fact B8).
	switch {
	case a.MinCapacity != nil && a.MaxCapacity != nil:
		ps.Add("MinCapacity", low,
			fmt.Sprintf("the minimum is over this action's maximum of %d %s", high,
				t.Dimension.Unit()), "lower the minimum or raise the maximum")
	case a.MinCapacity != nil:
		ps.Add("MinCapacity", low,
			fmt.Sprintf("the minimum is over the target's maximum of %d %s, and such an action fails when it is due", high,
				t.Dimension.Unit()),
			fmt.Sprintf("raise the target's maximum to %d or more", low))
	default:
		ps.Add("MaxCapacity", high,
			fmt.Sprintf("the maximum is below the target's minimum of %d %s, and such an action fails when it is due", low,
				t.Dimension.Unit()),
			fmt.Sprintf("raise it to %d or more", low))
	}
	return ps
}

func (a ScheduledAction) validateLowering(t ScalableTarget) problem.List {
	var ps problem.List
	switch lowers := t.LowersMax(a); {
	case t.MaxCapacity == noMaximum: // it is not known what is lower
	case lowers && !a.AllowLowerMax:
		ps.Add("MaxCapacity", *a.MaxCapacity,
			fmt.Sprintf("the action lowers the maximum of %d %s, and what is above it then goes at once, also in the "+
				"middle of an event", t.HighestMax(), t.Dimension.Unit()),
			"leave the maximum alone, or set «AllowLowerMax» if that is meant")
	case a.AllowLowerMax && !lowers:
		ps.Add("AllowLowerMax", a.AllowLowerMax, "the action lowers no maximum", "leave it out")
	}
	return ps
}

// HighestMax is the highest maximum that the target ever has.
func (t ScalableTarget) HighestMax() int {
	highest := t.MaxCapacity
	for _, a := range t.ScheduledActions {
		if a.MaxCapacity != nil {
			highest = max(highest, *a.MaxCapacity)
		}
	}
	return highest
}

func (t ScalableTarget) LowersMax(a ScheduledAction) bool {
	return a.MaxCapacity != nil && *a.MaxCapacity < t.HighestMax()
}
