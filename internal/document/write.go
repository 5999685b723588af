package document

import "go.yaml.in/yaml/v4"

// YAML writes the tree as a file that reads to the same values, with aliases and
// merge keys written out and without comments.
func (n *Node) YAML() ([]byte, error) { return yaml.Dump(n.library()) }

// library is the node as the library has it.
func (n *Node) library() *yaml.Node {
	out := &yaml.Node{Tag: n.Tag}
	if n.Tag != "" {
		out.Style = yaml.TaggedStyle
	}
	switch n.Kind {
	case Mapping:
		out.Kind = yaml.MappingNode
		for _, key := range n.Keys {
			name := Node{Text: key, Scalar: key}
			out.Content = append(out.Content, name.library(), n.Values[key].library())
		}
	case Sequence:
		out.Kind = yaml.SequenceNode
		for _, item := range n.Items {
			out.Content = append(out.Content, item.library())
		}
	default:
		out.Kind, out.Value = yaml.ScalarNode, n.Text
		if _, isText := n.Scalar.(string); isText && (n.Quoted || plainValue(n.Text) != n.Scalar || n.Text == "<<") {
			out.Style |= yaml.DoubleQuotedStyle
		} else if n.Scalar == nil {
			out.Value = "null"
		}
	}
	return out
}
