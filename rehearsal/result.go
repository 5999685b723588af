package rehearsal

import "time"

// Result is the outcome of a rehearsal.
type Result struct {
	// From and To are the beginning and the end of the trace.
	From, To   time.Time
	Requests   Requests
	Latency    Latency
	Capacity   Capacity
	Elasticity Elasticity
	Cost       Cost
	// Minutes and Events are empty without Input.Minutes.
	Minutes []Minute
	Events  []Event
}

// Requests counts requests. Retries are not requests of their own.
type Requests struct {
	Arrived, Failed float64
	// Availability is 1 − Failed ÷ Arrived, and 1 without requests.
	Availability float64
	// Late counts served requests beyond the objective's latency.
	Late float64
	// WorstMinute is the minute with the lowest availability.
	WorstMinute             time.Time
	WorstMinuteAvailability float64
	// LongestBadRun is the longest run of seconds in each of which more than one
	// in a thousand requests failed.
	LongestBadRun time.Duration
	// Shed counts the attempts that the gateway refused.
	Shed float64
}

// Latency is the waiting time plus service time of served requests.
type Latency struct{ P50, P95, P99 time.Duration }

// Capacity is the capacity in service, in the target's unit.
type Capacity struct {
	Most, Least int
	// Actions counts changes of the capacity, Refused the scheduled floors that an
	// updating endpoint refused.
	Actions, Refused int
	// LongestShortage is the longest time in which demand exceeded supply (the time
	// to capacity), ShortageAt its beginning, Shortages the number of them.
	LongestShortage time.Duration
	ShortageAt      time.Time
	Shortages       int
}

// Elasticity is the elasticity measures of the SPEC Research Group, over the time T
// of the trace, with the demand d, the fewest instances that complete the rate, and
// the supply s, the instances in service.
type Elasticity struct {
	// Under is θ_U, the mean of max(d − s, 0) ÷ max(d, 1) over T. Over is θ_O, the
	// mean of max(s − d, 0) ÷ max(d, 1).
	Under float64 `json:"under"`
	Over  float64 `json:"over"`
	// TimeUnder and TimeOver are τ_U and τ_O: the shares of T with s < d and s > d.
	TimeUnder float64 `json:"timeUnder"`
	TimeOver  float64 `json:"timeOver"`
	// Instability is υ: the share of minutes in which d and s do not both rise, both
	// fall or both stay.
	Instability float64 `json:"instability"`
}

// Cost is the bill, and that of the oracle and of static peak for the same trace.
type Cost struct {
	// InstanceHours are billed from the launch until an instance has drained.
	InstanceHours float64 `json:"instanceHours"`
	// Money is InstanceHours × Service.PricePerHour, 0 without a price.
	Money float64 `json:"money,omitempty"`
	// OracleInstanceHours is the oracle's bill: the fewest instances that meet the
	// objective at every instant, each launched one start time before.
	// StaticPeakInstanceHours is the largest of these numbers, all the time.
	OracleInstanceHours     float64 `json:"oracleInstanceHours"`
	StaticPeakInstanceHours float64 `json:"staticPeakInstanceHours"`
	// OverOracle and OverStaticPeak are InstanceHours ÷ these.
	OverOracle     float64 `json:"overOracle"`
	OverStaticPeak float64 `json:"overStaticPeak"`
}

// Minute is one minute of a rehearsal.
type Minute struct {
	At                            time.Time
	Arrived, Failed, Availability float64
	// P99 is of served requests.
	P99 time.Duration
	// Needed is the largest need of the minute, InService the fewest in service,
	// Desired the desired capacity at its end.
	Needed, InService, Desired int
	// Min, Max and Updating are the bounds and the endpoint's state at its end.
	Min, Max int
	Updating bool
}

// EventKind is the kind of an Event.
type EventKind string

// The kinds of events.
const (
	AlarmEvent    EventKind = "alarm"
	PolicyEvent   EventKind = "policy"
	ScheduleEvent EventKind = "schedule"
	ActivityEvent EventKind = "activity"
	FaultEvent    EventKind = "fault"
	// DeploymentEvent is in what was measured, and in no rehearsal.
	DeploymentEvent EventKind = "deployment"
)

// Event is an event of scaling.
type Event struct {
	At   time.Time
	Kind EventKind
	// Name is the policy's or scheduled action's, with " high" or " low" for the
	// alarms of a tracking policy.
	Name string
	// Value is an alarm's latest datapoint.
	Value float64
	// From and To are capacities, or the bounds of a scheduled action.
	From, To int
	// What says what happened.
	What string
}
