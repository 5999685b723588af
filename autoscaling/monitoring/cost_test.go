package monitoring_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
)

func TestCost(t *testing.T) {
	t.Parallel()
	metric := autoscaling.Metric{Namespace: "AWS/SQS", Name: "ApproximateNumberOfMessagesVisible",
		Statistic: autoscaling.Maximum}
	alarm := func(m autoscaling.AlarmMetric, seconds int) monitoring.Alarm {
		return monitoring.Alarm{Alarm: autoscaling.Alarm{Metric: m, Period: time.Duration(seconds) * time.Second}}
	}
	math := autoscaling.MetricMath{Queries: []autoscaling.MetricQuery{{ID: "a", Metric: &metric}, {ID: "b", Metric: &metric},
		{ID: "c", Expression: "a + b", ReturnData: true}}}
	got := subjects()["service"].Cost(monitoring.USEast1,
		[]monitoring.Alarm{alarm(metric, 60), alarm(math, 60), alarm(metric, 10)}, 2, 1, 1)
	want := monitoring.Bill{Alarms: 3, Metrics: 4, Composites: 2, Dashboards: 1, Keys: 1, CustomMetrics: 25, AlarmsUSD: 0.6,
		CustomMetricsUSD: 7.5, Total: 0.6 + 7.5 + 1 + 3 + 1}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Error(diff)
	}
	if got := subjects()["function"].Cost(monitoring.USEast1, nil, 0, 0, 0); got.Total != 0 {
		t.Errorf("nothing costs %v", got)
	}
}
