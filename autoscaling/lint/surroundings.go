package lint

import (
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Copy is what one copy of an inference component takes of an instance. Whatever is
// zero is not set aside, or not known.
type Copy struct {
	// Accelerators are whole GPUs or Neuron devices.
	Accelerators int
	// MinMemoryMB is the memory in MB.
	MinMemoryMB int
	// CPUCores are cores.
	CPUCores float64
}

// Surroundings are what templates say of the resources around a scalable target:
// its zero value says nothing.
type Surroundings struct {
	// Template names the template. Two targets of one template are in one account
	// and Region, whichever these are.
	Template string
	// Endpoint is the logical ID of the endpoint, or of the inference component, that
	// scales. Default: "", it is not in the target's own template.
	Endpoint string
	// Unordered says that CloudFormation may make the target before Endpoint.
	Unordered bool
	// OtherEndpoints are the names of all endpoints, or components, that were read,
	// where that of the target is not among them. Default: none, it is, or not known.
	OtherEndpoints []string
	// OtherVariants are the names of the endpoint's variants, where that of the target
	// is not among them. Default: none, it is, or not known.
	OtherVariants []string
	// ResetBy is the property of the endpoint because of which an update of it starts
	// the initial instance count again. Default: "", an update keeps the count, or it
	// is not known.
	ResetBy string
}

// The properties of an endpoint that ResetBy names.
const (
	// NotRetained is absent or false.
	NotRetained = "RetainAllVariantProperties"
	// Excluded has DesiredInstanceCount.
	Excluded = "ExcludeRetainedVariantProperties"
)

// Errors returns what AWS refuses of s, or what cannot work: what a construct of
// package scaling, or an environment file, would not accept. What is not known is
// nothing wrong: whether an endpoint of another template is asynchronous, and the
// names that CloudFormation makes up, for which logical IDs stand. The paths are
// those of Subject.
func Errors(s Subject) problem.List {
	target := s.Target
	variant := autoscaling.Variant{}
	if s.Variant != nil {
		variant = *s.Variant
	}
	if target.Dimension == autoscaling.VariantInstanceCount && variant.InstanceType == "" {
		target.Asynchronous = true
	}
	var ps problem.List
	for _, p := range target.Validate() {
		if p.Path != "ResourceID" || !slices.ContainsFunc(strings.Split(target.ResourceID, "/"), tooLong) {
			ps = append(ps, p)
		}
	}
	ps = append(ps.In("Target"), variant.ValidateScaling(target).In("Variant")...)
	if s.Host != nil {
		ps = append(ps, s.Host.ValidateCopy(s.Copy.Accelerators, s.Copy.MinMemoryMB).In("Copy")...)
	}
	if others := s.Around.OtherVariants; len(others) > 0 {
		ps.Add("Target.ResourceID", target.ResourceID, "the endpoint has no variant of this name",
			"name one that it has: "+strings.Join(others, ", "))
	}
	return ps
}

func tooLong(name string) bool { return len(name) > 63 }
