package docs_test

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// opensNothing are the keys that are true or false and make nothing less strict.
var opensNothing = []string{
	"acceptEula", "address", "allowLowerMax", "blockAddresses", "detailedObservability", "directInvocation",
	"disableModelCache", "disableScaleIn", "emergency", "enhanced", "ipv6", "metrics", "multiModel", "offeredLoad",
	"privateRegistry", "provisionedConcurrency", "reserveLoadBalancerCapacity", "returnData", "scaleIn", "scaleOut",
	"scheduled",
}

// TestWhatOpensIsOnThePage: each key of the schema that is true or false stands in the table
// of docs/security.md or opens nothing, and each key of the table is in the schema. A new
// key fails until somebody has decided.
func TestWhatOpensIsOnThePage(t *testing.T) {
	t.Parallel()
	text := read(t, filepath.Join(root, "config", "environment.schema.json"))
	var schema any
	if err := json.Unmarshal([]byte(text), &schema); err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(read(t, filepath.Join(root, "docs", "security.md")), "<!-- opens -->\n")
	table, _, _ = strings.Cut(table, "<!-- /opens -->")
	listed := map[string]bool{}
	keys := leaves(tree(t, "the schema", text))
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(table, -1) {
		listed[m[1][strings.LastIndex(m[1], ".")+1:]] = true
		if !slices.Contains(keys, m[1]) {
			t.Errorf("docs/security.md has the key %s, and the schema has none such", m[1])
		}
	}
	found := map[string]bool{}
	booleans(schema, found)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if listed[name] == slices.Contains(opensNothing, name) {
			t.Errorf("%s is true or false: put it into the table of docs/security.md, or into opensNothing", name)
		}
	}
	for _, name := range opensNothing {
		if !found[name] {
			t.Errorf("the schema has no %s, which opensNothing has", name)
		}
	}
}

// booleans collects the names of a schema's properties that are true or false.
func booleans(schema any, found map[string]bool) {
	switch s := schema.(type) {
	case []any:
		for _, inner := range s {
			booleans(inner, found)
		}
	case map[string]any:
		properties, _ := s["properties"].(map[string]any)
		for name, p := range properties {
			if p, ok := p.(map[string]any); ok && p["type"] == "boolean" {
				found[name] = true
			}
		}
		for _, inner := range s {
			booleans(inner, found)
		}
	}
}

// TestWhoMayDoWhatIsOnThePage: docs/security.md names each action that a role of dev or prod
// is allowed.
func TestWhoMayDoWhatIsOnThePage(t *testing.T) {
	t.Parallel()
	page := read(t, filepath.Join(root, "docs", "security.md"))
	files, err := filepath.Glob(filepath.Join(root, "test", "snapshots", "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	type document struct{ Statement []struct{ Action any } }
	actions := map[string]bool{}
	for _, file := range files {
		if env := filepath.Base(filepath.Dir(file)); env != "dev" && env != "prod" {
			continue
		}
		var template struct {
			Resources map[string]struct {
				Type       string
				Properties struct {
					PolicyDocument document
					Policies       []struct{ PolicyDocument document }
				}
			}
		}
		if err := json.Unmarshal([]byte(read(t, file)), &template); err != nil {
			t.Fatal(file, err)
		}
		for _, r := range template.Resources {
			if !strings.HasPrefix(r.Type, "AWS::IAM::") {
				continue
			}
			documents := []document{r.Properties.PolicyDocument}
			for _, p := range r.Properties.Policies {
				documents = append(documents, p.PolicyDocument)
			}
			for _, d := range documents {
				for _, s := range d.Statement {
					switch a := s.Action.(type) {
					case string:
						actions[a] = true
					case []any:
						for _, one := range a {
							actions[one.(string)] = true
						}
					}
				}
			}
		}
	}
	if len(actions) < 10 {
		t.Errorf("got only %d actions", len(actions))
	}
	for _, action := range slices.Sorted(maps.Keys(actions)) {
		if !strings.Contains(page, "`"+action+"`") {
			t.Errorf("docs/security.md does not say who may %s", action)
		}
	}
}
