package cloudformation

import (
	"maps"
	"slices"
	"strings"
)

// Here a template is a body, as json.Unmarshal returns it: what is deployed again
// must keep every value that nobody asked to change.

// RefersTo returns the first of ids that a function in v refers to by Ref, Fn::GetAtt
// or Fn::Sub, "" for none. v is a value of a template's body, as json.Unmarshal
// returns it.
func RefersTo(v any, ids map[string]bool) string {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			if id := RefersTo(one, ids); id != "" {
				return id
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if id := referred(key, v[key], ids); id != "" {
				return id
			}
			if id := RefersTo(v[key], ids); id != "" {
				return id
			}
		}
	}
	return ""
}

// referred is the one of ids that a function names by itself.
func referred(function string, argument any, ids map[string]bool) string {
	if list, ok := argument.([]any); ok && len(list) > 0 {
		argument = list[0]
	}
	written, _ := argument.(string)
	names := []string{written}
	switch function {
	case "Ref", "Fn::GetAtt":
	case "Fn::Sub":
		names = nil
		for _, found := range variable.FindAllStringSubmatch(written, -1) {
			names = append(names, strings.TrimSpace(found[1]))
		}
	default:
		return ""
	}
	for _, name := range names {
		if id, _, _ := strings.Cut(name, "."); ids[id] {
			return id
		}
	}
	return ""
}

// field is a member of a mapping, nil where v is none.
func field(v any, name string) any {
	mapping, _ := v.(map[string]any)
	return mapping[name]
}

// drop takes items out of the list in[name], and the list too where none is left.
// It returns how many items it took.
func drop(in map[string]any, name string, out func(item any) bool) int {
	list, _ := in[name].([]any)
	left := slices.DeleteFunc(slices.Clone(list), out)
	switch dropped := len(list) - len(left); {
	case dropped == 0:
		return 0
	case len(left) == 0:
		delete(in, name)
		return dropped
	default:
		in[name] = left
		return dropped
	}
}

func deepCopy(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, inner := range v {
			out[key] = deepCopy(inner)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = deepCopy(inner)
		}
		return out
	}
	return v
}
