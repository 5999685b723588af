package rehearsal

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// StartTime is the distribution of the time from the scaling decision to a new
// instance's first request. Fixed has no spread.
type StartTime struct {
	// Median is exceeded by half of the starts, P95 by one in twenty. Between
	// and beyond them the logarithm of the start time is normally distributed.
	Median, P95 time.Duration
}

// Fixed is a start time that is always the same.
func Fixed(d time.Duration) StartTime { return StartTime{Median: d, P95: d} }

// z95 is the 95th percentile of the standard normal distribution.
const z95 = 1.6448536269514722

// draw is one start time in whole seconds. A fixed one draws no random number, so
// that it does not depend on the seed.
func (s StartTime) draw(random *rand.Rand) int64 {
	median := s.Median.Seconds()
	if s.P95 <= s.Median {
		return int64(math.Round(median))
	}
	sigma := math.Log(s.P95.Seconds()/median) / z95
	return int64(math.Round(median * math.Exp(sigma*random.NormFloat64())))
}

func (s StartTime) validate() problem.List {
	var ps problem.List
	if s.Median < 0 || s.Median == 0 && s.P95 != 0 {
		ps.Add("Median", s.Median, "a start time is above 0",
			"measure it, from the decision to the first request; 5m is usual")
	}
	if s.P95 < s.Median {
		ps.Add("P95", s.P95, "the 95th percentile is not below the median", "give the median twice for a fixed start time")
	}
	return ps
}

// slowdown is the factor by which count instances that start together take longer:
// each one beyond the first adds perInstance.
func slowdown(perInstance float64, count int) float64 {
	return 1 + perInstance*float64(max(count-1, 0))
}
