// Package plan finds the cheapest scaling setting that holds: target, bounds,
// cooldowns, and the floors of an event, from the traffic of an earlier one. It
// rehearses settings on the forecast and on variations of it, and minimizes the
// regret. The same request gives the same plan, on any number of cores.
package plan

import (
	"context"
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
	// Evenings are earlier traffic: one, or several, of which the highest rate
	// counts at every time.
	Evenings []Evening
	// Event is the event to plan for.
	Event Event
	// MinAvailability is the share of requests to answer, over 0 and at most 1.
	// Default: 1.
	MinAvailability float64
	// MaxCapacity limits every plan, such as the account's quota.
	// Default: 0, what the peak may need.
	MaxCapacity int
	// Margin is the forecast error that the plan must hold. Default: nil, none.
	Margin *Margin
	// Check is another evening to rehearse the plan on. Default: nil, the first of
	// Evenings.
	Check *Evening
	// Budget limits the number of settings that are tried. Default: 400.
	Budget int
	// Workers is how many rehearsals run at a time; the plan does not depend on it.
	// Default: 0, the number of cores.
	Workers int
	// Progress is called with the number of settings tried. Default: nil.
	Progress func(tried, budget int)
}

// defaultBudget is the default of Request.Budget. More improves little.
const defaultBudget = 400

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

// Margin is a forecast error.
type Margin struct {
	// Peak is the actual peak ÷ the expected one, from 1 to 10.
	Peak float64
	// Early is how much earlier the event may begin, at most 2 hours.
	Early time.Duration
}

// DefaultMargin is 1.3 times the peak and a kick-off 10 minutes early.
func DefaultMargin() *Margin { return &Margin{Peak: 1.3, Early: 10 * time.Minute} }

// Plan is the result of Make.
type Plan struct {
	// Setting is the plan's setting, Tracking the cheapest one without floors.
	Setting, Tracking Setting
	// Subject scales by Setting, Alone by Setting without floors, ByTracking by
	// Tracking, and Today is Input's subject without floors.
	Subject, Alone, ByTracking, Today lint.Subject
	// Calendar has the event with its shape and floors, as in an environment file,
	// or no event if floors do not pay.
	Calendar events.Calendar
	// Holds says that Setting keeps MinAvailability on the forecast and within the
	// margin; TrackingHolds says so of Tracking.
	Holds, TrackingHolds bool
	// Learned and TrackingLearned are the outcomes of Subject and ByTracking on the
	// first of Evenings, Checked that of Subject on Check, nil without one.
	Learned, TrackingLearned Outcome
	Checked                  *Outcome
	// Wrong is the outcome under forecast errors and faults, on Check or else the
	// first of Evenings.
	Wrong []Row
	// Settings is the number of settings tried, in Rehearsals rehearsals.
	Settings, Rehearsals int
	// Stopped is why the search ended early, "" if it converged.
	Stopped string

	event  Event
	margin Margin
}

// Outcome is the result of a rehearsal.
type Outcome struct {
	// Availability is a share of the requests, Failed a number of them.
	Availability, Failed float64
	// P99 is 0 in Plan.Wrong.
	P99                  time.Duration
	InstanceHours, Money float64
	// OverOracle is the cost ÷ the oracle's.
	OverOracle float64
}

// Make makes a plan. Its error is a problem.List with every problem of the request,
// or of the last setting if AWS accepts none; or ctx's error if it ends before a
// setting was found. If ctx ends later, the plan is the best so far.
func Make(ctx context.Context, r Request) (Plan, error) {
	if err := r.Validate().Err(); err != nil {
		return Plan{}, err
	}
	s := newSearch(ctx, r.withDefaults())
	tracking, planned := s.run()
	if tracking.Setting == (Setting{}) || planned.Setting == (Setting{}) {
		if err := ctx.Err(); err != nil {
			return Plan{}, err
		}
		return Plan{}, s.refused.Err()
	}
	return s.result(tracking, planned), nil
}
