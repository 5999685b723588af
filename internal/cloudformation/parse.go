package cloudformation

import (
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// maxDepth is far over what templates nest: who reads one must not run out of
// stack or time.
const maxDepth = 100

// accepted has the size that CloudFormation takes for a template, and is over the
// values of the largest.
var accepted = document.Options{
	File: "a template", Holds: "template", MaxBytes: 1 << 20, MaxDepth: maxDepth, MaxValues: 100_000, JSON: true,
}

// parse reads a template's text, JSON or YAML.
func parse(file string, data []byte) (*document.Node, *Problem) {
	refuse := func(at document.Position, rule, fix string) (*document.Node, *Problem) {
		p := problem.Problem{Rule: rule, Fix: fix}
		return nil, &Problem{Place: problem.Place{File: file, Line: max(at.Line, 1), Column: max(at.Column, 1)}, Problem: p}
	}
	root, errs := document.Parse(data, accepted)
	switch {
	case len(data) > accepted.MaxBytes:
		return refuse(errs[0].At, errs[0].Rule, "split it into stacks")
	case len(errs) > 0:
		return refuse(errs[0].At, errs[0].Rule, errs[0].Fix)
	case root == nil:
		return refuse(document.Position{}, "the file is empty", "give a CloudFormation template, JSON or YAML")
	}
	if n := longForms(root); n != nil {
		return refuse(n.TagAt, "CloudFormation knows no tag "+document.OneLine(n.Tag),
			"use a function such as !Ref or !Sub")
	}
	return root, nil
}

// longForms writes CloudFormation's short forms as the long ones: !Ref x becomes
// {Ref: x}, and !GetAtt a.b becomes {Fn::GetAtt: a.b}. It returns a node whose
// tag is none.
func longForms(n *document.Node) *document.Node {
	if _, unclear := n.Scalar.(document.Unclear); unclear {
		n.Scalar = n.Text // an account number may begin with 0
	}
	for _, key := range n.Keys {
		if wrong := longForms(n.Values[key]); wrong != nil {
			return wrong
		}
	}
	for _, item := range n.Items {
		if wrong := longForms(item); wrong != nil {
			return wrong
		}
	}
	name, short := strings.CutPrefix(n.Tag, "!")
	switch {
	case n.Tag == "" || strings.HasPrefix(name, "!"): // none, or YAML's own, such as !!str
		return nil
	case !short || name == "":
		return n
	case name != "Ref" && name != "Condition":
		name = "Fn::" + name
	}
	argument := *n
	argument.Key, argument.Dash, argument.Tag = document.Position{}, document.Position{}, ""
	*n = document.Node{Key: n.Key, Dash: n.Dash, Start: n.TagAt}
	n.Set(name, &argument)
	return nil
}
