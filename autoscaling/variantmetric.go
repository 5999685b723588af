package autoscaling

import (
	"maps"
	"slices"
	"strings"
)

// VariantMetric is the metric called name that SageMaker publishes of v, with
// its namespace, its dimensions and its usual statistic. It reports false where
// VariantMetricNames has no such name. CPUUtilization is summed over the cores,
// and GPUUtilization and GPUMemoryUtilization over the GPUs: 4 cores at half their
// capacity are 200 (fact A44). MemoryUtilization is 0 to 100.
func VariantMetric(name string, v Variant) (Metric, bool) {
	for _, namespace := range []string{UtilizationNamespace, SageMakerNamespace} {
		if slices.Contains(variantMetrics(namespace), name) {
			return Metric{Namespace: namespace, Name: name, Dimensions: v.dimensions(), Statistic: usualStatistic(name)}, true
		}
	}
	return Metric{}, false
}

// usualStatistic is the sum of what counts invocations, of which one is 1 or,
// per instance, a share of 1 (fact A7), and the average of everything else.
func usualStatistic(name string) Statistic {
	if strings.HasPrefix(name, "Invocation") {
		return Sum
	}
	return Average
}

// VariantMetricNames are the metrics that VariantMetric knows, sorted.
func VariantMetricNames() []string {
	names := slices.Concat(variantMetrics(UtilizationNamespace), variantMetrics(SageMakerNamespace))
	slices.Sort(names)
	return names
}

// VariantUtilizations are those of them that say how much of an instance is in
// use, sorted.
func VariantUtilizations() []string {
	return slices.DeleteFunc(variantMetrics(UtilizationNamespace),
		func(name string) bool { return !strings.Contains(name, "Utilization") })
}

// variantMetrics are the metrics of a namespace that have the dimensions of a
// variant, sorted.
func variantMetrics(namespace string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(emitted[namespace])), func(name string) bool {
		return !slices.ContainsFunc(emitted[namespace][name], func(set []string) bool { return slices.Equal(set, byVariant) })
	})
}
