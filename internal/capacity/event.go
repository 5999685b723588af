package capacity

import (
	"math"
	"time"
)

// DefaultStartTime stands in for a start time that nobody has measured: what
// AWS and users have published goes from 2 to 9 minutes for a new instance
// (facts E2, E9), and neither a larger image nor a busy day is in that.
const DefaultStartTime = 15 * time.Minute

// DefaultMargin is what a lead time has over for instances that AWS does not
// have at once: it goes on asking for the same type until there are some
// (fact G5).
const DefaultMargin = 15 * time.Minute

// ActionDelay is how late a scheduled action may begin: AWS speaks of seconds
// (fact B9).
const ActionDelay = time.Minute

// Instances is how many instances carry requestsPerSecond, where one sustains
// sustained requests a second in a load test and shall carry only the share
// safetyFactor of it. It is rounded up; 0 requests need 0 instances.
func Instances(requestsPerSecond, sustained, safetyFactor float64) int {
	return ceil(requestsPerSecond / (sustained * safetyFactor))
}

// SurvivingZoneLoss is how many instances leave at least need when one of zones
// Availability Zones fails, if they are spread evenly: need × zones ÷ (zones −
// 1), rounded up. One zone or none has nothing to spread over: need itself.
func SurvivingZoneLoss(need, zones int) int {
	if zones < 2 {
		return need
	}
	return (need*zones + zones - 2) / (zones - 1)
}

// LeadTime is how long before the traffic a floor has to be raised: the start
// time of an instance, from the decision to its first request, of which the
// 95th percentile is wanted; what passes before the decision takes effect,
// such as an alarm's periods or ActionDelay; and a margin for capacity that
// AWS has to find first.
func LeadTime(startTimeP95, delay, margin time.Duration) time.Duration {
	return startTimeP95 + delay + margin
}

// Concurrency is how many requests are under way at once at requestsPerSecond
// when each takes latency, rounded up (Little's law): what a front end has to
// hold, and for a Lambda function its concurrent environments (fact F26).
func Concurrency(requestsPerSecond float64, latency time.Duration) int {
	return ceil(requestsPerSecond * latency.Seconds())
}

// ceil rounds up, but not what binary fractions have added: 210 ÷ (100 × 0.7)
// is 3 instances, not 4. No account has more than the most that it returns.
func ceil(x float64) int {
	return int(min(math.Ceil(math.Round(x*1e6)/1e6), math.MaxInt32))
}
