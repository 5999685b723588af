package autoscalingtest

import "github.com/sagemaker-autoscaling-inference/cdk/autoscaling"

// VariantMetric is the metric called name of v. It panics where SageMaker has no
// such metric.
func VariantMetric(name string, v autoscaling.Variant) autoscaling.Metric {
	m, ok := autoscaling.VariantMetric(name, v)
	if !ok {
		panic("no metric " + name)
	}
	return m
}
