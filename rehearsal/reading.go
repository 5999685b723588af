package rehearsal

import (
	"fmt"
	"math/rand/v2"
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
	// EvaluationJitter is the longest time from a datapoint's publication until its
	// alarm is evaluated. Each time is drawn by Input.Seed, uniformly from 0 to it.
	// Default: 0.
	EvaluationJitter time.Duration
}

// DefaultReading is the reading of an input without one.
func DefaultReading() Reading { return Reading{CooldownBase: CapacityBefore} }

// Readings are the readings under which conclusions should hold: first
// DefaultReading, and then those that differ from it in one respect.
func Readings() []Reading {
	return append([]Reading{DefaultReading()}, DefaultReading().Others()...)
}

// Others are the readings that differ from r in one respect: the other base, the other
// fate of a floor, and a jitter of a minute or none.
func (r Reading) Others() []Reading {
	base, floor, jitter := r, r, r
	if base.CooldownBase = PresentCapacity; r.CooldownBase == PresentCapacity {
		base.CooldownBase = CapacityBefore
	}
	floor.RefusedFloorRetried = !r.RefusedFloorRetried
	if jitter.EvaluationJitter = 0; r.EvaluationJitter == 0 {
		jitter.EvaluationJitter = time.Minute
	}
	return []Reading{base, floor, jitter}
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
	if r.EvaluationJitter > 0 {
		out[2] = "alarms are evaluated up to " + problem.Duration(r.EvaluationJitter) + " late"
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
	if d := r.EvaluationJitter; d < 0 || d%time.Second != 0 || d > time.Hour {
		ps.Add("EvaluationJitter", d, "a jitter is whole seconds from 0 to 1h", "1m is the period of most alarms")
	}
	return ps
}

// jitter draws the delays of an alarm.
type jitter struct {
	most   int64
	random *rand.Rand
}

// newJitter is the jitter of an alarm, at most its period, so that datapoints stay in
// order.
func newJitter(r Reading, period int64, random *rand.Rand) *jitter {
	return &jitter{most: min(int64(r.EvaluationJitter/time.Second), period), random: random}
}

// draw is a delay in seconds.
func (j *jitter) draw() int64 { return j.random.Int64N(j.most + 1) }
