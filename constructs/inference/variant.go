package inference

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// DefaultVariantName is the name of a variant that is given none.
const DefaultVariantName = "main"

// VariantProps describes a production variant: a fleet that serves one model, or
// one that inference components run on, or no fleet, where it is serverless.
type VariantProps struct {
	// Name is the variant's name; scaling is registered under it.
	// Default: "", DefaultVariantName.
	Name string
	// Model is what the variant serves. With ManagedInstances it is left out:
	// each inference component has a model of its own (fact C27).
	Model *Model
	// InstanceType is such as ml.c6i.xlarge. With Serverless it is left out.
	InstanceType string
	// InitialInstanceCount is the instances that the first deployment starts.
	// Later ones keep the count that scaling has reached.
	// Default: 0, 1 instance.
	InitialInstanceCount int
	// Weight is the variant's share of the requests, relative to the other
	// variants' weights.
	// Default: nil, 1.
	Weight *float64
	// Serverless makes the variant run without instances of its own.
	// Default: nil, it runs on instances.
	Serverless *ServerlessProps
	// ManagedInstances lets SageMaker start and stop the instances, as the
	// inference components on the variant need them.
	// Default: nil, the variant has a model and, if any, scaling of its own.
	ManagedInstances *ManagedInstancesProps
}

func (p VariantProps) withDefaults() VariantProps {
	if p.Name == "" {
		p.Name = DefaultVariantName
	}
	if p.InitialInstanceCount == 0 && p.Serverless == nil {
		p.InitialInstanceCount = 1
	}
	return p
}

// variant is the variant as scaling wants to know it.
func (p VariantProps) variant(endpointName string) autoscaling.Variant {
	return autoscaling.Variant{
		EndpointName: endpointName, Name: p.Name, InstanceType: p.InstanceType, InitialInstanceCount: p.InitialInstanceCount,
	}
}

// validate is for a variant with its defaults.
func (p VariantProps) validate(endpointName string) problem.List {
	var ps problem.List
	switch {
	case p.Model == nil && p.ManagedInstances == nil:
		ps.Add("Model", nil, "a variant serves a model", "make one with NewModel")
	case p.Model != nil && p.ManagedInstances != nil:
		// AWS refuses the two together (fact C26).
		ps.Add("ManagedInstances", nil, "SageMaker manages the instances of inference components only, and this variant has a model",
			"leave Model out and make an InferenceComponent with it, or scale the variant with NewVariantScaling")
	}
	switch {
	case p.Serverless != nil && p.ManagedInstances != nil:
		ps.Add("Serverless", nil, "a serverless variant has no instances to manage", "leave out one of Serverless and ManagedInstances")
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
	for _, problem := range p.variant(endpointName).Validate() {
		if problem.Path != "EndpointName" { // said once, of the endpoint
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
		// The share of requests is a matter of the components.
		out.InitialVariantWeight = nil
		out.ManagedInstanceScaling = m.property()
	}
	return out
}

// ManagedInstancesProps bounds the instances that SageMaker starts and stops by
// itself for the inference components on a variant.
type ManagedInstancesProps struct {
	// MinInstanceCount and MaxInstanceCount are the bounds. A minimum of 0, with
	// the scaling of every component reaching 0, lets the endpoint have no
	// instance at all (fact D1); not every Region takes it (fact D8).
	MinInstanceCount, MaxInstanceCount int
	// Consolidate moves copies together to free instances, one at a time, where
	// otherwise only an instance without copies is stopped (fact D6). A moved
	// copy starts anew.
	// Default: false.
	Consolidate bool
}

func (p ManagedInstancesProps) validate(initial int) problem.List {
	var ps problem.List
	if p.MinInstanceCount < 0 {
		ps.Add("MinInstanceCount", p.MinInstanceCount, "the minimum is 0 instances or more", "set it to 0 to scale to zero, or to 1 or more")
	}
	if low := max(p.MinInstanceCount, 1); p.MaxInstanceCount < low {
		ps.Add("MaxInstanceCount", p.MaxInstanceCount, "the maximum is 1 instance or more, and at least the minimum",
			fmt.Sprintf("set it to %d or more", low))
	} else if initial < p.MinInstanceCount || initial > p.MaxInstanceCount {
		ps.Add("MaxInstanceCount", p.MaxInstanceCount,
			fmt.Sprintf("the first deployment starts %d instances, outside the bounds of %d to %d", initial, p.MinInstanceCount, p.MaxInstanceCount),
			"change InitialInstanceCount or the bounds")
	}
	return ps
}

func (p ManagedInstancesProps) property() *awssagemaker.CfnEndpointConfig_ManagedInstanceScalingProperty {
	out := &awssagemaker.CfnEndpointConfig_ManagedInstanceScalingProperty{
		Status: jsii.String("ENABLED"), MinInstanceCount: jsii.Number(p.MinInstanceCount), MaxInstanceCount: jsii.Number(p.MaxInstanceCount),
	}
	if p.Consolidate {
		out.ScaleInPolicy = &awssagemaker.CfnEndpointConfig_ScaleInPolicyProperty{Strategy: jsii.String("CONSOLIDATION")}
	}
	return out
}
