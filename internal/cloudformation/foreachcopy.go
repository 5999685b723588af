package cloudformation

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

func mentionsIdentifier(s string, identifiers []string) bool {
	return slices.ContainsFunc(identifiers, func(name string) bool {
		return strings.Contains(s, "${"+name+"}") || strings.Contains(s, "&{"+name+"}")
	})
}

// notAlphanumeric is what &{Identifier} leaves out.
var notAlphanumeric = regexp.MustCompile(`[^A-Za-z0-9]`)

func replaced(s string, identifiers, values []string) string {
	for i, name := range identifiers {
		s = strings.ReplaceAll(s, "${"+name+"}", values[i])
		s = strings.ReplaceAll(s, "&{"+name+"}", notAlphanumeric.ReplaceAllString(values[i], ""))
	}
	return s
}

// substituted is a copy of n with values in place of the identifiers, nil where the
// template grows too large.
func (e *expander) substituted(n *document.Node, identifiers, values []string, depth int) *document.Node {
	if e.left--; e.left < 0 || depth > maxDepth || !e.spend(1+len(n.Text)) {
		if !e.full {
			e.add(n, "", "", fmt.Sprintf("the loops make more than %d values", accepted.MaxValues), "split the stack")
		}
		e.full = true
		return nil
	}
	out := *n
	if name, argument := function(n); name == "Ref" {
		written, _ := argument.String()
		if i := slices.Index(identifiers, written); i >= 0 {
			value := values[i]
			return &document.Node{Key: n.Key, Dash: n.Dash, Start: n.Start, Quoted: true,
				Text: value, Written: value, Scalar: value}
		}
	}
	if s, ok := n.Scalar.(string); ok && n.Kind == document.Scalar && mentionsIdentifier(s, identifiers) {
		s = replaced(s, identifiers, values)
		out.Scalar, out.Text, out.Written = s, s, document.OneLine(s)
		return &out
	}
	if n.Kind == document.Mapping {
		out.Keys, out.Values = nil, make(map[string]*document.Node, len(n.Values))
		for _, key := range n.Keys {
			inner := e.substituted(n.Values[key], identifiers, values, depth+1)
			if inner == nil {
				return nil
			}
			out.Set(replaced(key, identifiers, values), inner)
		}
	}
	if n.Kind == document.Sequence {
		out.Items = make([]*document.Node, len(n.Items))
		for i, one := range n.Items {
			if out.Items[i] = e.substituted(one, identifiers, values, depth+1); out.Items[i] == nil {
				return nil
			}
		}
	}
	return &out
}
