package problem

import "reflect"

// IsNil reports whether v is nil, or an interface with a nil pointer in it: a
// variable of type *T that was never set is not nil once it is in an interface.
func IsNil(v any) bool {
	if v == nil {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		return r.IsNil()
	default:
		return false
	}
}

// NilIn returns a problem where v, which may be left out, has a nil pointer in it.
func NilIn(path string, v any) List {
	var ps List
	if v != nil && IsNil(v) {
		ps.Add(path, nil, "this is a nil pointer in an interface, which is not nil",
			"leave it out, or make what it is to point to")
	}
	return ps
}
