package rehearsal

import (
	"fmt"
	"math/rand/v2"
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
	present, retried, late := DefaultReading(), DefaultReading(), DefaultReading()
	present.CooldownBase = PresentCapacity
	retried.RefusedFloorRetried = true
	late.EvaluationJitter = time.Minute
	return []Reading{DefaultReading(), present, retried, late}
}

// String says in words how the reading differs from DefaultReading.
func (r Reading) String() string {
	text := "during a cooldown, target tracking multiplies the capacity before the scale-out"
	if r.CooldownBase == PresentCapacity {
		text = "during a cooldown, target tracking multiplies the present capacity"
	}
	if r.RefusedFloorRetried {
		text += "; a refused floor is raised after the update"
	} else {
		text += "; a refused floor is lost"
	}
	if r.EvaluationJitter > 0 {
		return text + "; alarms are evaluated up to " + problem.Duration(r.EvaluationJitter) + " late"
	}
	return text + "; alarms are evaluated at once"
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

// jitter draws the delays of alarms.
type jitter struct {
	most   int64
	random *rand.Rand
}

func newJitter(in Input) jitter {
	most := int64(in.Reading.EvaluationJitter / time.Second)
	if most == 0 {
		return jitter{}
	}
	return jitter{most: most, random: rand.New(rand.NewPCG(in.Seed, 0xe7a1))}
}

// draw is a delay in seconds, at most a period.
func (j jitter) draw(period int64) int64 {
	if j.most == 0 {
		return 0
	}
	return j.random.Int64N(min(j.most, period) + 1)
}
