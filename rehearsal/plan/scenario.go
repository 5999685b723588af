package plan

import (
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// kind is how a scenario is judged.
type kind int

const (
	// promised scenarios must keep the availability asked for.
	promised kind = iota
	// compared ones may lose no more than tracking alone.
	compared
	// likely ones only add to the regret.
	likely
)

// scenario is a possible evening.
type scenario struct {
	name  string
	kind  kind
	trace trace.Trace
	// zoneLost is when a zone is lost. Default: none is.
	zoneLost time.Time
}

// scenarios are the evenings that a setting is rehearsed on: the forecast,
// variations of it, and wrong forecasts. The hardest come first, so that a bad
// setting is given up early.
func (f forecast) scenarios(m Margin, zones int) []scenario {
	var out []scenario
	a := func(part int) time.Duration { // of the event
		return (f.length() / time.Duration(part)).Round(time.Minute)
	}
	for _, t := range f.evenings {
		add := func(name string, k kind, t trace.Trace) { out = append(out, scenario{name: name, kind: k, trace: t}) }
		more := t.RateScale(1.2)
		add("as forecast", promised, t)
		if m.Peak > 1 || m.Early > 0 {
			add("at the margin", promised, t.RateScale(m.Peak).Shift(-m.Early))
			add("the margin's peak", promised, t.RateScale(m.Peak))
			add("the margin's kick-off", promised, t.Shift(-m.Early))
		}
		if zones > 1 {
			out = append(out, scenario{"a zone lost at the top", compared, t, top(t)})
		}
		add("a little early", promised, t.Shift(-a(24)))
		add("a little late", promised, t.Shift(a(24)))
		add("the crowd comes sooner", promised, f.crowd(more, 0.5))
		add("the crowd comes at once", promised, f.crowd(more, 2))
		add("faster", promised, f.faster(more, 1.25))
		add("slower", promised, f.faster(more, 0.8))
		add("goals", promised, f.goals(more))
		add("1.3 times the peak", promised, t.RateScale(1.3))
		add("noise", promised, noise(more))
		add("a lull", promised, f.lull(more))
		add("extra time", compared, t.Extend(top(t), a(8)))
		add("half the peak", compared, t.RateScale(0.5))
		add("three quarters of the peak", compared, t.RateScale(0.75))
		add("1.5 times the peak", likely, t.RateScale(1.5))
	}
	return out
}

// faster is the evening times as fast, with the same kick-off.
func (f forecast) faster(t trace.Trace, times float64) trace.Trace {
	until := f.kickOff.Sub(t.Start)
	quick := t.TimeScale(times)
	return quick.Shift(until - time.Duration(float64(until)/times).Truncate(time.Second))
}

// crowd is the evening with the time before kick-off times as fast.
func (f forecast) crowd(t trace.Trace, times float64) trace.Trace {
	out := t.RateScale(1)
	kickOff := int(f.kickOff.Sub(t.Start) / t.Period)
	for i := range min(kickOff, len(out.Counts)) {
		out.Counts[i] = t.Counts[max(0, kickOff-int(math.Round(times*float64(kickOff-i))))]
	}
	return out
}

// lull has 30 % less traffic for a while.
func (f forecast) lull(t trace.Trace) trace.Trace {
	return f.during(t, 0.7, 0.35)
}

// goals have 25 % more traffic for a while, three times.
func (f forecast) goals(t trace.Trace) trace.Trace {
	return f.during(t, 1.25, 0.25, 0.45, 0.65)
}

// during is the evening with times the traffic for a sixteenth of the event, from
// each share of it on.
func (f forecast) during(t trace.Trace, times float64, from ...float64) trace.Trace {
	out := t.RateScale(1)
	for _, share := range from {
		begins := f.starts.Add(time.Duration(share * float64(f.length())))
		ends := begins.Add(f.length() / 16)
		for i := range out.Counts {
			if at := t.Start.Add(time.Duration(i) * t.Period); !at.Before(begins) && at.Before(ends) {
				out.Counts[i] *= times
			}
		}
	}
	return out
}

// noise is the evening with noise on each period.
func noise(t trace.Trace) trace.Trace {
	out := t
	out.Counts = out.Counts[:0:0]
	for n := range (trace.Repeated{Trace: t, Times: 1, Noise: 0.05, Seed: 1}).All() {
		out.Counts = append(out.Counts, n)
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
