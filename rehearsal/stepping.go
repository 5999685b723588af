package rehearsal

import (
	"math"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// stepCapacity is the capacity that a step scaling policy asks for at a metric; it
// is capacity itself if no step applies.
func stepCapacity(p *autoscaling.StepScalingPolicy, capacity int, metric float64) int {
	for i := range p.Steps {
		if s := &p.Steps[i]; appliesTo(s, metric-p.Alarm.Threshold, p.Alarm.Falls()) {
			return adjust(p.AdjustmentType, capacity, s.Adjustment, p.MinAdjustmentMagnitude)
		}
	}
	return capacity
}

// appliesTo reports whether a step covers a distance of the metric from the
// threshold: above it the lower bound is inclusive, below it the upper (fact A42). At
// the threshold itself, an alarm that falls takes the step that ends there, another
// one the step that begins there (fact I1).
func appliesTo(s *autoscaling.Step, distance float64, falls bool) bool {
	low, high := math.Inf(-1), math.Inf(1)
	if s.LowerBound != nil {
		low = *s.LowerBound
	}
	if s.UpperBound != nil {
		high = *s.UpperBound
	}
	if distance > 0 || distance == 0 && !falls {
		return low <= distance && distance < high
	}
	return low < distance && distance <= high
}

// adjust applies an adjustment to a capacity (fact A41).
func adjust(kind autoscaling.AdjustmentType, capacity, adjustment, least int) int {
	switch kind {
	case autoscaling.ExactCapacity:
		return adjustment
	case autoscaling.PercentChangeInCapacity:
		change := percentChange(float64(capacity) * float64(adjustment) / 100)
		if change > 0 {
			return capacity + max(change, least)
		}
		return max(0, capacity+min(change, -least))
	default:
		return max(0, capacity+adjustment)
	}
}

// percentChange rounds a change by percent: down where it is more than 1,
// towards zero where it is less than −1, and to 1 or −1 in between (fact A43).
func percentChange(x float64) int {
	switch {
	case x > 0 && x < 1:
		return 1
	case x < 0 && x > -1:
		return -1
	default:
		return int(x)
	}
}
