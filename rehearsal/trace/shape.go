package trace

import (
	"math"
	"time"
)

// Grid is the time that a generated shape covers.
type Grid struct {
	Start time.Time
	// Length is rounded down to whole periods.
	Length time.Duration
	// Period is whole seconds. Default: 1s.
	Period time.Duration
}

// Of is the trace of a rate in requests a second at the middle of each period,
// counted from the start. Negative rates count as 0.
func (g Grid) Of(rate func(at time.Duration) float64) Trace {
	if g.Period == 0 {
		g.Period = time.Second
	}
	t := Trace{Start: g.Start, Period: g.Period, Counts: make([]float64, max(0, int(g.Length/g.Period)))}
	for i := range t.Counts {
		at := time.Duration(i)*g.Period + g.Period/2
		t.Counts[i] = math.Max(0, rate(at)) * g.Period.Seconds()
	}
	return t
}

// Step changes from one rate to another at a time.
func (g Grid) Step(from, to float64, at time.Duration) Trace {
	return g.Of(func(now time.Duration) float64 {
		if now < at {
			return from
		}
		return to
	})
}

// Ramp changes linearly from one rate to another between two times.
func (g Grid) Ramp(from, to float64, begins, ends time.Duration) Trace {
	return g.Of(func(now time.Duration) float64 {
		return from + (to-from)*share(now, begins, ends)
	})
}

// Flash rises from base to peak within rise, and decays with a halfLife.
func (g Grid) Flash(base, peak float64, at, rise, halfLife time.Duration) Trace {
	return g.Of(func(now time.Duration) float64 {
		if now < at+rise {
			return base + (peak-base)*share(now, at, at+rise)
		}
		return base + (peak-base)*math.Exp2(-(now-at-rise).Seconds()/halfLife.Seconds())
	})
}

// Diurnal is a sine between the rates of night and day, highest at an hour of the
// day in UTC.
func (g Grid) Diurnal(night, day, highest float64) Trace {
	midnight := g.Start.UTC().Truncate(24 * time.Hour)
	return g.Of(func(now time.Duration) float64 {
		hours := g.Start.Add(now).Sub(midnight).Hours()
		return night + (day-night)*(1+math.Cos((hours-highest)/24*2*math.Pi))/2
	})
}

// Match is the evening of a football match: traffic rises from half an hour before
// kick-off, dips at half-time, peaks at the end after 105 minutes, and is back at
// base half an hour later.
func (g Grid) Match(base, peak float64, kickOff time.Duration) Trace {
	points := []struct {
		minute float64
		share  float64
	}{{-30, 0}, {0, 0.2}, {30, 0.45}, {45, 0.6}, {50, 0.45}, {60, 0.45}, {65, 0.65}, {90, 0.8}, {105, 1}, {120, 0.25},
		{135, 0}}
	return g.Of(func(now time.Duration) float64 {
		minute := (now - kickOff).Minutes()
		for i := 1; i < len(points); i++ {
			a, b := points[i-1], points[i]
			if minute >= a.minute && minute < b.minute {
				return base + (peak-base)*(a.share+(b.share-a.share)*(minute-a.minute)/(b.minute-a.minute))
			}
		}
		return base
	})
}

// share is now's position between begins and ends, 0 to 1.
func share(now, begins, ends time.Duration) float64 {
	if now >= ends {
		return 1
	}
	return math.Max(0, (now-begins).Seconds()/(ends-begins).Seconds())
}
