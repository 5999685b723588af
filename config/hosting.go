package config

import (
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// variantHosting is what the file says of a variant's instances beside its scaling. An
// update keeps their count (fact C7).
func (e Environment) variantHosting(v ProductionVariant) autoscaling.Hosting {
	h := autoscaling.Hosting{Known: true, InstanceType: v.InstanceType, RoutingStrategy: v.Routing.Strategy()}
	weight := func(v ProductionVariant) float64 {
		if v.Weight == nil {
			return 1
		}
		return *v.Weight
	}
	total, all := 0.0, e.ProductionVariants()
	for _, other := range all {
		total += weight(other)
	}
	if share := weight(v) / total; len(all) > 1 && total > 0 {
		h.TrafficShare = &share
	}
	return h
}

// componentHosting is what the file says of the instances that hold a component's
// copies.
func (e Environment) componentHosting(c Component) autoscaling.Hosting {
	v := e.managedVariant()
	h := autoscaling.Hosting{
		Known: true, InstanceType: v.InstanceType, RoutingStrategy: e.Variant.Routing.Strategy(),
		CopiesPerInstance: autoscaling.CopiesPerInstance(v.InstanceType, c.Resources.AcceleratorCount,
			c.Resources.MinMemoryMB),
	}
	if m := e.Variant.ManagedInstances; m != nil {
		h.MinInstances, h.MaxInstances = m.MinInstanceCount, m.MaxInstanceCount
	}
	return h
}
