package report

import (
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// maxPoints limits the points of a line.
const maxPoints = 480

// point is a step of a line: a minute, or the extremes of several.
type point struct {
	from, to       time.Time
	rate, failing  float64 // requests a second
	p99            time.Duration
	needed         int
	serving, least int // in service, and the minimum
	desired        int
}

// points are the points of minutes that end at to.
func points(minutes []rehearsal.Minute, to time.Time) []point {
	per := max(1, (len(minutes)+maxPoints-1)/maxPoints)
	var out []point
	for i := 0; i < len(minutes); i += per {
		group := minutes[i:min(i+per, len(minutes))]
		p := point{from: group[0].At, to: to, p99: NotMeasured, needed: NotMeasured, serving: NotMeasured,
			least: NotMeasured, desired: NotMeasured}
		if i+per < len(minutes) {
			p.to = minutes[i+per].At
		}
		seconds := p.to.Sub(p.from).Seconds()
		one, known := seconds/float64(len(group)), len(group)
		for _, m := range group {
			if math.IsNaN(m.Arrived) {
				known--
			} else {
				p.rate += m.Arrived
				p.failing += m.Failed
			}
			p.p99 = max(p.p99, m.P99)
			p.needed = max(p.needed, m.Needed)
			p.serving = least(p.serving, m.InService)
			p.desired, p.least = max(p.desired, m.Desired), max(p.least, m.Min)
		}
		if known < len(group) {
			seconds = one * float64(known)
		}
		switch {
		case known == 0:
			p.rate, p.failing = math.NaN(), math.NaN()
		case seconds > 0:
			p.rate /= seconds
			p.failing /= seconds
		}
		out = append(out, p)
	}
	return out
}

// least is the smaller count of those that were measured.
func least(a, b int) int {
	if a < 0 || b < 0 {
		return max(a, b)
	}
	return min(a, b)
}

// count is a count for a drawing, which has a gap where nothing was measured.
func count(n int) float64 {
	if n < 0 {
		return math.NaN()
	}
	return float64(n)
}
