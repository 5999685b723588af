package main

import (
	"fmt"
	"os"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// layers bound an environment file and a plan, far over what either has to say.
var layers = document.Options{File: "a plan", Holds: "plan", MaxBytes: 1 << 20, MaxDepth: 32, MaxValues: 20_000}

// overlay is an environment file with the keys of a plan, as rehearse plan prints
// them, in place of its own: those below scaling, and the events of a name.
func overlay(environment []byte, planFile string) ([]byte, error) {
	refuse := func(rule string) error {
		return problem.List{{Path: "--plan", Got: planFile, Rule: rule, Fix: "give what rehearse plan --yaml has written"}}
	}
	info, err := os.Stat(planFile)
	switch {
	case err != nil:
		return nil, refuse(err.Error())
	case !info.Mode().IsRegular() || info.Size() > int64(layers.MaxBytes):
		return nil, refuse(fmt.Sprintf("a plan is a file of at most %d bytes", layers.MaxBytes))
	}
	data, err := os.ReadFile(planFile)
	if err != nil {
		return nil, refuse(err.Error())
	}
	whole, wrong := document.Parse(environment, layers)
	if whole == nil || whole.Kind != document.Mapping || wrong != nil {
		return environment, nil // whoever reads it says what is wrong, and where
	}
	part, wrong := document.Parse(data, layers)
	switch {
	case wrong != nil:
		return nil, refuse(wrong[0].Error())
	case part != nil && part.Kind != document.Mapping:
		return nil, refuse("it is not valid YAML")
	}
	for _, key := range part.Names() {
		own, planned := whole.Get(key), part.Get(key)
		switch {
		case key == "scaling" && planned.Kind != document.Mapping:
			return nil, refuse("scaling is a mapping")
		case key == "scaling" && own != nil && own.Kind == document.Mapping:
			for _, name := range planned.Keys {
				own.Set(name, planned.Get(name))
			}
			continue
		case key == "events" && planned.Kind != document.Sequence:
			return nil, refuse("events are a list")
		case key == "events" && own != nil:
			planned.Items = append(others(own.Items, planned.Items), planned.Items...)
		case key != "scaling" && key != "events":
			return nil, refuse(fmt.Sprintf("a plan has the keys scaling and events, and this has %q", key))
		}
		whole.Set(key, planned)
	}
	return whole.YAML()
}

// others are the events that have no name of the planned ones.
func others(own, planned []*document.Node) (out []*document.Node) {
	names := map[string]bool{}
	for _, e := range planned {
		if name := e.Get("name"); name != nil {
			names[name.Text] = true
		}
	}
	for _, e := range own {
		if name := e.Get("name"); name == nil || !names[name.Text] {
			out = append(out, e)
		}
	}
	return out
}
