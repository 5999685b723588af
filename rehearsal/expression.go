package rehearsal

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// node is an operation of a metric math expression. A missing value is NaN, and so
// is what is computed from it (fact G12).
type node struct {
	op     string
	number float64
	series int
	args   []node
}

// eval computes the node from the values of the queries.
func (n *node) eval(values []float64) float64 {
	switch n.op {
	case "number":
		return n.number
	case "series":
		return values[n.series]
	case "FILL":
		if v := n.args[0].eval(values); !math.IsNaN(v) {
			return v
		}
		return n.args[1].eval(values)
	case "IF":
		return n.evalIf(values)
	}
	result := n.args[0].eval(values)
	if len(n.args) == 1 {
		return unary(n.op, result)
	}
	for i := 1; i < len(n.args); i++ {
		result = binary(n.op, result, n.args[i].eval(values))
	}
	if n.op == "AVG" {
		return result / float64(len(n.args))
	}
	return result
}

func (n *node) evalIf(values []float64) float64 {
	switch condition := n.args[0].eval(values); {
	case math.IsNaN(condition):
		return condition
	case condition != 0:
		return n.args[1].eval(values)
	case len(n.args) == 3:
		return n.args[2].eval(values)
	}
	return math.NaN()
}

func unary(op string, a float64) float64 {
	switch op {
	case "-":
		return -a
	case "ABS":
		return math.Abs(a)
	case "CEIL":
		return math.Ceil(a)
	case "FLOOR":
		return math.Floor(a)
	}
	return a
}

func binary(op string, a, b float64) float64 {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.NaN()
	}
	switch op {
	case "+", "SUM", "AVG":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		if b == 0 {
			return math.NaN()
		}
		return a / b
	case "MAX":
		return max(a, b)
	case "MIN":
		return min(a, b)
	case ">":
		return truth(a > b)
	case "<":
		return truth(a < b)
	case ">=":
		return truth(a >= b)
	case "<=":
		return truth(a <= b)
	case "==":
		return truth(a == b)
	case "!=":
		return truth(a != b)
	case "&&", "AND":
		return truth(a != 0 && b != 0)
	default: // || and OR
		return truth(a != 0 || b != 0)
	}
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

var mathToken = regexp.MustCompile(`^\s*([0-9]+\.?[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+|[A-Za-z][A-Za-z0-9_]*|` +
	`>=|<=|==|!=|&&|\|\||[-+*/()<>,\[\]])`)

// parser is a recursive descent over the tokens of an expression.
type parser struct {
	tokens []string
	ids    map[string]int
	depth  int
}

// maxDepth limits the nesting; CloudWatch limits the length of an expression.
const maxDepth = 100

// parseMath parses an expression over the queries whose indexes ids has. It knows
// arithmetic, comparisons, IF, FILL with a number, ABS, CEIL, FLOOR, and SUM, AVG,
// MIN and MAX over a list, and refuses other functions of CloudWatch.
func parseMath(text string, ids map[string]int) (n node, err error) {
	p := parser{ids: ids}
	for rest := text; strings.TrimSpace(rest) != ""; {
		m := mathToken.FindStringSubmatch(rest)
		if m == nil {
			return node{}, fmt.Errorf("cannot read %q", strings.TrimSpace(rest))
		}
		p.tokens = append(p.tokens, m[1])
		rest = rest[len(m[0]):]
	}
	n, err = p.level(0)
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("cannot read on at %q", p.tokens[0])
	}
	return n, err
}

func (p *parser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *parser) take(token string) bool {
	if p.peek() != token || token == "" {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

// levels are the operators by ascending precedence.
var levels = [][]string{{"||", "OR"}, {"&&", "AND"}, {">=", "<=", "==", "!=", ">", "<"}, {"+", "-"}, {"*", "/"}}

func (p *parser) level(i int) (node, error) {
	if i == len(levels) {
		return p.operand()
	}
	left, err := p.level(i + 1)
	for err == nil {
		op := ""
		for _, candidate := range levels[i] {
			if p.take(candidate) {
				op = candidate
				break
			}
		}
		if op == "" {
			break
		}
		var right node
		right, err = p.level(i + 1)
		left = node{op: op, args: []node{left, right}}
	}
	return left, err
}

func (p *parser) operand() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return node{}, fmt.Errorf("more than %d levels of nesting", maxDepth)
	}
	defer func() { p.depth-- }()
	token := p.peek()
	switch {
	case token == "":
		return node{}, fmt.Errorf("the expression ends too early")
	case p.take("-"):
		n, err := p.operand()
		return node{op: "-", args: []node{n}}, err
	case p.take("("):
		n, err := p.level(0)
		if err == nil && !p.take(")") {
			err = fmt.Errorf("a parenthesis is not closed")
		}
		return n, err
	}
	p.tokens = p.tokens[1:]
	if number, err := strconv.ParseFloat(token, 64); err == nil {
		return node{op: "number", number: number}, nil
	}
	if p.take("(") {
		return p.call(token)
	}
	if i, known := p.ids[token]; known {
		return node{op: "series", series: i}, nil
	}
	return node{}, fmt.Errorf("%q is no query's ID", token)
}

// call reads the arguments of a function.
func (p *parser) call(name string) (node, error) {
	n := node{op: name}
	list := p.take("[")
	for {
		arg, err := p.level(0)
		if err != nil {
			return n, err
		}
		n.args = append(n.args, arg)
		if !p.take(",") {
			break
		}
	}
	if list && !p.take("]") || !p.take(")") {
		return n, fmt.Errorf("the arguments of %s are not closed", name)
	}
	arity := map[string][2]int{"IF": {2, 3}, "FILL": {2, 2}, "ABS": {1, 1}, "CEIL": {1, 1}, "FLOOR": {1, 1},
		"SUM": {1, 100}, "AVG": {1, 100}, "MIN": {1, 100}, "MAX": {1, 100}}
	takes, known := arity[name]
	over := name == "SUM" || name == "AVG" || name == "MIN" || name == "MAX"
	switch {
	case !known:
		return n, fmt.Errorf("the function %s is not played", name)
	case len(n.args) < takes[0] || len(n.args) > takes[1]:
		return n, fmt.Errorf("%s does not take %d arguments", name, len(n.args))
	case over != list:
		return n, fmt.Errorf("%s is played over a list, as %s([m1, m2]), and no other function is", name, "MAX")
	}
	return n, nil
}
