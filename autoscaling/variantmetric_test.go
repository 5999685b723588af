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
	for name, want := range map[string]autoscaling.Metric{
		"CPUUtilization":             autoscaling.CPUUtilization(variant),
		"GPUUtilization":             autoscaling.GPUUtilization(variant),
		"MemoryUtilization":          autoscaling.MemoryUtilization(variant),
		"GPUMemoryUtilization":       autoscaling.GPUMemoryUtilization(variant),
		"ConcurrentRequestsPerModel": autoscaling.EmergencyPolicy(variant, 1).Alarm.Metric.(autoscaling.Metric),
		"InvocationsPerInstance": {Namespace: "AWS/SageMaker", Name: "InvocationsPerInstance", Statistic: autoscaling.Sum,
			Dimensions: autoscaling.CPUUtilization(variant).Dimensions},
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
