package main

import (
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// startDelay is how long after its time a scheduled action may have set the minimum, and
// instances may be in service beyond their measured start time: actions begin with delays
// of seconds (fact B9).
const startDelay = 2 * time.Minute

// scaledPage is one thing with what is wrong with it.
func (g *gathering) scaledPage(s scaled) scaledPage {
	p, now := &g.page, g.page.At
	shall := s.expects(now)
	one := scaledPage{Name: s.name, Kind: s.kind, Unit: s.unit(), ExpectedMin: shall.capacity, Why: shall.why,
		Suspended: []string{}, of: s}
	wrong := func(format string, args ...any) {
		p.Wrong = append(p.Wrong, fmt.Sprintf("%s: ", s)+fmt.Sprintf(format, args...))
	}
	note := func(format string, args ...any) {
		p.Notes = append(p.Notes, fmt.Sprintf("%s: ", s)+fmt.Sprintf(format, args...))
	}
	is, registered := g.targets[s.target.ResourceID]
	floor, freeze, isFloor, isFreeze := g.tags.of(s)
	if registered {
		one.Min, one.Max, one.Suspended = &is.min, &is.max, suspended(is.suspended)
		g.judgeTarget(s, shall, is, isFloor, isFreeze, wrong, note)
	}
	if isFloor {
		one.Floor = floor.page()
		switch {
		case registered && (is.min != floor.floor || !is.suspended.Scheduled):
			wrong("the floor of %d, set at %s, does not stand: set it again, or run final resume --env %s",
				floor.floor, stamp(floor.set.In(s.zone(now))), g.r.env.Name)
		case !floor.until.IsZero() && !floor.until.After(now):
			wrong("the floor of %d is overdue since %s: run final resume --env %s",
				floor.floor, stamp(floor.until.In(s.zone(now))), g.r.env.Name)
		}
	}
	if isFreeze {
		one.Freeze = freeze.page()
		if registered && !is.suspended.ScaleIn {
			wrong("it was frozen at %s, and scale-in is not suspended: freeze it again, or run final resume --env %s",
				stamp(freeze.set.In(s.zone(now))), g.r.env.Name)
		}
	}
	if f, ok := g.fleets[s.target.ResourceID]; ok {
		starting := max(0, f.desired-f.inService)
		one.Desired, one.InService, one.Starting = &f.desired, &f.inService, &starting
		since := shall.since
		if isFloor {
			since = floor.set
		}
		late := since.IsZero() || now.Sub(since) > s.calendar.StartTime+startDelay
		if registered && f.inService < is.min && late {
			wrong("%d of the minimum's %d %s are in service", f.inService, is.min, s.unit())
		}
		if registered && f.desired >= is.max && is.max > 0 {
			note("it is at its maximum of %d: it cannot grow", is.max)
		}
	}
	return one
}

// judgeTarget holds the bounds and what is suspended against the calendar and the file.
func (g *gathering) judgeTarget(s scaled, shall minimum, is standing, isFloor, isFreeze bool,
	wrong, note func(string, ...any),
) {
	now := g.page.At
	switch due := now.Sub(shall.since) > startDelay || shall.since.IsZero(); {
	case is.min < shall.capacity && due:
		wrong("the minimum is %d, and %s expects %d", is.min, expecting(shall), shall.capacity)
	case is.min < shall.capacity:
		note("the minimum is %d, and becomes %d now", is.min, shall.capacity)
	case is.min > shall.capacity && !isFloor && due:
		note("the minimum is %d, above the %d of %s", is.min, shall.capacity, expecting(shall))
	}
	if is.max < s.target.MaxCapacity {
		note("the maximum is %d, and the file says %d", is.max, s.target.MaxCapacity)
	}
	by := autoscaling.SuspendedState{}
	if s.target.SuspendedState != nil {
		by = *s.target.SuspendedState
	}
	extra := autoscaling.SuspendedState{
		ScaleIn:   is.suspended.ScaleIn && !by.ScaleIn,
		ScaleOut:  is.suspended.ScaleOut && !by.ScaleOut,
		Scheduled: is.suspended.Scheduled && !by.Scheduled,
	}
	if extra != (autoscaling.SuspendedState{}) {
		who := ""
		if isFloor || isFreeze {
			who = " by final"
		}
		wrong("suspended%s: %s; take it back with final resume --env %s", who, suspensions(extra), g.r.env.Name)
	}
}

// expecting says who expects a minimum.
func expecting(m minimum) string {
	if m.why == "" {
		return "the file"
	}
	return "the calendar (" + m.why + ")"
}

func (h held) page() *heldPage {
	p := &heldPage{Min: h.floor, Set: h.set}
	if !h.until.IsZero() {
		p.Until = &h.until
	}
	return p
}

// suspended lists what is suspended, as the environment's file calls it.
func suspended(s autoscaling.SuspendedState) []string {
	list := []string{}
	if s.Scheduled {
		list = append(list, "scheduled")
	}
	if s.ScaleIn {
		list = append(list, "scaleIn")
	}
	if s.ScaleOut {
		list = append(list, "scaleOut")
	}
	return list
}
