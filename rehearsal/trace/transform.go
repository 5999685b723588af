package trace

import (
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// RateScale is the trace with times as many requests.
func (t Trace) RateScale(times float64) Trace {
	out := t
	out.Counts = make([]float64, len(t.Counts))
	for i, n := range t.Counts {
		out.Counts[i] = n * times
	}
	return out
}

// TimeScale is the trace played times as fast: so many source minutes become
// one, at the rates that they had. Everything rises and falls as much steeper.
func (t Trace) TimeScale(times float64) Trace {
	out := t
	seconds := t.Period.Seconds() / times
	period := math.Max(1, math.Floor(seconds+1e-9))
	out.Period = time.Duration(period) * time.Second
	out.Counts = make([]float64, int(math.Ceil(seconds*float64(len(t.Counts))/period-1e-9)))
	for i, n := range t.Counts {
		rate := n / t.Period.Seconds()
		// The period [from, to) is spread over those that it falls into.
		from, to := float64(i)*seconds, float64(i+1)*seconds
		for at := int(from / period); at < len(out.Counts); at++ {
			overlap := math.Min(to, float64(at+1)*period) - math.Max(from, float64(at)*period)
			if overlap <= 0 {
				if float64(at)*period >= to {
					break
				}
				continue
			}
			out.Counts[at] += rate * overlap
		}
	}
	return out
}

// Between is the periods that begin from from on and before to; a zero time is
// no bound. A trace without any of them is empty, which Validate says.
func (t Trace) Between(from, to time.Time) Trace {
	index := func(at time.Time, otherwise int) int {
		if at.IsZero() {
			return otherwise
		}
		d := at.Sub(t.Start)
		if d <= 0 {
			return 0
		}
		return min(int((d+t.Period-1)/t.Period), len(t.Counts))
	}
	first, last := index(from, 0), index(to, len(t.Counts))
	out := t
	out.Start = t.Start.Add(time.Duration(first) * t.Period)
	out.Counts = t.Counts[first:max(first, last)]
	return out
}

// Shift is the trace so much later, or earlier: a kick-off that is moved.
func (t Trace) Shift(by time.Duration) Trace {
	t.Start = t.Start.Add(by)
	return t
}

// ShiftTo makes an instant of the trace another one: an old match's kick-off
// the new one's.
func (t Trace) ShiftTo(then, now time.Time) Trace { return t.Shift(now.Sub(then)) }

// Extend is the trace with extra time from an instant on: what came in the time
// by before it comes once more, and all that follows is later. by is rounded up
// to whole periods.
func (t Trace) Extend(at time.Time, by time.Duration) Trace {
	i := int(min(max(at.Sub(t.Start)/t.Period, 0), time.Duration(len(t.Counts))))
	n := min(int((by+t.Period-1)/t.Period), i)
	out := t
	out.Counts = slices.Concat(t.Counts[:i], t.Counts[i-n:i], t.Counts[i:])
	return out
}

// Repeated is a trace over and over, with noise on every period. It is never
// longer in memory than the trace.
type Repeated struct {
	Trace
	// Times is how often, 1 or more.
	Times int
	// Noise is the standard deviation of a period's count as a share of it.
	Noise float64
	// Seed begins the noise.
	Seed uint64
}

// All implements Source.
func (r Repeated) All() iter.Seq[float64] {
	return func(yield func(float64) bool) {
		random := rand.New(rand.NewPCG(r.Seed, 0x7ace))
		for range r.Times {
			for _, n := range r.Counts {
				if !yield(math.Max(0, n*(1+r.Noise*random.NormFloat64()))) {
					return
				}
			}
		}
	}
}
