package plan

import (
	"math"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
)

// Setting is the values that a plan sets.
type Setting struct {
	// SafetyFactor is tracking's target as a share of an instance's rate.
	SafetyFactor float64
	// MinCapacity and MaxCapacity are the bounds outside the event.
	MinCapacity, MaxCapacity int
	// ScaleOutCooldown and ScaleInCooldown are the tracking policy's.
	ScaleOutCooldown, ScaleInCooldown time.Duration
	// FloorShare is the floors as a share of the event's need, 0 for none.
	FloorShare float64
}

// withoutFloors is the setting with its tracking alone.
func (s Setting) withoutFloors() Setting {
	s.FloorShare = 0
	return s
}

// leastScaleInCooldown lets tracking follow the crowd home. A scale-out needs no cooldown:
// while instances start, the endpoint refuses another (fact C35).
const leastScaleInCooldown = 5 * time.Minute

// scaleInCooldown is no shorter than instances take to start: a shorter one takes them
// away faster than they can be had back (rule cooldown-short).
func (p *planner) scaleInCooldown() time.Duration {
	const step = time.Minute
	return max(leastScaleInCooldown, (p.startTime()+step-1)/step*step)
}

// headroom is the maximum ÷ what the peak needs.
const headroom = 1.5

// setting is the plan's with a safety factor: today's bounds, with a maximum that the
// peak does not reach.
func (p *planner) setting(safetyFactor float64) Setting {
	target := p.input.Subject.Target
	s := Setting{SafetyFactor: safetyFactor, MinCapacity: target.MinCapacity,
		MaxCapacity:     max(target.MaxCapacity, p.need(max(headroom, p.margin.Peak), safetyFactor)),
		ScaleInCooldown: p.scaleInCooldown()}
	if p.maxCapacity > 0 {
		s.MaxCapacity = min(s.MaxCapacity, p.maxCapacity)
	}
	return s
}

// withFloors is a setting with the floors of the rule, or as much of them as its
// maximum holds. times is how many times those of the rule they are. They are larger where
// the highest has to survive the loss of a zone.
func (p *planner) withFloors(s Setting, times float64) Setting {
	share := math.Round(1000*min(1, times*ruleShare*s.SafetyFactor/ruleSafetyFactor)) / 1000
	for s.FloorShare = share; share < 1 && !p.survivesZone(s); s.FloorShare = share {
		share = min(1, math.Round(1000*(share+0.01))/1000)
	}
	for s.FloorShare = share; s.FloorShare > 0; s.FloorShare = math.Round(1000*(s.FloorShare-0.01)) / 1000 {
		if p.calendar(s).HighestFloor() <= s.MaxCapacity {
			return s
		}
	}
	return s.withoutFloors()
}

// survivesZone reports whether the minimum and the highest floor of a setting survive the
// loss of a zone, where the endpoint is in production and its zones are known.
func (p *planner) survivesZone(s Setting) bool {
	facts := p.input.Subject.Facts
	return !facts.Production || facts.Zones < 2 ||
		!slices.ContainsFunc(lint.Lint(p.subject(s)), func(f lint.Finding) bool { return f.Rule == "floor-without-zone" })
}

// calendar is the event of a setting, as in an environment file.
func (p *planner) calendar(s Setting) events.Calendar {
	c := events.Calendar{
		MinCapacity: s.MinCapacity, MaxCapacity: s.MaxCapacity,
		RequestsPerSecondPerInstance: p.input.Service.RequestsPerSecond, SafetyFactor: s.SafetyFactor,
		StartTime: p.startTime(), Zones: p.input.Subject.Facts.Zones,
		OtherActions: len(p.keptActions()),
	}
	if p.input.Subject.Target.Dimension == autoscaling.VariantInstanceCount {
		c.Align, c.ReleaseSteps = grid, 1
	}
	if s.FloorShare > 0 && len(p.parts) > 0 {
		c.Events = []events.Event{p.calendarEvent(s.FloorShare)}
	}
	return c
}

func (p *planner) calendarEvent(floorShare float64) events.Event {
	const minute = "2006-01-02T15:04"
	kickOff := p.event.KickOff
	at := func(slot int) string { return kickOff.Add(p.traffic.at(slot)).Format(minute) }
	lead := p.rule.leadTime()
	e := events.Event{
		Name: p.event.Name, Timezone: kickOff.Location().String(), Starts: at(p.parts[0].from),
		Ends:                  at(p.parts[len(p.parts)-1].to),
		PeakRequestsPerSecond: p.event.Peak, Uncertainty: p.margin.Peak, LeadTime: &lead,
		Shape: shape(p.parts, p.traffic, floorShare),
	}
	if floorShare < 1 {
		e.FloorShare = floorShare
	}
	return e
}

// startTime is the time by which floors must be early.
func (p *planner) startTime() time.Duration {
	if t := p.input.Subject.Facts.StartTime; t > 0 {
		return t
	}
	return max(p.input.Service.Start.Median, p.input.Service.Start.P95)
}

// keptActions are the scheduled actions that stay: those without a minimum.
func (p *planner) keptActions() []autoscaling.ScheduledAction {
	return slices.DeleteFunc(slices.Clone(p.input.Subject.Target.ScheduledActions),
		func(a autoscaling.ScheduledAction) bool { return a.MinCapacity != nil })
}

// keptActionsBelow are the kept actions for a maximum. They may lower it, since
// they were there before.
func (p *planner) keptActionsBelow(maxCapacity int) []autoscaling.ScheduledAction {
	kept := p.keptActions()
	for _, a := range kept {
		maxCapacity = max(maxCapacity, *a.MaxCapacity)
	}
	for i := range kept {
		kept[i].AllowLowerMax = *kept[i].MaxCapacity < maxCapacity
	}
	return kept
}

// subject is the input's subject with a setting.
func (p *planner) subject(s Setting) lint.Subject {
	out := p.input.Subject
	t := &out.Target
	t.MinCapacity, t.MaxCapacity = s.MinCapacity, s.MaxCapacity
	t.Policies = slices.Clone(t.Policies)
	for i := range t.Policies {
		policy := &t.Policies[i]
		switch policy.Metric {
		case autoscaling.VariantInvocationsPerInstance, autoscaling.ComponentInvocationsPerCopy:
			policy.TargetValue = capacity.InvocationsPerInstanceTarget(p.input.Service.RequestsPerSecond, s.SafetyFactor)
		case autoscaling.VariantConcurrentRequestsHighResolution, autoscaling.ComponentConcurrentRequestsHighResolution:
			policy.TargetValue = capacity.ConcurrencyTarget(p.concurrency(policy.TargetValue), s.SafetyFactor)
		default:
			continue
		}
		policy.ScaleOutCooldown, policy.ScaleInCooldown = s.ScaleOutCooldown, s.ScaleInCooldown
	}
	t.ScheduledActions = append(p.keptActionsBelow(s.MaxCapacity), autoscaling.FloorActions(p.calendar(s))...)
	return out
}

// concurrency is an instance's highest concurrency, as measured or by today's target.
func (p *planner) concurrency(target float64) float64 {
	if c := p.input.Subject.Facts.ConcurrencyPerInstance; c > 0 {
		return c
	}
	return target / p.currentSafetyFactor
}

// need is the instances for times the peak at a safety factor.
func (p *planner) need(times, safetyFactor float64) int {
	return capacity.Floor(times*p.event.Peak, p.input.Service.RequestsPerSecond, safetyFactor, p.input.Subject.Facts.Zones)
}

// todaysSubject is the input's subject without floors.
func (p *planner) todaysSubject() lint.Subject {
	out := p.input.Subject
	out.Target.ScheduledActions = p.keptActions()
	return out
}
