package plan

import (
	"math"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// grid is the resolution of floors, and how often they are asserted.
const grid = 5 * time.Minute

// The part of an evening that a plan learns from, about its kick-off.
const (
	learnedBefore = 2 * time.Hour
	learnedAfter  = 3 * time.Hour
)

// rule turns earlier evenings into floors. It has no search: its figures were
// chosen once, and hold on evenings that were not seen when they were.
type rule struct {
	// start is the start time of an instance.
	start time.Duration
	// early is how much earlier than expected the event may begin.
	early time.Duration
}

const (
	// ruleShare is the part of the expected need, at ruleSafetyFactor, that floors
	// hold. Tracking adds the rest.
	ruleShare, ruleSafetyFactor = 0.9, 0.7
	// rises is how many times the present rate must be coming for a floor to stand.
	// Tracking alone follows less.
	rises = 1.2
	// floorsUntil is how long after kick-off the last floor begins.
	floorsUntil = 150 * time.Minute
)

// horizon is how far ahead a floor looks. An endpoint that is updating refuses it for
// up to a start time (fact C35), it is asserted again after a step of the grid, and
// instances take a start time. From kick-off on, floors and traffic are there already,
// and half of the first start time is enough.
func (r rule) horizon(at time.Duration) time.Duration {
	if at < 0 {
		return 2*r.start + grid + r.early
	}
	return r.start + r.start/2 + grid + r.early
}

// curve is an evening as shares of its own maximum, a value a minute from
// learnedBefore the kick-off.
type curve []float64

// newCurve is the centred mean of five minutes of an evening, as shares of its
// maximum. Minutes outside the trace have the nearest minute's rate.
func newCurve(e Evening) curve {
	raw := make(curve, (learnedBefore+learnedAfter)/time.Minute)
	for i := range raw {
		from := e.KickOff.Add(-learnedBefore + time.Duration(i)*time.Minute)
		raw[i] = meanRate(e.Trace, from, from.Add(time.Minute))
	}
	out, highest := make(curve, len(raw)), 0.0
	for i := range raw {
		around := raw[max(0, i-2):min(len(raw), i+3)]
		for _, x := range around {
			out[i] += x / float64(len(around))
		}
		highest = max(highest, out[i])
	}
	for i := range out {
		out[i] /= max(highest, math.SmallestNonzeroFloat64)
	}
	return out
}

// meanRate is the requests a second of a trace between two times.
func meanRate(t trace.Trace, from, to time.Time) float64 {
	lasts := to.Sub(from)
	latest := t.End().Add(-lasts)
	if from.After(latest) {
		from = latest
	}
	if from.Before(t.Start) {
		from = t.Start
	}
	begin, end := from.Sub(t.Start), min(from.Add(lasts).Sub(t.Start), t.End().Sub(t.Start))
	sum := 0.0
	for i := int(begin / t.Period); i < len(t.Counts) && time.Duration(i)*t.Period < end; i++ {
		at := time.Duration(i) * t.Period
		overlap := min(end, at+t.Period) - max(begin, at)
		sum += t.Counts[i] * float64(overlap) / float64(t.Period)
	}
	return sum / (end - begin).Seconds()
}

// highest is the highest share of [from, to), in time since the kick-off.
func (c curve) highest(from, to time.Duration) float64 {
	index := func(d time.Duration) int {
		return int(min(max(d+learnedBefore, 0)/time.Minute, time.Duration(len(c)-1)))
	}
	return slices.Max(c[index(from) : index(to)+1])
}

// slots are the times of a plan's floors, in time since the kick-off: first is the
// earliest, and the others follow every grid.
type slots struct {
	first  time.Duration
	shares []float64
}

func (s slots) at(i int) time.Duration { return s.first + time.Duration(i)*grid }

// floors are the floors of evenings as shares of the peak, 0 for none. kickOff is on
// the clock, so that floors are on the grid of its hours.
func (r rule) floors(curves []curve, kickOff time.Time) slots {
	s := newSlots(kickOff)
	before := time.Hour + r.horizon(-grid)
	for i := range s.shares {
		if at := s.at(i); at >= -before && at <= floorsUntil {
			s.shares[i] = agreed(curves, func(c curve) float64 { return r.floorOf(c, at) })
		}
	}
	s.shares = stand(levels(hold(s.shares)), r.leadTime())
	return s
}

// leadTime is how long before its traffic a floor is written: the start time, on the
// grid.
func (r rule) leadTime() time.Duration { return roundUp(r.start, grid) }

func roundUp(d, to time.Duration) time.Duration { return (d + to - 1) / to * to }

func newSlots(kickOff time.Time) slots {
	s := slots{first: kickOff.Add(-learnedBefore).Truncate(grid).Sub(kickOff)}
	s.shares = make([]float64, (learnedBefore+learnedAfter)/grid)
	return s
}

// floorOf is the floor that one evening asks for at a time, as a share of the peak:
// what it brings within the horizon, if that is a rise.
func (r rule) floorOf(c curve, at time.Duration) float64 {
	ahead := c.highest(at, at+r.horizon(at))
	if ahead < rises*c.highest(at, at) {
		return 0
	}
	return ahead
}

// agreed is the value that evenings agree on: the third highest of five and more,
// the highest of fewer. One evening that differs moves nothing.
func agreed(curves []curve, of func(curve) float64) float64 {
	values := make([]float64, len(curves))
	for i, c := range curves {
		values[i] = of(c)
	}
	slices.Sort(values)
	if n := len(values); n >= 5 {
		return values[n-3]
	}
	return values[len(values)-1]
}

// hold keeps each floor for another step of the grid, so that floors do not come and
// go.
func hold(shares []float64) []float64 {
	out := slices.Clone(shares)
	for i := 1; i < len(shares); i++ {
		out[i] = max(shares[i-1], shares[i])
	}
	return out
}

// levels rounds the floors of each unbroken stretch up to 50, 75 or 100 % of its
// highest: each step keeps the endpoint updating for a start time (facts C10 and C35).
func levels(shares []float64) []float64 {
	out := slices.Clone(shares)
	for from := 0; from < len(out); from++ {
		to := from
		for to < len(out) && out[to] > 0 {
			to++
		}
		if to == from {
			continue
		}
		highest := slices.Max(out[from:to])
		for i := from; i < to; i++ {
			out[i] = highest * max(0.5, math.Ceil(4*out[i]/highest-1e-9)/4)
		}
		from = to
	}
	return out
}

// stand keeps a floor that has risen for longer than the lead time, since an event's
// shape cannot say a floor that ends before its traffic comes.
func stand(shares []float64, lead time.Duration) []float64 {
	least := int(lead/grid) + 1
	out := slices.Clone(shares)
	for i, x := range shares {
		if i > 0 && x <= shares[i-1] {
			continue
		}
		for k := i; k < min(i+least, len(out)); k++ {
			out[k] = max(out[k], x)
		}
	}
	return out
}
