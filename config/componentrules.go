package config

import (
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
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
	{asynchronousPath, "an asynchronous endpoint serves a model, not components"},
	{serverlessPath, "components run on instances"},
	{"capacity", "a load test is of one copy, and each component has its own"},
	{"scaling", "SageMaker itself moves the instances, within variant.managedInstances, and each component has scaling of its own"},
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
			if !d.given("variant." + key) {
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
			Rule: "SageMaker manages the instances of inference components only, and there are none", Fix: "remove it, or add components in place of model"})
	}
}

func validateComponents(e Environment, src source) problem.List {
	if src.faulty(componentsPath) || len(e.Components) == 0 {
		return nil
	}
	e = e.withDefaults()
	ps := e.validateManagedInstances(src)
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
		ps = append(ps, validateModel(at, c.Model(), e.Region)...)
		ps = append(ps, c.validate(at, src)...)
	}
	return ps
}

func (e Environment) validateManagedInstances(src source) problem.List {
	var ps problem.List
	m := e.Variant.ManagedInstances
	if m == nil || src.touched("variant") {
		return nil
	}
	ps = append(ps, newTranslator(ProductionVariant{}, "").all(e.managedVariant().Validate().In("Variant"))...)
	switch n := e.Variant.InitialInstanceCount; {
	case m.MaxInstanceCount < m.MinInstanceCount:
		ps.Add(managedInstancesPath+".maxInstanceCount", m.MaxInstanceCount, "the maximum is at least the minimum", "raise it, or lower minInstanceCount")
	case n < m.MinInstanceCount || n > m.MaxInstanceCount:
		ps.Add(initialInstanceCount, n, "the first deployment starts outside the bounds of managedInstances", "leave it out, or change the bounds")
	}
	return ps
}

// managedVariant is the variant that components run on, as the scaling model
// knows it.
func (e Environment) managedVariant() autoscaling.Variant {
	v := e.onlyVariant()
	v.EndpointName = e.Endpoint.Name
	known := v.Variant()
	known.ManagedInstanceScaling = true
	return known
}

// validate asks the scaling model, where the bounds and the load test can be read.
func (c Component) validate(at string, src source) problem.List {
	var ps problem.List
	scaling := c.ComponentScaling()
	if s := c.Capacity.StartTime; s <= 0 || s > maxStartTime {
		ps.Add(at+".capacity.startTime", s, "a copy takes over 0s and at most 2h to start", "take it from the component's scaling activities, such as 6m")
		scaling.StartTime = 0 // makes nothing else wrong
	}
	if src.touched(at+".scaling") || src.touched(at+".capacity") {
		return ps
	}
	found := c.inYAML(at, scaling.Validate(c.Name))
	unsound := slices.ContainsFunc(found, func(p problem.Problem) bool { return within(p.Path, at+".scaling") })
	for _, p := range found {
		// The times are judged by the bounds.
		if !unsound || !within(p.Path, at+".schedule") && !within(p.Path, at+".events") {
			ps = append(ps, p)
		}
	}
	return ps
}

// inYAML says what the scaling model says in the words and paths of the file.
func (c Component) inYAML(at string, ps problem.List) problem.List {
	words := strings.NewReplacer(
		"ConcurrencyPerCopy", "concurrencyPerCopy", "RequestsPerSecondPerCopy", "requestsPerSecondPerCopy",
		"requestsPerSecondPerInstance", "requestsPerSecondPerCopy", "set MinCapacity", "set scaling.minCapacity",
	)
	out := newTranslator(ProductionVariant{}, variantPath(at)).all(ps)
	for i, p := range out {
		out[i].Rule, out[i].Fix = words.Replace(p.Rule), words.Replace(p.Fix)
	}
	return out
}

// inFile is a finding about the component at a YAML path, with its own.
func (c Component) inFile(f lint.Finding, at string) lint.Finding {
	if _, ok := frontendPaths[f.Path]; ok {
		return inFile(f, ProductionVariant{}, "")
	}
	if f.Path == "Target.ResourceID" {
		f.Path = at + ".name"
		return f
	}
	f.Path = strings.TrimPrefix(f.Path, "Target.")
	if strings.HasPrefix(f.Path, "Policies[") || strings.HasPrefix(f.Path, "StepPolicies[") {
		// The figures of the load test have made them, but for the cooldowns.
		if _, field, _ := strings.Cut(f.Path, "]."); strings.HasSuffix(field, "Cooldown") {
			f.Path = field
		} else {
			f.Path = "RequestsPerSecondPerCopy"
		}
	}
	f.Problem = c.inYAML(at, problem.List{f.Problem})[0]
	return f
}
