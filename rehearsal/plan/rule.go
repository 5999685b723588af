package plan

import (
	"math"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// The part of an evening that a plan learns from, about its kick-off.
const (
	learnedBefore = 2 * time.Hour
	learnedAfter  = 3 * time.Hour
)

// rule turns earlier evenings into floors. It has no search: its figures were
// chosen once, on matches that docs/plan.md names, and hold on others.
type rule struct {
	// share is the part of the expected need that a floor holds.
	share float64
	// rises is how many times the present rate must be coming for a floor to stand.
	rises float64
	// start is the start time of an instance.
	start time.Duration
	// early is how much earlier than expected the event may begin.
	early time.Duration
}

// defaultRule is the rule for instances with a start time.
func defaultRule(start time.Duration) rule {
	return rule{share: 0.9, rises: 1.2, start: start}
}

// horizon is how far ahead a floor looks: tracking alone needs a few minutes to see
// a rise (fact A11), and a start time to follow it; a floor may be refused for as
// long (fact C35).
func (r rule) horizon() time.Duration {
	return time.Duration(1.5*float64(r.start)) + 10*time.Minute
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
	before := time.Hour + time.Duration(1.5*float64(r.start)) + grid + r.early
	const after = 150 * time.Minute
	for i := range s.shares {
		if at := s.at(i); at >= -before && at <= after {
			s.shares[i] = agreed(curves, func(c curve) float64 { return r.floorOf(c, at) })
		}
	}
	s.shares = raiseOnce(levels(hold(s.shares)), r.start)
	return s
}

func newSlots(kickOff time.Time) slots {
	s := slots{first: kickOff.Add(-learnedBefore).Truncate(grid).Sub(kickOff)}
	s.shares = make([]float64, (learnedBefore+learnedAfter)/grid)
	return s
}

// floorOf is the floor that one evening asks for at a time, as a share of the peak:
// what it brings within the horizon, if that is a rise.
func (r rule) floorOf(c curve, at time.Duration) float64 {
	ahead := c.highest(at, at+r.horizon()+r.early)
	if ahead < r.rises*c.highest(at, at) {
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

// hold keeps each floor for 10 minutes, so that a floor does not come and go.
func hold(shares []float64) []float64 {
	const slots = 2
	out := make([]float64, len(shares))
	for i := range shares {
		out[i] = slices.Max(shares[max(0, i-slots) : i+1])
	}
	return out
}

// levels rounds the floors of each unbroken stretch up to 50, 75 or 100 % of its
// highest: each step keeps the endpoint updating for a start time (facts C10 and C35).
func levels(shares []float64) []float64 {
	out := slices.Clone(shares)
	for from := 0; from < len(out); from++ {
		if out[from] == 0 {
			continue
		}
		to := from
		for to < len(out) && out[to] > 0 {
			to++
		}
		highest := slices.Max(out[from:to])
		for i := from; i < to; i++ {
			out[i] = highest * max(0.5, math.Ceil(4*out[i]/highest-1e-9)/4)
		}
		from = to
	}
	return out
}

// raiseOnce makes a standing floor at once the highest that is due within a start
// time, in which the endpoint would refuse another.
func raiseOnce(shares []float64, start time.Duration) []float64 {
	ahead := int(start / grid)
	out := slices.Clone(shares)
	for i := range shares {
		if shares[i] > 0 {
			out[i] = slices.Max(shares[i:min(len(shares), i+ahead+1)])
		}
	}
	return out
}
