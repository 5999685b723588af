package inference

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// ScalingDependency returns the component itself, which CloudFormation creates before its
// scaling.
func (c *InferenceComponent) ScalingDependency() constructs.IConstruct { return c }

// Metric returns the metric called name that SageMaker publishes of the component, in
// AWS/SageMaker or /aws/sagemaker/InferenceComponents (fact A51). It panics where there is
// none. Options replace what they say; their dimensions are added.
// Default: nil, the average over 5 minutes, the sum of what counts invocations or failures.
func (c *InferenceComponent) Metric(name string, options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return metric(name, map[string]string{autoscaling.InferenceComponentNameDimension: c.name},
		c.endpoint.Env(), options)
}

// MetricInvocations is the number of requests.
func (c *InferenceComponent) MetricInvocations(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return c.Metric("Invocations", options)
}

// MetricInvocation4XXErrors is the number of requests that were answered with a status of 400 to 499.
func (c *InferenceComponent) MetricInvocation4XXErrors(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return c.Metric("Invocation4XXErrors", options)
}

// MetricInvocation5XXErrors is the number of requests that were answered with a status of 500 to 599.
func (c *InferenceComponent) MetricInvocation5XXErrors(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return c.Metric("Invocation5XXErrors", options)
}

// MetricInvocationModelErrors is the number of requests that the model did not answer with a status of 200 to
// 299.
func (c *InferenceComponent) MetricInvocationModelErrors(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return c.Metric("InvocationModelErrors", options)
}

// MetricNoCapacityInvocationFailures is the number of requests that were refused because there is no copy (fact D2).
func (c *InferenceComponent) MetricNoCapacityInvocationFailures(
	options *awscloudwatch.MetricOptions,
) awscloudwatch.Metric {
	return c.Metric("NoCapacityInvocationFailures", options)
}

// MetricInvocationsPerCopy is the number of requests by copy.
func (c *InferenceComponent) MetricInvocationsPerCopy(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return c.Metric("InvocationsPerCopy", options)
}

// MetricConcurrentRequestsPerCopy is the number of requests at a time by copy. It is published every 10 s (fact
// A10).
func (c *InferenceComponent) MetricConcurrentRequestsPerCopy(
	options *awscloudwatch.MetricOptions,
) awscloudwatch.Metric {
	return c.Metric("ConcurrentRequestsPerCopy", options)
}

// MetricModelLatency is the time that the model takes, in microseconds.
func (c *InferenceComponent) MetricModelLatency(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return c.Metric("ModelLatency", options)
}

// MetricOverheadLatency is the time that SageMaker adds to a request, in microseconds.
func (c *InferenceComponent) MetricOverheadLatency(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return c.Metric("OverheadLatency", options)
}

// MetricCPUUtilizationNormalized is the share of its cores that the copies use, in percent.
func (c *InferenceComponent) MetricCPUUtilizationNormalized(
	options *awscloudwatch.MetricOptions,
) awscloudwatch.Metric {
	return c.Metric("CPUUtilizationNormalized", options)
}

// MetricMemoryUtilizationNormalized is the share of its memory that the copies use, in percent.
func (c *InferenceComponent) MetricMemoryUtilizationNormalized(
	options *awscloudwatch.MetricOptions,
) awscloudwatch.Metric {
	return c.Metric("MemoryUtilizationNormalized", options)
}

// MetricGPUUtilizationNormalized is the share of its GPUs that the copies use, in percent.
func (c *InferenceComponent) MetricGPUUtilizationNormalized(
	options *awscloudwatch.MetricOptions,
) awscloudwatch.Metric {
	return c.Metric("GPUUtilizationNormalized", options)
}

// MetricGPUMemoryUtilizationNormalized is the share of its GPU memory that the copies use, in percent.
func (c *InferenceComponent) MetricGPUMemoryUtilizationNormalized(
	options *awscloudwatch.MetricOptions,
) awscloudwatch.Metric {
	return c.Metric("GPUMemoryUtilizationNormalized", options)
}
