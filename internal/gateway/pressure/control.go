package pressure

import (
	"math"
	"time"
)

const (
	// shortestWindow and fewestSamples are how long the control looks before it
	// changes the limit.
	shortestWindow = 200 * time.Millisecond
	fewestSamples  = 10
	// slowdown is how much slower than at their fastest requests may become:
	// twice is one request waiting for each that is served.
	slowdown = 2.0
	// fastGrowth is ten times in six windows; slowGrowth probes near the limit
	// at which requests were last refused.
	fastGrowth, slowGrowth = 1.5, 1.05
	// fewRefused is the share of refused requests that is noise.
	fewRefused = 0.05
	// Where requests were refused, what remains of the limit is what was served
	// at a time, but from half of it to backOff. largestCut bounds what one
	// window's slowness takes.
	backOff, largestCut = 0.85, 0.6
)

// window is what was seen since the limit was last looked at, took ago.
type window struct {
	took time.Duration
	// succeeded requests took latency on average; refused ones the endpoint had
	// no room for.
	succeeded, refused int64
	latency            time.Duration
	// pressed says that the limit was nearly used up at least once.
	pressed bool
}

// control finds the number of requests that an endpoint serves at a time. It
// raises the limit while requests get no slower, and lowers it when they are
// refused or wait for each other. It keeps no clock.
type control struct {
	min, max float64
	limit    float64
	// baseline is the latency of a request that waits for no other, 0 until one
	// was seen.
	baseline float64
	// ceiling is the limit at which requests were last refused, 0 for none.
	ceiling float64
	// cutFrom is the limit before the first of the latest cuts for slowness, and
	// cutLatency the most that requests took since.
	cutFrom, cutLatency float64
	// settled is for how long the limit has been so low that it can be judged, in
	// seconds.
	settled float64
}

// step looks at w and sets the limit.
func (c *control) step(w window) {
	latency := w.latency.Seconds()
	if w.succeeded > 0 && latency > 0 && (c.baseline == 0 || latency < c.baseline) {
		c.baseline = latency
	}
	switch refused := float64(w.refused); {
	case refused > fewRefused*float64(w.refused+w.succeeded):
		c.ceiling = c.limit
		served := float64(w.succeeded) * latency / w.took.Seconds() // at a time, by Little's law
		c.limit = math.Max(0.5*c.limit, math.Min(backOff*c.limit, served))
		c.cutFrom = 0
	case w.succeeded == 0 || c.baseline == 0:
	case latency > slowdown*c.baseline:
		c.slow(latency, w.took.Seconds())
	case w.pressed:
		c.cutFrom = 0
		c.grow(latency, w.refused == 0)
	}
	c.limit = math.Max(c.min, math.Min(c.max, c.limit))
}

// slow cuts the limit to what the latency says. Where fewer requests at a time
// were not faster, they did not wait for each other: the model itself has become
// slower, and its latency is the new baseline. That is judged by requests that
// were sent after the cuts: those from before still took as long as the queue
// that they stood in.
func (c *control) slow(latency, took float64) {
	if c.cutFrom == 0 {
		c.cutFrom, c.cutLatency, c.settled = c.limit, 0, 0
	}
	c.cutLatency = math.Max(c.cutLatency, latency) // what was sent before the first cut shows late
	if c.limit <= c.cutFrom/slowdown || c.limit <= c.min {
		if c.settled += took; c.settled <= c.cutLatency+took {
			return
		}
		if latency > 0.75*c.cutLatency {
			c.baseline, c.limit, c.cutFrom = latency, c.cutFrom, 0
			return
		}
		c.cutFrom, c.cutLatency, c.settled = c.limit, latency, 0
	}
	c.limit *= math.Max(largestCut, slowdown*c.baseline/latency)
}

// grow raises the limit the less the nearer the latency is to too slow.
func (c *control) grow(latency float64, clean bool) {
	if c.ceiling > 0 && c.limit > 1.1*c.ceiling {
		c.ceiling = 0 // the endpoint has grown
	}
	factor := fastGrowth
	if c.ceiling > 0 && c.limit*fastGrowth > 0.9*c.ceiling {
		factor = slowGrowth
	}
	if !clean {
		factor = 1
	}
	room := (slowdown - latency/c.baseline) / (slowdown - 1)
	c.limit = math.Max(c.limit*(1+(factor-1)*math.Min(1, room)), c.limit+math.Min(1, room))
}
