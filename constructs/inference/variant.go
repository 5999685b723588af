package inference

import (
	"cmp"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// DefaultVariantName is the name of a variant without a Name.
const DefaultVariantName = "main"

// VariantProps describes a production variant: instances that serve one model,
// instances that inference components share, or a serverless variant.
type VariantProps struct {
	// Name is the variant's name. It is part of the scalable target's resource ID.
	// Default: "", DefaultVariantName.
	Name string
	// Model is the model that the variant serves. It is required, except with
	// ManagedInstances, where it is an error: each inference component has its own
	// model (fact C27: SageMaker manages the instances of such a variant).
	Model *Model
	// InstanceType is the type of the instances, such as ml.c6i.xlarge. It is
	// required, except with InstancePools or Serverless, where it is an error.
	InstanceType string
	// InstancePools are instance types to start instances of, in the order of their
	// priorities, 5 at most (fact G9). They take the place of InstanceType.
	// Default: none, all instances are of InstanceType.
	InstancePools []InstancePool
	// InitialInstanceCount is the number of instances that the first deployment
	// starts. Registration of a scalable target raises it to the minimum (fact A39),
	// and later deployments keep the current count. A change makes a new endpoint
	// configuration, and so replaces the fleet (fact C1).
	// Default: 0, 1 instance.
	InitialInstanceCount int
	// Weight is the variant's share of the requests, relative to the other
	// variants' weights.
	// Default: nil, 1.
	Weight *float64
	// Serverless makes the variant serverless.
	// Default: nil, it runs on instances.
	Serverless *ServerlessProps
	// ManagedInstances makes SageMaker start and stop instances for the inference
	// components on the variant.
	// Default: nil, the variant serves Model.
	ManagedInstances *ManagedInstancesProps
	// Instances are further properties of the instances. With Serverless each of them
	// is an error.
	// Default: SageMaker's defaults.
	Instances InstanceProps
}

func (p VariantProps) withDefaults() VariantProps {
	p.Name = cmp.Or(p.Name, DefaultVariantName)
	if p.InitialInstanceCount == 0 && p.Serverless == nil {
		p.InitialInstanceCount = 1
	}
	return p
}

// scalingVariant returns the variant as package autoscaling describes it. With
// pools its type is that of the highest priority.
func (p VariantProps) scalingVariant(endpointName string) autoscaling.Variant {
	v := autoscaling.Variant{
		EndpointName: endpointName, Name: p.Name,
		InstanceType: p.instanceTypes()[0], InitialInstanceCount: p.InitialInstanceCount,
	}
	if p.Serverless != nil {
		v.MaxConcurrency = p.Serverless.MaxConcurrency
	}
	return v
}

// instanceTypes are the variant's types, the highest priority first. Without
// instances it is "" alone.
func (p VariantProps) instanceTypes() []string {
	if len(p.InstancePools) == 0 {
		return []string{p.InstanceType}
	}
	return p.pools().Types()
}

// models are the variant's model and those of its pools, each once.
func (p VariantProps) models() (models []*Model) {
	if p.Model != nil {
		models = append(models, p.Model)
	}
	for _, pool := range p.InstancePools {
		if pool.Model != nil && !slices.Contains(models, pool.Model) {
			models = append(models, pool.Model)
		}
	}
	return models
}

// validate checks a variant whose defaults are set.
func (p VariantProps) validate(endpointName string) problem.List {
	var ps problem.List
	switch {
	case p.Model == nil && p.ManagedInstances == nil:
		ps.Add("Model", nil, "a variant serves a model", "make one with NewModel")
	case p.Model != nil && p.ManagedInstances != nil:
		// Fact C26: ManagedInstanceScaling is for inference components only.
		ps.Add("ManagedInstances", nil,
			"SageMaker manages the instances of inference components only, and this variant has a model",
			"leave Model out and make an InferenceComponent with it, or scale the variant with NewVariantScaling")
	}
	switch {
	case p.Serverless != nil && p.ManagedInstances != nil:
		ps.Add("Serverless", nil, "a serverless variant has no instances to manage",
			"leave out one of Serverless and ManagedInstances")
	case p.Serverless != nil:
		ps = append(ps, p.Serverless.validate().In("Serverless")...)
		ps = append(ps, p.validateServerless()...)
	case p.InstanceType == "" && len(p.InstancePools) == 0:
		ps.Add("InstanceType", nil, "a variant needs an instance type", "such as \"ml.c6i.xlarge\"")
	}
	ps = append(ps, p.validatePools()...)
	if p.Serverless == nil {
		ps = append(ps, p.Instances.validate(p.instanceTypes()).In("Instances")...)
		if p.Instances.EnableSSMAccess && p.isolated() {
			// Fact G61.
			ps.Add("Instances.EnableSSMAccess", true,
				"no session starts in a container that is isolated from the network",
				"make the model with AllowNetworkAccess, or leave it out")
		}
	}
	if p.ManagedInstances != nil {
		ps = append(ps, p.ManagedInstances.validate(p.InitialInstanceCount).In("ManagedInstances")...)
	}
	if p.Weight != nil && *p.Weight < 0 {
		ps.Add("Weight", *p.Weight, "a weight is 0 or more", "leave it out for an equal share")
	}
	v := p.scalingVariant(endpointName)
	v.InstanceType = p.InstanceType // validatePools judges those of pools
	for _, found := range v.Validate() {
		// EndpointProps.Validate reports the endpoint's name once.
		if found.Path != "EndpointName" && !problem.Unresolved(found.Got) {
			ps = append(ps, found)
		}
	}
	return ps
}

func (p VariantProps) property() *awssagemaker.CfnEndpointConfig_ProductionVariantProperty {
	weight := 1.0
	if p.Weight != nil {
		weight = *p.Weight
	}
	out := &awssagemaker.CfnEndpointConfig_ProductionVariantProperty{
		VariantName: jsii.String(p.Name), InitialVariantWeight: jsii.Number(weight),
	}
	if p.Model != nil {
		out.ModelName = p.Model.ModelName()
	}
	if p.Serverless != nil {
		out.ServerlessConfig = p.Serverless.property()
		return out
	}
	out.InstanceType, out.InitialInstanceCount = optionalString(p.InstanceType), jsii.Number(p.InitialInstanceCount)
	if len(p.InstancePools) > 0 {
		out.InstancePools = p.poolProperties()
	}
	p.Instances.write(out)
	if m := p.ManagedInstances; m != nil {
		// A variant of inference components has no weight.
		out.InitialVariantWeight = nil
		out.ManagedInstanceScaling = m.property()
	}
	return out
}
