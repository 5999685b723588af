package plan

import (
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// grid is the resolution of floors, and how often they are asserted.
const grid = 5 * time.Minute

// eventThreshold is the share of the way from the lowest to the highest rate at
// which the event begins and ends.
const eventThreshold = 0.1

// forecast is the expected traffic of the event.
type forecast struct {
	// evenings are the earlier traces at the event's time, with its peak.
	evenings []trace.Trace
	kickOff  time.Time
	peak     float64 // requests a second
	// starts is when the event's traffic begins, and rates are the highest rate of
	// each grid step from then until its end.
	starts time.Time
	rates  []float64
}

func newForecast(r Request) forecast {
	f := forecast{kickOff: r.Event.KickOff, peak: r.Event.Peak}
	var first, last time.Time
	for i, e := range r.Evenings {
		t := e.at(r.Event, 1)
		f.evenings = append(f.evenings, t)
		if i == 0 || t.Start.Before(first) {
			first = t.Start
		}
		if i == 0 || t.End().After(last) {
			last = t.End()
		}
	}
	first = first.Truncate(grid)
	rates := make([]float64, (last.Sub(first)+grid-1)/grid)
	for _, t := range f.evenings {
		for i, n := range t.Counts {
			from := t.Start.Add(time.Duration(i) * t.Period).Sub(first)
			for at := from / grid; at*grid < from+t.Period; at++ {
				rates[at] = max(rates[at], n/t.Period.Seconds())
			}
		}
	}
	begins, ends := window(rates)
	f.starts, f.rates = first.Add(time.Duration(begins)*grid), rates[begins:ends]
	return f
}

// roundPeak rounds a rate up to three digits.
func roundPeak(rate float64) float64 {
	digit := math.Pow(10, math.Floor(math.Log10(rate))-2)
	return math.Round(math.Ceil(rate/digit-1e-9)*digit*1e6) / 1e6
}

// at is the evening at the event's time, with times its peak.
func (e Evening) at(event Event, times float64) trace.Trace {
	t := e.Trace.ShiftTo(e.KickOff, event.KickOff)
	if peak := t.Peak(); peak > 0 {
		t = t.RateScale(times * event.Peak / peak)
	}
	return t
}

// window is the first and last rates beyond eventThreshold.
func window(rates []float64) (begins, ends int) {
	low, high := math.Inf(1), 0.0
	for _, r := range rates {
		low, high = min(low, r), max(high, r)
	}
	begins = len(rates)
	for i, r := range rates {
		if r >= low+eventThreshold*(high-low) {
			begins, ends = min(begins, i), i+1
		}
	}
	return begins, ends
}

// length is how long the event's traffic lasts.
func (f forecast) length() time.Duration { return time.Duration(len(f.rates)) * grid }
