package cloudformation

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// find is the node at a path such as ScheduledActions[1].Schedule, or the last
// one on the way there: functions have no such keys.
func find(n *document.Node, path string) *document.Node {
	return n.Find(strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }))
}

// function is the intrinsic function that a node calls, and its argument: a
// mapping with one key, Ref, Condition or Fn::….
func function(n *document.Node) (name string, argument *document.Node) {
	if n.Kind != document.Mapping || len(n.Keys) != 1 {
		return "", nil
	}
	if key := n.Keys[0]; key == "Ref" || key == "Condition" || strings.HasPrefix(key, "Fn::") {
		return key, n.Values[key]
	}
	return "", nil
}

// shown is the node in a problem, on one line.
func shown(n *document.Node) string {
	if n == nil {
		return ""
	}
	if name, argument := function(n); name != "" {
		return document.OneLine(strings.TrimSpace("!" + strings.TrimPrefix(name, "Fn::") + " " + shown(argument)))
	}
	switch {
	case n.Kind == document.Mapping:
		return fmt.Sprintf("a mapping of %d", len(n.Keys))
	case n.Kind == document.Sequence:
		parts := make([]string, 0, len(n.Items))
		for i, item := range n.Items {
			if i == 5 {
				parts = append(parts, "…")
				break
			}
			parts = append(parts, shown(item))
		}
		return document.OneLine("[" + strings.Join(parts, ", ") + "]")
	case n.Scalar == nil:
		return "null"
	case n.Quoted:
		return document.OneLine(strconv.Quote(n.Text))
	}
	return document.OneLine(n.Text)
}
