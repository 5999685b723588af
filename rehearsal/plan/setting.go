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
	// Floors are the event's. The zero value has none.
	Floors Floors
}

// Floors derive floors from an event's shape.
type Floors struct {
	// Share is the floor as a share of the forecast's need; 0 is no floor.
	Share float64
	// Steps is the highest number of steps until the release.
	Steps int
	// Until is the time from the beginning of the event's traffic to the release.
	Until time.Duration
	// LeadTime is how long before the traffic a floor is raised.
	LeadTime time.Duration
}

// withoutFloors is the setting with its tracking alone.
func (s Setting) withoutFloors() Setting {
	s.Floors = Floors{}
	return s
}

// stepsAfterRelease is the number of steps of the shape after the release, for the
// gateway and the load balancer.
const stepsAfterRelease = 3

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
	if s.Floors.Share > 0 {
		c.Events = []events.Event{p.event(s.Floors)}
	}
	return c
}

func (p *planner) event(f Floors) events.Event {
	const minute = "2006-01-02T15:04"
	zone := p.forecast.kickOff.Location()
	ends := p.forecast.starts.Add(time.Duration(len(p.forecast.rates)) * grid)
	lead := f.LeadTime
	e := events.Event{
		Name: p.name, Timezone: zone.String(), Starts: p.forecast.starts.In(zone).Format(minute),
		Ends:                  ends.In(zone).Format(minute),
		PeakRequestsPerSecond: p.forecast.peak, Uncertainty: p.margin.Peak, LeadTime: &lead,
	}
	if f.Share < 1 {
		e.FloorShare = f.Share
	}
	held := min(int((f.Until+grid-1)/grid), len(p.forecast.rates))
	if held < len(p.forecast.rates) {
		e.FloorUntil = time.Duration(held) * grid
	}
	steps := stepCover(p.forecast.rates[:held], f.Steps)
	if rest := p.forecast.rates[held:]; len(rest) > 0 {
		for _, s := range stepCover(rest, stepsAfterRelease) {
			steps = append(steps, step{held + s.at, s.rate})
		}
	}
	for _, s := range steps {
		share := math.Ceil(100*s.rate/p.forecast.peak-1e-9) / 100
		e.Shape = append(e.Shape, events.ShapeStep{After: time.Duration(s.at) * grid, Share: max(0.01, min(1, share))})
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
	n := capacity.Instances(times*p.forecast.peak, p.input.Service.RequestsPerSecond, safetyFactor)
	return capacity.SurvivingZoneLoss(n, p.input.Subject.Facts.Zones)
}

// todaysSubject is the input's subject without floors.
func (p *planner) todaysSubject() lint.Subject {
	out := p.input.Subject
	out.Target.ScheduledActions = p.keptActions()
	return out
}
