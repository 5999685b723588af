package docs_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// leafOf is the key of the schema that a key of edits.yaml names, "" for none: in
// the place of * that has a name.
func leafOf(leaves []string, key string) string {
	for _, leaf := range leaves {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(leaf), `\*`, `[^.]+`)
		if ok, _ := regexp.MatchString("^"+pattern+"$", key); ok {
			return leaf
		}
	}
	return ""
}

// leaves are the keys of a JSON Schema that have a value of their own, in its order:
// a scalar, or a list or a mapping of scalars.
func leaves(schema *document.Node) []string {
	var found []string
	var walk func(n *document.Node, key string, refs []string) (leaf bool)
	walk = func(n *document.Node, key string, refs []string) bool {
		if ref, ok := n.Get("$ref").String(); ok {
			if slices.Contains(refs, ref) { // it is within itself
				return false
			}
			target := schema.Find(strings.Split(strings.TrimPrefix(ref, "#/"), "/"))
			return walk(target, key, append(slices.Clip(refs), ref))
		}
		leaf, inner := false, false
		for _, of := range []string{"oneOf", "anyOf", "allOf"} {
			if alternatives := n.Get(of); alternatives != nil {
				for _, a := range alternatives.Items {
					inner = true
					leaf = walk(a, key, refs) || leaf
				}
			}
		}
		if properties := n.Get("properties"); properties != nil {
			inner = true
			for _, name := range properties.Keys {
				path := strings.TrimPrefix(key+"."+name, ".")
				if walk(properties.Get(name), path, refs) && !slices.Contains(found, path) {
					found = append(found, path)
				}
			}
		}
		if items := n.Get("items"); items != nil {
			inner = true
			leaf = walk(items, key+"[]", refs) || leaf
		}
		if more := n.Get("additionalProperties"); more != nil && more.Kind == document.Mapping {
			inner = true
			leaf = walk(more, key+".*", refs) || leaf
		}
		return leaf || !inner
	}
	walk(schema, "", nil)
	return found
}

// without are the keys that have no edit.
func without(keys []string, all map[string]edit) (missing []string) {
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool {
		_, ok := all[key]
		return ok
	})
}

// TestNewKey: a key that is new in the schema, also one that is in a part which the
// twins have, has no edit and is named.
func TestNewKey(t *testing.T) {
	t.Parallel()
	keys := leaves(tree(t, "the schema", read(t, filepath.Join(root, "config", "environment.schema.json"))))
	all := edits(t, keys)
	keys = append(keys, "scaling.brandNew", "variants[].scaling.brandNew")
	if diff := cmp.Diff(keys[len(keys)-2:], without(keys, all)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestLeaves: every way in which a schema can hold a key is followed.
func TestLeaves(t *testing.T) {
	t.Parallel()
	const schema = `{
		"properties": {
			"a": {"type": "string"},
			"b": {"type": "array", "items": {"type": "string"}},
			"c": {"$ref": "#/$defs/c"},
			"d": {"type": "array", "items": {"$ref": "#/$defs/c"}},
			"e": {"oneOf": [{"type": "string"}, {"properties": {"f": {"type": "integer"}}}]},
			"g": {"additionalProperties": {"properties": {"h": {"type": "number"}}}},
			"i": {"additionalProperties": {"type": "string"}},
			"j": {"properties": {"k": {"type": "boolean"}}, "additionalProperties": false}},
		"$defs": {"c": {"properties": {"x": {"type": "string"}, "again": {"$ref": "#/$defs/c"}}}}}`
	got := leaves(tree(t, "schema", schema))
	want := []string{"a", "b", "c.x", "d[].x", "e.f", "e", "g.*.h", "i", "j.k"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for key, want := range map[string]string{"g.any.h": "g.*.h", "g.h": "", "d[].x": "d[].x", "z": ""} {
		if got := leafOf(got, key); got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
}
