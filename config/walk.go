package config

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// maxValues bounds what anchors and aliases may expand to.
const maxValues = 20_000

// walker turns the syntax tree into nodes. It does so itself, because of what
// goccy/go-yaml v1.19.2 makes of a tree: a merge overwrites keys that stand
// before it, `!!str 012` becomes "10", and 1e3 and 089 are text.
type walker struct {
	*document
	anchors map[string]ast.Node
	// open are the anchors whose own values are being walked.
	open   map[string]bool
	values int
}

func newWalker(d *document) *walker {
	return &walker{document: d, anchors: map[string]ast.Node{}, open: map[string]bool{}}
}

// spend counts one more value and reports whether there may be more.
func (w *walker) spend(n *node) bool {
	w.values++
	if w.values == maxValues {
		w.fault(problem.Problem{Path: n.path, Rule: fmt.Sprintf("with its aliases the file has more than %d values", maxValues), Fix: "write the values out"})
	}
	return w.values < maxValues
}

// walk makes the node at path; key is where its key stands.
func (w *walker) walk(n ast.Node, path string, key position) *node {
	out := &node{path: path, key: key}
	w.nodes[path] = out
	if !w.spend(out) {
		return out
	}
	switch n := n.(type) {
	case nil: // nothing is written
	case *ast.AnchorNode:
		return w.anchor(n, path, key)
	case *ast.AliasNode:
		return w.alias(n, path, key)
	case *ast.TagNode:
		return w.tag(n, path, key)
	case *ast.MappingNode:
		out.shape, out.start = mapping, at(n.Start)
		if !n.IsFlowStyle && len(n.Values) > 0 {
			out.start = at(n.Values[0].Key.GetToken())
		}
		w.pairs(n.Values, out, false)
	case *ast.MappingValueNode:
		out.shape, out.start = mapping, at(n.Key.GetToken())
		w.pairs([]*ast.MappingValueNode{n}, out, false)
	case *ast.SequenceNode:
		out.shape, out.start = sequence, at(n.Start)
		for i, item := range n.Values {
			child := w.walk(item, itemPath(path, i), position{})
			if child.start == (position{}) && i < len(n.Entries) {
				child.start = at(n.Entries[i].Start) // nothing but the hyphen
			}
			out.items = append(out.items, child)
		}
	case *ast.LiteralNode:
		out.scalar, out.start = n.Value.Value, at(n.Start)
		out.written = onOneLine(n.Value.Value, n.Value.Value)
	case ast.ScalarNode:
		out.readScalar(n)
	default:
		w.faultAt(at(n.GetToken()), problem.Problem{Path: path, Rule: "an environment file has only mappings, lists and plain values"})
	}
	return out
}

func (w *walker) anchor(n *ast.AnchorNode, path string, key position) *node {
	name := n.Name.GetToken().Value
	w.anchors[name], w.open[name] = n.Value, true
	defer delete(w.open, name)
	return w.walk(n.Value, path, key)
}

func (w *walker) alias(n *ast.AliasNode, path string, key position) *node {
	target, done, ok := w.follow(n, path)
	if !ok {
		return w.nodes[path]
	}
	defer done()
	out := w.walk(target, path, key)
	if out.shape == scalar {
		out.start = at(n.Start)
	}
	return out
}

// follow is what an alias stands for. done is called when that was walked.
func (w *walker) follow(n *ast.AliasNode, path string) (target ast.Node, done func(), ok bool) {
	name := n.Value.GetToken().Value
	target, known := w.anchors[name]
	if known && !w.open[name] {
		w.open[name] = true
		return target, func() { delete(w.open, name) }, true
	}
	rule, fix := "no anchor of this name stands before it", "define &"+name+" above"
	if known {
		rule, fix = "an alias cannot stand inside its own anchor", "write the value out"
	}
	w.faultAt(at(n.Start), problem.Problem{Path: path, Got: "*" + name, Rule: rule, Fix: fix})
	return nil, nil, false
}

func (w *walker) tag(n *ast.TagNode, path string, key position) *node {
	out := w.walk(n.Value, path, key)
	text, isScalar := n.Value.(ast.ScalarNode)
	switch tag := n.Start.Value; {
	case tag == "!!str" && isScalar && out.shape == scalar:
		out.scalar = text.GetToken().Value
	case !strings.HasPrefix(tag, "!!"):
		w.faultAt(at(n.Start), problem.Problem{Path: path, Got: tag, Rule: "an environment file knows no tags, such as CloudFormation's !Ref or !Sub", Fix: "write the value itself"})
	}
	return out
}

// pairs adds to out its own keys, then those that merge keys bring and that are
// not there yet. merged says that the pairs themselves come from a merge key.
func (w *walker) pairs(pairs []*ast.MappingValueNode, out *node, merged bool) {
	if out.keys == nil {
		out.keys = map[string]*node{}
	}
	for _, pair := range pairs {
		if pair.Key.IsMergeKey() {
			continue
		}
		name, place := w.keyName(pair.Key), at(pair.Key.GetToken())
		if _, there := out.keys[name]; !there {
			out.keys[name] = w.walk(pair.Value, keyPath(out.path, name), place)
		} else if !merged {
			w.reportAt(place, problem.Problem{Path: keyPath(out.path, name), Rule: "the key is repeated", Fix: "keep one of the two"})
		}
	}
	for _, pair := range pairs {
		if pair.Key.IsMergeKey() {
			w.merge(pair.Value, out)
		}
	}
}

// merge adds what a merge key brings: a mapping, or several of which the first
// wins.
func (w *walker) merge(value ast.Node, out *node) {
	if !w.spend(out) {
		return
	}
	switch v := value.(type) {
	case *ast.AliasNode:
		if target, done, ok := w.follow(v, out.path); ok {
			w.merge(target, out)
			done()
		}
	case *ast.AnchorNode:
		w.anchors[v.Name.GetToken().Value] = v.Value
		w.merge(v.Value, out)
	case *ast.MappingNode:
		w.pairs(v.Values, out, true)
	case *ast.MappingValueNode:
		w.pairs([]*ast.MappingValueNode{v}, out, true)
	case *ast.SequenceNode:
		for _, item := range v.Values {
			w.merge(item, out)
		}
	default:
		w.faultAt(at(value.GetToken()), problem.Problem{Path: out.path, Rule: "\"<<\" merges mappings only", Fix: "give an alias of a mapping, such as *common"})
	}
}

// keyName is the text of a key. An alias as a key is taken literally, and so
// becomes an unknown key.
func (w *walker) keyName(key ast.Node) string {
	switch k := key.(type) {
	case *ast.AnchorNode:
		w.anchors[k.Name.GetToken().Value] = k.Value
		return w.keyName(k.Value)
	case *ast.MappingKeyNode:
		return w.keyName(k.Value)
	case *ast.TagNode:
		return w.keyName(k.Value)
	case *ast.LiteralNode:
		return k.Value.Value
	case *ast.AliasNode:
		return "*" + k.Value.GetToken().Value
	default:
		return key.GetToken().Value
	}
}
