package cloudformation

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// shape is what a node is.
type shape int

const (
	scalar shape = iota
	mapping
	sequence
)

// node is one value of a template, with its place in the file.
type node struct {
	shape        shape
	line, column int
	// scalar is nil, bool, float64 or string.
	scalar any
	// text is a scalar as it is written.
	text string
	// keys are a mapping's values, and order its keys as the file has them.
	keys  map[string]*node
	order []string
	items []*node
}

// names are the keys of a mapping, in the order of the file.
func (n *node) names() []string {
	if n == nil {
		return nil
	}
	return n.order
}

// set adds a key to a mapping.
func (n *node) set(name string, value *node) {
	if n.keys == nil {
		n.shape, n.keys = mapping, map[string]*node{}
	}
	n.keys[name] = value
	n.order = append(n.order, name)
}

// key is the value at a key, nil where there is none.
func (n *node) key(name string) *node {
	if n == nil {
		return nil
	}
	return n.keys[name]
}

// string is the text of a scalar that is one.
func (n *node) string() (string, bool) {
	if n == nil || n.shape != scalar {
		return "", false
	}
	text, ok := n.scalar.(string)
	return text, ok
}

// function is the intrinsic function that a node calls, and its argument: a
// mapping with one key, Ref, Condition or Fn::….
func (n *node) function() (name string, argument *node) {
	if n.shape != mapping || len(n.keys) != 1 {
		return "", nil
	}
	for key, value := range n.keys {
		if key == "Ref" || key == "Condition" || strings.HasPrefix(key, "Fn::") {
			return key, value
		}
	}
	return "", nil
}

// find is the node at a path such as ScheduledActions[1].Schedule, or the last
// one on the way there: functions have no such keys.
func (n *node) find(path string) *node {
	for part := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		child := n.key(part)
		if i, err := strconv.Atoi(part); err == nil && i >= 0 && n.shape == sequence && i < len(n.items) {
			child = n.items[i]
		}
		if child == nil {
			return n
		}
		n = child
	}
	return n
}

// plain is the value in the types of encoding/json, functions as they stand.
func (n *node) plain() any {
	switch n.shape {
	case mapping:
		out := make(map[string]any, len(n.keys))
		for key, value := range n.keys {
			out[key] = value.plain()
		}
		return out
	case sequence:
		out := make([]any, len(n.items))
		for i, item := range n.items {
			out[i] = item.plain()
		}
		return out
	default:
		return n.scalar
	}
}

// maxShown bounds how much of a value a problem shows.
const maxShown = 100

// shown is the node in a problem, on one line.
func (n *node) shown() string {
	if n == nil {
		return ""
	}
	if name, argument := n.function(); name != "" {
		return oneLine("!" + strings.TrimPrefix(name, "Fn::") + " " + argument.shown())
	}
	switch n.shape {
	case mapping:
		return fmt.Sprintf("a mapping of %d", len(n.keys))
	case sequence:
		parts := make([]string, 0, len(n.items))
		for i, item := range n.items {
			if i == 5 {
				parts = append(parts, "…")
				break
			}
			parts = append(parts, item.shown())
		}
		return oneLine("[" + strings.Join(parts, ", ") + "]")
	default:
		return oneLine(n.text)
	}
}

func oneLine(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		text = strconv.Quote(text)
	}
	if r := []rune(text); len(r) > maxShown {
		text = string(r[:maxShown]) + "…"
	}
	return text
}
