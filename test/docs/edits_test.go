package docs_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// edit is what test/docs/testdata/changes/edits.yaml says of one key of the JSON Schema: the
// environment before and after it.
type edit struct {
	key, place string
	to         any
	also       map[string]any
	before     map[string]any
	// nothing says why no resource changes, "" where one does, and never why no file
	// with the key is valid. way is what to do, "" where the verdict says it.
	nothing, never, way string
}

// after is the environment with the edit made.
func (e edit) after() map[string]any {
	doc := clone(e.before)
	for _, place := range slices.Sorted(maps.Keys(e.also)) {
		put(doc, place, e.also[place])
	}
	put(doc, e.place, e.to)
	return doc
}

// twin says which keys have the edits of others.
type twin struct {
	Below, Base string
	With        map[string]any
	Keys        []string
}

// edits reads the edits by the keys of the schema, those of the twins too.
func edits(t *testing.T, leaves []string) map[string]edit {
	t.Helper()
	var file struct {
		Twins  []twin
		Groups []struct {
			Base  string
			With  map[string]any
			Edits map[string]any
		}
	}
	data, err := json.Marshal(yaml(t, filepath.Join("testdata", "changes", "edits.yaml")))
	if err == nil {
		err = json.Unmarshal(data, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]edit{}
	for _, g := range file.Groups {
		for key, to := range g.Edits {
			leaf := leafOf(leaves, key)
			if _, twice := found[leaf]; leaf == "" || twice {
				t.Errorf("edits.yaml: %s is no key of the schema, or the second edit of one", key)
				continue
			}
			e := edit{key: leaf, place: key, to: to, before: merged(environment(t, g.Base), g.With)}
			if long, ok := to.(map[string]any); ok {
				e.to = long["to"]
				e.also, _ = long["also"].(map[string]any)
				e.nothing, _ = long["nothing"].(string)
				e.never, _ = long["never"].(string)
				e.way, _ = long["way"].(string)
				if at, ok := long["at"].(string); ok {
					e.place = at
				}
				with, _ := long["with"].(map[string]any)
				e.before = merged(e.before, with)
			}
			found[leaf] = e
		}
	}
	for _, leaf := range leaves {
		if _, ok := found[leaf]; ok {
			continue
		}
		for _, w := range file.Twins {
			if of, ok := found[strings.TrimPrefix(leaf, w.Below+".")]; ok && w.has(of.key) {
				found[leaf] = w.edit(t, leaf, of)
			}
		}
	}
	return found
}

// has says whether the twin has the edits of a key or a place.
func (w twin) has(key string) bool {
	first, _, _ := strings.Cut(key, ".")
	first, _, _ = strings.Cut(first, "[")
	return slices.Contains(w.Keys, first)
}

// edit is the edit of a key, made at the twin's place: in an environment of which
// the twin's keys stand below it.
func (w twin) edit(t *testing.T, leaf string, of edit) edit {
	t.Helper()
	e := of
	e.key, e.place, e.also, e.before = leaf, w.Below+"."+of.place, map[string]any{}, clone(of.before)
	for place, to := range of.also {
		if w.has(place) {
			place = w.Below + "." + place
		}
		e.also[place] = to
	}
	list := strings.TrimSuffix(w.Below, "[]")
	element, _ := e.before[strings.TrimSuffix(list, "s")].(map[string]any)
	if w.Base != "" {
		given := e.before
		e.before = merged(environment(t, w.Base), w.With)
		if element, _ = e.before[list].(map[string]any); element == nil {
			element = e.before[list].([]any)[0].(map[string]any)
		}
		for _, key := range w.Keys {
			delete(element, key)
			if value, ok := given[key]; ok {
				element[key] = value
			}
		}
		return e
	}
	for _, key := range w.Keys {
		if value, ok := e.before[key]; ok {
			element[key] = value
			delete(e.before, key)
		}
	}
	delete(e.before, strings.TrimSuffix(list, "s"))
	element["name"] = "main"
	e.before[list] = []any{element}
	return e
}

// yaml reads a file of YAML or JSON.
func yaml(t *testing.T, path string) any {
	t.Helper()
	return tree(t, path, read(t, path)).Value(nil)
}

func tree(t *testing.T, name, text string) *document.Node {
	t.Helper()
	node, problems := document.Parse([]byte(text), document.Options{
		File: name, Holds: "a test's data", MaxBytes: 1 << 22, MaxDepth: 200, MaxValues: 1_000_000,
	})
	if len(problems) > 0 {
		t.Fatalf("%s: %v", name, &problems[0])
	}
	return node
}

func environment(t *testing.T, base string) map[string]any {
	t.Helper()
	return yaml(t, filepath.Join(root, filepath.FromSlash(base))).(map[string]any)
}

func clone(doc map[string]any) map[string]any { return merged(doc, nil) }

// merged is a copy of doc with other merged into it: mappings key by key, lists of
// mappings item by item, and null takes a key away.
func merged(doc, other map[string]any) map[string]any {
	out := map[string]any{}
	for key, value := range doc {
		out[key] = joined(value, nil)
	}
	for key, value := range other {
		out[key] = joined(out[key], value)
		if value == nil {
			delete(out, key)
		}
	}
	return out
}

func joined(a, b any) any {
	was, isMap := a.(map[string]any)
	is, alsoMap := b.(map[string]any)
	list, isList := a.([]any)
	items, alsoList := b.([]any)
	switch {
	case isMap && (alsoMap || b == nil):
		return merged(was, is)
	case !isMap && alsoMap:
		return merged(nil, is)
	case isList && b == nil:
		return joined(nil, list)
	case alsoList:
		out := slices.Clone(items)
		for i := range out {
			if i < len(list) {
				out[i] = joined(list[i], items[i])
			} else {
				out[i] = joined(nil, items[i])
			}
		}
		if len(list) > len(items) {
			if _, mappings := list[0].(map[string]any); mappings {
				out = append(out, list[len(items):]...)
			}
		}
		return out
	case b == nil:
		return a
	}
	return b
}

var step = regexp.MustCompile(`[^.\[\]]+|\[\d*\]`)

// put sets the value at a place such as events[].shape[1].share, or takes it away
// where it is nil. What is missing on the way is made.
func put(doc map[string]any, place string, value any) {
	steps := step.FindAllString(place, -1)
	var at any = doc
	for i, name := range steps {
		last := i == len(steps)-1
		if list, ok := at.([]any); ok {
			n, _ := strconv.Atoi(strings.Trim(name, "[]"))
			at = list[n]
			continue
		}
		in := at.(map[string]any)
		switch {
		case last && value == nil:
			delete(in, name)
		case last:
			in[name] = value
		case in[name] == nil:
			in[name] = map[string]any{}
		}
		at = in[name]
	}
}

// TestMerged: what edits.yaml says beside a base.
func TestMerged(t *testing.T) {
	t.Parallel()
	doc := map[string]any{
		"a": map[string]any{"b": "1", "c": "2"},
		"l": []any{map[string]any{"x": "1"}, map[string]any{"y": "2"}},
	}
	got := merged(doc, map[string]any{"a": map[string]any{"c": nil}, "l": []any{map[string]any{"x": "3"}}})
	put(got, "l[1].z.w", "4")
	put(got, "l[].x", nil)
	want := `{"a":{"b":"1"},"l":[{},{"y":"2","z":{"w":"4"}}]}`
	if text, err := json.Marshal(got); err != nil || string(text) != want {
		t.Errorf("got %s, %v; want %s", text, err, want)
	}
	if text := fmt.Sprint(doc); text != "map[a:map[b:1 c:2] l:[map[x:1] map[y:2]]]" {
		t.Errorf("the first is changed: %s", text)
	}
}
