package config

import (
	"reflect"
	"slices"
	"strings"

	tree "github.com/sagemaker-autoscaling-inference/cdk/internal/document"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// document is one environment file while it is judged.
type document struct {
	file string
	// root is nil where the file is no environment at all.
	root *node
	// nodes are the file's values by their YAML path.
	nodes map[string]*node
	// paths are those of nodes.
	paths    map[*tree.Node]string
	problems Problems
	// faulty are the paths whose values, or whose absence, have been reported
	// before the rules: what follows from them is no news.
	faulty []string
	// unquoted are values that quotes would make texts. They are judged as such: where a
	// text would be refused too, quotes are no fix.
	unquoted problem.List
}

// decode reads one environment from a file's bytes: syntax, then shape, then
// rules, each over what the one before has not refused. The environment is
// complete where there is no problem.
func decode(file, name string, data []byte) (Environment, Problems) {
	e, found := judge(file, name, data)
	if len(found) > 0 {
		return Environment{}, found
	}
	return e.WithDefaults(), nil
}

// judge is decode without defaults, and with the environment as far as it was
// understood.
func judge(file, name string, data []byte) (Environment, Problems) {
	d, e := newDocument(file), Environment{Name: name}
	d.parse(data)
	if d.root != nil {
		e = d.judge(e)
	}
	d.problems.sort()
	return e, d.problems
}

func newDocument(file string) *document {
	return &document{file: file, nodes: map[string]*node{}, paths: map[*tree.Node]string{}}
}

// judge fills e with what d says, and notes what is wrong with it.
func (d *document) judge(e Environment) Environment {
	d.hideVariables()
	d.checkSchema()
	d.checkForm()
	e = d.typed(e)
	d.checkRules(e)
	d.problems.sort()
	return e
}

// hideVariables keeps the values of environment variables, and what should be the
// ARN of a secret, out of the problems: either may be a secret.
func (d *document) hideVariables() {
	for path, n := range d.nodes {
		if environmentPath.MatchString(path) || path == clientSecretPath {
			n.Written = ""
		}
	}
}

// typed fills e with what the file says and no problem has been found with.
func (d *document) typed(e Environment) Environment {
	if err := fill(reflect.ValueOf(&e).Elem(), d.value()); err != nil {
		// The schema leaves nothing that Go's types refuse; if it did, better
		// an unlovely error than a value that is not the author's.
		d.refuse(d.root.Place(), err.Error(), "")
	}
	return e
}

// checkRules applies the rules that the schema cannot express. A finding about a
// value that was reported before is left out.
func (d *document) checkRules(e Environment) {
	found := validate(e, source{given: d.given, faulty: d.isFaulty, touched: d.isTouched})
	for _, p := range d.oneRegion(e.Region, found) {
		if d.isFaulty(p.Path) {
			continue
		}
		if n := d.nodes[p.Path]; n != nil && n.Kind == tree.Scalar {
			p.Got = n.Written
		}
		d.report(p)
	}
	for _, p := range d.unquoted {
		if !slices.ContainsFunc(d.problems, func(other Problem) bool { return other.Path == p.Path }) {
			d.report(p)
		}
	}
}

// given reports whether the file says something at path.
func (d *document) given(path string) bool { return d.nodes[path] != nil }

// isFaulty reports whether path, or what it lies in, has been reported.
func (d *document) isFaulty(path string) bool {
	return slices.ContainsFunc(d.faulty, func(f string) bool { return within(path, f) })
}

// isTouched reports whether path, or anything within it, has been reported.
func (d *document) isTouched(path string) bool {
	return d.isFaulty(path) || slices.ContainsFunc(d.faulty, func(f string) bool { return within(f, path) })
}

// fault notes a problem with what the file says at p.Path, and takes that out of
// what is judged further.
func (d *document) fault(p problem.Problem) { d.faultAt(d.place(p.Path), p) }

// faultAt is fault with the place to show.
func (d *document) faultAt(at tree.Position, p problem.Problem) {
	if n := d.nodes[p.Path]; n != nil {
		n.omit = true
	}
	d.faulty = append(d.faulty, p.Path)
	d.reportAt(at, p)
}

// report notes a problem that leaves the rest as it is.
func (d *document) report(p problem.Problem) { d.reportAt(d.place(p.Path), p) }

func (d *document) reportAt(at tree.Position, p problem.Problem) {
	place := problem.Place{File: d.file, Line: max(at.Line, 1), Column: max(at.Column, 1)}
	d.problems = append(d.problems, Problem{Place: place, Problem: p})
}

// refuse notes a problem with the file itself.
func (d *document) refuse(at tree.Position, rule, fix string) {
	d.reportAt(at, problem.Problem{Rule: rule, Fix: fix})
}

// place is where the value at path stands, or else what it would stand in.
func (d *document) place(path string) tree.Position {
	if n := d.nodes[path]; n != nil {
		if at := n.Place(); at != (tree.Position{}) {
			return at
		}
	}
	if path == "" {
		return tree.Position{}
	}
	return d.place(path[:max(strings.LastIndexAny(path, ".["), 0)])
}
