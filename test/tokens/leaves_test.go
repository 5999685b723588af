package tokens_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

const module = "github.com/sagemaker-autoscaling-inference/cdk/"

// leaf is a text or a number somewhere in props.
type leaf struct {
	// Path is where it stands, such as Variants[0].InstanceType.
	Path string
	// Owner and Field are the struct type that holds it and the field's name.
	Owner, Field string
	// Value can be set.
	Value reflect.Value
}

// leavesOf calls f with each text and number of this module's types in the struct that props
// points to, those of nil pointers among them. Constructs and AWS's own types are left
// out, and so are keys of maps.
func leavesOf(props any, f func(leaf)) { walk(reflect.ValueOf(props).Elem(), leaf{}, f) }

func walk(v reflect.Value, at leaf, f func(leaf)) {
	if !ours(v.Type()) {
		return
	}
	switch at.Value = v; v.Kind() {
	case reflect.String, reflect.Int, reflect.Int64, reflect.Float64:
		f(at)
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				path := strings.TrimPrefix(at.Path+"."+field.Name, ".")
				walk(v.Field(i), leaf{Path: path, Owner: v.Type().String(), Field: field.Name}, f)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			at.Path = fmt.Sprintf("%s[%d]", strings.TrimSuffix(at.Path, fmt.Sprintf("[%d]", i-1)), i)
			walk(v.Index(i), at, f)
		}
	case reflect.Map:
		for _, key := range slices.Sorted(maps.Keys(texts(v))) {
			inner, k := at, reflect.ValueOf(key)
			inner.Path = fmt.Sprintf("%s[%q]", at.Path, key)
			replace(v.MapIndex(k), inner, f, func(changed reflect.Value) { v.SetMapIndex(k, changed) })
		}
	case reflect.Interface:
		if !v.IsNil() && v.Elem().Kind() != reflect.Pointer {
			replace(v.Elem(), at, f, v.Set)
		}
	case reflect.Pointer:
		switch kind := v.Type().Elem().Kind(); {
		case kind == reflect.Struct && !v.IsNil():
			walk(v.Elem(), at, f)
		case kind != reflect.Struct:
			changed := reflect.New(v.Type().Elem())
			if !v.IsNil() {
				changed.Elem().Set(v.Elem())
			}
			before := changed.Elem().Interface()
			walk(changed.Elem(), at, f)
			if changed.Elem().Interface() != before {
				v.Set(changed)
			}
		}
	}
}

// replace walks a copy of v, which cannot be set, and hands it on.
func replace(v reflect.Value, at leaf, f func(leaf), set func(reflect.Value)) {
	changed := reflect.New(v.Type()).Elem()
	changed.Set(v)
	walk(changed, at, f)
	set(changed)
}

func texts(m reflect.Value) map[string]bool {
	keys := map[string]bool{}
	for _, key := range m.MapKeys() {
		keys[key.String()] = true
	}
	return keys
}

// ours reports whether a type is of this module or of none, and no construct.
func ours(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		if _, construct := t.MethodByName("ToString"); construct {
			return false
		}
		return ours(t.Elem())
	}
	return t.PkgPath() == "" || t.PkgPath() == "time" || strings.HasPrefix(t.PkgPath(), module)
}

// fieldsOf calls f with every field of a struct type, and of those within, that Leaves may
// find a text or number in.
func fieldsOf(t reflect.Type, f func(owner, field string, kind reflect.Kind)) {
	seen := map[reflect.Type]bool{}
	var visit func(t reflect.Type)
	visit = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || seen[t] || !ours(t) || !ours(reflect.PointerTo(t)) {
			return
		}
		seen[t] = true
		for i := range t.NumField() {
			field := t.Field(i)
			if !field.IsExported() || !ours(field.Type) {
				continue
			}
			leaf := field.Type
			for leaf.Kind() == reflect.Pointer || leaf.Kind() == reflect.Slice || leaf.Kind() == reflect.Map {
				leaf = leaf.Elem()
			}
			switch leaf.Kind() {
			case reflect.String, reflect.Int, reflect.Int64, reflect.Float64:
				if ours(leaf) {
					f(t.String(), field.Name, leaf.Kind())
				}
			}
			visit(field.Type)
		}
	}
	visit(t)
}
