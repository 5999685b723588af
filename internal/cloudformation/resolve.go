package cloudformation

import (
	"fmt"
	"strconv"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// What a node may come to besides a value.
type (
	// absent is AWS::NoValue: the property, or the item, is not there.
	absent struct{}
	// unresolved has been noted as a problem.
	unresolved struct{}
)

// maxSteps bounds what functions may make of each other, in values and bytes.
const maxSteps = 4 << 20

// spend counts n more and reports whether there may be more; read says so when
// there may not.
func (o owner) spend(n int) bool {
	*o.budget = max(*o.budget-n, -1)
	return *o.budget >= 0
}

// resolve is what n comes to when its functions are called: nil, bool, float64,
// string, []any, map[string]any, or absent or unresolved.
//
// What only a deployment shows, such as a queue's name, comes to a text of the
// form ${LogicalID.Attribute}.
func (o owner) resolve(n *document.Node, path string, depth int) any {
	if n == nil {
		return nil
	}
	if depth > maxDepth {
		o.add(n, path, shown(n), "the functions refer to each other in a circle, or nearly so", "write the value out")
		return unresolved{}
	}
	if !o.spend(1 + len(n.Text)) {
		return unresolved{}
	}
	if name, argument := function(n); name != "" {
		return o.call(n, name, argument, path, depth+1)
	}
	switch n.Kind {
	case document.Mapping:
		return o.resolveMapping(n, path, depth+1)
	case document.Sequence:
		return o.resolveList(n, func(i int) string { return item(path, i) }, depth+1)
	default:
		return n.Scalar
	}
}

func (o owner) resolveMapping(n *document.Node, path string, depth int) any {
	out, whole := make(map[string]any, len(n.Values)), true
	for _, key := range n.Names() {
		inner := path + "." + key
		switch v := o.naming(inner).resolve(n.Values[key], inner, depth).(type) {
		case absent:
		case unresolved:
			whole = false
		default:
			out[key] = v
		}
	}
	if !whole {
		return unresolved{}
	}
	return out
}

func (o owner) resolveList(n *document.Node, at func(i int) string, depth int) any {
	out, whole := make([]any, 0, len(n.Items)), true
	for i, value := range n.Items {
		switch v := o.resolve(value, at(i), depth).(type) {
		case absent:
		case unresolved:
			whole = false
		default:
			out = append(out, v)
		}
	}
	if !whole {
		return unresolved{}
	}
	return out
}

// text is what a scalar comes to as CloudFormation writes it into a text.
func text(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// argumentText resolves n to a text, and notes where it is none.
func (o owner) argumentText(n *document.Node, path string, depth int) (string, bool) {
	v := o.resolve(n, path, depth)
	if _, noted := v.(unresolved); noted {
		return "", false
	}
	s, ok := text(v)
	if !ok {
		o.add(n, path, shown(n), "a text is wanted here", "give a text, or a function that comes to one")
	}
	return s, ok
}

// argument resolves a function's argument. The items of a list that stands there
// have the path of the function: they are no items of the property.
func (o owner) argument(n *document.Node, path string, depth int) any {
	if n.Kind == document.Sequence && depth < maxDepth {
		return o.resolveList(n, func(int) string { return path }, depth+1)
	}
	return o.resolve(n, path, depth)
}

// argumentList resolves n to a list of texts.
func (o owner) argumentList(n *document.Node, path string, depth int) ([]string, bool) {
	v := o.argument(n, path, depth)
	if _, noted := v.(unresolved); noted {
		return nil, false
	}
	list, ok := v.([]any)
	out := make([]string, len(list))
	for i, one := range list {
		var isText bool
		out[i], isText = text(one)
		ok = ok && isText
	}
	if !ok {
		o.add(n, path, shown(n), "a list of texts is wanted here", "give a list, or a function that comes to one")
	}
	return out, ok
}

// arguments are those of a function that takes low to high of them.
func (o owner) arguments(n, argument *document.Node, path string, low, high int) ([]*document.Node, bool) {
	if argument == nil || argument.Kind != document.Sequence || len(argument.Items) < low || len(argument.Items) > high {
		count := strconv.Itoa(low)
		if high > low {
			count = fmt.Sprintf("%d or %d", low, high)
		}
		o.add(n, path, shown(n), "the function takes a list of "+count, "write [A, B]")
		return nil, false
	}
	return argument.Items, true
}
