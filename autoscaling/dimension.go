package autoscaling

import (
	"regexp"
	"strings"
)

// Dimension is what a scalable target counts, in Application Auto Scaling's
// own words (fact A4). It begins with the namespace of its service.
type Dimension string

// What SageMaker lets Application Auto Scaling count.
const (
	// VariantInstanceCount counts the instances of a production variant.
	VariantInstanceCount Dimension = "sagemaker:variant:DesiredInstanceCount"
	// VariantProvisionedConcurrency counts the requests at a time that a
	// serverless variant keeps itself warm for.
	VariantProvisionedConcurrency Dimension = "sagemaker:variant:DesiredProvisionedConcurrency"
	// InferenceComponentCopyCount counts the copies of an inference component.
	InferenceComponentCopyCount Dimension = "sagemaker:inference-component:DesiredCopyCount"
)

// ServiceNamespace is SageMaker's name in Application Auto Scaling.
const ServiceNamespace = "sagemaker"

// Namespace is the service that is scaled, as ServiceNamespace is one.
func (d Dimension) Namespace() string {
	namespace, _, _ := strings.Cut(string(d), ":")
	return namespace
}

// Unit is what problems call the things counted.
func (d Dimension) Unit() string {
	switch d {
	case InferenceComponentCopyCount:
		return "copies"
	case VariantProvisionedConcurrency:
		return "requests at a time"
	case VariantInstanceCount:
		return "instances"
	case FunctionProvisionedConcurrency:
		return "environments"
	case ServiceTaskCount:
		return "tasks"
	}
	return "units"
}

// dimensions is what is known of each: what its resource IDs look like, and how
// its predefined metrics begin.
var dimensions = map[Dimension]struct {
	resourceID *regexp.Regexp
	example    string
	metrics    string
}{
	VariantInstanceCount:          {variantID, "endpoint/predictions/variant/main", "SageMakerVariant"},
	VariantProvisionedConcurrency: {variantID, "endpoint/predictions/variant/main", "SageMakerVariant"},
	InferenceComponentCopyCount:   {componentID, "inference-component/odds", "SageMakerInferenceComponent"},
}

var (
	variantID   = regexp.MustCompile(`^endpoint/` + namePattern + `/variant/` + namePattern + `$`)
	componentID = regexp.MustCompile(`^inference-component/` + namePattern + `$`)
)

// InferenceComponentResourceID is the name of an inference component in
// Application Auto Scaling (fact A4).
func InferenceComponentResourceID(name string) string { return "inference-component/" + name }

// Scalable dimensions of a gateway (facts F26 and F30).
const (
	// FunctionProvisionedConcurrency counts the environments that are kept ready
	// for an alias of a Lambda function.
	FunctionProvisionedConcurrency Dimension = "lambda:function:ProvisionedConcurrency"
	// ServiceTaskCount counts the tasks of an ECS service.
	ServiceTaskCount Dimension = "ecs:service:DesiredCount"
)

// FunctionProvisionedConcurrencyUtilization is the share of an alias's
// provisioned concurrency that is in use.
const FunctionProvisionedConcurrencyUtilization PredefinedMetric = "LambdaProvisionedConcurrencyUtilization"

// ServiceAverageCPUUtilization is the CPU utilisation of an ECS service's tasks,
// in percent of what they have.
const ServiceAverageCPUUtilization PredefinedMetric = "ECSServiceAverageCPUUtilization"

// FunctionResourceID is an alias's name in Application Auto Scaling (fact F29).
func FunctionResourceID(function, alias string) string { return "function:" + function + ":" + alias }

// ServiceResourceID is an ECS service's name in Application Auto Scaling.
func ServiceResourceID(cluster, service string) string { return "service/" + cluster + "/" + service }
