package source

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ReplaceTemplates gives stacks of the environment's Stage in a cloud assembly other
// templates, by the stacks' names, and returns the stacks as cdk deploy selects them.
// A template is an asset that is uploaded under its hash, so that changes too.
func ReplaceTemplates(dir, environment string, bodies map[string][]byte) (selected []string, err error) {
	dir, m, err := stageIn(dir, environment)
	if err != nil {
		return nil, err
	}
	for _, id := range inOrder(m) {
		a := m.Artifacts[id]
		body, ok := bodies[cmp.Or(a.Properties.StackName, id)]
		if !ok {
			continue
		}
		if err := replaceTemplate(dir, a.Properties.TemplateFile, body); err != nil {
			return nil, err
		}
		selected = append(selected, cmp.Or(a.DisplayName, id))
	}
	if len(selected) != len(bodies) {
		return nil, fmt.Errorf("%s: it has not all stacks of %q", dir, slices.Sorted(maps.Keys(bodies)))
	}
	return selected, nil
}

func replaceTemplate(dir, file string, body []byte) error {
	assets := filepath.Join(dir, strings.TrimSuffix(file, ".template.json")+".assets.json")
	data, err := os.ReadFile(assets)
	if err != nil {
		return err
	}
	var listed struct {
		Files map[string]struct{ Source struct{ Path string } }
	}
	if err := json.Unmarshal(data, &listed); err != nil {
		return fmt.Errorf("%s: %w", assets, err)
	}
	old := ""
	for hash, f := range listed.Files {
		if f.Source.Path == file {
			old = hash
		}
	}
	if old == "" {
		return fmt.Errorf("%s: the template %s is no asset of it", assets, file)
	}
	sum := sha256.Sum256(body)
	made := hex.EncodeToString(sum[:])
	for _, name := range []string{assets, filepath.Join(dir, "manifest.json")} {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(name, bytes.ReplaceAll(data, []byte(old), []byte(made)), 0o600); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, file), body, 0o600)
}
