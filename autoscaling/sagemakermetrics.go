package autoscaling

import (
	"slices"
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

// finer are dimensions that may come on top of a set: instance pools add the
// first (fact G11), enhanced metrics the next three, and endpoints of several
// containers the last (fact A51).
var finer = []string{instanceTypeDimension, "InstanceId", "ContainerId", "AcceleratorId", "ContainerName"}

const instanceTypeDimension = "InstanceType"

// emitted is what SageMaker publishes of endpoints, by namespace and name, with
// the sets of dimensions it has there (facts A45, A51, D2 and D7).
var emitted = map[string]map[string][][]string{
	SageMakerNamespace: merge(
		published([][]string{byVariant, byComponent},
			"Invocations", "Invocation4XXErrors", "Invocation5XXErrors", "InvocationModelErrors", "ModelLatency", "OverheadLatency",
			"FirstChunkLatency", "FirstChunkModelLatency", "FirstChunkOverheadLatency", "MidStreamErrors"),
		published([][]string{byVariant},
			"InvocationsPerInstance", concurrentRequestsPerModel, "ModelSetupTime",
			"ModelLoadingWaitTime", "ModelUnloadingTime", "ModelDownloadingTime", "ModelLoadingTime", "ModelCacheHit",
			"ServerlessConcurrentExecutionsUtilization", "ServerlessProvisionedConcurrencyExecutions", "ServerlessProvisionedConcurrencyUtilization",
			"ServerlessProvisionedConcurrencyInvocations", "ServerlessProvisionedConcurrencySpilloverInvocations"),
		published([][]string{byComponent}, "InvocationsPerCopy", "ConcurrentRequestsPerCopy", NoCapacityInvocationFailures),
		published([][]string{byEndpoint}, "ApproximateBacklogSize", backlogPerInstance, "ApproximateAgeOfOldestRequest", backlogWithoutCapacity),
		published([][]string{byEndpoint, byVariant},
			"InvocationFailures", "InvocationsProcessed", "TimeInBacklog", "TimeToFirstByte", "TotalProcessingTime", "ExpiredRequests",
			"RequestDownloadFailures", "ResponseUploadFailures", "NotificationFailures", "RequestDownloadLatency", "ResponseUploadLatency"),
	),
	UtilizationNamespace: published([][]string{byVariant},
		"CPUUtilization", "CPUUtilizationNormalized", "CPUReservation", "MemoryUtilization", "MemoryReservation", "DiskUtilization",
		"GPUUtilization", "GPUUtilizationNormalized", "GPUReservation", "GPUMemoryUtilization", "GPUMemoryUtilizationNormalized", "LoadedModelCount"),
	ComponentNamespace: published([][]string{byComponent},
		"CPUUtilizationNormalized", "GPUMemoryUtilizationNormalized", "GPUUtilizationNormalized", "MemoryUtilizationNormalized"),
}

// notAsynchronous are those that asynchronous endpoints do not publish (fact D7).
var notAsynchronous = []string{"Invocations", "InvocationsPerInstance", "OverheadLatency"}

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

// sageMakers reports whether a namespace is SageMaker's, or is meant to be.
func sageMakers(namespace string) bool {
	low := strings.ToLower(strings.Trim(namespace, "/"))
	return low == "aws/sagemaker" || strings.HasPrefix(low, "aws/sagemaker/")
}

// publishedBy reports whether a set of dimension names is one of sets, apart
// from finer ones.
func publishedBy(sets [][]string, dimensions []MetricDimension) bool {
	var names []string
	for _, d := range dimensions {
		if !slices.Contains(finer, d.Name) {
			names = append(names, d.Name)
		}
	}
	slices.Sort(names)
	return slices.ContainsFunc(sets, func(set []string) bool { return slices.Equal(set, names) })
}
