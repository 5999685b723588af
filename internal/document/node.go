package document

import "strconv"

// Kind is what a node is.
type Kind int

// The kinds of nodes.
const (
	Scalar Kind = iota
	Mapping
	Sequence
)

// Unclear is the value of a number that readers of YAML disagree about, such as
// 010, 0x10 or 1_000: its decimal spelling.
type Unclear string

// Node is one value of a file. A nil Node is a value that is not there.
type Node struct {
	Kind Kind
	// Key is where the value's key stands. Default: none, for an item of a list
	// and for the root.
	Key Position
	// Dash is where the hyphen of an item stands. Default: none, for a value of a
	// mapping and for an item of a list in brackets.
	Dash Position
	// Start is where the value begins, after its tag and anchor; for a scalar that
	// an alias stands for, where the alias stands. Default: none, when nothing is
	// written.
	Start Position
	// Tag is the value's tag, such as !Ref or !!str, and TagAt where it stands.
	// Default: none.
	Tag   string
	TagAt Position
	// Flow says that a mapping or list is written in brackets, and Quoted that a
	// scalar is written in quotes.
	Flow, Quoted bool
	// Anchored says that other places of the file may refer to the value, and
	// Alias that it is such a reference itself.
	Anchored, Alias bool
	// Text is a scalar's text without quotes, and Written how it stands in the
	// file: on one line, and cut off after 100 characters.
	Text, Written string
	// Scalar is a scalar's value: nil, bool, float64, string or Unclear.
	Scalar any
	// Keys are a mapping's keys, in the order of the file and merged ones last;
	// Values are what they have.
	Keys   []string
	Values map[string]*Node
	// Items are a list's.
	Items []*Node
}

// Place is where a problem with the value is shown: its key's, where it spans
// lines or nothing is written, else its own.
func (n *Node) Place() Position {
	switch {
	case n.Key != (Position{}) && (n.Kind != Scalar || n.Start == (Position{})):
		return n.Key
	case n.Start == (Position{}):
		return n.Dash
	}
	return n.Start
}

// Get is the value of a key, nil where there is none.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	return n.Values[key]
}

// Names are the keys of a mapping, in the order of the file.
func (n *Node) Names() []string {
	if n == nil {
		return nil
	}
	return n.Keys
}

// Set gives a mapping a key's value, in place of one that it has.
func (n *Node) Set(key string, value *Node) {
	if n.Values == nil {
		n.Kind, n.Values = Mapping, map[string]*Node{}
	}
	if _, there := n.Values[key]; !there {
		n.Keys = append(n.Keys, key)
	}
	n.Values[key] = value
}

// String is the text of a scalar that is one.
func (n *Node) String() (text string, ok bool) {
	if n == nil || n.Kind != Scalar {
		return "", false
	}
	text, ok = n.Scalar.(string)
	return text, ok
}

// Find is the node at the end of a path of keys and indices, or the last one on
// the way there.
func (n *Node) Find(path []string) *Node {
	for _, part := range path {
		child := n.Get(part)
		if i, err := strconv.Atoi(part); err == nil && n.Kind == Sequence && i >= 0 && i < len(n.Items) {
			child = n.Items[i]
		}
		if child == nil {
			return n
		}
		n = child
	}
	return n
}

// Value is what the node says in the types of encoding/json, with nil for what is
// Unclear. omit leaves values out; a list keeps its length, so that later entries
// keep their index. Default of omit: nil, nothing is left out.
func (n *Node) Value(omit func(*Node) bool) any {
	leave := func(n *Node) bool { return omit != nil && omit(n) }
	switch n.Kind {
	case Mapping:
		m := make(map[string]any, len(n.Values))
		for key, v := range n.Values {
			if !leave(v) {
				m[key] = v.Value(omit)
			}
		}
		return m
	case Sequence:
		l := make([]any, len(n.Items))
		for i, v := range n.Items {
			if !leave(v) {
				l[i] = v.Value(omit)
			}
		}
		return l
	}
	if _, unclear := n.Scalar.(Unclear); unclear {
		return nil
	}
	return n.Scalar
}
