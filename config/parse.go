package config

import (
	"strings"

	tree "github.com/sagemaker-autoscaling-inference/cdk/internal/document"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// accepted is far over what 200 scheduled actions and the four levels of an
// environment need.
var accepted = tree.Options{
	File: "an environment file", Holds: "environment", MaxBytes: 128 * 1024, MaxDepth: 32, MaxValues: 20_000,
}

// parse reads YAML into d, or notes why it is none.
func (d *document) parse(data []byte) {
	root, errs := tree.Parse(data, accepted)
	for _, e := range errs {
		if root == nil || e.Node == nil {
			d.refuse(e.At, e.Rule, e.Fix)
		}
	}
	switch {
	case root == nil && errs == nil:
		d.refuse(tree.Position{Line: 1, Column: 1}, "the file is empty",
			"begin with \"account:\"; the environments beside it show the rest")
	case root == nil:
	case root.Kind != tree.Mapping:
		only := &node{Node: root}
		d.refuse(root.Place(), "an environment file is a mapping of keys, this is only "+only.describe(),
			"begin with \"account:\" at the top")
	default:
		d.root = d.index(root, "")
		for _, e := range errs {
			if e.Node != nil {
				d.faultAt(e.At, problem.Problem{Path: d.paths[e.Node], Got: e.Got, Rule: e.Rule, Fix: e.Fix})
			}
		}
		d.refuseTags()
		d.refuseTokens()
	}
}

// refuseTokens reports what a program prints where a value is known only at deployment:
// the rules of text, which leave such values to the deployment, would not judge it.
func (d *document) refuseTokens() {
	for path, n := range d.nodes {
		if problem.Unresolved(n.Text) {
			d.faultAt(n.Place(), problem.Problem{
				Path: path, Got: n.Written,
				Rule: "this stands for a value in a CDK program, and a file has none", Fix: "write the value itself",
			})
		}
	}
}

// refuseTags reports tags that are not YAML's own.
func (d *document) refuseTags() {
	for path, n := range d.nodes {
		if n.Tag != "" && !strings.HasPrefix(n.Tag, "!!") {
			d.faultAt(n.TagAt, problem.Problem{
				Path: path, Got: n.Tag,
				Rule: "an environment file knows no tags, such as CloudFormation's !Ref or !Sub", Fix: "write the value itself",
			})
		}
	}
}
