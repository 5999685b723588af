package config

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// Policy is one more scaling policy of a variant: it tracks a metric, which
// track, metric or metrics names, or it changes the capacity by steps. Exactly
// one of the four is given.
type Policy struct {
	// Name is unique among the variant's policies.
	Name string `json:"name"`
	// Track is a metric of the variant by its name alone: MemoryUtilization, or
	// CPUUtilization, GPUUtilization and GPUMemoryUtilization, which are sums over
	// all cores or GPUs; or one of Application Auto Scaling's predefined metrics,
	// which begin with SageMakerVariant. Default: none.
	Track string `json:"track,omitempty"`
	// Metric is the metric to track. Default: none.
	Metric *Metric `json:"metric,omitempty"`
	// Metrics are the queries of metric math, of which one is tracked.
	// Default: none.
	Metrics []MetricQuery `json:"metrics,omitempty" jsonschema:"minItems=1"`
	// TargetValue is what the metric is kept near, in its own unit.
	// Default: none, required unless step is given.
	TargetValue float64 `json:"targetValue,omitempty" jsonschema:"exclusiveMinimum=0"`
	// ScaleOutCooldown is the wait after a scale-out has succeeded.
	// Default: scaling.scaleOutCooldown.
	ScaleOutCooldown *time.Duration `json:"scaleOutCooldown,omitempty"`
	// ScaleInCooldown is the wait after a scale-in has succeeded.
	// Default: scaling.scaleInCooldown.
	ScaleInCooldown *time.Duration `json:"scaleInCooldown,omitempty"`
	// DisableScaleIn makes the policy add instances only. Default: false.
	DisableScaleIn bool `json:"disableScaleIn,omitempty"`
	// Step changes the capacity by steps when an alarm goes off, in place of
	// tracking a metric. Default: none.
	Step *StepScaling `json:"step,omitempty"`
}

// Metric is a CloudWatch metric.
type Metric struct {
	// Namespace is the metric's. Default: SageMaker's own, where metricName is
	// what it publishes of a variant, such as ConcurrentRequestsPerModel,
	// ModelLatency or CPUUtilization.
	Namespace string `json:"namespace,omitempty"`
	// MetricName is the metric's name.
	MetricName string `json:"metricName"`
	// Dimensions are those that the metric is published with, no more and no
	// fewer. Default: this variant's, without a namespace; with one none.
	Dimensions map[string]string `json:"dimensions,omitempty"`
	// Statistic joins the values of a period: Average, Minimum, Maximum, Sum or
	// SampleCount; in alarms and metric math also one such as p99.
	// Default: Average, and Sum for what counts SageMaker's invocations.
	Statistic string `json:"statistic,omitempty"`
	// Unit restricts the metric to values published with it, such as Count.
	// Default: any.
	Unit string `json:"unit,omitempty"`
}

// MetricQuery is one series of metric math: a metric or an expression.
type MetricQuery struct {
	// ID names the series in expressions: a small letter, then letters, digits
	// and underscores.
	ID string `json:"id"`
	// Metric is a series as it was published. Default: none, an expression.
	Metric *Metric `json:"metric,omitempty"`
	// Expression computes a series from others, such as FILL(m1, 0) / 4; what
	// may be missing is to be filled. Default: none, a metric.
	Expression string `json:"expression,omitempty"`
	// Label is for readers. Default: none.
	Label string `json:"label,omitempty"`
	// ReturnData marks the one result.
	// Default: false, and where no query has it the last one is the result.
	ReturnData bool `json:"returnData,omitempty"`
}

// trackingPolicy is the policy of v as the model knows it.
func (p Policy) trackingPolicy(v ProductionVariant) autoscaling.TargetTrackingPolicy {
	cooldown := autoscaling.DefaultCooldown
	return autoscaling.TargetTrackingPolicy{
		Name: p.Name, Metric: p.tracked(v.Variant()), TargetValue: p.TargetValue, DisableScaleIn: p.DisableScaleIn,
		ScaleOutCooldown: time.Duration(*cmp.Or(p.ScaleOutCooldown, v.Scaling.ScaleOutCooldown, &cooldown)),
		ScaleInCooldown:  time.Duration(*cmp.Or(p.ScaleInCooldown, v.Scaling.ScaleInCooldown, &cooldown)),
	}
}

func (p Policy) tracked(v autoscaling.Variant) autoscaling.TrackedMetric {
	switch {
	case p.Metric != nil:
		return p.Metric.model(v)
	case len(p.Metrics) > 0:
		return metricMath(p.Metrics, v)
	case slices.Contains(autoscaling.VariantUtilizations(), p.Track):
		return Metric{MetricName: p.Track}.model(v)
	default:
		return autoscaling.PredefinedMetric(p.Track)
	}
}

func (m Metric) model(v autoscaling.Variant) autoscaling.Metric {
	known, _ := autoscaling.VariantMetric(m.MetricName, v)
	out := autoscaling.Metric{
		Namespace: cmp.Or(m.Namespace, known.Namespace), Name: m.MetricName, Unit: m.Unit,
		Statistic: cmp.Or(autoscaling.Statistic(m.Statistic), known.Statistic, autoscaling.Average),
	}
	if m.Namespace == "" && m.Dimensions == nil {
		out.Dimensions = known.Dimensions
	}
	for _, name := range m.dimensionNames() {
		out.Dimensions = append(out.Dimensions, autoscaling.MetricDimension{Name: name, Value: m.Dimensions[name]})
	}
	return out
}

// dimensionNames are the names in the order that the model has them.
func (m Metric) dimensionNames() []string { return slices.Sorted(maps.Keys(m.Dimensions)) }

func metricMath(queries []MetricQuery, v autoscaling.Variant) autoscaling.MetricMath {
	var math autoscaling.MetricMath
	result := slices.ContainsFunc(queries, func(q MetricQuery) bool { return q.ReturnData })
	for i, q := range queries {
		query := autoscaling.MetricQuery{
			ID: q.ID, Expression: q.Expression, Label: q.Label, ReturnData: q.ReturnData || !result && i == len(queries)-1,
		}
		if q.Metric != nil {
			m := q.Metric.model(v)
			query.Metric = &m
		}
		math.Queries = append(math.Queries, query)
	}
	return math
}
