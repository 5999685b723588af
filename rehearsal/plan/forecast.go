package plan

import (
	"fmt"
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// roundPeak rounds a rate up to three digits.
func roundPeak(rate float64) float64 {
	digit := math.Pow(10, math.Floor(math.Log10(rate))-2)
	return math.Round(math.Ceil(rate/digit-1e-9)*digit*1e6) / 1e6
}

// peak is the highest rate about the kick-off, or else of the whole trace.
func (e Evening) peak() float64 {
	about := e.Trace.Between(e.KickOff.Add(-learnedBefore), e.KickOff.Add(learnedAfter))
	if peak := about.Peak(); peak > 0 {
		return peak
	}
	return e.Trace.Peak()
}

// at is the evening at the event's time, with times its peak.
func (e Evening) at(event Event, times float64) trace.Trace {
	t := e.Trace.ShiftTo(e.KickOff, event.KickOff)
	if peak := e.peak(); peak > 0 {
		t = t.RateScale(times * event.Peak / peak)
	}
	return t
}

// name is the evening's date and time.
func (e Evening) name() string { return e.KickOff.UTC().Format("2 Jan 2006 15:04") }

// forecast is the evenings that count, changed by one error.
type forecast struct {
	name   string
	traces []trace.Trace
}

// likely are the forecasts under which a plan must answer as many requests of the
// evenings together as tracking alone, and as today's scaling. Of a single evening
// chance decides: a step of tracking that comes a second later may refuse a floor
// (fact C35).
func likely(evenings []Evening, event Event) []forecast {
	var out []forecast
	for _, times := range []float64{1, 0.5, 0.75, 1.3} {
		f := forecast{name: "as forecast"}
		if times != 1 {
			f.name = fmt.Sprintf("%g times the peak", times)
		}
		for _, e := range evenings {
			f.traces = append(f.traces, e.at(event, times))
		}
		out = append(out, f)
	}
	return out
}

// top is the end of the highest period.
func top(t trace.Trace) time.Time {
	highest := 0
	for i, n := range t.Counts {
		if n > t.Counts[highest] {
			highest = i
		}
	}
	return t.Start.Add(time.Duration(highest+1) * t.Period)
}
