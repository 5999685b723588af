package autoscaling

import (
	"strings"
)

// ComponentNamespace holds what the copies of inference components use
// (fact A51).
const ComponentNamespace = "/aws/sagemaker/InferenceComponents"

// The sets of dimensions that SageMaker publishes an endpoint's metrics by.
var (
	byVariant   = []string{EndpointNameDimension, VariantNameDimension}
	byComponent = []string{InferenceComponentNameDimension}
	byEndpoint  = []string{EndpointNameDimension}
)

// emitted is what SageMaker publishes of endpoints, by namespace and name, with
// the sets of dimensions it has there (facts A45, A51, D2 and D7).
var emitted = map[string]map[string][][]string{
	SageMakerNamespace: merge(
		published([][]string{byVariant, byComponent},
			"Invocations", "Invocation4XXErrors", "Invocation5XXErrors", "InvocationModelErrors", "ModelLatency",
			"OverheadLatency",
			"FirstChunkLatency", "FirstChunkModelLatency", "FirstChunkOverheadLatency", "MidStreamErrors"),
		published([][]string{byVariant},
			"InvocationsPerInstance", concurrentRequestsPerModel, "ModelSetupTime",
			"ModelLoadingWaitTime", "ModelUnloadingTime", "ModelDownloadingTime", "ModelLoadingTime", "ModelCacheHit",
			"ServerlessConcurrentExecutionsUtilization", "ServerlessProvisionedConcurrencyExecutions",
			"ServerlessProvisionedConcurrencyUtilization",
			"ServerlessProvisionedConcurrencyInvocations", "ServerlessProvisionedConcurrencySpilloverInvocations"),
		published([][]string{byComponent}, "InvocationsPerCopy", "ConcurrentRequestsPerCopy", NoCapacityInvocationFailures),
		published([][]string{byEndpoint}, "ApproximateBacklogSize", ApproximateBacklogSizePerInstance,
			"ApproximateAgeOfOldestRequest", HasBacklogWithoutCapacity),
		published([][]string{byEndpoint, byVariant},
			"InvocationFailures", "InvocationsProcessed", "TimeInBacklog", "TimeToFirstByte", "TotalProcessingTime",
			"ExpiredRequests",
			"RequestDownloadFailures", "ResponseUploadFailures", "NotificationFailures", "RequestDownloadLatency",
			"ResponseUploadLatency"),
	),
	UtilizationNamespace: published([][]string{byVariant},
		"CPUUtilization", "CPUUtilizationNormalized", "CPUReservation", "MemoryUtilization", "MemoryReservation",
		"DiskUtilization",
		"GPUUtilization", "GPUUtilizationNormalized", "GPUReservation", "GPUMemoryUtilization",
		"GPUMemoryUtilizationNormalized", "LoadedModelCount"),
	ComponentNamespace: published([][]string{byComponent},
		"CPUUtilizationNormalized", "GPUMemoryUtilizationNormalized", "GPUUtilizationNormalized",
		"MemoryUtilizationNormalized"),
}

func published(sets [][]string, names ...string) map[string][][]string {
	out := map[string][][]string{}
	for _, name := range names {
		out[name] = sets
	}
	return out
}

func merge(parts ...map[string][][]string) map[string][][]string {
	out := map[string][][]string{}
	for _, part := range parts {
		for name, sets := range part {
			out[name] = sets
		}
	}
	return out
}

// IsSageMakerNamespace reports whether a namespace is SageMaker's, or is meant to be.
func IsSageMakerNamespace(namespace string) bool {
	low := strings.ToLower(strings.Trim(namespace, "/"))
	return low == "aws/sagemaker" || strings.HasPrefix(low, "aws/sagemaker/")
}

// SageMakerMetrics are the metrics that SageMaker publishes of endpoints, by
// namespace and name, each with the sets of dimension names that it has there.
func SageMakerMetrics() map[string]map[string][][]string { return emitted }
