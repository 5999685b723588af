package report

import (
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
		p := point{from: group[0].At, to: to, serving: group[0].InService}
		if i+per < len(minutes) {
			p.to = minutes[i+per].At
		}
		for _, m := range group {
			p.rate += m.Arrived
			p.failing += m.Failed
			p.p99 = max(p.p99, m.P99)
			p.needed = max(p.needed, m.Needed)
			p.serving = min(p.serving, m.InService)
			p.desired, p.least = max(p.desired, m.Desired), max(p.least, m.Min)
		}
		if seconds := p.to.Sub(p.from).Seconds(); seconds > 0 {
			p.rate /= seconds
			p.failing /= seconds
		}
		out = append(out, p)
	}
	return out
}
