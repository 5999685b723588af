package alarms

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// node is a part of a metric math expression.
type node struct {
	// kind is number, id, text, call, array, a binary operator, or negate.
	kind   string
	name   string // of an id or a function, or the text
	number float64
	args   []node
}

const (
	kindNumber, kindID, kindText = "number", "id", "text"
	kindCall, kindArray          = "call", "array"
	kindNegate                   = "negate"

	maxDepth = 200
)

type token struct {
	kind, text string
}

// operators, the longer first.
var operators = []string{
	"&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "^", "(", ")", "[", "]", ",",
}

// tokens splits an expression.
func tokens(text string) (found []token, err error) {
next:
	for i := 0; i < len(text); {
		c := rune(text[i])
		switch {
		case c < 128 && unicode.IsSpace(c):
			i++
			continue
		case c == '"' || c == '\'':
			end := strings.IndexByte(text[i+1:], text[i])
			if end < 0 {
				return nil, fmt.Errorf("no end of the text at %q", text[i:])
			}
			found = append(found, token{kindText, text[i+1 : i+1+end]})
			i += end + 2
			continue
		case isDigit(c) || c == '.':
			end := i + len(numberAt(text[i:]))
			found = append(found, token{kindNumber, text[i:end]})
			i = end
			continue
		case isLetter(c):
			end := i
			for end < len(text) && (isLetter(rune(text[end])) || isDigit(rune(text[end]))) {
				end++
			}
			found = append(found, token{kindID, text[i:end]})
			i = end
			continue
		}
		for _, op := range operators {
			if strings.HasPrefix(text[i:], op) {
				found = append(found, token{op, op})
				i += len(op)
				continue next
			}
		}
		return nil, fmt.Errorf("unexpected %q", text[i:])
	}
	return append(found, token{}), nil
}

func isDigit(c rune) bool  { return c >= '0' && c <= '9' }
func isLetter(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

// numberAt is the number that text begins with, such as 1, .5 or 2e-3.
func numberAt(text string) string {
	i := 0
	digits := func() {
		for i < len(text) && isDigit(rune(text[i])) {
			i++
		}
	}
	digits()
	if i < len(text) && text[i] == '.' {
		i++
		digits()
	}
	if i < len(text) && (text[i] == 'e' || text[i] == 'E') {
		mantissa := i
		i++
		if i < len(text) && (text[i] == '-' || text[i] == '+') {
			i++
		}
		exponent := i
		if digits(); i == exponent {
			i = mantissa
		}
	}
	return text[:i]
}

// parse reads an expression. Its operators bind as in arithmetic: OR, AND,
// comparisons, sums, products, the minus of one operand, powers.
func parse(text string) (node, error) {
	found, err := tokens(text)
	if err != nil {
		return node{}, fmt.Errorf("expression %q: %w", text, err)
	}
	p := &parser{tokens: found}
	n, err := p.binary(0, 0)
	if err == nil && p.peek().kind != "" {
		err = fmt.Errorf("unexpected %q", p.peek().text)
	}
	if err != nil {
		return node{}, fmt.Errorf("expression %q: %w", text, err)
	}
	return n, nil
}

type parser struct {
	tokens []token
}

func (p *parser) peek() token { return p.tokens[0] }

func (p *parser) next() token {
	t := p.tokens[0]
	if t.kind != "" {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *parser) want(kind string) error {
	if t := p.next(); t.kind != kind {
		return fmt.Errorf("got %q, want %q", t.text, kind)
	}
	return nil
}

// levels are the operators of two operands; those of a later row bind tighter.
var levels = []map[string]string{
	{"||": "OR", "OR": "OR"},
	{"&&": "AND", "AND": "AND"},
	{"==": "==", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="},
	{"+": "+", "-": "-"},
	{"*": "*", "/": "/"},
}

func (p *parser) binary(level, depth int) (node, error) {
	if depth > maxDepth {
		return node{}, fmt.Errorf("more than %d levels deep", maxDepth)
	}
	if level == len(levels) {
		return p.unary(depth)
	}
	left, err := p.binary(level+1, depth)
	for err == nil {
		op, ok := levels[level][p.peek().text]
		if !ok || p.peek().kind == kindText {
			return left, nil
		}
		p.next()
		var right node
		if right, err = p.binary(level+1, depth); err == nil {
			left = node{kind: op, args: []node{left, right}}
		}
	}
	return node{}, err
}

func (p *parser) unary(depth int) (node, error) {
	if depth > maxDepth {
		return node{}, fmt.Errorf("more than %d levels deep", maxDepth)
	}
	if p.peek().kind == "-" {
		p.next()
		n, err := p.unary(depth + 1)
		return node{kind: kindNegate, args: []node{n}}, err
	}
	base, err := p.primary(depth)
	if err != nil || p.peek().kind != "^" {
		return base, err
	}
	p.next()
	exponent, err := p.unary(depth + 1)
	return node{kind: "^", args: []node{base, exponent}}, err
}

func (p *parser) primary(depth int) (node, error) {
	switch t := p.next(); t.kind {
	case kindNumber:
		number, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			return node{}, fmt.Errorf("%q is no number", t.text)
		}
		return node{kind: kindNumber, number: number}, nil
	case kindText:
		return node{kind: kindText, name: t.text}, nil
	case "(":
		n, err := p.binary(0, depth+1)
		if err != nil {
			return node{}, err
		}
		return n, p.want(")")
	case "[":
		args, err := p.list("]", depth)
		return node{kind: kindArray, args: args}, err
	case kindID:
		if p.peek().kind != "(" {
			return node{kind: kindID, name: t.text}, nil
		}
		p.next()
		if _, ok := functions[t.text]; !ok {
			return node{}, fmt.Errorf("no function %s here; it is not one of CloudWatch's, or this package lacks it", t.text)
		}
		args, err := p.list(")", depth)
		return node{kind: kindCall, name: t.text, args: args}, err
	default:
		return node{}, fmt.Errorf("got %q, want a number, an id, a function or a parenthesis", t.text)
	}
}

// list reads what stands between commas until end.
func (p *parser) list(end string, depth int) (args []node, err error) {
	if p.peek().kind == end {
		p.next()
		return nil, nil
	}
	for {
		n, err := p.binary(0, depth+1)
		if err != nil {
			return nil, err
		}
		args = append(args, n)
		if p.peek().kind != "," {
			return args, p.want(end)
		}
		p.next()
	}
}
