package autoscaling

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Variant is what the rules know of a production variant.
type Variant struct {
	// EndpointName and Name are SageMaker's names: 1 to 63 letters, digits and
	// hyphens (fact C29).
	EndpointName, Name string
	// InstanceType is such as ml.c6i.xlarge. Default: "", not known here.
	InstanceType string
	// InitialInstanceCount is the instances that the first deployment starts. Below
	// the target's minimum, registration raises them to it (fact A39).
	// Default: 0, not known here.
	InitialInstanceCount int
	// ManagedInstanceScaling says that SageMaker itself decides how many
	// instances there are, by the copies of inference components that they have
	// to hold. Application Auto Scaling then scales the copies (facts C26 and C27).
	// Default: false.
	ManagedInstanceScaling bool
	// MaxInstanceCount is the most instances that ManagedInstanceScaling starts.
	// Default: 0, not known here.
	MaxInstanceCount int
	// MaxConcurrency is the most requests at a time that a serverless variant takes.
	// Default: 0, the variant has instances, or it is not known here.
	MaxConcurrency int
}

// ResourceID is the variant's name in Application Auto Scaling (fact A4).
func (v Variant) ResourceID() string {
	return "endpoint/" + v.EndpointName + "/variant/" + v.Name
}

// EndpointARN is the ARN of the endpoint called name. SageMaker lower-cases
// the name in it, and permissions compare it exactly. What of a name is known only at
// deployment stays as it is: it has to be in lower case.
func EndpointARN(partition, region, account, name string) string {
	name = problem.MapKnown(name, strings.ToLower)
	return "arn:" + partition + ":sagemaker:" + region + ":" + account + ":endpoint/" + name
}

// namePattern is a SageMaker name (fact C29).
const namePattern = `[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}`

var (
	resourceName = regexp.MustCompile(`^` + namePattern + `$`)
	// Fact A46: a generation follows the letter. ml.trn1 and ml.trn2 (Trainium) begin
	// alike and are not burstable.
	burstable    = regexp.MustCompile(`^ml\.t[0-9]`)
	instanceType = regexp.MustCompile(`^ml\.[a-z0-9-]+\.[a-z0-9-]+$`)
)

// ValidName reports whether SageMaker takes name for an endpoint, variant,
// model or configuration (fact C29). A name that is known only at deployment is left
// to SageMaker.
func ValidName(name string) bool { return problem.Unresolved(name) || resourceName.MatchString(name) }

// NameRule says what ValidName accepts.
const NameRule = "a SageMaker name has 1 to 63 letters, digits and hyphens, and neither begins nor ends with a hyphen"

// Validate returns everything wrong with the variant itself.
func (v Variant) Validate() problem.List {
	if ps := problem.UnresolvedNumbers(v); len(ps) > 0 {
		return ps
	}
	var ps problem.List
	if !ValidName(v.EndpointName) {
		ps.Add("EndpointName", v.EndpointName, NameRule, "such as \"predictions\"")
	}
	if !ValidName(v.Name) {
		ps.Add("Name", v.Name, NameRule, "such as \"main\"")
	}
	if v.InstanceType != "" && !problem.Unresolved(v.InstanceType) && !instanceType.MatchString(v.InstanceType) {
		fix := "such as \"ml.c6i.xlarge\""
		if written := "ml." + strings.ToLower(v.InstanceType); instanceType.MatchString(written) {
			fix = "write " + written
		}
		ps.Add("InstanceType", v.InstanceType, "a SageMaker instance type is ml.FAMILY.SIZE", fix)
	}
	if v.InitialInstanceCount < 0 {
		ps.Add("InitialInstanceCount", v.InitialInstanceCount, "a variant starts with at least 1 instance",
			"set it to 1 or more")
	}
	return ps
}

// ValidateScaling returns what keeps the variant from being scaled by t.
func (v Variant) ValidateScaling(t ScalableTarget) problem.List {
	var ps problem.List
	if burstable.MatchString(v.InstanceType) {
		ps.Add("InstanceType", v.InstanceType,
			"a burstable instance type cannot be scaled automatically, AWS refuses to register it",
			"use a type of fixed performance, such as \"ml.c6i.large\"")
	}
	if v.ManagedInstanceScaling && t.Dimension == VariantInstanceCount {
		ps.Add("ManagedInstanceScaling", v.ManagedInstanceScaling,
			"SageMaker and Application Auto Scaling would both decide how many instances the variant has",
			"scale the copies of its inference components, by "+string(InferenceComponentCopyCount)+", or leave "+
				"ManagedInstanceScaling out")
	}
	if n := v.InitialInstanceCount; n > t.MaxCapacity && t.MinCapacity <= t.MaxCapacity {
		fix := fmt.Sprintf("raise the maximum to %d or more", n)
		if t.MaxCapacity > 0 {
			fix = fmt.Sprintf("set it from 1 to %d, or raise the maximum", t.MaxCapacity)
		}
		ps.Add("InitialInstanceCount", n,
			fmt.Sprintf("the first deployment starts more than the maximum of %d instances", t.MaxCapacity), fix)
	}
	return append(ps, v.validateKind(t)...)
}

// validateKind returns what keeps a serverless variant from being scaled by its
// instances, one with instances by provisioned concurrency, and a serverless one
// over its own maximum (fact A61).
func (v Variant) validateKind(t ScalableTarget) problem.List {
	var ps problem.List
	switch {
	case v.MaxConcurrency > 0 && t.Dimension == VariantInstanceCount:
		ps.Add("MaxConcurrency", v.MaxConcurrency, "a serverless variant has no instances that could be counted",
			"scale it by "+string(VariantProvisionedConcurrency))
	case v.MaxConcurrency > 0 && t.HighestMax() > v.MaxConcurrency:
		ps.Add("MaxConcurrency", v.MaxConcurrency,
			fmt.Sprintf("no more can be provisioned than the variant takes, and the maximum is %d %s", t.HighestMax(),
				t.Dimension.Unit()),
			maximumFix(v.MaxConcurrency, t.HighestMax()))
	case v.InstanceType != "" && t.Dimension == VariantProvisionedConcurrency:
		ps.Add("InstanceType", v.InstanceType, "only serverless variants have a provisioned concurrency",
			"scale it by "+string(VariantInstanceCount)+", or make the variant serverless")
	}
	return ps
}

// maximumFix says how a maximum comes under what a serverless variant takes.
func maximumFix(takes, maximum int) string {
	lower := fmt.Sprintf("lower the maximum to %d or less", takes)
	if maximum > MaxServerlessConcurrency {
		return lower
	}
	return lower + fmt.Sprintf(", or raise this to %d", maximum)
}
