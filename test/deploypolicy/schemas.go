package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// use is what the templates ask of whoever deploys them.
type use struct {
	types      []string // of their resources
	principals []string // the services that assume their roles
}

// readTemplates reads every template that a pattern matches.
func readTemplates(pattern string) (use, error) {
	names, err := filepath.Glob(pattern)
	if err != nil {
		return use{}, fmt.Errorf("%s: %w", pattern, err)
	}
	if len(names) == 0 {
		return use{}, fmt.Errorf("%s: no template has such a name; synthesize one with npx cdk synth", pattern)
	}
	types, principals := map[string]bool{}, map[string]bool{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return use{}, err
		}
		var template struct {
			Resources map[string]struct {
				Type       string
				Properties struct {
					AssumeRolePolicyDocument struct {
						Statement []struct{ Principal map[string]any }
					}
				}
			}
		}
		if err := json.Unmarshal(data, &template); err != nil {
			return use{}, fmt.Errorf("%s: %w", name, err)
		}
		for _, r := range template.Resources {
			types[r.Type] = true
			for _, s := range r.Properties.AssumeRolePolicyDocument.Statement {
				if service, ok := s.Principal["Service"].(string); ok {
					principals[service] = true
				}
			}
		}
	}
	return use{slices.Sorted(maps.Keys(types)), slices.Sorted(maps.Keys(principals))}, nil
}

// schemaActions are the actions that CloudFormation's resource schemas name for creating,
// reading, changing, deleting and listing resources of types. cfn-lint brings the schemas.
func schemaActions(root string, types []string) ([]string, error) {
	dirs, err := filepath.Glob(filepath.Join(root, ".venv/lib/python*/site-packages/cfnlint/data/schemas"))
	if err != nil || len(dirs) == 0 {
		return nil, errors.Join(err, errors.New("there are no resource schemas in .venv; install them with make tools"))
	}
	var digests map[string]string // of the schemas in one region, by type
	if err := readJSON(filepath.Join(dirs[0], "providers", "us-east-1.json"), &digests); err != nil {
		return nil, err
	}
	actions := map[string]bool{}
	for _, kind := range types {
		if strings.HasPrefix(kind, "Custom::") || kind == "AWS::CDK::Metadata" {
			continue // byHand has what a custom resource needs; metadata needs nothing
		}
		digest, ok := digests[kind]
		if !ok {
			return nil, fmt.Errorf("%s: cfn-lint has no schema of this type; is it written correctly?", kind)
		}
		var schema struct {
			Handlers map[string]struct{ Permissions []string }
		}
		if err := readJSON(filepath.Join(dirs[0], "resources", digest+".json"), &schema); err != nil {
			return nil, err
		}
		for _, handler := range schema.Handlers {
			for _, action := range handler.Permissions {
				actions[action] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(actions)), nil
}

func readJSON(name string, into any) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
