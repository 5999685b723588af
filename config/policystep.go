package config

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// StepScaling changes the capacity by steps when its alarm goes off, the more
// the further the metric is beyond the alarm's threshold.
type StepScaling struct {
	// AdjustmentType is what the adjustments count: PercentChangeInCapacity,
	// ChangeInCapacity, which is instances, or ExactCapacity, which sets them.
	// Default: PercentChangeInCapacity.
	AdjustmentType autoscaling.AdjustmentType `json:"adjustmentType,omitempty"`
	// Steps are 1 to 20 ranges of the metric's values, without gap and overlap.
	// The outermost one goes on without end.
	Steps []Step `json:"steps" jsonschema:"minItems=1"`
	// Cooldown is the wait after a change has succeeded; a larger step is taken
	// all the same. Default: 300s.
	Cooldown *time.Duration `json:"cooldown,omitempty"`
	// MinAdjustmentMagnitude is the fewest instances that a percentage changes.
	// Default: 1.
	MinAdjustmentMagnitude int `json:"minAdjustmentMagnitude,omitempty" jsonschema:"minimum=1"`
	// Aggregation joins the alarm's datapoints to the value that
	// chooses the step: Average, Minimum or Maximum. Default: Average.
	Aggregation autoscaling.Aggregation `json:"metricAggregationType,omitempty"`
	// Alarm sets the policy off.
	Alarm Alarm `json:"alarm"`
}

// Step is what happens while the metric's value is within a range. The values
// are the metric's own: AWS's bounds, which count from the threshold, are
// computed from them.
type Step struct {
	// From is where the range begins.
	// Default: none, it has no beginning; for the lowest step of a policy that
	// goes off when the metric falls.
	From *float64 `json:"from,omitempty"`
	// To is where the range ends.
	// Default: none, it has no end; for the highest step of a policy that goes
	// off when the metric rises.
	To *float64 `json:"to,omitempty"`
	// Adjustment is the change: percent or instances, negative to scale in, or
	// the instance count itself.
	Adjustment int `json:"adjustment"`
}

// Alarm is what sets a step policy off: a metric, or metric math.
type Alarm struct {
	// Metric is what is watched. Default: none, metrics are given.
	Metric *autoscaling.Metric `json:"metric,omitempty"`
	// Metrics are the queries of metric math, of which one is watched.
	// Default: none, metric is given.
	Metrics []autoscaling.MetricQuery `json:"metrics,omitempty" jsonschema:"minItems=1"`
	// Period is how long the metric is aggregated for a datapoint: whole minutes,
	// or 10s or 30s where the metric has values that often, as
	// ConcurrentRequestsPerModel has. Default: 1m.
	Period *time.Duration `json:"period,omitempty"`
	// Threshold is the value at which the alarm goes off, which is where the
	// steps begin. Default: the beginning of the lowest step, or the end of the
	// highest when the alarm goes off as the metric falls.
	Threshold *float64 `json:"threshold,omitempty"`
	// Comparison is how the metric breaches the threshold:
	// GreaterThanOrEqualToThreshold, GreaterThanThreshold, LessThanThreshold or
	// LessThanOrEqualToThreshold. Default: the first, or the last where the
	// steps have an end and no beginning.
	Comparison autoscaling.Comparison `json:"comparisonOperator,omitempty"`
	// EvaluationPeriods is the last datapoints that are looked at. Default: 3.
	EvaluationPeriods int `json:"evaluationPeriods,omitempty" jsonschema:"minimum=1"`
	// DatapointsToAlarm is how many of them have to breach. Default: all.
	DatapointsToAlarm int `json:"datapointsToAlarm,omitempty" jsonschema:"minimum=1"`
	// MissingData is what a period without a value counts as: missing,
	// ignore, breaching or notBreaching. Default: missing.
	MissingData autoscaling.MissingData `json:"treatMissingData,omitempty"`
}

// defaultEvaluationPeriods is how many datapoints the alarms of target tracking
// look at.
const defaultEvaluationPeriods = 3

// stepPolicy is the policy of v as the model knows it.
func (p Policy) stepPolicy(v autoscaling.Variant) autoscaling.StepScalingPolicy {
	s := *p.Step
	cooldown, period := autoscaling.DefaultCooldown, time.Minute
	out := autoscaling.StepScalingPolicy{
		Name:                   p.Name,
		AdjustmentType:         cmp.Or(s.AdjustmentType, autoscaling.PercentChangeInCapacity),
		Cooldown:               time.Duration(*cmp.Or(s.Cooldown, &cooldown)),
		MinAdjustmentMagnitude: s.MinAdjustmentMagnitude,
		Aggregation:            s.Aggregation,
		Alarm: autoscaling.Alarm{
			Period:            time.Duration(*cmp.Or(s.Alarm.Period, &period)),
			Comparison:        s.comparison(),
			Threshold:         s.threshold(),
			EvaluationPeriods: cmp.Or(s.Alarm.EvaluationPeriods, defaultEvaluationPeriods),
			DatapointsToAlarm: s.Alarm.DatapointsToAlarm,
			MissingData:       s.Alarm.MissingData,
		},
	}
	switch {
	case s.Alarm.Metric != nil:
		out.Alarm.Metric = withMetricDefaults(*s.Alarm.Metric, v)
	case len(s.Alarm.Metrics) > 0:
		out.Alarm.Metric = metricMath(s.Alarm.Metrics, v)
	}
	for _, step := range s.Steps {
		out.Steps = append(out.Steps, autoscaling.Step{
			LowerBound: s.bound(step.From), UpperBound: s.bound(step.To), Adjustment: step.Adjustment,
		})
	}
	return out
}

// comparison is the one that is given, or that the steps call for.
func (s StepScaling) comparison() autoscaling.Comparison {
	open := func(end func(Step) *float64) bool {
		return slices.ContainsFunc(s.Steps, func(step Step) bool { return end(step) == nil })
	}
	switch {
	case s.Alarm.Comparison != "":
		return s.Alarm.Comparison
	case open(func(s Step) *float64 { return s.From }) && !open(func(s Step) *float64 { return s.To }):
		return autoscaling.AtMost
	default:
		return autoscaling.AtLeast
	}
}

// falls reports whether the alarm goes off as the metric falls.
func (s StepScaling) falls() bool { return strings.HasPrefix(string(s.comparison()), "LessThan") }

// begin is where the steps begin, seen from the threshold, or nil where none
// has such an end.
func (s StepScaling) begin() *float64 {
	var found *float64
	for _, step := range s.Steps {
		switch {
		case s.falls() && step.To != nil && (found == nil || *step.To > *found):
			found = step.To
		case !s.falls() && step.From != nil && (found == nil || *step.From < *found):
			found = step.From
		}
	}
	return found
}

func (s StepScaling) threshold() float64 {
	if threshold := cmp.Or(s.Alarm.Threshold, s.begin()); threshold != nil {
		return *threshold
	}
	return 0
}

// bound is a value of the metric as AWS counts it, from the threshold. Twelve
// digits hold what a metric has, and drop what subtraction adds: 0.3 − 0.1 is 0.2.
func (s StepScaling) bound(value *float64) *float64 {
	if value == nil {
		return nil
	}
	b, _ := strconv.ParseFloat(strconv.FormatFloat(*value-s.threshold(), 'g', 12, 64), 64)
	return &b
}
