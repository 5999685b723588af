// Package capacity turns load-test figures into scaling targets and instance
// counts, and has the closed forms of queueing theory.
package capacity

import (
	"math"
	"time"
)

// DefaultSafetyFactor is the share of an instance's measured capacity that scaling
// aims at. AWS advises 0.5 for a first load test (fact A5, SageMaker Developer
// Guide, "Load testing your auto scaling configuration"); 0.7 suits a measured
// system, and leaves headroom for a surge while instances start.
const DefaultSafetyFactor = 0.7

// InvocationsPerInstanceTarget returns the target value of the metric
// SageMakerVariantInvocationsPerInstance, in invocations per minute and
// instance: requestsPerSecond, as one instance sustains it in a load test,
// times safetyFactor, over the metric's period of one minute (fact A5).
// It is rounded to a thousandth, so that 0.7 × 100 × 60 is 4200.
func InvocationsPerInstanceTarget(requestsPerSecond, safetyFactor float64) float64 {
	return math.Round(requestsPerSecond*safetyFactor*time.Minute.Seconds()*1000) / 1000
}

// ConcurrencyTarget returns the target value of the metric
// SageMakerVariantConcurrentRequestsPerModelHighResolution, in concurrent
// requests an instance: concurrency, the most that one instance serves within the
// latency objective in a load test, times safetyFactor. It is rounded to a
// thousandth.
func ConcurrencyTarget(concurrency, safetyFactor float64) float64 {
	return math.Round(concurrency*safetyFactor*1000) / 1000
}
