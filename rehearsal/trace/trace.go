package trace

import (
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Source is traffic on a grid of equal periods. It may be larger than memory.
type Source interface {
	// Grid is the beginning of the first period, and the length of each: whole
	// seconds, 1 or more.
	Grid() (start time.Time, period time.Duration)
	// All is the requests of each period, in order. It may be called repeatedly.
	All() iter.Seq[float64]
}

// Trace is a Source in memory.
type Trace struct {
	// Start is when the first period begins.
	Start time.Time
	// Period is the length of each period: whole seconds, 1 or more.
	Period time.Duration
	// Counts are the requests of each period.
	Counts []float64
}

// Grid implements Source.
func (t Trace) Grid() (time.Time, time.Duration) { return t.Start, t.Period }

// All implements Source.
func (t Trace) All() iter.Seq[float64] {
	return func(yield func(float64) bool) {
		for _, n := range t.Counts {
			if !yield(n) {
				return
			}
		}
	}
}

// End is when the last period ends.
func (t Trace) End() time.Time { return t.Start.Add(time.Duration(len(t.Counts)) * t.Period) }

// Total is all requests.
func (t Trace) Total() float64 {
	sum := 0.0
	for _, n := range t.Counts {
		sum += n
	}
	return sum
}

// Peak is the highest rate of a period, in requests a second.
func (t Trace) Peak() float64 {
	most := 0.0
	for _, n := range t.Counts {
		most = max(most, n)
	}
	return most / t.Period.Seconds()
}

// maxProblems limits the problems that are listed one by one.
const maxProblems = 10

// Validate returns every problem of the trace, with the field paths of this struct.
func (t Trace) Validate() problem.List {
	var ps problem.List
	if t.Period < time.Second || t.Period%time.Second != 0 {
		ps.Add("Period", t.Period, "a period is whole seconds, 1s or more", "such as 1m")
	}
	if len(t.Counts) == 0 {
		ps.Add("Counts", nil, "a trace without a period has nothing to replay", "give the requests of each period")
	}
	wrong := 0
	for i, n := range t.Counts {
		if n >= 0 && !math.IsInf(n, 1) {
			continue
		}
		if wrong++; wrong <= maxProblems {
			ps.Add(fmt.Sprintf("Counts[%d]", i), n, "a number of requests is 0 or more", "give the number of requests, or 0")
		}
	}
	if more := wrong - maxProblems; more > 0 {
		ps.Add("Counts", nil, fmt.Sprintf("%d more are no numbers of requests", more), "look at what wrote them")
	}
	return ps
}
