package events

import (
	"fmt"
	"time"
)

// Together is one calendar of the traffic of several variants, for what stands
// before all of them: where events of different variants may be under way at the
// same time, their rates add up. Its other settings are the first one's.
func Together(variants []Calendar) Calendar {
	if len(variants) == 0 {
		return Calendar{}
	}
	all := variants[0]
	if len(variants) == 1 {
		return all
	}
	all.Events = nil
	taken := map[string]bool{}
	for i, c := range variants {
		for _, e := range c.Events {
			rate := c.Rate(e) * max(1, e.Uncertainty)
			for j, other := range variants {
				if j != i {
					rate += other.highestRateBeside(e)
				}
			}
			// Each event is prepared for as if the others were at their peaks: of
			// two that overlap, the one with the higher share has enough for both.
			e.PeakRequestsPerSecond, e.PeakInstances, e.Uncertainty = rate, 0, 0
			for name, n := e.Name, 2; taken[e.Name]; n++ {
				e.Name = fmt.Sprintf("%s %d", name, n)
			}
			taken[e.Name] = true
			all.Events = append(all.Events, e)
		}
	}
	return all
}

// Rate is the requests a second that e is expected to bring, 0 where they are not
// known.
func (c Calendar) Rate(e Event) float64 {
	if e.PeakInstances != 0 {
		return float64(e.PeakInstances) * c.RequestsPerSecondPerInstance * c.withDefaults().SafetyFactor
	}
	return e.PeakRequestsPerSecond
}

// highestRateBeside is the highest rate of those of c's events that may be under
// way while e is.
func (c Calendar) highestRateBeside(e Event) float64 {
	highest := 0.0
	for _, other := range c.Events {
		if overlap(e, other) {
			highest = max(highest, c.Rate(other)*max(1, other.Uncertainty))
		}
	}
	return highest
}

// longestLeadTime is that of what stands before the endpoint: capacity units are
// asked for 2 hours before the traffic.
const longestLeadTime = 2 * time.Hour

// overlap reports whether two events may be prepared for at the same time, with
// the longest lead time that there is.
func overlap(a, b Event) bool {
	as, _ := a.occurrences()
	bs, _ := b.occurrences()
	for _, x := range as {
		for _, y := range bs {
			if x.starts.Add(-longestLeadTime).Before(y.ends.Add(b.overrun())) &&
				y.starts.Add(-longestLeadTime).Before(x.ends.Add(a.overrun())) {
				return true
			}
		}
	}
	return false
}
