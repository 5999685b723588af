package changes

import (
	"regexp"
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

var placeholder = regexp.MustCompile(`\$\{([^!.}][^.}]*)[^}]*\}`)

// substituted returns the logical IDs in the text of Fn::Sub.
func substituted(v any) (ids []string) {
	text, _ := v.(string)
	if parts, ok := v.([]any); ok && len(parts) > 0 {
		text, _ = parts[0].(string)
	}
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		ids = append(ids, m[1])
	}
	return ids
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
