package problem

import "reflect"

// IsNil reports whether v is nil, or an interface that holds a nil pointer: a variable of
// a construct's type that was never assigned.
func IsNil(v any) bool {
	if v == nil {
		return true
	}
	switch value := reflect.ValueOf(v); value.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Interface, reflect.Chan:
		return value.IsNil()
	}
	return false
}
