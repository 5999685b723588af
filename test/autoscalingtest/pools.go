package autoscalingtest

import "github.com/sagemaker-autoscaling-inference/cdk/autoscaling"

// Pools is the load of two instance types, weighted, one of which may have no
// instance.
func Pools() autoscaling.MetricMath {
	concurrency := func(id, instanceType string) autoscaling.MetricQuery {
		return autoscaling.MetricQuery{ID: id, Metric: &autoscaling.Metric{
			Namespace: "AWS/SageMaker", Name: "ConcurrentRequestsPerModel", Statistic: autoscaling.Average,
			Dimensions: []autoscaling.MetricDimension{
				{Name: "EndpointName", Value: "odds"}, {Name: "VariantName", Value: "main"}, {Name: "InstanceType", Value: instanceType}},
		}}
	}
	return autoscaling.MetricMath{Queries: []autoscaling.MetricQuery{
		concurrency("large", "ml.g6.12xlarge"), concurrency("small", "ml.g6.xlarge"),
		{ID: "load", Expression: "(FILL(large, 0) / 32 + FILL(small, 0) / 8) / 2", Label: "Load", ReturnData: true},
	}}
}
