package inference

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// Variant is a production variant of an endpoint, for scaling and metrics:
// Endpoint.Variant returns it.
type Variant struct {
	variant    autoscaling.Variant
	env        *interfaces.ResourceEnvironment
	dependency constructs.IConstruct
	// types are its instance types, where there may be several.
	types []string
}

// ScalingVariant returns the variant as package autoscaling describes it.
func (v Variant) ScalingVariant() autoscaling.Variant { return v.variant }

// ScalingDependency returns the endpoint. CloudFormation creates it before the scaling of
// the variant, unless it is imported: that has no resource.
func (v Variant) ScalingDependency() constructs.IConstruct { return v.dependency }

// InstanceTypes returns the types of the variant's instances: one, several where it has
// InstancePools, none where it is serverless or they are not known.
func (v Variant) InstanceTypes() []string {
	types := v.types
	if len(types) == 0 {
		types = []string{v.variant.InstanceType}
	}
	return slices.DeleteFunc(slices.Clone(types), func(t string) bool { return t == "" })
}

// variantNamed returns the variant called name of the endpoint called endpoint.
func variantNamed(endpoint, name string, variants []autoscaling.Variant) autoscaling.Variant {
	names := make([]string, len(variants))
	for i, v := range variants {
		if v.Name == name {
			return v
		}
		names[i] = v.Name
	}
	panic(fmt.Errorf("endpoint %q has no variant %q, it has %q", endpoint, name, names))
}

// Metric returns the metric called name that SageMaker publishes of the variant, in
// AWS/SageMaker or /aws/sagemaker/Endpoints; autoscaling.VariantMetricNames lists them. It
// panics where there is none. Options replace what they say; their dimensions are added,
// such as the InstanceId of an enhanced metric (fact A51).
// Default: nil, the average over 5 minutes, the sum of what counts invocations or failures.
func (v Variant) Metric(name string, options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return metric(name, map[string]string{
		autoscaling.EndpointNameDimension: v.variant.EndpointName, autoscaling.VariantNameDimension: v.variant.Name,
	}, v.env, options)
}

// MetricInvocations is the number of requests.
func (v Variant) MetricInvocations(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return v.Metric("Invocations", options)
}

// MetricInvocation4XXErrors is the number of requests that were answered with a status of 400 to 499.
func (v Variant) MetricInvocation4XXErrors(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return v.Metric("Invocation4XXErrors", options)
}

// MetricInvocation5XXErrors is the number of requests that were answered with a status of 500 to 599.
func (v Variant) MetricInvocation5XXErrors(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return v.Metric("Invocation5XXErrors", options)
}

// MetricInvocationModelErrors is the number of requests that the model did not answer with a status of 200 to
// 299.
func (v Variant) MetricInvocationModelErrors(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return v.Metric("InvocationModelErrors", options)
}

// MetricInvocationsPerInstance is the number of requests by instance (fact A7).
func (v Variant) MetricInvocationsPerInstance(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return v.Metric("InvocationsPerInstance", options)
}

// MetricConcurrentRequestsPerModel is the number of requests at a time, those included that wait in the
// container. It is published every 10 s (fact A10).
func (v Variant) MetricConcurrentRequestsPerModel(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return v.Metric("ConcurrentRequestsPerModel", options)
}

// MetricModelLatency is the time that the model takes, in microseconds.
func (v Variant) MetricModelLatency(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return v.Metric("ModelLatency", options)
}

// MetricOverheadLatency is the time that SageMaker adds to a request, in microseconds.
func (v Variant) MetricOverheadLatency(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return v.Metric("OverheadLatency", options)
}

// MetricFirstChunkLatency is the time until the first part of a response stream, in microseconds.
func (v Variant) MetricFirstChunkLatency(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return v.Metric("FirstChunkLatency", options)
}

// MetricCPUUtilization is the sum over the cores, in percent of one (fact A44).
func (v Variant) MetricCPUUtilization(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return v.Metric("CPUUtilization", options)
}

// MetricCPUUtilizationNormalized is the share of all cores that is in use, in percent.
func (v Variant) MetricCPUUtilizationNormalized(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return v.Metric("CPUUtilizationNormalized", options)
}

// MetricMemoryUtilization is the share of memory that is in use, in percent.
func (v Variant) MetricMemoryUtilization(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return v.Metric("MemoryUtilization", options)
}

// MetricDiskUtilization is the share of disk space that is in use, in percent.
func (v Variant) MetricDiskUtilization(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return v.Metric("DiskUtilization", options)
}

// MetricGPUUtilization is the sum over the GPUs, in percent of one (fact A44).
func (v Variant) MetricGPUUtilization(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return v.Metric("GPUUtilization", options)
}

// MetricGPUUtilizationNormalized is the share of all GPUs that is in use, in percent.
func (v Variant) MetricGPUUtilizationNormalized(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return v.Metric("GPUUtilizationNormalized", options)
}

// MetricGPUMemoryUtilization is the sum over the GPUs, in percent of the memory of one (fact A44).
func (v Variant) MetricGPUMemoryUtilization(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return v.Metric("GPUMemoryUtilization", options)
}

// MetricGPUMemoryUtilizationNormalized is the share of all GPU memory that is in use, in percent.
func (v Variant) MetricGPUMemoryUtilizationNormalized(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return v.Metric("GPUMemoryUtilizationNormalized", options)
}

// MetricServerlessProvisionedConcurrencyUtilization is the share of a serverless variant's provisioned
// concurrency that is in use.
func (v Variant) MetricServerlessProvisionedConcurrencyUtilization(
	options *awscloudwatch.MetricOptions,
) awscloudwatch.Metric {
	return v.Metric("ServerlessProvisionedConcurrencyUtilization", options)
}
