package plan

import (
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// grid is how fine floors follow a forecast, and how often they are asserted.
const grid = 5 * time.Minute

// rising is the share of the way from the lowest to the highest rate at which
// the event has begun, and is over.
const eventThreshold = 0.1

// forecast is what the evenings say of the event.
type forecast struct {
	// evenings are theirs, at the event's time and with its peak.
	evenings []trace.Trace
	kickOff  time.Time
	peak     float64 // requests a second
	// starts is when the event's traffic begins, and rates are the highest of
	// each step of the grid from then until it is over.
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

// roundPeak rounds a rate up to three digits, as a person would write it.
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

// window is the part of the rates in which the event is: they are over rising
// of the way from the lowest to the highest at its beginning and its end.
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
