package cloudformation

import (
	"strconv"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// hosting is what the endpoint's configuration says of a variant's instances.
func (o owner) hosting(v autoscaling.Variant, config *document.Node) autoscaling.Hosting {
	h := autoscaling.Hosting{InstanceType: v.InstanceType}
	variants := config.Get("ProductionVariants")
	if variants == nil {
		return h
	}
	total, own, known := 0.0, 0.0, len(variants.Items) > 1
	for _, n := range variants.Items {
		weight, ok := 1.0, true // SageMaker's default
		if w := n.Get("InitialVariantWeight"); w != nil {
			weight, ok = o.quantity(w)
		}
		name, named := o.quietText(n.Get("VariantName"))
		known = known && ok && named
		total += weight
		if name != v.Name {
			continue
		}
		own, h.Known = weight, true
		h.InstancePools = n.Get("InstancePools") != nil
		h.RoutingStrategy, _ = o.quietText(n.Get("RoutingConfig").Get("RoutingStrategy"))
		// For what holds copies: where SageMaker does not scale the instances, and no
		// target does either, there are always as many as at first.
		h.MinInstances, h.MaxInstances = v.InitialInstanceCount, v.InitialInstanceCount
		if managed := n.Get("ManagedInstanceScaling"); v.ManagedInstanceScaling {
			h.MinInstances, _ = o.count(managed.Get("MinInstanceCount"))
			h.MaxInstances, _ = o.count(managed.Get("MaxInstanceCount"))
		}
	}
	if share := own / total; known && h.Known && total > 0 {
		h.TrafficShare = &share
	}
	return h
}

// freeHosts removes the bounds of instances that a scalable target of their own scales,
// within bounds that change.
func (r *Reading) freeHosts() {
	for i := range r.Scaled {
		s := &r.Scaled[i]
		if s.Subject.Host == nil || s.Subject.Host.ManagedInstanceScaling {
			continue
		}
		for _, other := range r.Scaled {
			if other.Subject.Target.ResourceID == s.Subject.Host.ResourceID() && other.Account == s.Account &&
				other.Region == s.Region {
				s.Subject.Hosting.MinInstances, s.Subject.Hosting.MaxInstances = 0, 0
			}
		}
	}
}

// retainsCounts reports whether an update of the endpoint keeps the variants' instance
// counts (facts C7 and C8), also where the template does not say.
func (t *template) retainsCounts(endpoint string) bool {
	o, id := t.lookup(endpointType, endpoint)
	if id == "" {
		return true
	}
	for _, n := range items(o.property(id, "ExcludeRetainedVariantProperties")) {
		if kind, _ := o.quietText(n.Get("VariantPropertyType")); kind == "DesiredInstanceCount" {
			return false
		}
	}
	written := o.property(id, "RetainAllVariantProperties")
	if written == nil {
		return false
	}
	retained, known := o.quietText(written)
	return !known || retained == "true"
}

// copiesPerInstance is how many copies of a component fit on an instance of a type, 0
// where that is not known.
func (o owner) copiesPerInstance(component, instanceType string) int {
	needs := o.property(component, "Specification").Get("ComputeResourceRequirements")
	accelerators, known := o.quantity(needs.Get("NumberOfAcceleratorDevicesRequired"))
	if needs.Get("NumberOfAcceleratorDevicesRequired") != nil && !known {
		return 0
	}
	memory, _ := o.count(needs.Get("MinMemoryRequiredInMb"))
	return autoscaling.CopiesPerInstance(instanceType, int(accelerators), memory)
}

func (o owner) quantity(n *document.Node) (float64, bool) {
	s, ok := o.quietText(n)
	f, err := strconv.ParseFloat(s, 64)
	return f, ok && err == nil && f >= 0
}
