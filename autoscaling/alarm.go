package autoscaling

import (
	"fmt"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// AlarmMetric is what an Alarm watches: a Metric or a MetricMath.
type AlarmMetric interface {
	fmt.Stringer
	// alarm is the metric's properties of an AWS::CloudWatch::Alarm.
	alarm(period time.Duration) map[string]any
	// subMinute reports whether periods below a minute can have a value.
	subMinute() bool
	validate() problem.List
}

// Comparison is how a metric breaches a threshold, in CloudWatch's own words.
type Comparison string

// The comparisons with a threshold.
const (
	Above   Comparison = "GreaterThanThreshold"
	AtLeast Comparison = "GreaterThanOrEqualToThreshold"
	Below   Comparison = "LessThanThreshold"
	AtMost  Comparison = "LessThanOrEqualToThreshold"
)

// MissingData is what an alarm makes of a period without a value, in
// CloudWatch's own words.
type MissingData string

// What a missing value may be taken as.
const (
	// MissingIsMissing leaves the alarm without enough data where nothing else came.
	MissingIsMissing MissingData = "missing"
	// MissingIsIgnored keeps the alarm's state.
	MissingIsIgnored MissingData = "ignore"
	// MissingBreaches takes it as a breach.
	MissingBreaches MissingData = "breaching"
	// MissingIsFine takes it as no breach.
	MissingIsFine MissingData = "notBreaching"
)

// Alarm sets off a step scaling policy. It has no name: CloudFormation refuses
// to replace what has one (fact C5).
type Alarm struct {
	// Description is for readers. Default: "", none.
	Description string
	// Metric is what is watched.
	Metric AlarmMetric
	// Period is how long the metric is aggregated for a datapoint: 10 or 30 s,
	// where the metric has values that often, or whole minutes.
	Period time.Duration
	// Comparison and Threshold say which datapoints breach.
	Comparison Comparison
	Threshold  float64
	// EvaluationPeriods is the last datapoints that are looked at (N), together
	// a day at most, or a week with periods of an hour and more.
	EvaluationPeriods int
	// DatapointsToAlarm is how many of them have to breach (M).
	// Default: 0, all.
	DatapointsToAlarm int
	// MissingData is what a period without a value counts as.
	// Default: "", MissingIsMissing.
	MissingData MissingData
}

// CloudFormation is the properties of the AWS::CloudWatch::Alarm. policy refers
// to the scaling policy that it sets off: what Ref of it gives, nil for none.
func (a Alarm) CloudFormation(policy any) map[string]any {
	out := a.Metric.alarm(a.Period)
	if policy != nil {
		out["AlarmActions"] = []any{policy}
	}
	out["ComparisonOperator"] = string(a.Comparison)
	out["Threshold"] = a.Threshold
	out["EvaluationPeriods"] = a.EvaluationPeriods
	if a.DatapointsToAlarm != 0 {
		out["DatapointsToAlarm"] = a.DatapointsToAlarm
	}
	setText(out, "AlarmDescription", a.Description)
	setText(out, "TreatMissingData", string(a.MissingData))
	return out
}

// Rises and Falls report on which side of its threshold the alarm breaches.
func (a Alarm) Rises() bool { return a.Comparison == Above || a.Comparison == AtLeast }
func (a Alarm) Falls() bool { return a.Comparison == Below || a.Comparison == AtMost }

func (a Alarm) validate() problem.List {
	var ps problem.List
	if len(a.Description) > 1024 && !problem.Unresolved(a.Description) {
		ps.Add("Description", len(a.Description), "a description has at most 1024 characters", "shorten it")
	}
	if a.Metric == nil {
		ps.Add("Metric", nil, "an alarm watches a metric", "give a Metric or a MetricMath")
	} else {
		ps = append(ps, a.Metric.validate().In("Metric")...)
	}
	ps = append(ps, a.validatePeriod()...)
	if problem.Unresolved(string(a.Comparison)) {
		ps.AddUnresolved("Comparison", "the steps of a policy are judged by it")
	} else if !a.Rises() && !a.Falls() {
		ps.Add("Comparison", got(string(a.Comparison)),
			fmt.Sprintf("a comparison is %s, %s, %s or %s", Above, AtLeast, Below, AtMost),
			"use "+string(AtLeast)+" to scale out")
	}
	if !finite(a.Threshold) {
		ps.Add("Threshold", a.Threshold, "a threshold is a number", "derive it from a load test")
	}
	if a.EvaluationPeriods < 1 {
		ps.Add("EvaluationPeriods", a.EvaluationPeriods, "an alarm looks at 1 datapoint or more", "set it to 1 or more")
	} else if a.DatapointsToAlarm < 0 || a.DatapointsToAlarm > a.EvaluationPeriods {
		ps.Add("DatapointsToAlarm", a.DatapointsToAlarm,
			fmt.Sprintf("of %d datapoints that are looked at, 1 to %d can breach", a.EvaluationPeriods, a.EvaluationPeriods),
			fmt.Sprintf("set it from 1 to %d", a.EvaluationPeriods))
	}
	known := a.MissingData != "" && !problem.Unresolved(string(a.MissingData))
	if known && !slices.Contains([]MissingData{MissingIsMissing, MissingIsIgnored, MissingBreaches, MissingIsFine},
		a.MissingData) {
		ps.Add("MissingData", string(a.MissingData), "a missing value is missing, ignore, breaching or notBreaching",
			"use missing, CloudWatch's default")
	}
	return ps
}

func (a Alarm) validatePeriod() problem.List {
	var ps problem.List
	short := a.Period == 10*time.Second || a.Period == 30*time.Second
	switch {
	case !short && (a.Period <= 0 || a.Period%time.Minute != 0):
		ps.Add("Period", a.Period, "a period is 10s, 30s or a whole number of minutes",
			"use 1m, or 10s with a high-resolution metric")
		return ps
	case short && a.Metric != nil && !a.Metric.subMinute():
		// Such an alarm is accepted, and lapses into too little data (fact A17).
		ps.Add("Period", a.Period, a.Metric.String()+" has one value a minute, so that most periods would be without one",
			"use 1m, or a high-resolution metric, such as ConcurrentRequestsPerModel")
	}
	longest := 24 * time.Hour
	if a.Period >= time.Hour {
		longest *= 7
	}
	if all := int64(longest / a.Period); int64(a.EvaluationPeriods) > all {
		ps.Add("EvaluationPeriods", a.EvaluationPeriods, fmt.Sprintf("an alarm with periods of %s looks back %s at most",
			problem.Duration(a.Period), problem.Duration(longest)),
			fmt.Sprintf("set it to %d or less", all))
	}
	return ps
}
