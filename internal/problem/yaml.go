package problem

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// mark is a Rule's or Fix's reference to a field: its Go path between « and »,
// from the struct that the problem is in, or from one around it.
var mark = regexp.MustCompile(`«([^»]*)»`)

// marked replaces the references of text.
func marked(text string, spell func(path string) string) string {
	return mark.ReplaceAllStringFunc(text, func(found string) string {
		return spell(strings.TrimSuffix(strings.TrimPrefix(found, "«"), "»"))
	})
}

// Go returns the problem for a reader of Go: references are field paths.
func (p Problem) Go() Problem {
	same := func(path string) string { return path }
	p.Rule, p.Fix = marked(p.Rule, same), marked(p.Fix, same)
	return p
}

// Map returns the problems with another path in place of each, and of each
// reference.
func (ps List) Map(path func(string) string) List {
	out := slices.Clone(ps)
	reference := func(found string) string { return "«" + path(found) + "»" }
	for i, p := range ps {
		out[i].Path = path(p.Path)
		out[i].Rule, out[i].Fix = marked(p.Rule, reference), marked(p.Fix, reference)
	}
	return out
}

// Grouped is a path in struct t where the first field may belong to a struct that
// t embeds: that one's name then comes before. Other paths stay.
func Grouped(t reflect.Type, path string) string {
	name, _, _ := strings.Cut(path, ".")
	name, _, _ = strings.Cut(name, "[")
	if f, ok := t.FieldByName(name); ok && len(f.Index) == 2 {
		return t.Field(f.Index[0]).Name + "." + path
	}
	return path
}

// YAML returns the problems for a reader of the YAML that is decoded into t, which
// stands at a YAML path: a path has the keys of the fields' json tags. A reference
// to an entry of a list is the entry's whole path, any other begins where the
// reference does. What is no path of t stays as it is, below that path.
func (ps List) YAML(t reflect.Type, at string) List {
	out := slices.Clone(ps)
	for i, p := range ps {
		around := steps(p.Path)
		if keys, _, ok := walk(t, at, around); ok {
			out[i].Path = keys
		} else {
			out[i].Path = strings.TrimPrefix(at+"."+p.Path, ".")
		}
		spell := func(path string) string { return reference(t, at, around, path) }
		out[i].Rule, out[i].Fix = marked(p.Rule, spell), marked(p.Fix, spell)
	}
	return out
}

// reference is how a problem refers to another field: the innermost struct around
// the problem that has the field is meant.
func reference(t reflect.Type, at string, around []string, path string) string {
	for n := len(around); n >= 0; n-- {
		whole, inner, ok := walk(t, at, around[:n])
		if !ok {
			continue
		}
		if !strings.HasSuffix(path, "]") {
			whole = ""
		}
		if inner.Kind() == reflect.Slice { // its entries have the field
			inner = inner.Elem()
		}
		if keys, _, ok := walk(inner, whole, steps(path)); ok {
			return keys
		}
	}
	return path
}

// step is one part of a Go path: a field, an index or a quoted key of a map.
var step = regexp.MustCompile(`\[\d+\]|\["(?:[^"\\]|\\.)*"\]|[^.\[\]]+`)

func steps(path string) []string { return step.FindAllString(path, -1) }

// walk follows a path from t, which stands at the YAML path at, and returns where
// it leads.
func walk(t reflect.Type, at string, path []string) (keys string, to reflect.Type, ok bool) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if len(path) == 0 {
		return at, t, true
	}
	switch next := path[0]; {
	case t.Kind() == reflect.Slice && strings.HasPrefix(next, "["):
		return walk(t.Elem(), at+next, path[1:])
	case t.Kind() == reflect.Map:
		var key string
		if _, err := fmt.Sscanf(next, "[%q]", &key); err != nil {
			key = next
		}
		return walk(t.Elem(), KeyPath(at, key), path[1:])
	case t.Kind() == reflect.Struct:
		f, found := t.FieldByName(next)
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if found && key != "" && key != "-" {
			return walk(f.Type, KeyPath(at, key), path[1:])
		}
	}
	return "", nil, false
}

var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// KeyPath is the YAML path of a key: parent.key, or parent["key"] for a key that
// would be misread, such as a tag's a.b.
func KeyPath(parent, key string) string {
	switch {
	case !plainKey.MatchString(key):
		return fmt.Sprintf("%s[%q]", parent, key)
	case parent == "":
		return key
	default:
		return parent + "." + key
	}
}
