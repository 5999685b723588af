package capacity

import (
	"math"
	"time"
)

// DefaultStartTime is the start time of an instance where none was measured.
// Published figures go from 2 to 9 minutes (facts E2, E9), without large images and
// busy days.
const DefaultStartTime = 15 * time.Minute

// DefaultMargin is the part of a lead time for instances that AWS does not have at
// once: SageMaker retries the same type until it gets some (fact G5).
const DefaultMargin = 15 * time.Minute

// ActionDelay is how late a scheduled action may run: AWS documents seconds (fact
// B9).
const ActionDelay = time.Minute

// Instances returns how many instances requestsPerSecond need, where one sustains
// sustained requests a second in a load test and gets only the share safetyFactor of
// that, rounded up. 0 requests need 0 instances.
func Instances(requestsPerSecond, sustained, safetyFactor float64) int {
	return ceil(requestsPerSecond / (sustained * safetyFactor))
}

// SurvivingZoneLoss returns how many instances, spread evenly over zones Availability
// Zones, leave at least need when one zone fails: need × zones ÷ (zones − 1),
// rounded up. With fewer than two zones it is need.
func SurvivingZoneLoss(need, zones int) int {
	if zones < 2 {
		return need
	}
	return (need*zones + zones - 2) / (zones - 1)
}

// Floor returns how many instances, spread evenly over zones Availability Zones, carry
// requestsPerSecond at the share safetyFactor of the sustained rate of each, and at
// all of it where one zone fails: for a lost zone the safety factor may be used up,
// until new instances serve. It is the larger of Instances at safetyFactor and
// SurvivingZoneLoss of Instances at 1.
func Floor(requestsPerSecond, sustained, safetyFactor float64, zones int) int {
	return max(Instances(requestsPerSecond, sustained, safetyFactor),
		SurvivingZoneLoss(Instances(requestsPerSecond, sustained, 1), zones))
}

// LeadTime returns how long before the traffic a floor is raised: the 95th
// percentile of an instance's start time, from the decision to its first request;
// the delay before the decision, such as an alarm's periods or ActionDelay; and a
// margin for capacity that AWS does not have at once.
func LeadTime(startTimeP95, delay, margin time.Duration) time.Duration {
	return startTimeP95 + delay + margin
}

// Concurrency returns how many requests are in flight at requestsPerSecond when each
// takes latency, rounded up (Little's law). For a Lambda function it is the number
// of concurrent environments (fact F26).
func Concurrency(requestsPerSecond float64, latency time.Duration) int {
	return ceil(requestsPerSecond * latency.Seconds())
}

// ceil rounds up after removing the error of binary fractions: 210 ÷ (100 × 0.7) is
// 3 instances, not 4. It returns math.MaxInt32 at most.
func ceil(x float64) int {
	return int(min(math.Ceil(math.Round(x*1e6)/1e6), math.MaxInt32))
}
