// Package capacity turns load-test figures into scaling targets. It is pure
// arithmetic: it knows SageMaker's units and nothing of CloudFormation.
package capacity

import (
	"math"
	"time"
)

// DefaultSafetyFactor is the share of an instance's measured capacity that
// scaling aims at. AWS advises to start load testing at 0.5 (fact A5,
// SageMaker Developer Guide, "Load testing your auto scaling configuration");
// 0.7 leaves the headroom that a surge uses up while instances start, at a
// cost that a measured system can bear.
const DefaultSafetyFactor = 0.7

// InvocationsPerInstanceTarget is the target value of the metric
// SageMakerVariantInvocationsPerInstance, in invocations per minute and
// instance: requestsPerSecond, as one instance sustains it in a load test,
// times safetyFactor, over the metric's period of one minute (fact A5).
// It is rounded to a thousandth, so that 0.7 × 100 × 60 reads 4200.
func InvocationsPerInstanceTarget(requestsPerSecond, safetyFactor float64) float64 {
	return math.Round(requestsPerSecond*safetyFactor*time.Minute.Seconds()*1000) / 1000
}

// ConcurrencyTarget is the target value of the metric
// SageMakerVariantConcurrentRequestsPerModelHighResolution, in requests at a
// time and instance: concurrency, the most that one instance serves within the
// latency objective in a load test, times safetyFactor. It is rounded to a
// thousandth.
func ConcurrencyTarget(concurrency, safetyFactor float64) float64 {
	return math.Round(concurrency*safetyFactor*1000) / 1000
}
