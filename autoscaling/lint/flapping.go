package lint

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// flapping looks at every fleet that a step may take capacity from. With the
// metric at L, N instances less k have L × N ÷ (N − k): where that is over the
// threshold H of scaling out, the capacity comes back at once. With one instance
// at a time it does not from N ≥ r ÷ (r − 1) on, r being H ÷ L.
func flapping(s Subject) problem.List {
	var ps problem.List
	for i, p := range s.Target.StepPolicies {
		if !p.Alarm.Falls() || p.Alarm.Metric == nil {
			continue
		}
		out, found := firstScaleOut(s.Target, p.Alarm)
		if !found || p.Alarm.Threshold > out.above { // which is policies-fight
			continue
		}
		for _, step := range p.Steps {
			worst, found := worstScaleIn(s.Target, p, step)
			if !found || worst.value*worst.ratio() <= out.above {
				continue
			}
			threshold := p.Alarm.Threshold - worst.value + out.above/worst.ratio()
			ps.Add(fmt.Sprintf("Target.StepPolicies[%d].Alarm.Threshold", i), p.Alarm.Threshold,
				fmt.Sprintf("from %d to %d %s the metric goes from %g to %g, over the %g at which the policy %s adds them again",
					worst.from, worst.to, s.Target.Dimension.Unit(), worst.value, math.Round(worst.value*worst.ratio()*100)/100,
					out.above, out.policy),
				fmt.Sprintf("lower it to %g, raise the minimum, or remove less at a time", math.Floor(threshold*100)/100))
			break // one step is enough to say it
		}
	}
	return ps
}

type scaleIn struct {
	from, to int
	value    float64 // of the metric, the highest at which the step is taken
}

func (s scaleIn) ratio() float64 { return float64(s.from) / float64(s.to) }

// fleets bounds the search: the share that a step removes hardly changes beyond.
const fleets = 1000

func worstScaleIn(t autoscaling.ScalableTarget, p autoscaling.StepScalingPolicy, s autoscaling.Step) (worst scaleIn,
	found bool) {
	value := p.Alarm.Threshold
	if s.UpperBound != nil {
		value += min(*s.UpperBound, 0)
	}
	for n := t.MinCapacity + 1; n <= min(t.MaxCapacity, t.MinCapacity+fleets); n++ {
		to := max(t.MinCapacity, after(p, s, n))
		in := scaleIn{n, to, value}
		if to > 0 && to < n && (!found || in.ratio() > worst.ratio()) {
			worst, found = in, true
		}
	}
	return worst, found
}

// after is the capacity that a step makes of n, before the bounds (fact A43).
func after(p autoscaling.StepScalingPolicy, s autoscaling.Step, n int) int {
	switch p.AdjustmentType {
	case autoscaling.ExactCapacity:
		return s.Adjustment
	case autoscaling.PercentChangeInCapacity:
		change := float64(n) * float64(s.Adjustment) / 100
		if change > -1 && change < 0 {
			change = -1
		}
		whole := int(change)
		if whole < 0 {
			whole = min(whole, -p.MinAdjustmentMagnitude)
		}
		return n + whole
	}
	return n + s.Adjustment
}

type scaleOut struct {
	policy string
	above  float64
}

// firstScaleOut is the policy that adds capacity at the lowest value of the
// metric that a scales in by, if that metric grows as capacity goes.
func firstScaleOut(t autoscaling.ScalableTarget, a autoscaling.Alarm) (first scaleOut, found bool) {
	m, ok := a.Metric.(autoscaling.Metric)
	if !ok {
		return first, false
	}
	var outs []scaleOut
	perUnit := slices.Contains(perCapacity, m.Name)
	for _, p := range t.Policies {
		if !follows(p.Metric, m, a.Period) {
			continue
		}
		perUnit = true // it is tracked, so that it has to (fact A35)
		outs = append(outs, scaleOut{p.Name, p.TargetValue})
	}
	for _, p := range t.StepPolicies {
		other, ok := p.Alarm.Metric.(autoscaling.Metric)
		if ok && p.Alarm.Rises() && sameSeries(other, m) && (p.Alarm.Period == a.Period || !grows(m)) {
			outs = append(outs, scaleOut{p.Name, p.Alarm.Threshold})
		}
	}
	if !perUnit || len(outs) == 0 {
		return first, false
	}
	return slices.MinFunc(outs, func(a, b scaleOut) int { return cmp.Compare(a.above, b.above) }), true
}

// perCapacity are SageMaker's metrics that are shared by all capacity.
var perCapacity = []string{
	"InvocationsPerInstance", "InvocationsPerCopy", "ConcurrentRequestsPerModel", "ConcurrentRequestsPerCopy",
	"ApproximateBacklogSizePerInstance",
	"CPUUtilization", "CPUUtilizationNormalized", "GPUUtilization", "GPUUtilizationNormalized",
}

// behind are the metrics that predefined ones stand for.
var behind = map[autoscaling.TrackedMetric]string{
	autoscaling.VariantInvocationsPerInstance:             "InvocationsPerInstance",
	autoscaling.VariantConcurrentRequestsHighResolution:   "ConcurrentRequestsPerModel",
	autoscaling.ComponentInvocationsPerCopy:               "InvocationsPerCopy",
	autoscaling.ComponentConcurrentRequestsHighResolution: "ConcurrentRequestsPerCopy",
}

// follows reports whether a tracked metric has the values that m has over
// period.
func follows(tracked autoscaling.TrackedMetric, m autoscaling.Metric, period time.Duration) bool {
	switch tracked := tracked.(type) {
	case autoscaling.PredefinedMetric:
		return m.Namespace == autoscaling.SageMakerNamespace && m.Name == behind[tracked] && (period == time.Minute ||
			!grows(m))
	case autoscaling.Metric:
		return sameSeries(tracked, m) && (period == time.Minute || !grows(m))
	}
	return false
}

// grows reports whether the statistic is larger over a longer period.
func grows(m autoscaling.Metric) bool {
	return m.Statistic == autoscaling.Sum || m.Statistic == autoscaling.SampleCount
}

func sameSeries(a, b autoscaling.Metric) bool {
	return a.Namespace == b.Namespace && a.Name == b.Name && a.Statistic == b.Statistic && maps.Equal(a.Dimensions,
		b.Dimensions)
}
