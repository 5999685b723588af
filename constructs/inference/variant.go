package inference

import (
	"cmp"
	"fmt"

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
	// Name is the variant's name. It is part of the scalable target's resource ID, and of
	// construct IDs, so it is known at synthesis.
	// Default: "", DefaultVariantName.
	Name string
	// Model is the model that the variant serves. It is required, except with
	// ManagedInstances, where it is an error: each inference component has its own
	// model (fact C27: SageMaker manages the instances of such a variant).
	Model *Model
	// InstanceType is the type of the instances, such as ml.c6i.xlarge. It is
	// required, except with Serverless, where it is an error.
	InstanceType string
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
}

func (p VariantProps) withDefaults() VariantProps {
	p.Name = cmp.Or(p.Name, DefaultVariantName)
	if p.InitialInstanceCount == 0 && p.Serverless == nil {
		p.InitialInstanceCount = 1
	}
	return p
}

// scalingVariant returns the variant as package autoscaling describes it.
func (p VariantProps) scalingVariant(endpointName string) autoscaling.Variant {
	return autoscaling.Variant{
		EndpointName: endpointName, Name: p.Name,
		InstanceType: p.InstanceType, InitialInstanceCount: p.InitialInstanceCount,
	}
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
	case p.InstanceType == "":
		ps.Add("InstanceType", nil, "a variant needs an instance type", "such as \"ml.c6i.xlarge\"")
	}
	if p.ManagedInstances != nil {
		ps = append(ps, p.ManagedInstances.validate(p.InitialInstanceCount).In("ManagedInstances")...)
	}
	if p.Weight != nil && *p.Weight < 0 {
		ps.Add("Weight", *p.Weight, "a weight is 0 or more", "leave it out for an equal share")
	}
	if problem.Unresolved(p.Name) {
		ps.AddUnresolved("Name", "construct IDs are made of it, and scaling finds the variant by it")
	}
	for _, problem := range p.scalingVariant(endpointName).Validate() {
		if problem.Path != "EndpointName" { // EndpointProps.Validate reports it once
			ps = append(ps, problem)
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
		out.ModelName = p.Model.Resource.AttrModelName()
	}
	if p.Serverless != nil {
		out.ServerlessConfig = p.Serverless.property()
		return out
	}
	out.InstanceType, out.InitialInstanceCount = jsii.String(p.InstanceType), jsii.Number(p.InitialInstanceCount)
	if m := p.ManagedInstances; m != nil {
		// A variant of inference components has no weight.
		out.InitialVariantWeight = nil
		out.ManagedInstanceScaling = m.property()
	}
	return out
}

// ManagedInstancesProps describes SageMaker's managed instance scaling for the
// inference components on a variant. It is part of the endpoint configuration, so a
// change replaces the fleet (fact C1).
type ManagedInstancesProps struct {
	// MinInstanceCount and MaxInstanceCount bound the number of instances.
	// MaxInstanceCount is at least 1. A minimum of 0 lets the endpoint scale to
	// zero (fact D1: every component's scaling needs a minimum of 0 too). Some
	// Regions refuse it (fact D8).
	MinInstanceCount, MaxInstanceCount int
	// Consolidate moves copies together and stops the freed instances, one at a
	// time (fact D6: the scale-in strategy CONSOLIDATION). A moved copy restarts.
	// Default: false, SageMaker stops only instances without copies.
	Consolidate bool
}

func (p ManagedInstancesProps) validate(initial int) problem.List {
	var ps problem.List
	if p.MinInstanceCount < 0 {
		ps.Add("MinInstanceCount", p.MinInstanceCount, "the minimum is 0 instances or more",
			"set it to 0 to scale to zero, or to 1 or more")
	}
	if low := max(p.MinInstanceCount, 1); p.MaxInstanceCount < low {
		ps.Add("MaxInstanceCount", p.MaxInstanceCount, "the maximum is 1 instance or more, and at least the minimum",
			fmt.Sprintf("set it to %d or more", low))
	} else if initial < p.MinInstanceCount || initial > p.MaxInstanceCount {
		ps.Add("MaxInstanceCount", p.MaxInstanceCount,
			fmt.Sprintf("the first deployment starts %d instances, outside the bounds of %d to %d", initial,
				p.MinInstanceCount, p.MaxInstanceCount),
			"change InitialInstanceCount or the bounds")
	}
	return ps
}

func (p ManagedInstancesProps) property() *awssagemaker.CfnEndpointConfig_ManagedInstanceScalingProperty {
	out := &awssagemaker.CfnEndpointConfig_ManagedInstanceScalingProperty{
		Status:           jsii.String("ENABLED"),
		MinInstanceCount: jsii.Number(p.MinInstanceCount), MaxInstanceCount: jsii.Number(p.MaxInstanceCount),
	}
	if p.Consolidate {
		out.ScaleInPolicy = &awssagemaker.CfnEndpointConfig_ScaleInPolicyProperty{Strategy: jsii.String("CONSOLIDATION")}
	}
	return out
}
