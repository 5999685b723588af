package config

import (
	"cmp"
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
	"variant.routing", "variant.instanceProvisionTimeout", "variant.capacityReservationArn", "variant.volumeSizeGb",
	"variant.inferenceAmiVersion", "variant." + startLimits[0], "variant." + startLimits[1],
}

// validateInstances judges what is said of the instances of the variant at a path.
func validateInstances(v ProductionVariant, at variantPath) problem.List {
	return inYAML[autoscaling.InstanceSettings](
		v.InstanceSettings.Validate([]string{v.InstanceType}), cmp.Or(string(at), "variant"))
}
