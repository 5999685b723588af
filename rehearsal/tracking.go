package rehearsal

import "math"

// lowShare is where the low alarm of target tracking begins: below 0.9 of the
// target (facts A11 and A12).
const lowShare = 0.9

// ceilTo rounds up what is not a whole number but for binary fractions.
func ceilTo(x float64) int {
	return int(min(math.Ceil(x-1e-9), math.MaxInt32))
}

// trackOut is the capacity that target tracking asks for when the metric is
// above its target: in proportion, rounded up (facts A24, A26 and A27).
func proportionalCapacity(capacity int, metric, target float64) int {
	return ceilTo(float64(capacity) * metric / target)
}

// trackIn is the capacity that target tracking would keep when the metric is far
// enough below its target: in proportion, rounded up, and so many that the
// metric stays below the target (facts A25, A26 and A27).
func scaleInCapacity(capacity int, metric, target float64) int {
	keep := proportionalCapacity(capacity, metric, target)
	if keep > 0 && float64(capacity)*metric/float64(keep) >= target {
		keep++
	}
	return min(keep, capacity)
}

// outBase is the capacity that a scale-out is computed from. While a scale-out
// cooldown runs, what its activity has added counts towards the next one, so
// that only a larger scale-out adds anything (fact A20): the base is the
// capacity before that activity.
func scaleOutBase(capacity int, cooling bool, before int) int {
	if cooling {
		return before
	}
	return capacity
}

// clamp keeps a capacity within the bounds.
func clamp(capacity, low, high int) int { return max(low, min(capacity, high)) }

// vote is what one tracking policy says of scaling in.
type vote struct {
	// ready says that its low alarm has gone off.
	ready bool
	// capacity is what it would keep.
	capacity int
}

// agreeIn is the capacity after a scale-in by target tracking: it needs every
// policy that may scale in to be ready, and the one that keeps most wins
// (fact A29). A policy without enough data is not ready (fact A32).
func unanimousScaleIn(votes []vote) (capacity int, agreed bool) {
	for _, v := range votes {
		if !v.ready {
			return 0, false
		}
		capacity = max(capacity, v.capacity)
	}
	return capacity, len(votes) > 0
}
