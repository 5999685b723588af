package config

import (
	"fmt"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

const (
	componentsPath       = "components"
	managedInstancesPath = "variant.managedInstances"
)

// besideComponents are the keys that do not go with components, and why.
var besideComponents = []struct{ key, rule string }{
	{"model", "each component has a container of its own"},
	{"variants", "components share the instances of one variant"},
	{shadowPath, "a shadow variant gets the requests of a model, not of components"},
	{asynchronousPath, "an asynchronous endpoint serves a model, not components"},
	{serverlessPath, "components run on instances"},
	{"capacity", "a load test is of one copy, and each component has its own"},
	{"scaling", "SageMaker itself moves the instances, within variant.managedInstances, and each component has " +
		"scaling of its own"},
	{"schedule", "SageMaker itself moves the instances, and each component has a schedule of its own"},
	{"events", "SageMaker itself moves the instances, and each component has events of its own"},
}

// saysComponents reports whether the file is about components, sound or not.
func saysComponents(given, faulty func(path string) bool) bool {
	return given(componentsPath) || faulty(componentsPath)
}

// checkComponentForm wants what components run on, and nothing that they do not
// go with, which is not judged.
func (d *document) checkComponentForm() {
	for _, beside := range besideComponents {
		if d.given(beside.key) && !d.isFaulty(beside.key) {
			d.fault(problem.Problem{Path: beside.key, Got: d.nodes[beside.key].describe(),
				Rule: "components are given too: " + beside.rule, Fix: "remove it, or components"})
		}
	}
	n := d.nodes["variant"]
	switch {
	case n == nil:
		d.missing(d.root, compiled(), "variant")
	case n.isMapping():
		for _, key := range []string{"instanceType", "managedInstances"} {
			if !d.given("variant."+key) && (key != "instanceType" || !d.saysTypes("variant")) {
				d.missing(n, schemaAt([]string{"variant"}), key)
			}
		}
	}
}

// checkModelForm wants what an endpoint without components needs, and refuses
// what only they have.
func (d *document) checkModelForm() {
	if !d.given("model") {
		d.missing(d.root, compiled(), "model")
	}
	if d.given(managedInstancesPath) && !d.isFaulty(managedInstancesPath) {
		d.fault(problem.Problem{Path: managedInstancesPath, Got: d.nodes[managedInstancesPath].describe(),
			Rule: "SageMaker manages the instances of inference components only, and there are none",
			Fix:  "remove it, or add components in place of model"})
	}
}

// validateComponents judges each component, and all of them together. copies is
// what is wrong with their scaling.
func validateComponents(e Environment, src source) (ps, copies problem.List) {
	if src.faulty(componentsPath) {
		return nil, nil
	}
	if len(e.Components) == 0 {
		if e.Endpoint.AllowNetworkAccess {
			ps.Add("endpoint.allowNetworkAccess", true, "this is for components, and the endpoint's variants have models",
				"write it in model, or leave it out")
		}
		return ps, nil
	}
	e = e.WithDefaults()
	ps = append(e.validateManagedInstances(src), e.validateComponentRegion(src)...)
	names := map[string]string{}
	for i, c := range e.Components {
		at := itemPath(componentsPath, i)
		if src.faulty(at) {
			continue
		}
		if first, twice := names[c.Name]; twice && c.Name != "" {
			ps.Add(at+".name", c.Name, first+" has the same name", "give each component a name of its own")
		} else {
			names[c.Name] = at
		}
		ps = append(ps, validateModel(at, c.Model(), e, src)...)
		ps = append(ps, inYAML[autoscaling.StartLimits](c.StartLimits.Validate(), at)...)
		ps = append(ps, e.validateCopy(c, at, src)...)
		copies = append(copies, c.validate(at, src)...)
	}
	for i, c := range e.Components { // whose own names come first
		ps = append(ps, c.validateAdapters(itemPath(componentsPath, i), e.Region, names, src)...)
	}
	return ps, copies
}

func (e Environment) validateManagedInstances(src source) problem.List {
	var ps problem.List
	m := e.Variant.ManagedInstances
	if m == nil || src.touched("variant") {
		return nil
	}
	v := e.onlyVariant()
	ps = append(ps, v.withoutPools(v.inFile(e.managedVariant().Validate().In("Variant"), ""), "")...)
	ps = append(ps, validateInstances(v, "")...)
	for _, key := range startLimits {
		if path := "variant." + key; src.given(path) {
			ps.Add(path, nil, "the copies of components start with limits of their own", "move it into the components")
		}
	}
	switch n := e.Variant.InitialInstanceCount; {
	case m.MaxInstanceCount < m.MinInstanceCount:
		ps.Add(managedInstancesPath+".maxInstanceCount", m.MaxInstanceCount,
			fmt.Sprintf("the maximum is at least the minimum of %d", m.MinInstanceCount),
			fmt.Sprintf("raise it to %d or more, or lower minInstanceCount", m.MinInstanceCount))
	case n < m.MinInstanceCount || n > m.MaxInstanceCount:
		ps.Add(initialInstanceCount, n, "the first deployment starts outside the bounds of managedInstances",
			fmt.Sprintf("set it from %d to %d, or leave it out", max(1, m.MinInstanceCount), m.MaxInstanceCount))
	}
	return ps
}

// validateComponentRegion checks that the Region has inference components.
func (e Environment) validateComponentRegion(src source) problem.List {
	if src.faulty("region") {
		return nil
	}
	return autoscaling.ValidateComponentRegion(e.Region).In(componentsPath)
}

// validateCopy checks that an instance of the variant, or of one of its pools, can hold
// a copy of c.
func (e Environment) validateCopy(c Component, at string, src source) problem.List {
	if src.touched("variant") || src.touched(at+".resources") {
		return nil
	}
	var ps problem.List
	for _, t := range e.onlyVariant().instanceTypes() {
		found := autoscaling.Variant{InstanceType: t}.ValidateCopy(c.Resources.AcceleratorCount, c.Resources.MinMemoryMB)
		if len(found) == 0 {
			return nil
		}
		ps = append(ps, found...)
	}
	return inYAML[ComponentResources](ps.Map(func(path string) string {
		if path == "Accelerators" {
			return "AcceleratorCount"
		}
		return path
	}), at+".resources")
}

// managedVariant is the variant that components run on, as the scaling model
// knows it.
func (e Environment) managedVariant() autoscaling.Variant {
	v := e.onlyVariant()
	v.EndpointName = e.Endpoint.Name
	known := v.Variant()
	known.ManagedInstanceScaling = true
	if m := e.Variant.ManagedInstances; m != nil {
		known.MaxInstanceCount = m.MaxInstanceCount
	}
	return known
}

// validate asks the scaling model, where the bounds and the load test can be read.
func (c Component) validate(at string, src source) problem.List {
	var ps problem.List
	scaling := c.ComponentScaling
	if s := c.StartTime; s <= 0 || s > maxStartTime {
		ps.Add(at+".capacity.startTime", s, "a copy takes over 0s and at most 2h to start",
			"take it from the component's scaling activities, such as 6m")
		scaling.StartTime = 0 // makes nothing else wrong
	}
	if src.touched(at+".scaling") || src.touched(at+".capacity") {
		return ps
	}
	return append(ps, c.inFile(scaling.Validate(c.Name), at)...)
}

// inFile is what the scaling model says of the component at a YAML path.
func (c Component) inFile(ps problem.List, at string) problem.List {
	return inYAML[Component](ps.Map(func(path string) string {
		if path == "InferenceComponentName" {
			return "Name"
		}
		return path
	}), at)
}
