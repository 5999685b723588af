package source

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
)

// ReadAssembly reads the stacks of a cloud assembly in the order of their
// deployment: those of the Stage with the environment's name, or all where the
// assembly has no Stages.
func ReadAssembly(dir, stage string) ([]changes.Stack, error) {
	dir, m, err := stageIn(dir, stage)
	if err != nil {
		return nil, err
	}
	var stacks []changes.Stack
	for _, id := range inOrder(m) {
		a := m.Artifacts[id]
		if !filepath.IsLocal(a.Properties.TemplateFile) {
			return nil, fmt.Errorf("%s: the template of stack %s is outside the folder", dir, id)
		}
		file := filepath.Join(dir, a.Properties.TemplateFile)
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		// The name is left out where it is the artifact's ID (fact I8).
		s, err := changes.ReadStack(cmp.Or(a.Properties.StackName, id), data)
		if err != nil {
			return nil, fmt.Errorf("%s is no template in JSON: %w", file, err)
		}
		stacks = append(stacks, s)
	}
	if len(stacks) == 0 {
		return nil, fmt.Errorf("%s has no stacks", dir)
	}
	return stacks, nil
}

// inOrder returns the IDs of the stacks, each after those that it depends on.
func inOrder(m cloudformation.Manifest) (ids []string) {
	seen := map[string]bool{}
	var visit func(id string)
	visit = func(id string) {
		if seen[id] {
			return
		}
		seen[id] = true
		for _, d := range slices.Sorted(slices.Values(m.Artifacts[id].Dependencies)) {
			visit(d)
		}
		if m.Artifacts[id].Type == cloudformation.StackArtifact {
			ids = append(ids, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(m.Artifacts)) {
		visit(id)
	}
	return ids
}

// stageIn returns the folder and the manifest of a Stage in a cloud assembly, those of
// the assembly itself where it has no Stages.
func stageIn(dir, stage string) (string, cloudformation.Manifest, error) {
	m, err := cloudformation.ReadManifest(dir)
	if err != nil {
		return "", m, err
	}
	var stages []string
	for _, id := range slices.Sorted(maps.Keys(m.Artifacts)) {
		a := m.Artifacts[id]
		if a.Type != cloudformation.AssemblyArtifact || !filepath.IsLocal(a.Properties.DirectoryName) {
			continue
		}
		if cmp.Or(a.DisplayName, id) == stage || a.Properties.DirectoryName == "assembly-"+stage {
			return stageIn(filepath.Join(dir, a.Properties.DirectoryName), stage)
		}
		stages = append(stages, cmp.Or(a.DisplayName, id))
	}
	if len(stages) > 0 {
		return "", m, fmt.Errorf("%s has no Stage %q: it has %q", dir, stage, stages)
	}
	return dir, m, nil
}
