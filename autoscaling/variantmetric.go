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
	return PublishedMetric(name, v.dimensions())
}

// PublishedMetric is the metric called name that SageMaker publishes by exactly these
// dimensions: those of a variant, of an endpoint or of an inference component. It has
// its namespace and its usual statistic. It reports false where there is none.
func PublishedMetric(name string, dimensions map[string]string) (Metric, bool) {
	m := Metric{Name: name, Dimensions: dimensions, Statistic: usualStatistic(name)}
	for _, namespace := range []string{UtilizationNamespace, SageMakerNamespace, ComponentNamespace} {
		if hasSet(emitted[namespace][name], m.DimensionNames()) {
			m.Namespace = namespace
			return m, true
		}
	}
	return Metric{}, false
}

// PublishedMetrics are the names that PublishedMetric knows for these dimension names,
// sorted.
func PublishedMetrics(dimensions ...string) []string {
	dimensions = slices.Sorted(slices.Values(dimensions))
	var names []string
	for _, metrics := range emitted {
		for name, sets := range metrics {
			if hasSet(sets, dimensions) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// usualStatistic is the sum of what counts: invocations, of which one is 1 or, per
// instance, a share of 1 (fact A7), and failures. It is the average of everything else.
func usualStatistic(name string) Statistic {
	counts := func(part string) bool { return strings.Contains(name, part) }
	if slices.ContainsFunc([]string{"Invocation", "Errors", "Failures", "Expired"}, counts) {
		return Sum
	}
	return Average
}

// VariantMetricNames are the metrics that VariantMetric knows, sorted.
func VariantMetricNames() []string { return PublishedMetrics(byVariant...) }

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
		return !hasSet(emitted[namespace][name], byVariant)
	})
}

// hasSet reports whether names is one of sets; all are sorted.
func hasSet(sets [][]string, names []string) bool {
	return slices.ContainsFunc(sets, func(set []string) bool { return slices.Equal(set, names) })
}
