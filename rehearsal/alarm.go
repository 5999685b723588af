package rehearsal

import (
	"math"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// alarmState is a state of a CloudWatch alarm.
type alarmState uint8

const (
	insufficientData alarmState = iota
	isOK
	inAlarm
)

// String is CloudWatch's name of the state.
func (s alarmState) String() string {
	return [...]string{"INSUFFICIENT_DATA", "OK", "ALARM"}[s]
}

// alarmRule is the configuration of an alarm.
type alarmRule struct {
	comparison autoscaling.Comparison
	threshold  float64
	// toAlarm of the latest datapoints must breach the threshold.
	datapoints, toAlarm int
	missing             autoscaling.MissingData
}

func (r *alarmRule) breaches(value float64) bool {
	switch r.comparison {
	case autoscaling.Above:
		return value > r.threshold
	case autoscaling.AtLeast:
		return value >= r.threshold
	case autoscaling.Below:
		return value < r.threshold
	default:
		return value <= r.threshold
	}
}

// nextState evaluates a window with these numbers of breaching and missing
// datapoints. With MissingIsMissing the alarm fires as soon as enough of the
// present datapoints breach, and has insufficient data when none is present.
//
// CloudWatch also looks back further than the window when datapoints are missing,
// to a depth that it does not document; the model does not.
func nextState(r *alarmRule, breaching, missing int, before alarmState) alarmState {
	switch {
	case missing > 0 && r.missing == autoscaling.MissingBreaches:
		breaching += missing
	case missing > 0 && r.missing == autoscaling.MissingIsIgnored && breaching < r.toAlarm:
		return before
	case missing == r.datapoints && r.missing != autoscaling.MissingIsFine:
		return insufficientData
	}
	if breaching >= r.toAlarm {
		return inAlarm
	}
	return isOK
}

// Kinds of datapoints.
const (
	notBreaching uint8 = iota
	isBreaching
	isMissing
)

// alarm is the evaluation window, as a ring buffer, and the state of an alarm.
type alarm struct {
	rule               alarmRule
	window             []uint8
	next               int
	breaching, missing int
	state              alarmState
	// value is the newest datapoint that was not missing.
	value float64
	// values are the datapoints of the window, NaN for missing ones, where a step
	// policy aggregates them; nil elsewhere.
	values []float64
}

// newAlarm has insufficient data, as a new CloudWatch alarm.
func newAlarm(r alarmRule) alarm {
	a := alarm{rule: r, window: make([]uint8, r.datapoints), missing: r.datapoints, value: math.NaN()}
	for i := range a.window {
		a.window[i] = isMissing
	}
	return a
}

// observe adds the next datapoint, NaN for a missing one, and reports whether the
// state has changed.
func (a *alarm) observe(value float64) bool {
	kind := notBreaching
	switch {
	case math.IsNaN(value):
		kind = isMissing
	case a.rule.breaches(value):
		kind = isBreaching
	}
	if kind != isMissing {
		a.value = value
	}
	a.count(a.window[a.next], -1)
	a.count(kind, 1)
	a.window[a.next] = kind
	if a.values != nil {
		a.values[a.next] = value
	}
	if a.next++; a.next == len(a.window) {
		a.next = 0
	}
	before := a.state
	a.state = nextState(&a.rule, a.breaching, a.missing, before)
	return a.state != before
}

func (a *alarm) count(kind uint8, n int) {
	switch kind {
	case isBreaching:
		a.breaching += n
	case isMissing:
		a.missing += n
	}
}

// keepValues makes the alarm keep the datapoints of its window for aggregate.
func (a *alarm) keepValues() {
	a.values = make([]float64, len(a.window))
	for i := range a.values {
		a.values[i] = math.NaN()
	}
}

// aggregate joins the datapoints of the window that are not missing; without any it
// is the newest one before.
func (a *alarm) aggregate(kind autoscaling.Aggregation) float64 {
	sum, n, least, most := 0.0, 0, math.Inf(1), math.Inf(-1)
	for _, v := range a.values {
		if !math.IsNaN(v) {
			sum, n, least, most = sum+v, n+1, min(least, v), max(most, v)
		}
	}
	switch {
	case n == 0:
		return a.value
	case kind == autoscaling.AggregateMinimum:
		return least
	case kind == autoscaling.AggregateMaximum:
		return most
	}
	return sum / float64(n)
}
