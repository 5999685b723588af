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

// TimeScale is the trace times as fast, at its own rates: rises are steeper by the
// same factor.
func (t Trace) TimeScale(times float64) Trace {
	out := t
	seconds := t.Period.Seconds() / times
	period := math.Max(1, math.Floor(seconds+1e-9))
	out.Period = time.Duration(period) * time.Second
	out.Counts = make([]float64, int(math.Ceil(seconds*float64(len(t.Counts))/period-1e-9)))
	for i, n := range t.Counts {
		rate := n / t.Period.Seconds()
		// The period [from, to) is spread over the periods that it overlaps.
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

// Between is the periods that begin in [from, to); a zero time is no bound.
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

// Shift is the trace later by a duration, which may be negative.
func (t Trace) Shift(by time.Duration) Trace {
	t.Start = t.Start.Add(by)
	return t
}

// ShiftTo shifts the trace so that the time then becomes now.
func (t Trace) ShiftTo(then, now time.Time) Trace { return t.Shift(now.Sub(then)) }

// Extend inserts extra time: the periods of the time by before at come once more,
// and the rest is later. by is rounded up to whole periods.
func (t Trace) Extend(at time.Time, by time.Duration) Trace {
	i := int(min(max(at.Sub(t.Start)/t.Period, 0), time.Duration(len(t.Counts))))
	n := min(int((by+t.Period-1)/t.Period), i)
	out := t
	out.Counts = slices.Concat(t.Counts[:i], t.Counts[i-n:i], t.Counts[i:])
	return out
}

// Repeated is a Source that repeats a trace, with noise on every period.
type Repeated struct {
	Trace
	// Times is the number of repetitions, 1 or more.
	Times int
	// Noise is the standard deviation of a count ÷ the count. Default: 0.
	Noise float64
	// Seed is the seed of the noise. Default: 0.
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
