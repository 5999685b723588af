package config

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
)

// Event is a surge of traffic that is known beforehand. It comes once, when
// starts and ends have dates; on several dates; or every week on weekdays. The
// instances for its peak are there before it starts.
type Event struct {
	// Name is unique among the events.
	Name string `json:"name"`
	// Timezone is the IANA zone of all its times, such as Europe/London.
	// Default: UTC.
	Timezone string `json:"timezone,omitempty"`
	// Starts is a local time, 2027-05-29T20:00, or 20:00 with dates or weekdays.
	Starts string `json:"starts"`
	// Ends is a local time, as starts; an end without a date that is not after
	// the start is on the next day.
	Ends string `json:"ends"`
	// Dates are the dates on which it starts, as 2027-05-29.
	// Default: none, starts has the date, or weekdays have it.
	Dates []string `json:"dates,omitempty" jsonschema:"minItems=1,uniqueItems=true"`
	// Weekdays are the days on which it starts every week, as SAT and SUN.
	// Default: none.
	Weekdays []string `json:"weekdays,omitempty" jsonschema:"minItems=1,uniqueItems=true"`
	// From is the first date that weekdays may fall on. Default: none, required
	// with weekdays.
	From string `json:"from,omitempty"`
	// Until is the last date that weekdays may fall on. Default: none, required
	// with weekdays.
	Until string `json:"until,omitempty"`
	// PeakRequestsPerSecond is the highest rate expected, over all instances.
	// Default: none, peakInstances says it.
	PeakRequestsPerSecond float64 `json:"peakRequestsPerSecond,omitempty" jsonschema:"exclusiveMinimum=0"`
	// PeakInstances is the instances that carry the peak, in place of a rate.
	// Default: computed from peakRequestsPerSecond.
	PeakInstances int `json:"peakInstances,omitempty" jsonschema:"minimum=1"`
	// Shape is how much of the peak is expected when.
	// Default: none, the peak from start to end.
	Shape []ShapeStep `json:"shape,omitempty" jsonschema:"minItems=1"`
	// Uncertainty is how many times the expected peak may come, from 1, quite
	// sure, to 10. Default: 1.
	Uncertainty float64 `json:"uncertainty,omitempty" jsonschema:"minimum=1,maximum=10"`
	// Overrun is how much longer it may last: extra time, penalties, cash-out.
	// Default: 1h.
	Overrun *Duration `json:"overrun,omitempty"`
	// LeadTime is how long before the traffic the instances are asked for.
	// Default: capacity.startTime, and 21m for a lost assertion, the action's
	// own delay and instances that are not to be had at once.
	LeadTime *Duration `json:"leadTime,omitempty"`
	// FloorShare is the share of the instances needed that are there beforehand,
	// over 0 and at most 1; tracking adds the others when their traffic comes.
	// Default: 1.
	FloorShare float64 `json:"floorShare,omitempty" jsonschema:"exclusiveMinimum=0,maximum=1"`
	// FloorUntil is how long after the start the instances' floors are released,
	// and tracking goes on alone: 1h. Default: with the end and its overrun.
	FloorUntil Duration `json:"floorUntil,omitempty"`
}

// ShapeStep is the share of an event's peak from a time on, until the next step.
type ShapeStep struct {
	// After is the time since the start; the first step has 0s.
	After Duration `json:"after"`
	// Share is the part of the peak, over 0 and at most 1.
	Share float64 `json:"share" jsonschema:"exclusiveMinimum=0,maximum=1"`
}

// modelEvents are the events as the scaling model knows them.
func modelEvents(written []Event) []events.Event {
	var out []events.Event
	for _, v := range written {
		event := events.Event{
			Name: v.Name, Timezone: v.Timezone, Starts: v.Starts, Ends: v.Ends,
			Dates: v.Dates, Weekdays: v.Weekdays, From: v.From, Until: v.Until,
			PeakRequestsPerSecond: v.PeakRequestsPerSecond, PeakInstances: v.PeakInstances, Uncertainty: v.Uncertainty,
			Overrun: (*time.Duration)(v.Overrun), LeadTime: (*time.Duration)(v.LeadTime),
			FloorShare: v.FloorShare, FloorUntil: time.Duration(v.FloorUntil),
		}
		for _, s := range v.Shape {
			event.Shape = append(event.Shape, events.ShapeStep{After: time.Duration(s.After), Share: s.Share})
		}
		out = append(out, event)
	}
	return out
}
