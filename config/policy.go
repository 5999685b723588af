package config

import (
	"cmp"
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
	Metric *autoscaling.Metric `json:"metric,omitempty"`
	// Metrics are the queries of metric math, of which one is tracked.
	// Default: none.
	Metrics []autoscaling.MetricQuery `json:"metrics,omitempty" jsonschema:"minItems=1"`
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
		return withMetricDefaults(*p.Metric, v)
	case len(p.Metrics) > 0:
		return metricMath(p.Metrics, v)
	case slices.Contains(autoscaling.VariantUtilizations(), p.Track):
		return withMetricDefaults(autoscaling.Metric{Name: p.Track}, v)
	default:
		return autoscaling.PredefinedMetric(p.Track)
	}
}

// withMetricDefaults is m with a value wherever the file says nothing.
func withMetricDefaults(m autoscaling.Metric, v autoscaling.Variant) autoscaling.Metric {
	known, _ := autoscaling.VariantMetric(m.Name, v)
	if m.Namespace == "" && m.Dimensions == nil {
		m.Dimensions = known.Dimensions
	}
	m.Namespace = cmp.Or(m.Namespace, known.Namespace)
	m.Statistic = cmp.Or(m.Statistic, known.Statistic, autoscaling.Average)
	return m
}

func metricMath(queries []autoscaling.MetricQuery, v autoscaling.Variant) autoscaling.MetricMath {
	queries = slices.Clone(queries)
	if last := len(queries) - 1; !slices.ContainsFunc(queries,
		func(q autoscaling.MetricQuery) bool { return q.ReturnData }) {
		queries[last].ReturnData = true
	}
	for i, q := range queries {
		if q.Metric != nil {
			m := withMetricDefaults(*q.Metric, v)
			queries[i].Metric = &m
		}
	}
	return autoscaling.MetricMath{Queries: queries}
}
