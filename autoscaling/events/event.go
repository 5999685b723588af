package events

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
)

// Event is a surge of traffic that is known beforehand: when it comes and how
// high it goes. A Calendar turns events into floors.
//
// It comes once, when Starts and Ends have dates; on Dates; or every week on
// Weekdays, From one date Until another. Its times are local ones and follow
// daylight saving: it starts when clocks in its zone first show Starts or
// later, and ends when they last show less than Ends, so that an hour that
// occurs twice belongs to it both times.
type Event struct {
	// Name is unique among the events, 1 to 100 characters, and becomes part of
	// the names of scheduled actions, under their rule (fact B14).
	Name string `json:"name"`
	// Timezone is the IANA zone of all its times, such as Europe/London, or UTC.
	Timezone string `json:"timezone"`
	// Starts is a local time: 2027-05-29T20:00 for an event that comes once, or
	// 20:00 with Dates or Weekdays.
	Starts string `json:"starts"`
	// Ends is a local time, as Starts; an end without a date that is not after
	// the start is on the next day.
	Ends string `json:"ends"`
	// Dates are the dates on which it starts, as 2027-05-29.
	// Default: none, Starts has the date, or Weekdays have it.
	Dates []string `json:"dates,omitempty" jsonschema:"minItems=1,uniqueItems=true"`
	// Weekdays are the days on which it starts every week, as SAT and SUN.
	// Default: none.
	Weekdays []string `json:"weekdays,omitempty" jsonschema:"minItems=1,uniqueItems=true"`
	// From is the first date that Weekdays may fall on: what AWS is told is bound
	// to years. Default: none, required with Weekdays.
	From string `json:"from,omitempty"`
	// Until is the last date that Weekdays may fall on.
	// Default: none, required with Weekdays.
	Until string `json:"until,omitempty"`
	// PeakRequestsPerSecond is the highest rate expected, over all instances.
	// Default: none, PeakInstances says it.
	PeakRequestsPerSecond float64 `json:"peakRequestsPerSecond,omitempty" jsonschema:"exclusiveMinimum=0"`
	// PeakInstances is the instances that carry the peak, in place of a rate;
	// Uncertainty comes on top, and as many as a lost zone needs: where the rate of
	// an instance was measured, what the safety factor leaves counts towards them.
	// Default: none, computed from PeakRequestsPerSecond.
	PeakInstances int `json:"peakInstances,omitempty" jsonschema:"minimum=1"`
	// Shape is how much of the peak is expected when; its first step is at 0s.
	// Default: none, the peak from start to end.
	Shape []ShapeStep `json:"shape,omitempty" jsonschema:"minItems=1"`
	// Uncertainty is how many times the expected peak may come, from 1, quite
	// sure, to 10. Default: 1.
	Uncertainty float64 `json:"uncertainty,omitempty" jsonschema:"minimum=1,maximum=10"`
	// Overrun is how much longer it may last, 0s to 24h, as a match does with
	// extra time. The last step of the shape goes on for it. Default: 1h.
	Overrun *time.Duration `json:"overrun,omitempty"`
	// LeadTime is how long before the traffic the instances are asked for, at
	// most 24h and no less than they take to start. Default: the start time of an
	// instance, and 21m for an assertion that may be lost, the action's own delay
	// and instances that AWS does not have at once.
	LeadTime *time.Duration `json:"leadTime,omitempty"`
	// FloorShare is the share of the instances needed that the event's floors
	// hold, over 0 and at most 1; tracking adds the others when their traffic
	// comes. What stands before the endpoint is prepared for all of it.
	// Default: 1.
	FloorShare float64 `json:"floorShare,omitempty" jsonschema:"exclusiveMinimum=0,maximum=1"`
	// FloorUntil is how long after the start the floors are released, such as 1h,
	// and tracking goes on alone: where traffic rises no faster than it can follow,
	// a floor only costs. What stands before the endpoint keeps its floors.
	// Default: none, the floors last until the event and its overrun are over.
	FloorUntil time.Duration `json:"floorUntil,omitempty"`
}

// ShapeStep is the share of an event's peak from a time on, until the next step.
type ShapeStep struct {
	// After is the time since the start of the event; the first step has 0s.
	After time.Duration `json:"after"`
	// Share is the part of the peak, over 0 and at most 1.
	Share float64 `json:"share" jsonschema:"exclusiveMinimum=0,maximum=1"`
	// FloorShare is the event's FloorShare for this step, from 0, no floor, to 1:
	// tracking goes on alone where traffic rises no faster than it can follow. What
	// stands before the endpoint keeps its floor. Default: the event's.
	FloorShare *float64 `json:"floorShare,omitempty" jsonschema:"minimum=0,maximum=1"`
}

// MaxScheduledActions is the quota of one scalable target, which AWS does not
// raise (fact B15).
const MaxScheduledActions = 200

// DefaultOverrun is how much longer than planned an event lasts if it does not
// say.
const DefaultOverrun = time.Hour

func (e Event) overrun() time.Duration {
	if e.Overrun == nil {
		return DefaultOverrun
	}
	return *e.Overrun
}

func (e Event) shape() []ShapeStep {
	if len(e.Shape) == 0 {
		return []ShapeStep{{Share: 1}}
	}
	return e.Shape
}

// Calendar is a season of events for one scalable target, with the figures
// that make floors of them. The target may count instances of a variant, or the
// tasks or the provisioned concurrency of what stands before it: "instance" is
// then read as that.
type Calendar struct {
	// MinCapacity and MaxCapacity are the target's bounds. Between events the
	// minimum is MinCapacity; events never lower it further and never touch the
	// maximum, which therefore is at or above every floor.
	MinCapacity, MaxCapacity int
	// RequestsPerSecondPerInstance is the highest rate that one instance
	// sustains within the latency objective, from a load test.
	// Default: 0, not measured; then every event has PeakInstances.
	RequestsPerSecondPerInstance float64
	// SafetyFactor is the share of that rate which is aimed at, over 0 and at
	// most 1.
	// Default: 0, capacity.DefaultSafetyFactor.
	SafetyFactor float64
	// Zones is how many Availability Zones the instances are spread over, where
	// a floor shall survive the loss of one.
	// Default: 0, floors have no such reserve.
	Zones int
	// StartTime is how long a new instance takes to serve, as measured, 95th
	// percentile.
	// Default: 0, not measured; capacity.DefaultStartTime is assumed.
	StartTime time.Duration
	// CapacityMargin is added to lead times for instances that AWS does not have
	// at once.
	// Default: nil, capacity.DefaultMargin.
	CapacityMargin *time.Duration
	// AssertEvery is how often a floor is asserted, in whole minutes that divide
	// an hour: a floor that a deployment has overwritten is back after that.
	// Default: 0, DefaultAssertEvery.
	AssertEvery time.Duration
	// Align is the grid of local time on which floors begin and end: each begins
	// at or before, and ends at or after its own time. Coarser floors cost
	// instances and save scheduled actions. It divides an hour and is a multiple
	// of AssertEvery.
	// Default: 0, DefaultAlign, or AssertEvery where that is longer.
	Align time.Duration
	// ReleaseSteps is in how many steps the minimum goes back to MinCapacity.
	// Default: 0, DefaultReleaseSteps.
	ReleaseSteps int
	// ReleaseEvery is how long each step lasts; Align may make it longer.
	// Default: 0, three times AssertEvery.
	ReleaseEvery time.Duration
	// ReleaseAssertions is how many times the minimum at the end is asserted.
	// Default: 0, DefaultReleaseAssertions.
	ReleaseAssertions int
	// OtherActions is how many scheduled actions the target has beside those of
	// events. They count against the same quota.
	// Default: 0.
	OtherActions int
	// Events may overlap; at every instant the highest floor holds.
	Events []Event
}

// What a Calendar does if it does not say.
const (
	DefaultAssertEvery       = 5 * time.Minute
	DefaultAlign             = 15 * time.Minute
	DefaultReleaseSteps      = 2
	DefaultReleaseAssertions = 3
)

func (c Calendar) withDefaults() Calendar {
	if c.SafetyFactor == 0 {
		c.SafetyFactor = capacity.DefaultSafetyFactor
	}
	if c.CapacityMargin == nil {
		margin := capacity.DefaultMargin
		c.CapacityMargin = &margin
	}
	if c.AssertEvery == 0 {
		c.AssertEvery = DefaultAssertEvery
	}
	if c.Align == 0 {
		c.Align = max(DefaultAlign, c.AssertEvery)
		if c.Align%c.AssertEvery != 0 {
			c.Align = time.Hour
		}
	}
	if c.ReleaseSteps == 0 {
		c.ReleaseSteps = DefaultReleaseSteps
	}
	if c.ReleaseEvery == 0 {
		c.ReleaseEvery = 3 * c.AssertEvery
	}
	if c.ReleaseAssertions == 0 {
		c.ReleaseAssertions = DefaultReleaseAssertions
	}
	return c
}

// LeadTime is how long before e's traffic its instances are asked for.
func (c Calendar) LeadTime(e Event) time.Duration {
	if e.LeadTime != nil {
		return *e.LeadTime
	}
	c = c.withDefaults()
	start := c.StartTime
	if start == 0 {
		start = capacity.DefaultStartTime
	}
	return capacity.LeadTime(start, c.AssertEvery+capacity.ActionDelay, *c.CapacityMargin)
}

// floorFor is the instances that a share of e's peak needs, also without a zone, 0
// where the rate that one instance sustains is wanted and not known.
func (c Calendar) floorFor(e Event, share float64) int {
	c = c.withDefaults()
	if e.Uncertainty != 0 {
		share *= e.Uncertainty
	}
	if e.FloorShare != 0 {
		share *= e.FloorShare
	}
	switch {
	case e.PeakInstances != 0 && !(c.RequestsPerSecondPerInstance > 0):
		// How much more than they carry the instances would sustain is not known.
		return capacity.Floor(float64(e.PeakInstances)*share, 1, 1, c.Zones)
	case e.PeakInstances != 0:
		return capacity.Floor(float64(e.PeakInstances)*share*c.SafetyFactor, 1, c.SafetyFactor, c.Zones)
	case !(c.RequestsPerSecondPerInstance > 0):
		return 0
	}
	return capacity.Floor(e.PeakRequestsPerSecond*share, c.RequestsPerSecondPerInstance, c.SafetyFactor, c.Zones)
}
