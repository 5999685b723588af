package rehearsal

import "time"

// Result is what a rehearsal has shown.
type Result struct {
	// From and To are the trace's ends.
	From, To time.Time
	Requests Requests
	Latency  Latency
	Capacity Capacity
	// Elasticity is how closely supply has followed demand.
	Elasticity Elasticity
	Cost       Cost
	// Minutes and Events are there where Input.Minutes asks for them.
	Minutes []Minute
	Events  []Event
}

// Requests is what became of the requests. A client's further attempts are not
// counted as requests of their own.
type Requests struct {
	Arrived, Failed float64
	// Availability is 1 − Failed ÷ Arrived, and 1 where none came.
	Availability float64
	// Late is the requests that were served, and not within the objective.
	Late float64
	// WorstMinute is the minute with the lowest availability, and what it was.
	WorstMinute             time.Time
	WorstMinuteAvailability float64
	// LongestBadRun is the longest time on end in which more than one of a
	// thousand requests failed.
	LongestBadRun time.Duration
	// Shed is what the gateway has refused, failed attempts of one request
	// counted each.
	Shed float64
}

// Latency is the time that served requests took, waiting and service together.
type Latency struct{ P50, P95, P99 time.Duration }

// Capacity is what there was, in the target's unit.
type Capacity struct {
	// Most and Least are in service.
	Most, Least int
	// Actions is how often the capacity was changed, and Refused how often a
	// scheduled floor met an endpoint that was updating.
	Actions, Refused int
	// LongestShortage is the longest time from when demand exceeded supply
	// until it was covered again, and ShortageAt when it began: the time to
	// capacity. Shortages is how many there were.
	LongestShortage time.Duration
	ShortageAt      time.Time
	Shortages       int
}

// Elasticity is the measures of the SPEC Research Group's cloud group, over the
// time T of the trace, with demand d, the fewest instances that complete
// what comes, and supply s, those in service.
type Elasticity struct {
	// Under is θ_U: the mean of max(d − s, 0) ÷ d over T. Over is θ_O, the same
	// of max(s − d, 0) ÷ d. Both are shares of demand; where nothing is
	// demanded, 1 stands for d in the denominator.
	Under, Over float64
	// TimeUnder and TimeOver are τ_U and τ_O: the shares of T in which supply is
	// below and above demand.
	TimeUnder, TimeOver float64
	// Instability is υ: the share of minutes in which demand and supply do not
	// move in the same direction, standing still among the directions.
	Instability float64
}

// Cost is what was billed. The anchors are computed on the same trace with the
// same model of latency.
type Cost struct {
	// InstanceHours is billed from launch until an instance has drained.
	InstanceHours float64
	// Money is InstanceHours × Service.PricePerHour, 0 where that is not known.
	Money float64
	// OracleInstanceHours is of who knows the future: the fewest instances that
	// keep the objective at every instant, started exactly early enough.
	// StaticPeakInstanceHours is the most of them, all the time.
	OracleInstanceHours, StaticPeakInstanceHours float64
	// OverOracle and OverStaticPeak are InstanceHours divided by them.
	OverOracle, OverStaticPeak float64
}

// Minute is one minute of a rehearsal.
type Minute struct {
	At time.Time
	// Arrived and Failed are requests; Availability is 1 where none came.
	Arrived, Failed, Availability float64
	// P99 is of the requests that were served.
	P99 time.Duration
	// Needed is the most that was needed in it, InService the least that
	// served, Desired what scaling wanted at its end.
	Needed, InService, Desired int
	// Min and Max are the bounds at its end.
	Min, Max int
	// Updating says that the endpoint was updating at its end.
	Updating bool
}

// EventKind is what an Event is about.
type EventKind string

// The kinds of events.
const (
	AlarmEvent    EventKind = "alarm"
	PolicyEvent   EventKind = "policy"
	ScheduleEvent EventKind = "schedule"
	ActivityEvent EventKind = "activity"
	FaultEvent    EventKind = "fault"
)

// Event is something that happened to scaling.
type Event struct {
	At   time.Time
	Kind EventKind
	// Name is of the policy or scheduled action, with "high" or "low" for the
	// alarms of a tracking policy.
	Name string
	// Value is the datapoint that it rests on, where it rests on one.
	Value float64
	// From and To are capacities, or bounds of a scheduled action.
	From, To int
	// What is what happened, in a few words.
	What string
}
