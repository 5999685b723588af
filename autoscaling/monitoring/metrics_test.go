package monitoring_test

import (
	"slices"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
)

// exists reports whether somebody publishes a metric by exactly these dimensions.
func exists(m autoscaling.Metric) bool {
	names := slices.DeleteFunc(m.DimensionNames(), func(name string) bool {
		// Fact G11: the metrics of pools have it beside the variant's dimensions.
		return name == "InstanceType" && autoscaling.IsSageMakerNamespace(m.Namespace)
	})
	sets := monitoring.Metrics()[m.Namespace][m.Name].Dimensions
	sets = append(slices.Clone(sets), autoscaling.SageMakerMetrics()[m.Namespace][m.Name]...)
	return slices.ContainsFunc(sets, func(set []string) bool { return slices.Equal(set, names) })
}

func metricsOf(metric autoscaling.AlarmMetric) []autoscaling.Metric {
	switch m := metric.(type) {
	case autoscaling.Metric:
		return []autoscaling.Metric{m}
	case autoscaling.MetricMath:
		var all []autoscaling.Metric
		for _, q := range m.Queries {
			if q.Metric != nil {
				all = append(all, *q.Metric)
			}
		}
		return all
	}
	return nil
}

func TestMetricsOfAlarmsExist(t *testing.T) {
	t.Parallel()
	for name, subject := range subjects() {
		for _, a := range subject.Alarms(settings()) {
			all := metricsOf(a.Metric)
			if len(all) == 0 {
				t.Errorf("%s: %s watches nothing", name, a.Kind)
			}
			for _, m := range all {
				if !exists(m) {
					t.Errorf("%s: %s of %q watches %s by %v, which nobody publishes", name, a.Kind, a.Of, m, m.DimensionNames())
				}
			}
		}
	}
	if exists(autoscaling.Metric{Namespace: "AWS/ApplicationELB", Name: "HealthyHostCount",
		Dimensions: map[string]string{"LoadBalancer": "app/odds/1"}}) {
		t.Error("HealthyHostCount is published by target group alone")
	}
}

func TestSetsOfDimensionsAreSorted(t *testing.T) {
	t.Parallel()
	for namespace, metrics := range monitoring.Metrics() {
		for name, m := range metrics {
			for _, set := range m.Dimensions {
				if !slices.IsSorted(set) || m.Unit == "" {
					t.Errorf("%s %s: got %v, %q", namespace, name, set, m.Unit)
				}
			}
		}
	}
}
