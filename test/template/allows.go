package template

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Allows reports whether a policy of the template allows an action on a resource. The
// resource is as Text writes it. Conditions must be among those given; a statement with
// another condition allows nothing.
func (t Template) Allows(action, resource string, conditions ...string) bool {
	for _, s := range t.Statements() {
		if s["Effect"] == "Allow" && matches(s["Action"], action) && matches(s["Resource"], resource) &&
			conditioned(s["Condition"], conditions) {
			return true
		}
	}
	return false
}

// matches reports whether one of a statement's patterns matches text.
func matches(patterns any, text string) bool {
	list, ok := patterns.([]any)
	if !ok {
		list = []any{patterns}
	}
	return slices.ContainsFunc(list, func(pattern any) bool {
		expression := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(Text(pattern)))
		return regexp.MustCompile("^" + expression + "$").MatchString(text)
	})
}

// conditioned reports whether each condition of a statement, as OPERATOR KEY VALUE, is
// among those given.
func conditioned(condition any, given []string) bool {
	operators, _ := condition.(map[string]any)
	for operator, keys := range operators {
		for key, value := range keys.(map[string]any) {
			if !slices.Contains(given, operator+" "+key+" "+Text(value)) {
				return false
			}
		}
	}
	return true
}

// Text writes a value of a template on a line: Ref as ${ID}, Fn::GetAtt as ${ID.NAME},
// Fn::Join as what it joins.
func Text(value any) string {
	object, ok := value.(map[string]any)
	if !ok {
		return fmt.Sprint(value)
	}
	switch {
	case object["Ref"] != nil:
		return fmt.Sprintf("${%s}", object["Ref"])
	case object["Fn::GetAtt"] != nil:
		path := object["Fn::GetAtt"].([]any)
		return fmt.Sprintf("${%s.%s}", path[0], path[1])
	case object["Fn::Join"] != nil:
		join := object["Fn::Join"].([]any)
		parts := make([]string, len(join[1].([]any)))
		for i, part := range join[1].([]any) {
			parts[i] = Text(part)
		}
		return strings.Join(parts, join[0].(string))
	}
	return fmt.Sprint(slices.Sorted(maps.Keys(object)), object)
}
