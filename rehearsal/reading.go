package rehearsal

import (
	"fmt"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// CooldownBase is the capacity that target tracking multiplies during a scale-out
// cooldown. AWS does not document it (fact I6).
type CooldownBase string

// The capacities that it may be.
const (
	// CapacityBefore is the capacity before the activity that began the cooldown, so
	// that only a larger scale-out adds instances.
	CapacityBefore CooldownBase = "CapacityBefore"
	// PresentCapacity is the capacity after it.
	PresentCapacity CooldownBase = "PresentCapacity"
)

// Reading is one reading of what AWS does not document. Conclusions should hold
// under each of Readings.
type Reading struct {
	// CooldownBase is what target tracking multiplies during a scale-out cooldown.
	// Default: CapacityBefore, which adds fewer instances.
	CooldownBase CooldownBase
	// RefusedFloorRetried says that a floor that an updating endpoint refused is
	// raised after the update (fact C35). Default: false, it is lost.
	RefusedFloorRetried bool
	// EvaluationDelay is the time from a datapoint's publication until CloudWatch has
	// evaluated its alarm and Application Auto Scaling acts; 0 is at once. CloudWatch
	// evaluates an alarm once a minute, at a second that it does not document (fact A54).
	// Default: 1m, the longest. With the publication of a datapoint of a minute these are
	// the 2 minutes that AWS gives at most (fact A13). It is that of high-resolution
	// alarms too, which are evaluated every 10 s: how soon Application Auto Scaling acts
	// is not documented either.
	EvaluationDelay *time.Duration
}

// defaultEvaluationDelay is the default of Reading.EvaluationDelay.
const defaultEvaluationDelay = time.Minute

// DefaultReading is the reading of an input without one: the pessimistic side of what
// is not documented.
func DefaultReading() Reading { return Reading{}.withDefaults() }

// withDefaults is the reading with its defaults filled in.
func (r Reading) withDefaults() Reading {
	if r.CooldownBase == "" {
		r.CooldownBase = CapacityBefore
	}
	if r.EvaluationDelay == nil {
		delay := defaultEvaluationDelay
		r.EvaluationDelay = &delay
	}
	return r
}

// evaluationDelay is EvaluationDelay or its default.
func (r Reading) evaluationDelay() time.Duration { return *r.withDefaults().EvaluationDelay }

// Readings are the readings under which conclusions should hold: first
// DefaultReading, and then those that differ from it in one respect.
func Readings() []Reading {
	return append([]Reading{DefaultReading()}, DefaultReading().Others()...)
}

// Others are the readings that differ from r in one respect: the other base, the other
// fate of a floor, and alarms that are evaluated at once, or a minute late.
func (r Reading) Others() []Reading {
	base, floor, alarms := r, r, r
	if base.CooldownBase = PresentCapacity; r.CooldownBase == PresentCapacity {
		base.CooldownBase = CapacityBefore
	}
	floor.RefusedFloorRetried = !r.RefusedFloorRetried
	if alarms.EvaluationDelay = nil; r.evaluationDelay() > 0 {
		alarms.EvaluationDelay = new(time.Duration)
	}
	return []Reading{base, floor, alarms.withDefaults()}
}

// String says the reading in words.
func (r Reading) String() string { return strings.Join(r.clauses(), "; ") }

// Beside says in words in what the reading differs from another, "" if in nothing.
func (r Reading) Beside(other Reading) string {
	var out []string
	theirs := other.clauses()
	for i, clause := range r.clauses() {
		if clause != theirs[i] {
			out = append(out, clause)
		}
	}
	return strings.Join(out, "; ")
}

// clauses are the reading's respects in words.
func (r Reading) clauses() []string {
	out := []string{
		"during a scale-out cooldown, target tracking multiplies the capacity before it",
		"a floor that an updating endpoint refuses is lost", "alarms are evaluated at once",
	}
	if r.CooldownBase == PresentCapacity {
		out[0] = "during a scale-out cooldown, target tracking multiplies the present capacity"
	}
	if r.RefusedFloorRetried {
		out[1] = "a floor that an updating endpoint refuses is raised after the update"
	}
	if d := r.evaluationDelay(); d > 0 {
		out[2] = "alarms are evaluated " + problem.Duration(d) + " late"
	}
	return out
}

func (r Reading) validate() problem.List {
	var ps problem.List
	if r.CooldownBase != CapacityBefore && r.CooldownBase != PresentCapacity {
		ps.Add("CooldownBase", string(r.CooldownBase),
			fmt.Sprintf("a cooldown's base is %s or %s", CapacityBefore, PresentCapacity),
			"leave it out for "+string(CapacityBefore))
	}
	if d := r.evaluationDelay(); d < 0 || d%time.Second != 0 || d > time.Hour {
		ps.Add("EvaluationDelay", d, "a delay is whole seconds from 0 to 1h",
			"leave it out for "+problem.Duration(defaultEvaluationDelay))
	}
	return ps
}
