package cloudformation

import (
	"fmt"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Source is one template, and what is known of the stack that is made of it.
type Source struct {
	// File is the template's path, as problems name it.
	File string
	// Stack is the stack's name. Default: "", not known.
	Stack string
	// ConstructPath is that of the stack in a CDK app. Default: "", none.
	ConstructPath string
	// Account and Region are where it is deployed. Default: "", those of
	// Options.
	Account, Region string
}

// Options are what templates leave open.
type Options struct {
	// Parameters are values of template parameters, by name; a comma separates
	// the items of a list. Pseudo parameters, such as AWS::StackId, may be among
	// them. Default: none, the parameters' own defaults.
	Parameters map[string]string
	// Account, Region, Partition and StackName are what the pseudo parameters give.
	// Default: "", not known, for Partition that of the region, and for StackName
	// that of the cloud assembly. Names and texts such as ARNs may hold what is not
	// known; conditions and numbers may not ask for it.
	Account, Region, Partition, StackName string
}

// template is one template among those that are read together.
type template struct {
	Source
	options Options
	root    *document.Node
	// stacks are all that are read together, this one among them.
	stacks *[]*template
	// parent made this one as a nested stack, by the resource nestedID.
	parent   *template
	nestedID string
	nested   map[string]*template
	// missing are the nested stacks that were noted already.
	missing map[string]bool
	// decided are the conditions that were asked for, 0 while they are asked.
	decided map[string]decision
	// budget bounds what functions may make of each other.
	budget *int
}

func newTemplate(s Source, root *document.Node, o Options, stacks *[]*template, budget *int) *template {
	t := &template{
		Source: s, options: o, root: root, stacks: stacks, budget: budget,
		nested: map[string]*template{}, missing: map[string]bool{}, decided: map[string]decision{},
	}
	if t.Account == "" {
		t.Account = o.Account
	}
	if t.Region == "" {
		t.Region = o.Region
	}
	if t.Stack == "" {
		t.Stack = o.StackName
	}
	return t
}

// check returns what keeps root from being a template.
func check(file string, root *document.Node) *Problem {
	resources := root.Get("Resources")
	found := Problem{Place: problem.Place{File: file, Line: 1, Column: 1}}
	found.Problem = problem.Problem{
		Rule: "this is not a CloudFormation template: it has no Resources",
		Fix:  "give a template, JSON or YAML, or a cloud assembly's folder",
	}
	switch {
	case root.Kind != document.Mapping:
		found.Got = shown(root)
	case resources == nil:
		found.Got = document.OneLine(strings.Join(root.Names(), ", "))
	case resources.Kind != document.Mapping:
		found.Line, found.Column = resources.Place().Line, resources.Place().Column
		found.Path, found.Got = "Resources", shown(resources)
		found.Rule, found.Fix = "resources are a mapping by their logical IDs", "write NAME: below Resources"
	default:
		return nil
	}
	return &found
}

func (t *template) resource(id string) *document.Node { return t.root.Get("Resources").Get(id) }

// kind is a resource's type.
func (t *template) kind(id string) string {
	kind, _ := t.resource(id).Get("Type").String()
	return kind
}

// property is a property of a resource, as it is written.
func (t *template) property(id, name string) *document.Node {
	return t.resource(id).Get("Properties").Get(name)
}

// owner is who is read when something cannot be resolved.
type owner struct {
	*template
	logicalID string
	problems  *Problems
	// names says that what is read only names things: see naming.
	names bool
}

func (t *template) owner(logicalID string, problems *Problems) owner {
	return owner{template: t, logicalID: logicalID, problems: problems}
}

// add notes that n, at path, cannot be resolved or is wrong.
func (o owner) add(n *document.Node, path string, got, rule, fix string) {
	p := Problem{Place: problem.Place{File: o.File}, LogicalID: o.logicalID, ConstructPath: o.constructPath(o.logicalID)}
	p.Problem = problem.Problem{Path: path, Got: got, Rule: rule, Fix: fix}
	if n != nil {
		p.Line, p.Column = n.Place().Line, n.Place().Column
	}
	*o.problems = append(*o.problems, p)
}

// addAll notes what is wrong with the resource, by the paths of its properties.
func (o owner) addAll(ps problem.List) {
	resource := o.resource(o.logicalID)
	for _, p := range ps {
		path := strings.TrimSuffix("Properties."+p.Path, ".")
		o.add(find(resource, path), path, p.Got, p.Rule, p.Fix)
	}
}

func item(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }
