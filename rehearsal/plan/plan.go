// Package plan finds the cheapest setting of scaling that holds: target,
// bounds, cooldowns, and the floors of an event whose traffic is known from an
// earlier one. It tries settings by rehearsing them, not only on the evening that
// it has learned from but on others like it, and chooses by what being wrong
// would cost. The same request gives the same plan, on any number of cores.
package plan

import (
	"context"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// Request is what is planned, and what is known.
type Request struct {
	// Input is what scales today, what an instance does, the objective and how
	// late AWS acts. Its subject is tracked by invocations; its minimum is the
	// least that any plan has. Its Trace, Faults, InitialCapacity and Minutes are
	// not looked at.
	Input rehearsal.Input
	// Evenings are what traffic was like before: one, or several of which the
	// highest counts at every instant.
	Evenings []Evening
	// Event is what is planned for.
	Event Event
	// MinAvailability is the share of requests that have to be answered, over 0
	// and at most 1. Default: 1, all of them.
	MinAvailability float64
	// MaxCapacity is the most that any plan has, such as the account's quota.
	// Default: 0, as many as the peak may need.
	MaxCapacity int
	// Margin is how wrong the forecast may be without anything being lost.
	// Default: nil, it is right.
	Margin *Margin
	// Check is an evening to rehearse the plan on, that it has not learned from.
	// Default: nil; then it is rehearsed on the first of Evenings.
	Check *Evening
	// Budget is how many settings are tried. Default: 0, DefaultBudget.
	Budget int
	// Workers is how many rehearsals run at a time; the plan does not depend on
	// it. Default: 0, as many as there are cores.
	Workers int
	// Progress is told how many settings of the budget have been tried.
	// Default: nil, nobody is.
	Progress func(tried, budget int)
}

// DefaultBudget is how many settings are tried where nothing is said. More find
// little.
const defaultBudget = 400

// Evening is traffic and when it began to matter.
type Evening struct {
	Trace trace.Trace
	// KickOff is the instant of Trace that becomes the event's.
	KickOff time.Time
}

// Event is the event that comes.
type Event struct {
	// Name is the event's in the environment file. Default: "", "event".
	Name string
	// KickOff is when it begins, on a whole minute. Its zone is the one in which
	// the plan's times are written.
	KickOff time.Time
	// Peak is the highest rate expected, in requests a second. It is rounded up
	// to three digits. Default: 0, the highest of the evenings'.
	Peak float64
}

// Margin is how wrong a forecast may be.
type Margin struct {
	// Peak is how many times the peak may come, from 1 to 10.
	Peak float64
	// Early is how much earlier it may begin.
	Early time.Duration
}

// DefaultMargin is what a robust plan holds: 1.3 times the peak, and a kick-off
// 10 minutes early.
func DefaultMargin() *Margin { return &Margin{Peak: 1.3, Early: 10 * time.Minute} }

// Plan is what was found.
type Plan struct {
	// Setting is the plan's own, Tracking the cheapest without any floor that
	// holds: the answer to what to set where no event is known.
	Setting, Tracking Setting
	// Subject is what scales by Setting: to be rehearsed in place of Input's.
	// Alone is the same without its floors, ByTracking what scales by Tracking,
	// and Today what scales now, without its floors.
	Subject, Alone, ByTracking, Today lint.Subject
	// Calendar holds the event with its shape and floors, as the environment
	// file has it. It has none where floors only cost.
	Calendar events.Calendar
	// Holds says that the forecast, and all within the margin, is answered as
	// well as was asked for; TrackingHolds says so of Tracking.
	Holds, TrackingHolds bool
	// Learned is the plan on the evening that it has learned from, and
	// TrackingLearned is ByTracking on it. Checked is the plan on the evening to
	// check it by, if there is one.
	Learned, TrackingLearned Outcome
	Checked                  *Outcome
	// Wrong is what becomes of it where the forecast is wrong, or something else
	// is: the plan beside Alone and Today. It is played on the evening to check
	// by, if there is one.
	Wrong []Row
	// Settings is how many were tried, Rehearsals how many times that was
	// played.
	Settings, Rehearsals int
	// Stopped is why no more settings were tried, "" where none was left that
	// looked better.
	Stopped string

	event  Event
	margin Margin
}

// Outcome is what a rehearsal has come to.
type Outcome struct {
	// Availability is a share of the requests, Failed is a number of them.
	Availability, Failed float64
	// P99 is not worked out for what is wrong.
	P99                  time.Duration
	InstanceHours, Money float64
	// OverOracle is the cost ÷ that of who knows the future.
	OverOracle float64
}

// Make makes a plan. Its error is an invalid.Problems with everything that is
// wrong with the request, or with the last setting where AWS takes none that was
// thought of; or ctx's where that was done before anything was found. Where ctx is done later, the plan is the best until then, and says so.
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
