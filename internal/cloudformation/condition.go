package cloudformation

import (
	"strconv"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// decision is what a condition comes to.
type decision int

const (
	asked decision = iota
	yes
	no
	open // it cannot be decided, which has been noted
)

func decided(b bool) decision {
	if b {
		return yes
	}
	return no
}

// condition decides the condition called name. n is who asks.
func (o owner) condition(n *document.Node, name, path string, depth int) decision {
	o.names = false
	before := len(*o.problems)
	d := o.decide(n, name, path, depth)
	if d == open && len(*o.problems) == before {
		// Why not was said of another resource.
		o.add(n, path, shown(n), "the condition "+name+" cannot be decided", "")
	}
	return d
}

func (o owner) decide(n *document.Node, name, path string, depth int) decision {
	definition := o.root.Get("Conditions").Get(name)
	if definition == nil {
		o.add(n, path, shown(n), "there is no condition "+strconv.Quote(name), "add it to Conditions")
		return open
	}
	if d, known := o.decided[name]; known {
		if d == asked {
			o.add(definition, path, shown(definition), "the condition "+name+" asks for itself", "break the circle")
			return open
		}
		return d
	}
	o.decided[name] = asked
	d := o.test(definition, path, depth)
	o.decided[name] = d
	return d
}

// test decides what a condition function says.
func (o owner) test(n *document.Node, path string, depth int) decision {
	if depth > maxDepth || !o.spend(1) {
		o.add(n, path, shown(n), "the conditions are nested too deep", "join some")
		return open
	}
	name, argument := function(n)
	switch name {
	case "Condition":
		other, _ := argument.String()
		return o.decide(n, other, path, depth)
	case "Fn::Equals":
		return o.equals(n, argument, path, depth)
	case "Fn::Not":
		args, ok := o.arguments(n, argument, path, 1, 1)
		if !ok {
			return open
		}
		switch o.test(args[0], path, depth+1) {
		case yes:
			return no
		case no:
			return yes
		}
		return open
	case "Fn::And", "Fn::Or":
		args, ok := o.arguments(n, argument, path, 2, 10)
		if !ok {
			return open
		}
		// One that is false settles And, one that is true settles Or.
		settles := decided(name == "Fn::Or")
		out := decided(name == "Fn::And")
		for _, arg := range args {
			switch d := o.test(arg, path, depth+1); d {
			case settles:
				return settles
			case open:
				out = open
			}
		}
		return out
	}
	o.add(n, path, shown(n), "this is no condition", "use Equals, And, Or, Not or Condition")
	return open
}

func (o owner) equals(n, argument *document.Node, path string, depth int) decision {
	args, ok := o.arguments(n, argument, path, 2, 2)
	if !ok {
		return open
	}
	a, isText := o.argumentText(args[0], path, depth)
	b, both := o.argumentText(args[1], path, depth)
	switch {
	case !isText || !both:
		return open
	case a != b && (openText(a) || openText(b)):
		o.add(n, path, shown(n), "what it compares is not known: "+a+" and "+b,
			"give the parameter, account or region that is asked for")
		return open
	}
	return decided(a == b)
}
