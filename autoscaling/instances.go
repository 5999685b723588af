package autoscaling

import (
	"regexp"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// StartLimits limit how long a start may take. The zero value is SageMaker's defaults.
type StartLimits struct {
	// ModelDataDownloadTimeout is how long an instance or a copy may take to fetch the
	// model: 1 minute to 1 hour, in whole seconds (fact C29).
	// Default: none, SageMaker's default.
	ModelDataDownloadTimeout time.Duration `json:"modelDataDownloadTimeout,omitempty"`
	// ContainerStartupHealthCheckTimeout is how long its container may take to answer
	// the health check: 1 minute to 1 hour, in whole seconds (fact C29).
	// Default: none, SageMaker's default.
	ContainerStartupHealthCheckTimeout time.Duration `json:"containerStartupHealthCheckTimeout,omitempty"`
}

// Validate returns everything that is wrong with l.
func (l StartLimits) Validate() problem.List {
	var ps problem.List
	const low, high = time.Minute, time.Hour
	ps.AddDuration("ModelDataDownloadTimeout", l.ModelDataDownloadTimeout, low, high)
	ps.AddDuration("ContainerStartupHealthCheckTimeout", l.ContainerStartupHealthCheckTimeout, low, high)
	return ps
}

// InstanceSettings are properties of a variant's instances that do not scale. A change
// of one replaces the fleet (fact C1: an endpoint configuration is immutable).
type InstanceSettings struct {
	StartLimits
	// InstanceProvisionTimeout is how long SageMaker tries to get instances before a
	// deployment or a scale-out fails: 5 minutes to 1 hour, in whole seconds (fact G9).
	// Default: none, SageMaker's default.
	InstanceProvisionTimeout time.Duration `json:"instanceProvisionTimeout,omitempty"`
	// CapacityReservationARN is the ARN of an ML capacity reservation, such as a
	// training plan for endpoints. Instances start only in it, and fail to start where
	// it has no capacity left (fact G17).
	// Default: none, on-demand capacity.
	CapacityReservationARN string `json:"capacityReservationArn,omitempty"`
	// VolumeSizeGB is the size of the storage volume of an instance, 1 to 512 GB. An
	// instance type with local NVMe storage has no volume, and it is an error
	// (fact C31).
	// Default: none, SageMaker's size for the instance type.
	VolumeSizeGB int `json:"volumeSizeGb,omitempty" jsonschema:"minimum=1,maximum=512"`
	// InferenceAMIVersion is the image of the instances, such as
	// al2023-ami-sagemaker-inference-gpu-4-1, which decides the version of the GPU or
	// Neuron driver (fact G21).
	// Default: none, SageMaker chooses.
	InferenceAMIVersion string `json:"inferenceAmiVersion,omitempty"`
}

var (
	// reservationARN is the API's pattern for MlReservationArn.
	reservationARN = regexp.MustCompile(`^arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:[a-z0-9-]{1,14}/.+$`)
	amiVersion     = regexp.MustCompile(`^al[0-9]+-ami-sagemaker-inference-(gpu|neuron)-[0-9-]+$`)
)

// Validate returns everything that is wrong with s for instances of these types.
func (s InstanceSettings) Validate(types []string) problem.List {
	var ps problem.List
	ps.AddDuration("InstanceProvisionTimeout", s.InstanceProvisionTimeout, 5*time.Minute, time.Hour)
	if arn := s.CapacityReservationARN; arn != "" && !problem.Unresolved(arn) &&
		(len(arn) > 258 || !reservationARN.MatchString(arn)) {
		ps.Add("CapacityReservationARN", arn,
			"the ARN of an ML capacity reservation is arn:aws:sagemaker:REGION:ACCOUNT:KIND/NAME",
			"copy the ARN of the training plan or reservation")
	}
	if n := s.VolumeSizeGB; n < 0 || n > 512 {
		ps.Add("VolumeSizeGB", n, "a volume has 1 to 512 GB", "leave it out for SageMaker's own size")
	}
	for _, t := range types {
		if s.VolumeSizeGB > 0 && HasLocalStorage(t) {
			ps.Add("VolumeSizeGB", s.VolumeSizeGB, t+" has local NVMe storage and no volume",
				"leave it out, or take a type without local storage")
		}
	}
	return append(append(ps, s.StartLimits.Validate()...), s.validateImage(types)...)
}

// validateImage compares the image with the accelerators of the types. AWS adds
// versions, so the list is not closed.
func (s InstanceSettings) validateImage(types []string) problem.List {
	var ps problem.List
	version := s.InferenceAMIVersion
	if version == "" || problem.Unresolved(version) {
		return nil
	}
	match := amiVersion.FindStringSubmatch(version)
	if match == nil {
		ps.Add("InferenceAMIVersion", version, "an image is alN-ami-sagemaker-inference-gpu-VERSION or -neuron-VERSION",
			"such as \"al2023-ami-sagemaker-inference-gpu-4-1\"")
		return ps
	}
	for _, t := range types {
		if has := Accelerator(t); has != "" && has != match[1] {
			ps.Add("InferenceAMIVersion", version, "the image is for "+match[1]+" accelerators, and "+t+" has "+has,
				"take an image for "+has)
		}
	}
	return ps
}
