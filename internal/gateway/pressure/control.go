package pressure

import (
	"math"
	"time"
)

const (
	// The limit changes at most once in minWindow, and after minSamples outcomes.
	minWindow  = 200 * time.Millisecond
	minSamples = 10
	// maxSlowdown is the highest accepted ratio of latency to the baseline: at
	// twice the baseline, one request waits for each that is served.
	maxSlowdown = 2.0
	// fastGrowth is tenfold in six windows. slowGrowth applies near the limit at
	// which requests were last refused.
	fastGrowth, slowGrowth = 1.5, 1.05
	// refusedNoise is the share of refused requests that is ignored.
	refusedNoise = 0.05
	// After refusals the limit becomes the concurrency that was served, but at
	// least half and at most maxAfterRefusal of the limit before. A cut for
	// slowness leaves at least the share maxCut.
	maxAfterRefusal, maxCut = 0.85, 0.6
)

// window is the outcomes since the last step, which was took ago.
type window struct {
	took time.Duration
	// latency is the mean of succeeded.
	succeeded, refused int64
	latency            time.Duration
	// saturated says that more than four fifths of the limit were in use at least
	// once.
	saturated bool
}

// control is the adaptive limit. It raises the limit while latency stays near the
// baseline, and lowers it when requests are refused or queue inside the endpoint.
// It reads no clock.
type control struct {
	min, max float64
	limit    float64
	// baseline is the latency without queueing, in seconds; 0 before the first
	// success.
	baseline float64
	// ceiling is the limit at which requests were last refused; 0 for none.
	ceiling float64
	// limitBeforeCuts is the limit before the current series of cuts for slowness,
	// 0 for none; maxLatency is the highest latency since, in seconds.
	limitBeforeCuts, maxLatency float64
	// lowFor is the time since the limit became low enough to judge the cuts, in
	// seconds.
	lowFor float64
}

// step sets the limit from the outcomes of w.
func (c *control) step(w window) {
	latency := w.latency.Seconds()
	if w.succeeded > 0 && latency > 0 && (c.baseline == 0 || latency < c.baseline) {
		c.baseline = latency
	}
	switch refused := float64(w.refused); {
	case refused > refusedNoise*float64(w.refused+w.succeeded):
		c.ceiling = c.limit
		served := float64(w.succeeded) * latency / w.took.Seconds() // concurrency, by Little's law
		c.limit = math.Max(0.5*c.limit, math.Min(maxAfterRefusal*c.limit, served))
		c.limitBeforeCuts = 0
	case w.succeeded == 0 || c.baseline == 0:
	case latency > maxSlowdown*c.baseline:
		c.slow(latency, w.took.Seconds())
	case w.saturated:
		c.limitBeforeCuts = 0
		c.grow(latency, w.refused == 0)
	}
	c.limit = math.Max(c.min, math.Min(c.max, c.limit))
}

// slow cuts the limit in proportion to the slowdown. Where the cuts do not lower
// the latency, requests did not queue: the model itself has become slower, its
// latency is the new baseline, and the limit goes back. Only requests that were
// sent after the cuts are judged: earlier ones include their time in the queue.
func (c *control) slow(latency, took float64) {
	if c.limitBeforeCuts == 0 {
		c.limitBeforeCuts, c.maxLatency, c.lowFor = c.limit, 0, 0
	}
	c.maxLatency = math.Max(c.maxLatency, latency) // requests sent before the first cut complete late
	if c.limit <= c.limitBeforeCuts/maxSlowdown || c.limit <= c.min {
		if c.lowFor += took; c.lowFor <= c.maxLatency+took {
			return
		}
		if latency > 0.75*c.maxLatency {
			c.baseline, c.limit, c.limitBeforeCuts = latency, c.limitBeforeCuts, 0
			return
		}
		c.limitBeforeCuts, c.maxLatency, c.lowFor = c.limit, latency, 0
	}
	c.limit *= math.Max(maxCut, maxSlowdown*c.baseline/latency)
}

// grow raises the limit, by less the nearer the latency is to maxSlowdown times the
// baseline.
func (c *control) grow(latency float64, noneRefused bool) {
	if c.ceiling > 0 && c.limit > 1.1*c.ceiling {
		c.ceiling = 0 // the endpoint has more capacity
	}
	factor := fastGrowth
	if c.ceiling > 0 && c.limit*fastGrowth > 0.9*c.ceiling {
		factor = slowGrowth
	}
	if !noneRefused {
		factor = 1
	}
	room := (maxSlowdown - latency/c.baseline) / (maxSlowdown - 1)
	c.limit = math.Max(c.limit*(1+(factor-1)*math.Min(1, room)), c.limit+math.Min(1, room))
}
