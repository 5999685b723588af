package document

import "go.yaml.in/yaml/v4"

// reader makes nodes of the library's, and expands aliases and merge keys: every
// alias becomes a copy, so that each value has its own address.
type reader struct {
	source
	Options
	errs []SyntaxError
	// over is why reading has ended: too many values, or too deep.
	over   *SyntaxError
	values int
	// open are the anchored nodes that are being read.
	open map[*yaml.Node]bool
}

// spend counts one more value and reports whether it may be read.
func (r *reader) spend(n *yaml.Node, depth int) bool {
	r.values++
	if r.over != nil {
		return false
	}
	at := Position{n.Line, n.Column}
	switch {
	case depth > r.MaxDepth:
		r.over = &SyntaxError{At: at, Rule: tooDeep(r.MaxDepth)}
	case r.values > r.MaxValues:
		r.over = &SyntaxError{At: at, Rule: tooMany(r.MaxValues), Fix: "write the values out"}
	}
	return r.over == nil
}

// maxErrors bounds how many problems with values a file may have.
const maxErrors = 100

// fail notes that a value cannot be read.
func (r *reader) fail(at Position, n *Node, got, rule, fix string) {
	if len(r.errs) == maxErrors {
		return
	}
	r.errs = append(r.errs, SyntaxError{At: at, Node: n, Got: got, Rule: rule, Fix: fix})
}

// read makes a node; key is where its key stands.
func (r *reader) read(n *yaml.Node, key Position, depth int) *Node {
	out := &Node{Key: key}
	if !r.spend(n, depth) {
		return out
	}
	if n.Kind == yaml.AliasNode {
		return r.alias(n, out, depth)
	}
	out.Anchored = n.Anchor != ""
	out.TagAt, out.Start = r.begins(n)
	if tagged(n) {
		out.Tag = n.Tag
	}
	if out.Anchored {
		r.open[n] = true
		defer delete(r.open, n)
	}
	switch n.Kind {
	case yaml.MappingNode:
		out.Kind, out.Flow = Mapping, n.Style&yaml.FlowStyle != 0
		out.Values = make(map[string]*Node, len(n.Content)/2)
		r.pairs(n, out, depth, false)
	case yaml.SequenceNode:
		out.Kind, out.Flow = Sequence, n.Style&yaml.FlowStyle != 0
		for _, item := range n.Content {
			child := r.read(item, Position{}, depth+1)
			if !out.Flow {
				child.Dash = r.dash(Position{item.Line, item.Column}, out.Start.Column)
			}
			out.Items = append(out.Items, child)
		}
	default:
		r.scalar(n, out)
	}
	return out
}

func (r *reader) scalar(n *yaml.Node, out *Node) {
	out.Text, out.Quoted = n.Value, quoted(n)
	switch plain := n.Style&^yaml.TaggedStyle == 0; {
	case !plain, out.Tag == "!!str", out.Tag == "!", n.Value == "" && out.Tag != "":
		out.Scalar = n.Value
	case n.Value == "":
		out.Start = Position{}
		return
	default:
		out.Scalar = plainValue(n.Value)
	}
	out.Written = r.written(n, out.Start)
}

// alias reads what an alias stands for into a copy of its own.
func (r *reader) alias(n *yaml.Node, out *Node, depth int) *Node {
	at := Position{n.Line, n.Column}
	target := r.follow(n, out)
	if target == nil {
		out.Start, out.Alias, out.Written = at, true, "*"+n.Value
		return out
	}
	out = r.read(target, out.Key, depth+1)
	if out.Kind == Scalar {
		out.Start = at
	}
	out.Alias = true
	return out
}

// follow is what an alias stands for; nil is noted as a problem with out.
func (r *reader) follow(n *yaml.Node, out *Node) *yaml.Node {
	at, got := Position{n.Line, n.Column}, "*"+n.Value
	switch {
	case n.Alias == nowhere:
		r.fail(at, out, got, "no anchor of this name stands before it", "define &"+n.Value+" above")
	case r.open[n.Alias]:
		r.fail(at, out, got, "an alias cannot stand inside its own anchor", "write the value out")
	default:
		return n.Alias
	}
	return nil
}

// pairs adds to out its own keys, then those that merge keys bring and that are
// not there yet. merged says that the pairs themselves come from a merge key.
func (r *reader) pairs(n *yaml.Node, out *Node, depth int, merged bool) {
	var merges []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		_, at := r.begins(key)
		switch name, isText := keyName(key); {
		case key.Tag == "!!merge":
			merges = append(merges, value)
		case !isText:
			r.fail(at, out, "", "a key is a text, here stands a mapping or a list", "write the value itself, in quotes where it begins with a bracket")
		case out.Values[name] == nil:
			out.Set(name, r.read(value, at, depth+1))
		case !merged:
			r.fail(at, out.Values[name], "", repeated(name), "keep one of the two")
		}
	}
	for _, value := range merges {
		r.merge(value, out, depth+1)
	}
}

// merge adds what a merge key brings: a mapping, or several of which the first
// wins.
func (r *reader) merge(n *yaml.Node, out *Node, depth int) {
	if !r.spend(n, depth) {
		return
	}
	if n.Anchor != "" {
		r.open[n] = true
		defer delete(r.open, n)
	}
	switch n.Kind {
	case yaml.AliasNode:
		if target := r.follow(n, out); target != nil {
			r.merge(target, out, depth+1)
		}
	case yaml.MappingNode:
		r.pairs(n, out, depth, true)
	case yaml.SequenceNode:
		for _, item := range n.Content {
			r.merge(item, out, depth+1)
		}
	default:
		_, at := r.begins(n)
		r.fail(at, out, "", `"<<" merges mappings only`, "give an alias of a mapping, such as *common")
	}
}

// keyName is the text of a key. An alias as a key is taken literally, and so
// becomes an unknown key.
func keyName(key *yaml.Node) (name string, isText bool) {
	if key.Kind == yaml.AliasNode {
		return "*" + key.Value, true
	}
	return key.Value, key.Kind == yaml.ScalarNode
}
