package cloudformation

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// maxTries bounds the values that are tried to make a condition true, and maxTrySteps
// what functions may make of each other in each.
const (
	maxTries    = 50
	maxTrySteps = 2000
)

// off notes in problems that the resource is not made, since its condition is false,
// with the parameters that decide it.
func (o owner) off(problems *Problems) {
	condition := o.resource(o.logicalID).Get("Condition")
	name, _, _ := o.conditionName()
	rule := "it is not made, since the condition " + name + " is false"
	asked := o.asksFor(name)
	values := make([]string, 0, len(asked))
	for _, parameter := range asked {
		values = append(values, parameter+" is "+strconv.Quote(o.quietRef(parameter)))
	}
	if len(values) > 0 {
		rule += ": " + strings.Join(values, ", ")
	}
	fix := "to judge it, give what makes the condition true"
	if len(asked) == 0 {
		fix = "no parameter changes that: remove the condition, or the resource"
	}
	if parameter, value := o.makesTrue(name, asked); parameter != "" {
		fix = "to judge it, give the parameter " + parameter + "=" + value
	}
	noted := o
	noted.problems = problems
	noted.add(condition, "Condition", name, document.OneLine(rule), document.OneLine(fix))
}

// asksFor are the parameters, pseudo parameters among them, that decide a condition.
func (o owner) asksFor(condition string) []string {
	var found []string
	o.references(condition, map[string]bool{}, func(n *document.Node) {
		s, ok := n.String()
		names := []string{s}
		if strings.Contains(s, "${") {
			names = nil
			for _, part := range variable.FindAllStringSubmatch(s, -1) {
				names = append(names, strings.TrimSpace(part[1]))
			}
		}
		for _, name := range names {
			known := o.root.Get("Parameters").Get(name) != nil || pseudoParameters[name]
			if ok && known && !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	})
	return found
}

// references hands over every argument of a function, and every text, in a condition
// and in those that it asks for.
func (o owner) references(condition string, seen map[string]bool, each func(*document.Node)) {
	if seen[condition] || len(seen) > maxDepth {
		return
	}
	seen[condition] = true
	var walk func(n *document.Node, depth int)
	walk = func(n *document.Node, depth int) {
		if n == nil || depth > maxDepth {
			return
		}
		if name, argument := function(n); name == "Condition" {
			other, _ := argument.String()
			o.references(other, seen, each)
			return
		}
		if n.Kind == document.Scalar {
			each(n)
		}
		for _, key := range n.Keys {
			walk(n.Values[key], depth+1)
		}
		for _, one := range n.Items {
			walk(one, depth+1)
		}
	}
	walk(o.root.Get("Conditions").Get(condition), 0)
}

// quietRef is what Ref of a parameter comes to.
func (o owner) quietRef(name string) string {
	var others Problems
	s, _ := text(o.template.owner(o.logicalID, &others).ref(nil, name, "", 0))
	return s
}

// makesTrue is a parameter with a value that makes a condition true, "" where none
// was found: one that it allows, or one that the condition compares with.
func (o owner) makesTrue(condition string, asked []string) (parameter, value string) {
	var compared []string
	o.references(condition, map[string]bool{}, func(n *document.Node) {
		if s, ok := text(n.Scalar); ok && !slices.Contains(asked, s) {
			compared = append(compared, s)
		}
	})
	tries := 0
	for _, parameter := range asked {
		definition := o.root.Get("Parameters").Get(parameter)
		if o.parent != nil && o.parent.property(o.nestedID, "Parameters").Get(parameter) != nil {
			continue // the stack above gives it
		}
		candidates := compared
		if allowed := definition.Get("AllowedValues"); allowed != nil {
			candidates = nil
			for _, one := range allowed.Items {
				if s, ok := text(one.Scalar); ok {
					candidates = append(candidates, s)
				}
			}
		}
		for _, candidate := range candidates {
			if tries++; tries > maxTries || openText(candidate) {
				return "", ""
			}
			with, budget := *o.template, maxTrySteps
			with.decided, with.budget = map[string]decision{}, &budget
			with.options.Parameters = maps.Clone(o.options.Parameters)
			if with.options.Parameters == nil {
				with.options.Parameters = map[string]string{}
			}
			with.options.Parameters[parameter] = candidate
			var others Problems
			quiet := with.owner(o.logicalID, &others)
			if quiet.condition(definition, condition, "", 0) == yes {
				return parameter, candidate
			}
		}
	}
	return "", ""
}
