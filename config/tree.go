package config

import (
	"strconv"

	"github.com/goccy/go-yaml/token"
)

// position is a place in a file, from line 1 and column 1.
type position struct{ line, column int }

func at(t *token.Token) position {
	if t == nil || t.Position == nil {
		return position{}
	}
	return position{t.Position.Line, t.Position.Column}
}

// shape is what a node is, as YAML has it.
type shape int

const (
	scalar shape = iota
	mapping
	sequence
)

// node is one value of a file, with its place and as it is written there.
type node struct {
	path  string
	shape shape
	// key is where the value's key stands: nowhere for an entry of a list.
	key position
	// start is where the value begins: nowhere when nothing is written.
	start position
	// written is the text of a scalar.
	written string
	// scalar is nil, bool, int64, uint64, float64 or string.
	scalar any
	keys   map[string]*node
	items  []*node
	// omit leaves the value out, because it has been reported.
	omit bool
}

// place is where a problem with the value is shown: its key's, where it spans
// lines or nothing is written, else its own.
func (n *node) place() position {
	if n.key != (position{}) && (n.shape != scalar || n.start == (position{})) {
		return n.key
	}
	return n.start
}

// value is what the node says in the types of encoding/json, without what has
// been reported. A list keeps its length: later entries keep their index.
func (n *node) value() any {
	switch n.shape {
	case mapping:
		m := make(map[string]any, len(n.keys))
		for k, v := range n.keys {
			if !v.omit {
				m[k] = v.value()
			}
		}
		return m
	case sequence:
		l := make([]any, len(n.items))
		for i, v := range n.items {
			if !v.omit {
				l[i] = v.value()
			}
		}
		return l
	default:
		return n.scalar
	}
}

// find is the node at a JSON pointer's parts, or the last one on the way there.
func (n *node) find(location []string) *node {
	for _, part := range location {
		child := n.keys[part]
		if i, err := strconv.Atoi(part); err == nil && n.shape == sequence && i < len(n.items) {
			child = n.items[i]
		}
		if child == nil {
			return n
		}
		n = child
	}
	return n
}
