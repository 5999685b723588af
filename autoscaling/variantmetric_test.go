package autoscaling_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

func TestVariantMetric(t *testing.T) {
	t.Parallel()
	names := autoscaling.VariantMetricNames()
	utilization := func(name string) autoscaling.Metric {
		return autoscaling.Metric{Namespace: "/aws/sagemaker/Endpoints", Name: name, Statistic: autoscaling.Average,
			Dimensions: map[string]string{"EndpointName": "odds", "VariantName": "main"}}
	}
	for name, want := range map[string]autoscaling.Metric{
		"CPUUtilization":             utilization("CPUUtilization"),
		"GPUUtilization":             utilization("GPUUtilization"),
		"MemoryUtilization":          utilization("MemoryUtilization"),
		"GPUMemoryUtilization":       utilization("GPUMemoryUtilization"),
		"ConcurrentRequestsPerModel": autoscaling.EmergencyPolicy(variant, 1).Alarm.Metric.(autoscaling.Metric),
		"InvocationsPerInstance": {Namespace: "AWS/SageMaker", Name: "InvocationsPerInstance", Statistic: autoscaling.Sum,
			Dimensions: utilization("").Dimensions},
	} {
		got, known := autoscaling.VariantMetric(name, variant)
		if diff := cmp.Diff(want, got); diff != "" || !known || !slices.Contains(names, name) {
			t.Errorf("%s: known %v (-want +got)\n%s", name, known, diff)
		}
	}
	for _, name := range []string{"", "QueueDepth", "NoCapacityInvocationFailures", "ApproximateBacklogSize"} {
		if m, known := autoscaling.VariantMetric(name, variant); known {
			t.Errorf("%q is %v, which no variant publishes", name, m)
		}
	}
	if !slices.IsSorted(names) || !slices.Contains(autoscaling.VariantUtilizations(), "GPUUtilization") || slices.Contains(autoscaling.VariantUtilizations(), "ModelLatency") {
		t.Errorf("got %q, of which %q are utilizations", names, autoscaling.VariantUtilizations())
	}
}
