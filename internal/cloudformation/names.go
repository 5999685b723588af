package cloudformation

import (
	"regexp"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// maxNameLength is that of SageMaker's names.
const maxNameLength = 63

// unknown is the text for what only a deployment shows, such as ${Ask.Name}.
func unknown(name string) string {
	return "${" + strings.NewReplacer("${", "", "{", "", "}", "", "\n", " ", "\r", " ").Replace(name) + "}"
}

// openPart is what unknown writes, or a dynamic reference.
var openPart = regexp.MustCompile(`\$\{[^{}]*\}|\{\{resolve:[^{}]*\}\}`)

// openText reports whether a text holds what only a deployment shows.
func openText(s string) bool { return strings.Contains(s, "${") || strings.Contains(s, "{{resolve:") }

// notOfNames is what a placeholder leaves out of what it stands for.
var notOfNames = regexp.MustCompile(`[^A-Za-z0-9]+`)

// closed puts a placeholder in the place of everything in a name that only a
// deployment shows: which is which matters, and any name tells that. So
// ${AWS::StackName}-odds becomes StackName-odds. Where several templates are read, a
// parameter or resource is one of its stack.
func (t *template) closed(name string) string {
	if !openText(name) {
		return name
	}
	name = openPart.ReplaceAllStringFunc(name, func(part string) string {
		part, pseudo := strings.CutPrefix(strings.Trim(part, "${}"), "AWS::")
		if !pseudo && len(*t.stacks) > 1 {
			part = t.Stack + "-" + part
		}
		if placeholder := strings.Trim(notOfNames.ReplaceAllString(part, "-"), "-"); placeholder != "" {
			return placeholder
		}
		return "unknown"
	})
	// A placeholder may be longer than the name that it stands for.
	parts := strings.Split(name, "/")
	for i, part := range parts {
		if len(part) > maxNameLength && !strings.ContainsAny(part, ":|") {
			parts[i] = strings.TrimRight(part[:maxNameLength], "-")
		}
	}
	return strings.Join(parts, "/")
}

// closedResource is closed for a resource ID, in the form that its dimension has.
func (t *template) closedResource(id, dimension string) string {
	if !openText(id) {
		return id
	}
	parts := strings.Split(t.closed(id), "/")
	last, whole := parts[len(parts)-1], strings.Join(parts, "-")
	if len(whole) > maxNameLength {
		whole = strings.TrimRight(whole[:maxNameLength], "-")
	}
	switch autoscaling.Dimension(dimension) {
	case autoscaling.InferenceComponentCopyCount:
		if len(parts) != 2 {
			return "inference-component/" + whole
		}
	default:
		if len(parts) != 4 && !strings.HasPrefix(id, "inference-component/") {
			return "endpoint/" + whole + "/variant/" + last
		}
	}
	return strings.Join(parts, "/")
}

// aName are the properties that only name things: of what they hold nothing has to
// be known. mayBeOpen are those whose texts stay as they are.
var (
	aName     = regexp.MustCompile(`^Properties\.(ResourceId|PolicyName|ScalingTargetId)$|\.ScheduledActionName$`)
	mayBeOpen = regexp.MustCompile(`^Properties\.RoleARN$|\.Dimensions\[\d+\]\.Value$|\.(AlarmDescription|Label)$`)
)

// naming is o where it reads a property that only names things: there, what is not
// known comes to a text such as ${Name} instead of a problem.
func (o owner) naming(path string) owner {
	o.names = o.names || aName.MatchString(path) || mayBeOpen.MatchString(path)
	return o
}

// ofDimensions are the dimensions of metrics that name what scales.
var ofDimensions = map[string]bool{"EndpointName": true, "VariantName": true, "InferenceComponentName": true}

// settle closes the names in what a property came to, and notes what has to be known
// and only a deployment shows; ok is false then.
func (o owner) settle(v any, path string) (settled any, ok bool) {
	ok = true
	switch v := v.(type) {
	case string:
		switch {
		case !openText(v), mayBeOpen.MatchString(path):
			return v, true
		case aName.MatchString(path):
			return o.closed(v), true
		}
		o.addOpen(v, path)
		return nil, false
	case []any:
		for i := range v {
			inner, whole := o.settle(v[i], item(path, i))
			v[i], ok = inner, ok && whole
		}
	case map[string]any:
		for key := range v {
			inner, whole := o.settle(v[key], path+"."+key)
			v[key], ok = inner, ok && whole
		}
		if name, _ := v["Name"].(string); ofDimensions[name] {
			if value, isText := v["Value"].(string); isText {
				v["Value"] = o.closed(value)
			}
		}
	}
	return v, ok
}
