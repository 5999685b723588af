package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ProductionVariant is one variant of an endpoint that has several: a fleet with
// a load test, bounds, policies and times of its own.
type ProductionVariant struct {
	// EndpointName is the endpoint's.
	EndpointName string `json:"-"`
	// Asynchronous says that the endpoint is.
	Asynchronous bool `json:"-"`
	// Serverless is how the variant runs without instances. Only the variant of
	// an endpoint that has one may.
	Serverless *Serverless `json:"-"`

	// Name is the variant's name, under which scaling is registered.
	Name string `json:"name"`
	// InstanceType is the type of every instance, such as ml.c6i.xlarge;
	// burstable types (ml.t2, ml.t3) cannot scale.
	// Default: none, required unless instancePools are given.
	InstanceType string `json:"instanceType,omitempty"`
	// InstancePools are up to 5 instance types in place of one: instances start in the
	// pool of the highest priority that has capacity (fact G9).
	// Default: none, all instances are of instanceType.
	InstancePools autoscaling.InstancePools `json:"instancePools,omitempty" jsonschema:"minItems=1"`
	// InitialInstanceCount is the instances that the first deployment starts, at
	// most scaling.maxCapacity. Scaling raises them to scaling.minCapacity at once
	// (fact B7), and later deployments keep the count that it has reached (fact C7).
	// A change makes a new endpoint configuration, and so replaces the fleet
	// (fact C1: a configuration is immutable). Default: 1, whatever the bounds are.
	InitialInstanceCount int `json:"initialInstanceCount,omitempty" jsonschema:"minimum=1"`
	// Weight is the variant's share of the requests, relative to the other
	// variants' weights; 0 sends it none. Default: 1.
	Weight *float64 `json:"weight,omitempty" jsonschema:"minimum=0"`
	// Model is the container that answers predictions.
	// Default: the environment's model.
	Model *Model `json:"model,omitempty"`
	// Capacity is what a load test of one instance has shown.
	Capacity autoscaling.Capacity `json:"capacity"`
	// Scaling is between which bounds, and towards which target, the variant scales.
	Scaling Scaling `json:"scaling"`
	// ScheduledActions are the times at which the bounds change. Default: none.
	ScheduledActions []autoscaling.ScheduledAction `json:"schedule,omitempty"`
	// Events are the surges of this variant's traffic that are known
	// beforehand. Default: none.
	Events []events.Event `json:"events,omitempty"`
	// Routing is how SageMaker chooses the instance of a request: random, or
	// least-outstanding-requests, which prefers the instance with the fewest requests
	// (fact G16). Default: random.
	Routing Routing `json:"routing,omitempty" jsonschema:"pattern=^(random|least-outstanding-requests)$"`
	autoscaling.InstanceSettings
}

// maxVariants is SageMaker's limit of one endpoint (fact C29).
const maxVariants = 10

// ProductionVariants are the endpoint's variants, whichever way the file says
// them. There are none where components are given: their copies scale.
func (e Environment) ProductionVariants() []ProductionVariant {
	if len(e.Components) > 0 {
		return nil
	}
	variants := slices.Clone(e.Variants)
	if len(variants) == 0 {
		variants = []ProductionVariant{e.onlyVariant()}
	}
	for i := range variants {
		variants[i].EndpointName, variants[i].Asynchronous = e.Endpoint.Name, e.Endpoint.Asynchronous != nil
	}
	return variants
}

// onlyVariant is the singular form.
func (e Environment) onlyVariant() ProductionVariant {
	return ProductionVariant{
		Asynchronous: e.Endpoint.Asynchronous != nil, Serverless: e.Variant.Serverless,
		Name: e.Variant.Name, InstanceType: e.Variant.InstanceType, InstancePools: e.Variant.InstancePools,
		InitialInstanceCount: e.Variant.InitialInstanceCount,
		Capacity:             e.Capacity, Scaling: e.Scaling, ScheduledActions: e.ScheduledActions, Events: e.Events,
		Routing: e.Variant.Routing, InstanceSettings: e.Variant.InstanceSettings,
	}
}

// withDefaults is v with a value wherever the file says nothing. shedding says
// that the gateway of the environment sheds.
func (v ProductionVariant) withDefaults(shedding bool) ProductionVariant {
	if v.Serverless != nil {
		v.Serverless = v.Serverless.withDefaults()
	} else {
		v.InitialInstanceCount = cmp.Or(v.InitialInstanceCount, 1)
	}
	if v.serving() == realTime {
		if v.Scaling.TargetInvocationsPerMinute == 0 {
			v.Scaling.SafetyFactor = cmp.Or(v.Scaling.SafetyFactor, capacity.DefaultSafetyFactor)
		}
		v.Scaling.OfferedLoad = cmp.Or(v.Scaling.OfferedLoad, &shedding)
	}
	scaleOut, scaleIn := autoscaling.DefaultCooldown, autoscaling.DefaultCooldown
	v.Scaling.ScaleOutCooldown = cmp.Or(v.Scaling.ScaleOutCooldown, &scaleOut)
	v.Scaling.ScaleInCooldown = cmp.Or(v.Scaling.ScaleInCooldown, &scaleIn)

	v.ScheduledActions = slices.Clone(v.ScheduledActions)
	for i := range v.ScheduledActions {
		v.ScheduledActions[i].Timezone = cmp.Or(v.ScheduledActions[i].Timezone, defaultTimezone)
	}
	return v
}

// instanceTypes are the types of v's instances, the highest priority first, "" alone
// where there are none.
func (v ProductionVariant) instanceTypes() []string {
	if len(v.InstancePools) > 0 {
		return v.InstancePools.Types()
	}
	return []string{v.InstanceType}
}

// Variant is the variant as the scaling model knows it. With pools its type is that of
// the highest priority.
func (v ProductionVariant) Variant() autoscaling.Variant {
	known := autoscaling.Variant{
		EndpointName: v.EndpointName, Name: v.Name, InstanceType: v.instanceTypes()[0],
		InitialInstanceCount: v.InitialInstanceCount,
	}
	if v.serving() == serverless {
		known.MaxConcurrency = v.Serverless.MaxConcurrency
	}
	return known
}

// VariantScaling is how the variant scales in real time.
func (v ProductionVariant) VariantScaling() autoscaling.VariantScaling {
	s := autoscaling.VariantScaling{
		Capacity: v.Capacity, Scaling: v.Scaling.Scaling, ScheduledActions: v.ScheduledActions, Events: v.Events,
	}
	for _, p := range v.Scaling.Policies {
		if p.Step != nil {
			s.StepPolicies = append(s.StepPolicies, p.stepPolicy(v.Variant()))
		} else {
			s.Policies = append(s.Policies, p.trackingPolicy(v))
		}
	}
	return s
}

// AsynchronousScaling is how the variant scales where the endpoint is
// asynchronous.
func (v ProductionVariant) AsynchronousScaling() autoscaling.AsynchronousScaling {
	return autoscaling.AsynchronousScaling{Scaling: v.Scaling.Scaling, ScheduledActions: v.ScheduledActions}
}

// ProvisionedConcurrencyScaling is how the provisioned concurrency of the variant
// scales, where it is serverless.
func (v ProductionVariant) ProvisionedConcurrencyScaling() autoscaling.ProvisionedConcurrencyScaling {
	return autoscaling.ProvisionedConcurrencyScaling{
		Scaling: v.Scaling.Scaling, MaxConcurrency: v.Serverless.MaxConcurrency, ScheduledActions: v.ScheduledActions,
	}
}

// ScalableTarget is the variant's scalable target with its policies and
// scheduled actions, as Application Auto Scaling is told it.
func (v ProductionVariant) ScalableTarget() autoscaling.ScalableTarget {
	switch v.serving() {
	case asynchronous:
		return v.AsynchronousScaling().Target(v.Variant())
	case serverless:
		return v.ProvisionedConcurrencyScaling().Target(v.Variant())
	default:
		return v.VariantScaling().Target(v.Variant())
	}
}

// variantPath is where a variant stands in the file: "variants[1]", or "" for
// the singular form.
type variantPath string

// variantPath is where the variant of an index stands.
func (e Environment) variantPath(i int) variantPath {
	if len(e.Variants) == 0 {
		return ""
	}
	return variantPath(itemPath("variants", i))
}

// of is the path of what stands at path in the singular form.
func (at variantPath) of(path string) string {
	if at == "" {
		return path
	}
	return string(at) + "." + strings.TrimPrefix(path, "variant.")
}

// singularKeys describe the one variant of an endpoint.
var singularKeys = []string{"variant", "capacity", "scaling", "schedule", "events"}

// checkForm wants one of the two ways to say what stands behind the endpoint,
// which the schema cannot.
func (d *document) checkForm() {
	d.checkFrontendForm()
	if saysComponents(d.given, d.isFaulty) {
		d.checkComponentForm()
		return
	}
	d.checkModelForm()
	d.checkShadowForm()
	if !d.given("variants") && !d.isFaulty("variants") {
		d.checkSingularForm()
		return
	}
	d.checkVariantTypes()
	both := slices.DeleteFunc(slices.Clone(singularKeys), func(key string) bool { return !d.given(key) })
	if len(both) == 0 {
		return
	}
	for _, key := range both { // they are not judged
		d.nodes[key].omit = true
		d.faulty = append(d.faulty, key)
	}
	keys := strings.Join(both, ", ")
	d.report(problem.Problem{Path: both[0], Got: d.nodes[both[0]].describe(),
		Rule: "variants are given too: " + keys + " describe an endpoint's only variant, and each of several has its own",
		Fix:  "move " + keys + " into an entry of variants, or remove variants"})
}

// checkVariantTypes wants an instance type or pools of each of several variants.
func (d *document) checkVariantTypes() {
	variants := d.nodes["variants"]
	if variants == nil {
		return
	}
	for i := range variants.Items {
		at := itemPath("variants", i)
		if n := d.nodes[at]; n.isMapping() && !n.omit && !d.saysTypes(at) {
			d.missing(n, schemaAt([]string{"variants", "0"}), "instanceType")
		}
	}
}

// saysTypes reports whether the variant at a path has an instance type or pools, sound or
// not.
func (d *document) saysTypes(at string) bool {
	return d.given(at+".instanceType") || d.given(at+".instancePools") || d.isFaulty(at+".instancePools")
}

// validateVariants judges each variant, and all of them together. fleet is what is
// wrong with their scaling.
func validateVariants(e Environment, src source) (ps, fleet problem.List) {
	if saysComponents(src.given, src.faulty) {
		return nil, nil
	}
	if src.faulty("variants") || e.Endpoint.Asynchronous != nil && src.given("variants") || servingUnknown(src.faulty) {
		return nil, nil
	}
	if n := len(e.Variants); n > maxVariants {
		ps.Add("variants", n, fmt.Sprintf("an endpoint has at most %d variants", maxVariants),
			"move some to another endpoint")
	}
	names := map[string]string{}
	for i, v := range e.WithDefaults().ProductionVariants() {
		at := variantPath("")
		if src.given("variants") {
			at = variantPath(itemPath("variants", i))
		}
		if src.faulty(string(at)) && at != "" {
			continue
		}
		if first, twice := names[v.Name]; twice && v.Name != "" {
			ps.Add(at.of("variant.name"), v.Name, first+" has the same name", "give each variant a name of its own")
		} else {
			names[v.Name] = string(at)
		}
		if v.Model != nil {
			ps = append(ps, validateModel(at.of("model"), *v.Model, e, src)...)
		}
		if v.Serverless == nil {
			ps = append(ps, validateInstances(v, at)...)
			ps = append(ps, validatePoolScaling(v, at)...)
		}
		if v.serving() == realTime {
			fleet = append(fleet, validateCapacity(at.of("capacity"), v.Capacity)...)
		}
		for _, p := range validateScaling(v, at, src) {
			fleet = appendNew(fleet, p) // the endpoint's name is every variant's
		}
	}
	return ps, fleet
}

// appendNew appends what ps does not have.
func appendNew(ps problem.List, p problem.Problem) problem.List {
	if slices.Contains(ps, p) {
		return ps
	}
	return append(ps, p)
}
