package config

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

func TestSchemaIsDraft2020(t *testing.T) {
	t.Parallel()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaJSON))
	if err != nil {
		t.Fatal(err)
	}
	const draft = "https://json-schema.org/draft/2020-12/schema"
	if got := doc.(map[string]any)["$schema"]; got != draft {
		t.Errorf("$schema is %v, want %s", got, draft)
	}
	if err := jsonschema.NewCompiler().MustCompile(draft).Validate(doc); err != nil {
		t.Error(err)
	}
}

// TestEnvironmentsForEditors reads the files as an editor does: with the schema
// named in their first line, and values as the library decodes them.
func TestEnvironmentsForEditors(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("environments/*.yaml")
	if err != nil || len(files) < 4 {
		t.Fatal("environments are missing: ", files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(data), "\n")
		name, found := strings.CutPrefix(first, "# yaml-language-server: $schema=")
		if !found {
			t.Errorf("%s: its first line names no schema: %s", file, first)
			continue
		}
		schema, err := jsonschema.NewCompiler().Compile(filepath.Join("environments", name))
		if err != nil {
			t.Fatal(err)
		}
		var root yaml.Node
		if err := yaml.Load(data, &root); err != nil {
			t.Fatal(err)
		}
		datesAsText(&root)
		var v any
		if err := root.Decode(&v); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// datesAsText takes dates for texts, as YAML 1.2 does: JSON schema knows no dates.
func datesAsText(n *yaml.Node) {
	if n.Tag == "!!timestamp" {
		n.Tag = "!!str"
	}
	for _, child := range n.Content {
		datesAsText(child)
	}
}

// TestEveryKeywordHasWords walks the schema: what it asks is said in our words,
// and every key is described and strict.
func TestEveryKeywordHasWords(t *testing.T) {
	t.Parallel()
	var patterns []string
	var walk func(path string, s *jsonschema.Schema)
	walk = func(path string, s *jsonschema.Schema) {
		if s.Types == nil || len(s.Types.ToStrings()) != 1 {
			t.Errorf("%s: has no one type", path)
			return
		}
		switch s.Types.ToStrings()[0] {
		case "object":
			if s.AdditionalProperties == nil || s.AdditionalProperties == true {
				t.Errorf("%s: takes unknown keys", path)
			}
		case "string":
			if s.Pattern != nil {
				patterns = append(patterns, s.Pattern.String())
			}
		}
		if s.MaxLength != nil || s.MaxItems != nil || s.MultipleOf != nil || s.ExclusiveMaximum != nil || s.Enum != nil || s.Const != nil ||
			s.Ref != nil || s.AllOf != nil || s.AnyOf != nil || s.OneOf != nil || s.Not != nil || s.PropertyNames != nil {
			t.Errorf("%s: has a keyword that words does not know", path)
		}
		for key, property := range s.Properties {
			if property.Description == "" {
				t.Errorf("%s.%s: is not described", path, key)
			}
			walk(path+"."+key, property)
		}
		if s.Items2020 != nil {
			walk(path+"[]", s.Items2020)
		}
	}
	walk("", compiled())

	for _, p := range patterns {
		if _, ok := patternWords[p]; !ok {
			t.Errorf("no words for the pattern %s", p)
		}
	}
	for p := range patternWords {
		if !slices.Contains(patterns, p) {
			t.Errorf("words for the pattern %s, which the schema does not have", p)
		}
	}
}

func TestDurationPattern(t *testing.T) {
	t.Parallel()
	schema := schemaAt([]string{"capacity", "startTime"})
	for text, want := range map[string]bool{
		"0s": true, "90s": true, "5m": true, "5m0s": true, "1h": true, "1h30m": true, "1h0m5s": true, "1h5s": true,
		"": false, "5": false, "m": false, "5 m": false, "1.5h": false, "-5m": false, "5m1h": false, "500ms": false, "1d": false, "999999h": false,
	} {
		if got := schema.Validate(text) == nil; got != want {
			t.Errorf("%q: valid is %v, want %v", text, got, want)
		}
		if want {
			var d Duration
			if err := d.UnmarshalText([]byte(text)); err != nil {
				t.Errorf("%q: %v", text, err)
			}
			// What is written from it can be read again.
			if err := schema.Validate(d.String()); err != nil {
				t.Errorf("%q is written as %s: %v", text, d, err)
			}
		}
	}
}
