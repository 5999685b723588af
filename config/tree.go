package config

import (
	"strconv"

	tree "github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// node is one value of an environment file.
type node struct {
	*tree.Node
	path string
	// omit leaves the value out, because it has been reported.
	omit bool
}

// isMapping is false for a value that is not there.
func (n *node) isMapping() bool { return n != nil && n.Kind == tree.Mapping }

// index notes n and all below it by their paths.
func (d *document) index(n *tree.Node, path string) *node {
	own := &node{Node: n, path: path}
	d.nodes[path], d.paths[n] = own, path
	for key, value := range n.Values {
		d.index(value, keyPath(path, key))
	}
	for i, item := range n.Items {
		d.index(item, itemPath(path, i))
	}
	return own
}

// value is what the file says in the types of encoding/json, without what has
// been reported.
func (d *document) value() any {
	return d.root.Value(func(n *tree.Node) bool { return d.nodes[d.paths[n]].omit })
}

// find is the node at a JSON pointer's parts, or the last one on the way there.
func (d *document) find(location []string) *node {
	n := d.root
	for _, part := range location {
		path := keyPath(n.path, part)
		if i, err := strconv.Atoi(part); err == nil && n.Kind == tree.Sequence {
			path = itemPath(n.path, i)
		}
		child := d.nodes[path]
		if child == nil {
			return n
		}
		n = child
	}
	return n
}
