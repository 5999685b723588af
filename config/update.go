package config

import (
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

const updatePath = "update"

// validateUpdate judges how the fleet is exchanged. What rests on the variants or on
// what was reported within update waits until they are sound.
func validateUpdate(e Environment, src source) problem.List {
	if e.Update == nil || src.touched(updatePath) || src.touched("variants") || src.touched("variant") ||
		src.touched("scaling") || saysComponents(src.given, src.faulty) && src.touched(componentsPath) ||
		servingUnknown(src.faulty) {
		return nil
	}
	return inYAML[autoscaling.Update](e.Update.Validate(e.updatedVariants()), updatePath)
}

// updatedVariants are the endpoint's variants as the rules of an update know them.
func (e Environment) updatedVariants() []autoscaling.UpdatedVariant {
	e = e.WithDefaults()
	if m := e.Variant.ManagedInstances; m != nil {
		v := e.onlyVariant().Variant()
		v.EndpointName, v.ManagedInstanceScaling = e.Endpoint.Name, true
		return []autoscaling.UpdatedVariant{{
			Variant: v, MinInstances: m.MinInstanceCount, MaxInstances: m.MaxInstanceCount,
		}}
	}
	var out []autoscaling.UpdatedVariant
	for _, v := range e.ProductionVariants() {
		u := autoscaling.UpdatedVariant{
			Variant: v.Variant(), Serverless: v.Serverless != nil, Asynchronous: v.Asynchronous,
		}
		if !u.Serverless {
			u.MinInstances, u.MaxInstances = v.Scaling.MinCapacity, v.Scaling.MaxCapacity
		}
		out = append(out, u)
	}
	return out
}
