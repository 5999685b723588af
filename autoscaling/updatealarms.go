package autoscaling

import (
	"fmt"
	"strconv"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Rollback is the alarms that end an update: where one of them goes off while
// SageMaker watches, all traffic returns to the old fleet. There are 1 to 10 of them,
// given or made; those that are made watch one variant each.
//
// SageMaker publishes a variant's metrics of both fleets together, so an alarm that
// the old fleet sets off ends an update too. A minute without requests is no breach.
type Rollback struct {
	// Alarms are the names of CloudWatch alarms of the account and region that exist
	// already. Default: none.
	Alarms []string `json:"alarms,omitempty" jsonschema:"minItems=1"`
	RollbackThresholds
	// LatencyPercentile is the percentile of ModelLatency that is compared, over 0 and
	// under 100. Default: 99.
	LatencyPercentile float64 `json:"latencyPercentile,omitempty"`
	// Variants are the thresholds of variants that differ, by the variants' names.
	// What one leaves out is as for all. Default: none.
	Variants map[string]RollbackThresholds `json:"variants,omitempty"`
}

// RollbackThresholds are what the alarms made for a variant tolerate.
type RollbackThresholds struct {
	// ErrorRate is the share of a minute's requests that may fail with a 5xx error,
	// over 0 and under 1; the alarm goes off where 2 minutes of 3 are over it.
	// Default: 0, no such alarm is made.
	ErrorRate float64 `json:"errorRate,omitempty"`
	// ModelLatency is the longest that the percentile of a minute's requests may take in
	// the model; the alarm goes off where 2 minutes of 3 are over it.
	// Default: none, no such alarm is made.
	ModelLatency time.Duration `json:"modelLatency,omitempty" jsonschema:"pattern=^([0-9]{1\\,6}ms|[0-9]{1\\,3}s)$"`
}

const (
	// DefaultLatencyPercentile is the percentile where Rollback gives none.
	DefaultLatencyPercentile = 99
	// An alarm that is made looks at so many minutes, of which so many breach.
	rollbackPeriods, rollbackBreaches = 3, 2
)

// percentile is LatencyPercentile or its default.
func (r Rollback) percentile() float64 {
	if r.LatencyPercentile == 0 {
		return DefaultLatencyPercentile
	}
	return r.LatencyPercentile
}

// of is the thresholds for a variant.
func (r Rollback) of(variant string) RollbackThresholds {
	own := r.Variants[variant]
	if own.ErrorRate == 0 {
		own.ErrorRate = r.ErrorRate
	}
	if own.ModelLatency == 0 {
		own.ModelLatency = r.ModelLatency
	}
	return own
}

func (t RollbackThresholds) alarms() int {
	n := 0
	if t.ErrorRate != 0 {
		n++
	}
	if t.ModelLatency != 0 {
		n++
	}
	return n
}

// RollbackAlarm is an Alarm on one of a variant's metrics.
type RollbackAlarm struct {
	// Name is the metric's, which tells a variant's alarms apart.
	Name string
	Alarm
}

// AlarmsOf returns the alarms that are made for v. They name the endpoint and the
// variant, no resource: each exists before the update that it watches.
func (r Rollback) AlarmsOf(v Variant) []RollbackAlarm {
	t, subject := r.of(v.Name), fmt.Sprintf("variant %s of endpoint %s", v.Name, v.EndpointName)
	var out []RollbackAlarm
	add := func(name, description string, metric AlarmMetric, threshold float64) {
		out = append(out, RollbackAlarm{name, Alarm{
			Description: description + "; it rolls back an update of the endpoint",
			Metric:      metric, Comparison: Above, Threshold: threshold, Period: time.Minute,
			EvaluationPeriods: rollbackPeriods, DatapointsToAlarm: rollbackBreaches, MissingData: MissingIsFine,
		}})
	}
	if t.ErrorRate != 0 {
		add("ErrorRate", "Share of 5xx errors among the requests of "+subject, v.errorRate(), t.ErrorRate)
	}
	if t.ModelLatency != 0 {
		p := "p" + strconv.FormatFloat(r.percentile(), 'f', -1, 64)
		add("ModelLatency", p+" of the model latency of "+subject+", in microseconds",
			Metric{Namespace: SageMakerNamespace, Name: "ModelLatency", Dimensions: v.dimensions(), Statistic: Statistic(p)},
			float64(t.ModelLatency.Microseconds()))
	}
	return out
}

// errorRate is the share of v's requests that fail with a 5xx error.
func (v Variant) errorRate() MetricMath {
	sum := func(name string) *Metric {
		return &Metric{Namespace: SageMakerNamespace, Name: name, Dimensions: v.dimensions(), Statistic: Sum}
	}
	return MetricMath{Queries: []MetricQuery{
		{ID: "errors", Metric: sum("Invocation5XXErrors")},
		{ID: "invocations", Metric: sum("Invocations")},
		{ID: "rate", Expression: "IF(invocations > 0, FILL(errors, 0) / invocations, 0)", ReturnData: true},
	}}
}

// validate checks thresholds that are given for all variants or for one.
func (t RollbackThresholds) validate() problem.List {
	var ps problem.List
	ps.AddShare("ErrorRate", t.ErrorRate, "an error rate is a share of the requests")
	if t.ModelLatency < 0 {
		ps.Add("ModelLatency", t.ModelLatency, "a latency is over 0s", "take it from a load test, such as 500ms")
	}
	return ps
}
