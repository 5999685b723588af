package config

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Routing is how SageMaker chooses the instance of a request: random or
// least-outstanding-requests.
type Routing string

// Strategy is how SageMaker's API spells it, "" where the file says nothing.
func (r Routing) Strategy() string { return strings.ToUpper(strings.ReplaceAll(string(r), "-", "_")) }

// startLimits are the keys of autoscaling.StartLimits.
var startLimits = []string{"modelDataDownloadTimeout", "containerStartupHealthCheckTimeout"}

// instanceKeys are those that describe the instances of the one variant.
var instanceKeys = []string{
	"variant.instancePools", "variant.routing", "variant.instanceProvisionTimeout", "variant.capacityReservationArn",
	"variant.volumeSizeGb",
	"variant.inferenceAmiVersion", "variant." + startLimits[0], "variant." + startLimits[1],
}

// validateInstances judges what is said of the instances of the variant at a path.
func validateInstances(v ProductionVariant, at variantPath) problem.List {
	path := cmp.Or(string(at), "variant")
	ps := inYAML[ProductionVariant](v.InstancePools.Validate(v.InstanceType), path)
	return append(ps, inYAML[autoscaling.InstanceSettings](v.InstanceSettings.Validate(v.instanceTypes()), path)...)
}

// validatePoolScaling judges whether the types of v's pools can scale.
func validatePoolScaling(v ProductionVariant, at variantPath) problem.List {
	var ps problem.List
	for i, pool := range v.InstancePools {
		found := autoscaling.Variant{InstanceType: pool.InstanceType}.ValidateScaling(autoscaling.ScalableTarget{})
		ps = append(ps, inYAML[autoscaling.InstancePool](found, itemPath(at.of("variant.instancePools"), i))...)
	}
	return ps
}

// withoutPools is ps without what the scaling model says of the type that v's pools stand
// for: each is judged at its own place.
func (v ProductionVariant) withoutPools(ps problem.List, at variantPath) problem.List {
	return slices.DeleteFunc(ps, func(p problem.Problem) bool {
		return len(v.InstancePools) > 0 && p.Path == at.of("variant.instanceType")
	})
}
