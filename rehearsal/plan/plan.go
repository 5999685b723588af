package plan

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// Request is the input of a plan.
type Request struct {
	// Input has today's scaling, the service, the objective and the timing of AWS.
	// Its subject tracks invocations; its minimum is the least of any plan. Its
	// Trace, Faults, InitialCapacity and Minutes are ignored.
	Input rehearsal.Input
	// Evenings are earlier traffic: the latest 8 count. A plan from fewer than 3 is
	// held to nothing, since no evening tells of it how far the next one may differ.
	Evenings []Evening
	// Event is the event to plan for.
	Event Event
	// MinAvailability is the share of requests to answer, over 0 and at most 1.
	// Default: 1.
	MinAvailability float64
	// MaxCapacity limits the plan, such as the account's quota.
	// Default: 0, what the peak may need.
	MaxCapacity int
	// Margin is the forecast error that floors are made for. Default: nil, none.
	Margin *Margin
	// Check is another evening, which decides Plan.Holds. Default: nil, Evenings do.
	Check *Evening
}

// mostEvenings is how many evenings count. Traffic of long ago has another shape.
const mostEvenings = 8

// leastEvenings is how many evenings say something of the next one.
const leastEvenings = 3

// Evening is the traffic of an earlier event.
type Evening struct {
	Trace trace.Trace
	// KickOff is the time in Trace that becomes the event's kick-off.
	KickOff time.Time
}

// Event is the event to plan for.
type Event struct {
	// Name is the event's in the environment file. Default: "", "event".
	Name string
	// KickOff is when it begins, on a whole minute. The plan's times are written in
	// its zone.
	KickOff time.Time
	// Peak is the expected highest rate in requests a second, rounded up to three
	// digits. Default: 0, the highest of the evenings'.
	Peak float64
}

// Margin is a forecast error that floors are made for.
type Margin struct {
	// Peak is the actual peak ÷ the expected one, from 1 to 10. Default: 0, 1.
	Peak float64
	// Early is how much earlier the event may begin, at most 2 hours.
	Early time.Duration
	// Start is the actual start time ÷ the measured one, from 1 to 10. Default: 0, 1.
	Start float64
}

// Plan is the result of Make.
type Plan struct {
	// Setting is the plan's setting.
	Setting Setting
	// Subject scales by Setting, Alone by Setting without floors, and Today is
	// Input's subject without floors.
	Subject, Alone, Today lint.Subject
	// Calendar has the event with its shape and floors, as in an environment file,
	// or no event without floors.
	Calendar events.Calendar
	// NoFloor is why the plan has no floors, "" if it has.
	NoFloor string
	// Warnings are what makes the plan doubtful, such as an evening unlike the others.
	Warnings []string
	// Holds says that the plan keeps MinAvailability on Check or else, without one, on
	// each of Evenings, under every reading of AWS.
	Holds bool
	// Evenings are the outcomes on each of the evenings that count, planned from the
	// others, or from all of them if FromOthers is false: fewer than 3 would be left.
	Evenings   []Row
	FromOthers bool
	// Checked is the outcome on Check, nil without one.
	Checked *Row
	// Wrong are outcomes under forecast errors and faults, on Check or else the latest
	// of Evenings.
	Wrong []Row
	// Harder is what it costs to hold more.
	Harder []Harder
	// TraceRead is how the traces were read, for Summary and JSON. Default: "".
	TraceRead string

	event  Event
	margin Margin
}

// Row is the outcomes of the plan, of its tracking without floors, and of today's
// scaling, on an evening or under a forecast error or fault.
type Row struct {
	Name               string
	Plan, Alone, Today Outcome
}

// Harder is a condition that a plan may be made for as well.
type Harder struct {
	Name string
	// Margin is the one to ask for.
	Margin Margin
	// Plan and Held are the outcomes under the condition of the plan and of one with
	// Margin, and Usual and HeldUsual as forecast.
	Plan, Held, Usual, HeldUsual Outcome
}

// Outcome is the result of a rehearsal, under the reading of AWS that answers least.
type Outcome struct {
	// Availability is a share of the requests, Failed a number of them.
	Availability, Failed float64
	InstanceHours, Money float64
	// OverOracle is the cost ÷ the oracle's.
	OverOracle float64
}

// Make makes a plan. Its error is a problem.List with every problem of the request,
// or of the plan if AWS does not accept it.
func Make(r Request) (Plan, error) {
	if err := r.Validate().Err(); err != nil {
		return Plan{}, err
	}
	r = r.withDefaults()
	p := newPlanner(r)
	p, setting, noFloor, err := p.choose()
	if err != nil {
		return Plan{}, err
	}
	return p.result(setting, noFloor), nil
}
