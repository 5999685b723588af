package inference

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// InstanceProps are properties of a variant's instances. All of them are part of
// the endpoint configuration, so a change replaces the fleet (fact C1).
type InstanceProps struct {
	// InstanceProvisionTimeout is how long SageMaker tries to get instances, of all
	// pools together, before a deployment or a scale-out fails: 5 minutes to 1 hour,
	// in whole seconds (fact G9).
	// Default: 0, SageMaker's default.
	InstanceProvisionTimeout time.Duration
	// CapacityReservationARN is the ARN of an ML capacity reservation, such as a
	// training plan for endpoints. Instances start only in it, and fail to start where
	// it has no capacity left (fact G17).
	// Default: "", on-demand capacity.
	CapacityReservationARN string
	// RoutingStrategy is how SageMaker chooses the instance of a request: RANDOM, or
	// LEAST_OUTSTANDING_REQUESTS, which prefers the instance with the fewest requests
	// (fact G16). With PrefixAwareRouting it is an error.
	// Default: "", RANDOM.
	RoutingStrategy string
	// PrefixAwareRouting sends requests that begin alike to the same instance.
	// Default: nil, RoutingStrategy decides.
	PrefixAwareRouting *PrefixAwareRouting
	// VolumeSizeGB is the size of the storage volume of an instance, 1 to 512 GB. An
	// instance type with local NVMe storage has no volume, and it is an error
	// (fact C31).
	// Default: 0, SageMaker's size for the instance type.
	VolumeSizeGB int
	// ModelDataDownloadTimeout and ContainerStartupHealthCheckTimeout limit how long
	// an instance may take to fetch the model, and its container to answer the health
	// check: 1 minute to 1 hour each, in whole seconds (fact C29). For inference
	// components, InferenceComponentProps has them.
	// Default: 0, SageMaker's default.
	ModelDataDownloadTimeout, ContainerStartupHealthCheckTimeout time.Duration
	// InferenceAMIVersion is the image of the instances, such as
	// al2023-ami-sagemaker-inference-gpu-4-1, which decides the version of the GPU or
	// Neuron driver (fact G21).
	// Default: "", SageMaker chooses.
	InferenceAMIVersion string
	// EnableSSMAccess lets users with permission for ssm:StartSession open a shell in
	// the containers, and lets the model's role connect to Systems Manager. AWS has to
	// allow the account first, and advises against it in production (fact G61).
	// Default: false.
	EnableSSMAccess bool
	// CoreDump is where a core dump of a container goes when its process crashes.
	// Default: nil, nowhere.
	CoreDump *CoreDumpProps
}

// PrefixAwareRouting sends requests with the same prefix to the same instance, whose
// cache then has it (fact G16).
type PrefixAwareRouting struct {
	// PrefixLength is the longest prefix that is compared, 1024 to 65536.
	PrefixLength int
	// ConcurrencyThreshold is the number of requests at a time, 1 to 1024, from which
	// on an instance gets no more, and another one gets the request.
	ConcurrencyThreshold int
}

var routingStrategies = []string{"RANDOM", "LEAST_OUTSTANDING_REQUESTS"}

// validate checks the properties for instances of these types.
func (p InstanceProps) validate(types []string) problem.List {
	ps := p.settings().Validate(types)
	ps = append(ps, p.validateRouting()...)
	if p.CoreDump != nil {
		ps = append(ps, p.CoreDump.validate().In("CoreDump")...)
	}
	return ps
}

func (p InstanceProps) validateRouting() problem.List {
	var ps problem.List
	strategy, prefix := p.RoutingStrategy, p.PrefixAwareRouting
	switch {
	case strategy != "" && prefix != nil:
		ps.Add("RoutingStrategy", strategy, "prefix-aware routing is a strategy of its own",
			"leave out one of RoutingStrategy and PrefixAwareRouting")
	case strategy == "PREFIX_AWARE":
		ps.Add("RoutingStrategy", strategy, "prefix-aware routing needs a prefix length and a threshold",
			"give PrefixAwareRouting in place of it")
	case strategy != "" && !problem.Unresolved(strategy) && !slices.Contains(routingStrategies, strategy):
		ps.Add("RoutingStrategy", strategy, "a strategy is "+strings.Join(routingStrategies, " or "),
			"such as \"LEAST_OUTSTANDING_REQUESTS\"")
	}
	if prefix == nil {
		return ps
	}
	if n := prefix.PrefixLength; n < 1024 || n > 65536 {
		ps.Add("PrefixAwareRouting.PrefixLength", n, "a prefix has 1024 to 65536", "such as 4096")
	}
	if n := prefix.ConcurrencyThreshold; n < 1 || n > 1024 {
		ps.Add("PrefixAwareRouting.ConcurrencyThreshold", n, "an instance gets 1 to 1024 requests at a time",
			"take what one instance can serve at a time")
	}
	return ps
}

// settings are the properties that environment files have too, for their rules.
func (p InstanceProps) settings() autoscaling.InstanceSettings {
	return autoscaling.InstanceSettings{
		StartLimits: autoscaling.StartLimits{
			ModelDataDownloadTimeout:           p.ModelDataDownloadTimeout,
			ContainerStartupHealthCheckTimeout: p.ContainerStartupHealthCheckTimeout,
		},
		InstanceProvisionTimeout: p.InstanceProvisionTimeout, CapacityReservationARN: p.CapacityReservationARN,
		VolumeSizeGB: p.VolumeSizeGB, InferenceAMIVersion: p.InferenceAMIVersion,
	}
}

// given names the properties that are set, in their order.
func (p InstanceProps) given() (fields []string) {
	for _, field := range []struct {
		name  string
		given bool
	}{
		{"InstanceProvisionTimeout", p.InstanceProvisionTimeout != 0},
		{"CapacityReservationARN", p.CapacityReservationARN != ""},
		{"RoutingStrategy", p.RoutingStrategy != ""},
		{"PrefixAwareRouting", p.PrefixAwareRouting != nil},
		{"VolumeSizeGB", p.VolumeSizeGB != 0},
		{"ModelDataDownloadTimeout", p.ModelDataDownloadTimeout != 0},
		{"ContainerStartupHealthCheckTimeout", p.ContainerStartupHealthCheckTimeout != 0},
		{"InferenceAMIVersion", p.InferenceAMIVersion != ""},
		{"EnableSSMAccess", p.EnableSSMAccess},
		{"CoreDump", p.CoreDump != nil},
	} {
		if field.given {
			fields = append(fields, field.name)
		}
	}
	return fields
}

// write sets the properties of a variant on instances.
func (p InstanceProps) write(out *awssagemaker.CfnEndpointConfig_ProductionVariantProperty) {
	out.VariantInstanceProvisionTimeoutInSeconds = optionalNumber(p.InstanceProvisionTimeout.Seconds())
	if arn := p.CapacityReservationARN; arn != "" {
		out.CapacityReservationConfig = &awssagemaker.CfnEndpointConfig_CapacityReservationConfigProperty{
			CapacityReservationPreference: jsii.String("capacity-reservations-only"), MlReservationArn: jsii.String(arn),
		}
	}
	if p.RoutingStrategy != "" {
		out.RoutingConfig = &awssagemaker.CfnEndpointConfig_RoutingConfigProperty{
			RoutingStrategy: jsii.String(p.RoutingStrategy),
		}
	}
	if prefix := p.PrefixAwareRouting; prefix != nil {
		out.RoutingConfig = &awssagemaker.CfnEndpointConfig_RoutingConfigProperty{
			RoutingStrategy: jsii.String("PREFIX_AWARE"),
			PrefixAwareRoutingConfig: &awssagemaker.CfnEndpointConfig_PrefixAwareRoutingConfigProperty{
				PrefixLength: jsii.Number(prefix.PrefixLength), ConcurrencyThreshold: jsii.Number(prefix.ConcurrencyThreshold),
			},
		}
	}
	out.VolumeSizeInGb = optionalNumber(p.VolumeSizeGB)
	out.ModelDataDownloadTimeoutInSeconds = optionalNumber(p.ModelDataDownloadTimeout.Seconds())
	out.ContainerStartupHealthCheckTimeoutInSeconds = optionalNumber(p.ContainerStartupHealthCheckTimeout.Seconds())
	out.InferenceAmiVersion = optionalString(p.InferenceAMIVersion)
	if p.EnableSSMAccess {
		out.EnableSsmAccess = true
	}
	if p.CoreDump != nil {
		out.CoreDumpConfig = p.CoreDump.property()
	}
}
