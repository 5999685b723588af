package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// compare returns how many templates of two assemblies are the same. It is an error where
// one of them has a template that the other has not, or other resources of a type.
func compare(app, twin string) (same string, err error) {
	ours, err := templates(app)
	if err != nil {
		return "", err
	}
	theirs, err := templates(twin)
	if err != nil {
		return "", err
	}
	if a, b := slices.Sorted(maps.Keys(ours)), slices.Sorted(maps.Keys(theirs)); !slices.Equal(a, b) {
		return "", fmt.Errorf("the twin has the templates %v, the app %v", b, a)
	}
	equal := 0
	for name, template := range ours {
		other := theirs[name]
		if a, b := types(template), types(other); !maps.Equal(a, b) {
			return "", fmt.Errorf("%s: the twin has the resources %v, the app %v", name, b, a)
		}
		if reflect.DeepEqual(template, other) {
			equal++
		}
	}
	return fmt.Sprintf("%d of %d templates are the same, all in their resources", equal, len(ours)), nil
}

// templates are those of an assembly by their file.
func templates(assembly string) (map[string]map[string]any, error) {
	files, err := filepath.Glob(filepath.Join(assembly, "assembly-*", "*.template.json"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: there is no template", assembly)
	}
	found := map[string]map[string]any{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var template map[string]any
		if err := json.Unmarshal(data, &template); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		found[strings.TrimSuffix(filepath.Base(file), ".template.json")] = template
	}
	return found, nil
}

// types are the numbers of a template's resources by their type.
func types(template map[string]any) map[string]int {
	found := map[string]int{}
	resources, _ := template["Resources"].(map[string]any)
	for _, r := range resources {
		kind, _ := r.(map[string]any)["Type"].(string)
		found[kind]++
	}
	return found
}
