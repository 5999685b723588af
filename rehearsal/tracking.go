package rehearsal

import "math"

// lowShare × target is the threshold of target tracking's low alarm (facts A11 and
// A12).
const lowShare = 0.9

// ceilTo rounds up, but for rounding errors of binary fractions.
func ceilTo(x float64) int {
	return int(min(math.Ceil(x-1e-9), math.MaxInt32))
}

// proportionalCapacity is the capacity to which target tracking scales out:
// capacity × metric ÷ target, rounded up (facts A24, A26 and A27).
func proportionalCapacity(capacity int, metric, target float64) int {
	return ceilTo(float64(capacity) * metric / target)
}

// scaleInCapacity is the capacity to which target tracking scales in: in
// proportion, rounded up, and enough for the metric to stay below the target
// (facts A25, A26 and A27).
func scaleInCapacity(capacity int, metric, target float64) int {
	keep := proportionalCapacity(capacity, metric, target)
	if keep > 0 && float64(capacity)*metric/float64(keep) >= target {
		keep++
	}
	return min(keep, capacity)
}

// scaleOutBase is the capacity from which a scale-out is computed. During a
// scale-out cooldown it is the capacity before that activity, so that only a
// larger scale-out adds instances (fact A20).
func scaleOutBase(capacity int, cooling bool, before int) int {
	if cooling {
		return before
	}
	return capacity
}

// clamp limits a capacity to its bounds.
func clamp(capacity, low, high int) int { return max(low, min(capacity, high)) }

// vote is a tracking policy's part in a scale-in.
type vote struct {
	// ready says that its low alarm is in ALARM.
	ready bool
	// capacity is the capacity that it would keep.
	capacity int
}

// unanimousScaleIn is the capacity after a scale-in by target tracking: every
// policy that may scale in must be ready, and the largest capacity wins (fact A29).
// A policy with insufficient data is not ready (fact A32).
func unanimousScaleIn(votes []vote) (capacity int, agreed bool) {
	for _, v := range votes {
		if !v.ready {
			return 0, false
		}
		capacity = max(capacity, v.capacity)
	}
	return capacity, len(votes) > 0
}
