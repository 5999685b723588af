package config

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// number is what YAML 1.2 reads as a number where nothing is quoted. goccy takes
// some of them for text, such as 1e3, and 012345678901, which has an 8 or 9 in
// what begins like an octal number: an account number would then pass or fail
// by its digits.
var number = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)

// readScalar takes the value and the text of s.
func (n *node) readScalar(s ast.ScalarNode) {
	t := s.GetToken()
	n.start, n.written = at(t), written(t)
	switch s := s.(type) {
	case *ast.NullNode:
		n.scalar = nil
		if t.Type == token.ImplicitNullType {
			n.start, n.written = position{}, ""
		}
	case *ast.BoolNode:
		n.scalar = s.Value
	case *ast.IntegerNode:
		n.scalar = s.Value
	case *ast.FloatNode:
		n.scalar = s.Value
	case *ast.StringNode:
		n.scalar = s.Value
		if t.Type == token.StringType && number.MatchString(s.Value) {
			if f, err := strconv.ParseFloat(s.Value, 64); err == nil && !math.IsInf(f, 0) {
				n.scalar = f
			}
		}
	default: // .inf and .nan, which are numbers nowhere in an environment
		n.scalar = t.Value
	}
}

// maxWritten bounds how much of a value a problem shows.
const maxWritten = 100

// written is a token's text as it stands in the file.
func written(t *token.Token) string { return onOneLine(strings.TrimSpace(t.Origin), t.Value) }

// onOneLine is text, or value in quotes where text would not fit on a line.
func onOneLine(text, value string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		text = strconv.Quote(value)
	}
	if r := []rune(text); len(r) > maxWritten {
		text = string(r[:maxWritten]) + "…"
	}
	return text
}
