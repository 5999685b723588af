package inference

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// InstanceTypeOverride says what of an inference component differs on one instance
// type (fact G18).
type InstanceTypeOverride struct {
	// InstanceType is one of the variant's InstancePools.
	InstanceType string
	// Model is served on this type, such as the same model compiled for it.
	// Default: nil, the component's model.
	Model *Model
	// MinMemoryMB, MaxMemoryMB, CPUCores and Accelerators are what a copy on this type
	// has.
	// Default: 0, the component's own.
	MinMemoryMB, MaxMemoryMB int
	CPUCores                 float64
	Accelerators             int
}

// SchedulingProps describes how copies of an inference component are placed (fact D6).
type SchedulingProps struct {
	// PlacementStrategy is SPREAD, which distributes copies over the instances, or
	// BINPACK, which packs them onto few.
	PlacementStrategy string
	// MaxZoneImbalance is by how many copies Availability Zones may differ, 0 to 100,
	// where capacity allows.
	// Default: 0, as even as possible.
	MaxZoneImbalance int
}

func (p SchedulingProps) validate() problem.List {
	var ps problem.List
	if s := p.PlacementStrategy; s != "SPREAD" && s != "BINPACK" && !problem.Unresolved(s) {
		ps.Add("PlacementStrategy", s, "copies are placed by SPREAD or BINPACK", "such as \"SPREAD\"")
	}
	if n := p.MaxZoneImbalance; n < 0 || n > 100 {
		ps.Add("MaxZoneImbalance", n, "zones differ by 0 to 100 copies", "leave it out for as even as possible")
	}
	return ps
}

func (p SchedulingProps) property() *awssagemaker.CfnInferenceComponent_InferenceComponentSchedulingConfigProperty {
	return &awssagemaker.CfnInferenceComponent_InferenceComponentSchedulingConfigProperty{
		PlacementStrategy: jsii.String(p.PlacementStrategy),
		AvailabilityZoneBalance: &awssagemaker.CfnInferenceComponent_InferenceComponentAvailabilityZoneBalanceProperty{
			EnforcementMode: jsii.String("PERMISSIVE"), MaxImbalance: jsii.Number(p.MaxZoneImbalance),
		},
	}
}

// on is the component with an override.
func (p InferenceComponentProps) on(o InstanceTypeOverride) InferenceComponentProps {
	if o.Model != nil {
		p.Model = o.Model
	}
	p.MinMemoryMB, p.MaxMemoryMB = cmp.Or(o.MinMemoryMB, p.MinMemoryMB), cmp.Or(o.MaxMemoryMB, p.MaxMemoryMB)
	p.CPUCores, p.Accelerators = cmp.Or(o.CPUCores, p.CPUCores), cmp.Or(o.Accelerators, p.Accelerators)
	return p
}

// override is what differs on an instance type, the zero value where nothing does.
func (p InferenceComponentProps) override(instanceType string) InstanceTypeOverride {
	i := slices.IndexFunc(p.PerInstanceType, func(o InstanceTypeOverride) bool { return o.InstanceType == instanceType })
	if i < 0 {
		return InstanceTypeOverride{}
	}
	return p.PerInstanceType[i]
}

// models are the component's model and those of the overrides, each once.
func (p InferenceComponentProps) models() []*Model {
	models := []*Model{p.Model}
	for _, o := range p.PerInstanceType {
		if o.Model != nil && !slices.Contains(models, o.Model) {
			models = append(models, o.Model)
		}
	}
	return models
}

// validateResources checks what a copy is guaranteed.
func (p InferenceComponentProps) validateResources() problem.List {
	var ps problem.List
	if p.MinMemoryMB < 128 {
		ps.Add("MinMemoryMB", p.MinMemoryMB, "a copy is guaranteed 128 MB or more",
			"measure what the container uses under load")
	}
	if p.MaxMemoryMB != 0 && p.MaxMemoryMB < p.MinMemoryMB {
		rule := fmt.Sprintf("the most memory is below the %d MB that a copy is guaranteed", p.MinMemoryMB)
		ps.Add("MaxMemoryMB", p.MaxMemoryMB, rule, "raise it, or leave it out")
	}
	if c := p.CPUCores; c != 0 && !(c >= 0.25) {
		ps.Add("CPUCores", c, "a copy is guaranteed a quarter of a core or more", "leave it out for none")
	}
	if p.Accelerators < 0 {
		ps.Add("Accelerators", p.Accelerators, "a copy is guaranteed 1 accelerator or more", "leave it out for none")
	}
	return ps
}

// validatePerInstanceType checks the overrides.
func (p InferenceComponentProps) validatePerInstanceType() problem.List {
	var ps problem.List
	if p.Endpoint == nil {
		return nil
	}
	types := p.Endpoint.types[p.variantName()]
	seen := map[string]bool{}
	for i, o := range p.PerInstanceType {
		var found problem.List
		switch {
		case len(types) < 2:
			found.Add("InstanceType", o.InstanceType, "the variant has one instance type",
				"leave PerInstanceType out, or give the variant InstancePools")
		case problem.Unresolved(o.InstanceType):
			found.AddUnresolved("InstanceType", "a pool of the variant is found by it")
		case !slices.Contains(types, o.InstanceType):
			found.Add("InstanceType", o.InstanceType, "the variant has no such pool", "give the type of one of its pools")
		case seen[o.InstanceType]:
			found.Add("InstanceType", o.InstanceType, "the type is there twice", "join the two")
		default:
			on := p.on(o)
			found = append(on.validateResources(),
				autoscaling.Variant{InstanceType: o.InstanceType}.ValidateCopy(on.Accelerators, on.MinMemoryMB)...)
		}
		seen[o.InstanceType] = true
		ps = append(ps, found.In(at("PerInstanceType", i))...)
	}
	return ps
}

// validateHardware checks that an instance of the variant, or of one of its pools, can
// hold a copy.
func (p InferenceComponentProps) validateHardware() (ps problem.List) {
	if p.Endpoint == nil {
		return nil
	}
	for _, t := range p.Endpoint.types[p.variantName()] {
		on := p.on(p.override(t))
		found := autoscaling.Variant{InstanceType: t}.ValidateCopy(on.Accelerators, on.MinMemoryMB)
		if len(found) == 0 {
			return nil
		}
		ps = append(ps, found...)
	}
	return ps
}

// componentSpecification shortens the name of CDK's type.
type componentSpecification = awssagemaker.CfnInferenceComponent_InferenceComponentSpecificationProperty

func (p InferenceComponentProps) specification() *componentSpecification {
	resources := &awssagemaker.CfnInferenceComponent_InferenceComponentComputeResourceRequirementsProperty{
		MinMemoryRequiredInMb:              jsii.Number(p.MinMemoryMB),
		MaxMemoryRequiredInMb:              optionalNumber(p.MaxMemoryMB),
		NumberOfCpuCoresRequired:           optionalNumber(p.CPUCores),
		NumberOfAcceleratorDevicesRequired: optionalNumber(p.Accelerators),
	}
	out := &componentSpecification{
		ModelName: p.Model.ModelName(), ComputeResourceRequirements: resources,
	}
	if p.ModelDataDownloadTimeout != 0 || p.ContainerStartupHealthCheckTimeout != 0 {
		out.StartupParameters = &awssagemaker.CfnInferenceComponent_InferenceComponentStartupParametersProperty{
			ModelDataDownloadTimeoutInSeconds:           optionalNumber(p.ModelDataDownloadTimeout.Seconds()),
			ContainerStartupHealthCheckTimeoutInSeconds: optionalNumber(p.ContainerStartupHealthCheckTimeout.Seconds()),
		}
	}
	if p.CacheData {
		out.DataCacheConfig = &awssagemaker.CfnInferenceComponent_InferenceComponentDataCacheConfigProperty{
			EnableCaching: true,
		}
	}
	if p.Scheduling != nil {
		out.SchedulingConfig = p.Scheduling.property()
	}
	return out
}

// specifications are one for each pool of the variant.
func (p InferenceComponentProps) specifications() any {
	var out []any
	for _, t := range p.Endpoint.types[p.variantName()] {
		s := p.on(p.override(t)).specification()
		out = append(out, &awssagemaker.CfnInferenceComponent_InferenceComponentSpecificationForInstanceTypeProperty{
			InstanceType: jsii.String(t), ModelName: s.ModelName, ComputeResourceRequirements: s.ComputeResourceRequirements,
			StartupParameters: s.StartupParameters, DataCacheConfig: s.DataCacheConfig, SchedulingConfig: s.SchedulingConfig,
		})
	}
	return out
}
