package config

import (
	"reflect"
	"regexp"
	"strings"
	"sync"
)

// yamlStep is one part of a YAML path: a key, an index, or a quoted key.
var yamlStep = regexp.MustCompile(`\["(?:[^"\\]|\\.)*"\]|\[\d+\]|[^.\[\]]+`)

// goPath is the Go field path of a YAML path of an Environment. ok is false where
// there is no such field: the rest of the path then stays.
func goPath(path string) (spelled string, ok bool) {
	t := reflect.TypeFor[Environment]()
	var b strings.Builder
	steps := yamlStep.FindAllString(path, -1)
	for i, step := range steps {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch {
		case strings.HasPrefix(step, "[") && (t.Kind() == reflect.Slice || t.Kind() == reflect.Map):
			b.WriteString(step)
			t = t.Elem()
			continue
		case t.Kind() == reflect.Map:
			b.WriteString(`["` + step + `"]`)
			t = t.Elem()
			continue
		case t.Kind() == reflect.Struct:
			if f, found := fieldOf(t, step); found {
				b.WriteString("." + f.Name)
				t = f.Type
				continue
			}
		}
		return strings.TrimPrefix(b.String()+"."+strings.Join(steps[i:], "."), "."), false
	}
	return strings.TrimPrefix(b.String(), "."), true
}

// fieldOf is the field of t, or of a struct that it embeds, with a key.
func fieldOf(t reflect.Type, key string) (reflect.StructField, bool) {
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == key {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// fields are the Go names of the keys of all groups, where a key has one.
var fields = sync.OnceValue(func() map[string]string {
	names, seen := map[string]string{}, map[reflect.Type]bool{}
	var visit func(t reflect.Type)
	visit = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || seen[t] {
			return
		}
		seen[t] = true
		for _, f := range reflect.VisibleFields(t) {
			key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if other, twice := names[key]; twice && other != f.Name {
				names[key] = ""
			} else if key != "" && key != "-" {
				names[key] = f.Name
			}
			visit(f.Type)
		}
	}
	visit(reflect.TypeFor[Environment]())
	return names
})
