package inference

import (
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// validateShadows checks the shadow variants (fact C28: one, beside one production
// variant; fact C61: what shadows do not go with).
func (p EndpointProps) validateShadows() problem.List {
	var ps problem.List
	if len(p.ShadowVariants) == 0 {
		return nil
	}
	if n := len(p.ShadowVariants); n > 1 || len(p.Variants) > 1 {
		ps.Add("ShadowVariants", n, "an endpoint with a shadow variant has one production variant and one shadow variant",
			"leave the others out")
	}
	if p.Asynchronous != nil {
		ps.Add("ShadowVariants", len(p.ShadowVariants), "an asynchronous endpoint has no shadow variant",
			"leave out one of ShadowVariants and Asynchronous")
	}
	for i, v := range p.ShadowVariants {
		v = v.withDefaults()
		found := v.validate(p.EndpointName)
		if v.Serverless != nil {
			found.Add("Serverless", nil, "a shadow variant runs on instances", "give InstanceType in place of it")
		}
		if v.ManagedInstances != nil {
			found.Add("ManagedInstances", nil, "a shadow variant serves a model", "give Model in place of it")
		}
		for j, production := range p.Variants {
			if production.withDefaults().Name == v.Name {
				found.Add("Name", v.Name, at("Variants", j)+" has the same name", "give each variant a name of its own")
			}
		}
		ps = append(ps, found.In(at("ShadowVariants", i))...)
	}
	for i, v := range p.Variants {
		if v.Serverless != nil {
			ps.Add(at("Variants", i)+".Serverless", nil, "a serverless endpoint has no shadow variant",
				"leave out one of Serverless and ShadowVariants")
		}
		if v.ManagedInstances != nil {
			ps.Add(at("Variants", i)+".ManagedInstances", nil, "a shadow gets the requests of a model, not of components",
				"leave out one of ManagedInstances and ShadowVariants")
		}
	}
	for _, each := range p.placed() {
		for _, m := range each.variant.models() {
			if several := m.props.known().Several(); several != "" {
				ps.Add(each.path+".Model", nil, "a model of "+several+" does not go with a shadow variant",
					"serve it by another endpoint")
			}
		}
		for _, t := range each.variant.instanceTypes() {
			if strings.HasPrefix(t, "ml.inf1.") {
				ps.Add(each.path+".InstanceType", t, "Inf1 instances do not go with a shadow variant", "take another type")
			}
		}
	}
	return ps
}

// placedVariant is a production or shadow variant with its defaults, and where it is
// in the properties.
type placedVariant struct {
	path    string
	variant VariantProps
}

// placed are all variants.
func (p EndpointProps) placed() (out []placedVariant) {
	for i, v := range p.Variants {
		out = append(out, placedVariant{at("Variants", i), v.withDefaults()})
	}
	for i, v := range p.ShadowVariants {
		out = append(out, placedVariant{at("ShadowVariants", i), v.withDefaults()})
	}
	return out
}
