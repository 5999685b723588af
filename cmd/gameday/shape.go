package main

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
)

// stretch is a constant rate from an instant on, until the next stretch.
type stretch struct {
	from time.Duration
	rate float64 // requests a second
	// before is the requests before it.
	before float64
}

// curve is the rate of requests over time.
type curve struct {
	stretches []stretch
	length    time.Duration
}

// loadShape is how an event is played.
type loadShape struct {
	scale, compress, maxRate float64
	// length cuts it off. Default: 0, all of it.
	length time.Duration
}

// curveOf is an event of a peak rate that lasts for a time, with its overrun: the last
// step of its shape goes on for it. Its uncertainty is not played.
func curveOf(e events.Event, peak float64, lasts time.Duration, s loadShape) curve {
	overrun := events.DefaultOverrun
	if e.Overrun != nil {
		overrun = *e.Overrun
	}
	c := curve{length: time.Duration(float64(lasts+overrun) / s.compress)}
	if s.length > 0 {
		c.length = min(c.length, s.length)
	}
	steps := e.Shape
	if len(steps) == 0 {
		steps = []events.ShapeStep{{Share: 1}}
	}
	for _, step := range steps {
		next := stretch{from: time.Duration(float64(step.After) / s.compress), rate: peak * step.Share * s.scale}
		if s.maxRate > 0 {
			next.rate = min(next.rate, s.maxRate)
		}
		if next.from >= c.length {
			break
		}
		if n := len(c.stretches); n > 0 {
			last := c.stretches[n-1]
			next.before = last.before + last.rate*(next.from-last.from).Seconds()
		}
		c.stretches = append(c.stretches, next)
	}
	return c
}

// at is the stretch of an instant.
func (c curve) at(t time.Duration) stretch {
	i := sort.Search(len(c.stretches), func(i int) bool { return c.stretches[i].from > t })
	return c.stretches[max(0, i-1)]
}

// until is how many requests come before an instant.
func (c curve) until(t time.Duration) float64 {
	t = min(max(t, 0), c.length)
	s := c.at(t)
	return s.before + s.rate*(t-s.from).Seconds()
}

// total is all requests.
func (c curve) total() float64 { return c.until(c.length) }

// peak is the highest rate.
func (c curve) peak() float64 {
	most := 0.0
	for _, s := range c.stretches {
		most = math.Max(most, s.rate)
	}
	return most
}

// due is when the requests before have been n, and whether they ever are.
func (c curve) due(n float64) (time.Duration, bool) {
	if n >= c.total() {
		return c.length, false
	}
	i := sort.Search(len(c.stretches), func(i int) bool { return c.stretches[i].before > n })
	s := c.stretches[max(0, i-1)]
	return s.from + time.Duration((n-s.before)/s.rate*float64(time.Second)), true
}

// Pace implements vegeta.Pacer: requests come when they are due, however slow the
// answers are.
func (c curve) Pace(elapsed time.Duration, hits uint64) (wait time.Duration, stop bool) {
	due, ok := c.due(float64(hits))
	return max(0, due-elapsed), !ok
}

// Rate implements vegeta.Pacer.
func (c curve) Rate(elapsed time.Duration) float64 { return c.at(elapsed).rate }

// planned is an event with what the plan expects of it.
type planned struct {
	event events.Event
	// peak is its highest rate, of all variants together.
	peak  float64
	lasts time.Duration
	fleet []fleet
}

// fleet is a variant's share of an event.
type fleet struct {
	share, perInstance, safetyFactor float64
	zones, minimum                   int
	instanceType                     string
}

// instances is how many instances the plan has for a rate of the whole event; ok is
// false where the rate of an instance was not measured.
func (p planned) instances(rate float64) (n int, ok bool) {
	for _, f := range p.fleet {
		if f.perInstance <= 0 {
			return 0, false
		}
		n += max(f.minimum, capacity.Floor(rate*f.share, f.perInstance, f.safetyFactor, f.zones))
	}
	return n, true
}

// eventOf finds the event of a name, or the only one.
func eventOf(e config.Environment, name string) (planned, error) {
	var p planned
	var known []string
	for _, v := range e.ProductionVariants() {
		c := v.VariantScaling().Calendar()
		for _, event := range c.Events {
			if !slices.Contains(known, event.Name) {
				known = append(known, event.Name)
			}
			if name != "" && event.Name != name || name == "" && p.event.Name != "" && event.Name != p.event.Name {
				continue
			}
			factor := c.SafetyFactor
			if factor == 0 {
				factor = capacity.DefaultSafetyFactor
			}
			peak := event.PeakRequestsPerSecond
			if peak == 0 {
				// The safety factor counts towards instances (events.Event.PeakInstances).
				peak = float64(event.PeakInstances) * c.RequestsPerSecondPerInstance * factor
			}
			windows := c.Windows(event)
			if peak == 0 || len(windows) == 0 {
				return p, fmt.Errorf("--event: event %s gives %d instances and the rate of an instance was not measured; "+
					"give it peakRequestsPerSecond, or capacity.requestsPerSecondPerInstance", event.Name, event.PeakInstances)
			}
			p.event, p.lasts = event, windows[0].Ends.Sub(windows[0].Starts)
			p.peak += peak
			p.fleet = append(p.fleet, fleet{share: peak, perInstance: c.RequestsPerSecondPerInstance, safetyFactor: factor,
				zones: c.Zones, minimum: c.MinCapacity, instanceType: v.Variant().InstanceType})
		}
	}
	for i := range p.fleet {
		p.fleet[i].share /= p.peak
	}
	switch {
	case len(known) == 0:
		return p, fmt.Errorf("--env: environment %s has no events; add one to its file", e.Name)
	case name == "" && len(known) > 1:
		return p, fmt.Errorf("--event: it is required, there are several: %s", strings.Join(known, ", "))
	case p.event.Name == "":
		return p, fmt.Errorf("--event: got %q: there is none of that name; there are %s", name, strings.Join(known, ", "))
	}
	return p, nil
}
