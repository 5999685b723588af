package monitoring_test

import (
	"fmt"
	"slices"
	"strings"
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

// Names that are known only at deployment arrive whole.
func TestTokens(t *testing.T) {
	t.Parallel()
	token := func(n int) string { return fmt.Sprintf("${Token[TOKEN.%d]}", n) }
	s := monitoring.Subject{EndpointName: token(1),
		LoadBalancer: &monitoring.LoadBalancer{FullName: token(2), ReservationQueue: token(3), WebACL: token(4)},
		Gateway: &monitoring.Gateway{FunctionName: token(5), Alias: "live", Provisioned: true, ReservedConcurrency: 9,
			TargetGroup: token(6)},
		Canary:   &monitoring.Gateway{ClusterName: token(7), ServiceName: token(8), TargetGroup: token(9), MaxTasks: 3},
		Variants: []monitoring.Variant{{Name: "main", InstanceType: token(10)}}}
	seen := map[string]bool{}
	for _, a := range s.Alarms(settings()) {
		if err := invalid(a.Alarm); err != nil {
			t.Errorf("%s: %v", a.Kind, err)
		}
		for _, m := range metricsOf(a.Metric) {
			for _, value := range m.Dimensions {
				seen[value] = true
			}
		}
	}
	for _, want := range []string{token(1), token(2), token(5), token(5) + ":live", token(6), token(7), token(8), token(9)} {
		if !seen[want] {
			t.Errorf("no metric has %s", want)
		}
	}
	_, text := bodyOf(t, s.Dashboard(settings(), token(11), token(12)))
	for n := 1; n <= 12; n++ {
		if n >= 7 && n <= 10 { // the dashboard has the gateway's own service, and no type
			continue
		}
		if !strings.Contains(text, token(n)) {
			t.Errorf("the dashboard has no %s", token(n))
		}
	}
}
