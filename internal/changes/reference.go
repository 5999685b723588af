package changes

import (
	"slices"
	"strings"
)

// referred returns the logical ID in {Ref: ID} and {Fn::GetAtt: [ID, attribute]}.
func referred(v map[string]any) (id string, ok bool) {
	if len(v) != 1 {
		return "", false
	}
	if id, ok := v["Ref"].(string); ok {
		return id, true
	}
	switch of := v["Fn::GetAtt"].(type) {
	case string:
		id, _, _ = strings.Cut(of, ".")
		return id, true
	case []any:
		if len(of) > 0 {
			id, ok = of[0].(string)
		}
	}
	return id, ok
}

// stackOutput returns what {Fn::GetStackOutput: {StackName, OutputName}} refers to.
func stackOutput(v map[string]any) (stack, output string, ok bool) {
	of, ok := v["Fn::GetStackOutput"].(map[string]any)
	if !ok {
		return "", "", false
	}
	stack, _ = of["StackName"].(string)
	output, _ = of["OutputName"].(string)
	return stack, output, true
}

// found says whether a mapping within v is what is looked for.
func found(v any, is func(map[string]any) bool) bool {
	switch v := v.(type) {
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return found(e, is) })
	case map[string]any:
		if is(v) {
			return true
		}
		for _, e := range v {
			if found(e, is) {
				return true
			}
		}
	}
	return false
}
