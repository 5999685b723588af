package cloudformation

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// checkParameters returns what is wrong with the values that were given: names that
// no template has, and values that a template does not allow.
func checkParameters(stacks []*template, given map[string]string, from string) Problems {
	var ps Problems
	known := map[string]bool{}
	for _, t := range stacks {
		for _, name := range t.root.Get("Parameters").Names() {
			known[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		switch {
		case pseudoParameters[name]:
		case strings.HasPrefix(name, "AWS::"):
			ps = append(ps, unknownParameter(from, name, given[name], pseudoParameters,
				"there is no such pseudo parameter that has a value"))
		case !known[name]:
			ps = append(ps, unknownParameter(from, name, given[name], known, "no template that was read has this parameter"))
		}
	}
	for _, t := range stacks {
		for _, name := range t.root.Get("Parameters").Names() {
			if value, isGiven := given[name]; isGiven {
				t.checkParameter(name, value, &ps)
			}
		}
	}
	return ps.sorted()
}

func unknownParameter(from, name, value string, known map[string]bool, rule string) Problem {
	names := slices.Sorted(maps.Keys(known))
	fix := "the parameters are " + strings.Join(names, ", ")
	if len(names) == 0 {
		fix = "leave it out: there are no parameters"
	}
	distance := len(name)/3 + 1
	for _, one := range names {
		if d := problem.Distance(strings.ToLower(name), strings.ToLower(one)); d < distance {
			fix, distance = "write "+one, d
		}
	}
	return Problem{Place: problem.Place{File: from}, Problem: problem.Problem{
		Path: "Parameters." + document.OneLine(name), Got: document.OneLine(strconv.Quote(value)), Rule: rule, Fix: fix,
	}}
}

// checkParameter notes why a template does not take a value, as CloudFormation would.
func (t *template) checkParameter(name, value string, ps *Problems) {
	definition := t.root.Get("Parameters").Get(name)
	kind, _ := definition.Get("Type").String()
	refuse := func(rule, fix string) {
		t.owner("", ps).add(definition, "Parameters."+name, document.OneLine(strconv.Quote(value)), rule, fix)
	}
	values := []string{value}
	if kind == "CommaDelimitedList" || strings.HasPrefix(kind, "List<") {
		values = strings.Split(value, ",")
	}
	for _, one := range values {
		one = strings.TrimSpace(one)
		if len(values) == 1 && kind == "String" {
			one = value
		}
		if rule, fix := refused(definition, kind, one); rule != "" {
			refuse(rule, fix)
			return
		}
	}
}

// refused is the rule that one value of a parameter breaks, "" for none.
func refused(definition *document.Node, kind, value string) (rule, fix string) {
	if allowed := definition.Get("AllowedValues"); allowed != nil {
		var texts []string
		for _, one := range allowed.Items {
			if s, ok := text(one.Scalar); ok {
				texts = append(texts, s)
			}
		}
		if !slices.Contains(texts, value) {
			return "the parameter does not allow this value", document.OneLine("give one of " + strings.Join(texts, ", "))
		}
	}
	if pattern, ok := definition.Get("AllowedPattern").String(); ok && !strings.Contains(kind, "Number") {
		// CloudFormation's patterns are Java's, and match the whole value. One that Go
		// does not know is left to CloudFormation.
		if re, err := regexp.Compile("^(?:" + pattern + ")$"); err == nil && !re.MatchString(value) {
			return "the parameter's AllowedPattern does not match this value", document.OneLine("give what matches " + pattern)
		}
	}
	if kind == "Number" || kind == "List<Number>" {
		x, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return "the parameter is a number", "give a number"
		}
		return outside(definition, x, "MinValue", "MaxValue", "the value")
	}
	if kind == "String" {
		return outside(definition, float64(len([]rune(value))), "MinLength", "MaxLength", "the length")
	}
	return "", ""
}

// outside is the rule of a bound that x is beyond.
func outside(definition *document.Node, x float64, low, high, what string) (rule, fix string) {
	for i, key := range []string{low, high} {
		s, _ := text(scalar(definition.Get(key)))
		bound, err := strconv.ParseFloat(s, 64)
		switch {
		case err != nil:
		case i == 0 && x < bound:
			return fmt.Sprintf("%s is below the parameter's %s of %s", what, key, s), "give at least that"
		case i == 1 && x > bound:
			return fmt.Sprintf("%s is over the parameter's %s of %s", what, key, s), "give at most that"
		}
	}
	return "", ""
}

func scalar(n *document.Node) any {
	if n == nil {
		return nil
	}
	return n.Scalar
}
