package main

import (
	"fmt"
	"os"

	"github.com/goccy/go-yaml"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

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
	case !info.Mode().IsRegular() || info.Size() > maxPlanBytes:
		return nil, refuse(fmt.Sprintf("a plan is a file of at most %d bytes", maxPlanBytes))
	}
	data, err := os.ReadFile(planFile)
	if err != nil {
		return nil, refuse(err.Error())
	}
	var whole, part yaml.MapSlice
	if err := yaml.Unmarshal(environment, &whole); err != nil {
		return environment, nil // whoever reads it says what is wrong, and where
	}
	if err := yaml.Unmarshal(data, &part); err != nil {
		return nil, refuse("it is not valid YAML")
	}
	for _, item := range part {
		switch key := fmt.Sprint(item.Key); key {
		case "scaling":
			keys, ok := item.Value.(map[string]any)
			if !ok {
				return nil, refuse("scaling is a mapping")
			}
			own, _ := at(whole, key).(map[string]any)
			merged := map[string]any{}
			for _, from := range []map[string]any{own, keys} {
				for k, v := range from {
					merged[k] = v
				}
			}
			whole = with(whole, key, merged)
		case "events":
			events, ok := item.Value.([]any)
			if !ok {
				return nil, refuse("events are a list")
			}
			own, _ := at(whole, key).([]any)
			whole = with(whole, key, append(others(own, events), events...))
		default:
			return nil, refuse(fmt.Sprintf("a plan has the keys scaling and events, and this has %q", key))
		}
	}
	return yaml.Marshal(whole)
}

// maxPlanBytes is far over what a plan has to say.
const maxPlanBytes = 1 << 20

// at is the value of a key, nil where there is none.
func at(m yaml.MapSlice, key string) any {
	for _, item := range m {
		if item.Key == key {
			return item.Value
		}
	}
	return nil
}

// with is m with another value of a key.
func with(m yaml.MapSlice, key string, value any) yaml.MapSlice {
	for i, item := range m {
		if item.Key == key {
			m[i].Value = value
			return m
		}
	}
	return append(m, yaml.MapItem{Key: key, Value: value})
}

// others are the events that have no name of the planned ones.
func others(own, planned []any) []any {
	names := map[any]bool{}
	for _, e := range planned {
		if fields, ok := e.(map[string]any); ok {
			names[fields["name"]] = true
		}
	}
	var out []any
	for _, e := range own {
		if fields, ok := e.(map[string]any); !ok || !names[fields["name"]] {
			out = append(out, e)
		}
	}
	return out
}
