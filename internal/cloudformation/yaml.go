package cloudformation

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

func parseYAML(data []byte) (*node, *refusal) {
	file, err := parseTokens(data)
	if err != nil {
		var syntax yaml.Error
		if !errors.As(err, &syntax) {
			return nil, refuse(1, 1, err.Error(), "")
		}
		line, column := place(syntax.GetToken())
		return nil, refuse(line, column, "this is not valid YAML: "+strings.ReplaceAll(syntax.GetMessage(), "\n", " "), "")
	}
	docs := slices.DeleteFunc(file.Docs, func(doc *ast.DocumentNode) bool {
		return doc.Body == nil || doc.Body.Type() == ast.DirectiveType
	})
	if len(docs) == 0 {
		return nil, refuse(1, 1, "the file is empty", "give a CloudFormation template, JSON or YAML")
	}
	return fromYAML(docs[0].Body, 0)
}

// parseTokens parses what is no more than a template can be. A panic of the
// parser becomes an error.
func parseTokens(data []byte) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the file cannot be read as YAML (%v)", r)
		}
	}()
	tokens := lexer.Tokenize(string(data))
	if t, rule := tooMuch(tokens); t != nil {
		return nil, &yaml.SyntaxError{Message: rule, Token: t}
	}
	return parser.Parse(tokens, 0)
}

// maxEntries is over the keys and items of the largest template.
const maxEntries = 30_000

// tooMuch is the first token of what no template has, and what that is. goccy's
// parser takes minutes and gigabytes for a file that is full of brackets, of
// indicators on one line, of keys or functions without a value, or of documents.
func tooMuch(tokens token.Tokens) (at *token.Token, rule string) {
	brackets, indicators, entries, documents, line := 0, 0, 0, 0, 0
	var indents []int
	var first, before *token.Token // of the line, and of all
	for _, t := range tokens {
		if t.Position.Line != line {
			if before != nil && before.Type == token.TagType && !belongs(t, first) {
				return before, "this function has no value"
			}
			first = t
			indicators, line = 0, t.Position.Line
			for len(indents) > 0 && indents[len(indents)-1] >= t.Position.Column {
				indents = indents[:len(indents)-1]
			}
			indents = append(indents, t.Position.Column)
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets--
		case token.SequenceEntryType, token.MappingKeyType:
			indicators++
			entries++
		case token.MappingValueType, token.CollectEntryType, token.TagType, token.AnchorType, token.AliasType:
			entries++
		case token.DocumentHeaderType:
			documents++
		}
		switch {
		case max(brackets, indicators, len(indents)) > maxDepth:
			return t, fmt.Sprintf("more than %d levels are nested here", maxDepth)
		case entries > maxEntries:
			return t, fmt.Sprintf("the file has more than %d keys and items", maxEntries)
		case documents > 1:
			return t, "one file is one template, and here a second document begins"
		}
		before = t
	}
	return nil, ""
}

// belongs reports whether what begins with t is the value of what stands at the
// end of the line before, which begins with first. goccy takes anything for it,
// and would nest a file of such lines.
func belongs(t, first *token.Token) bool {
	sameLevel := t.Type == token.SequenceEntryType && first.Type != token.SequenceEntryType
	return t.Position.Column > first.Position.Column || sameLevel && t.Position.Column == first.Position.Column
}

func place(t *token.Token) (line, column int) {
	if t == nil || t.Position == nil {
		return 1, 1
	}
	return t.Position.Line, t.Position.Column
}

// fromYAML makes a node of a syntax tree, with short forms such as !Ref as the
// long ones.
func fromYAML(n ast.Node, depth int) (*node, *refusal) {
	if n == nil {
		return &node{text: "null"}, nil
	}
	line, column := place(n.GetToken())
	if depth > maxDepth {
		return nil, refuse(line, column, fmt.Sprintf("more than %d levels are nested here", maxDepth), "")
	}
	out := &node{line: line, column: column}
	switch n := n.(type) {
	case *ast.TagNode:
		return fromTag(n, depth)
	case *ast.MappingNode:
		return out, out.pairs(n.Values, depth)
	case *ast.MappingValueNode:
		return out, out.pairs([]*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		out.shape = sequence
		for _, value := range n.Values {
			item, wrong := fromYAML(value, depth+1)
			if wrong != nil {
				return nil, wrong
			}
			out.items = append(out.items, item)
		}
	case *ast.AnchorNode:
		return fromYAML(n.Value, depth+1)
	case *ast.AliasNode:
		return nil, refuse(line, column, "CloudFormation takes no YAML aliases", "write the value out")
	case *ast.LiteralNode:
		out.scalar, out.text = n.Value.Value, n.Value.Value
	case ast.ScalarNode:
		out.readScalar(n)
	default:
		return nil, refuse(line, column, "a template has only mappings, lists and plain values", "")
	}
	return out, nil
}

func (n *node) pairs(pairs []*ast.MappingValueNode, depth int) *refusal {
	n.shape, n.keys = mapping, make(map[string]*node, len(pairs))
	for _, pair := range pairs {
		line, column := place(pair.Key.GetToken())
		name := pair.Key.GetToken().Value
		if _, twice := n.keys[name]; twice {
			return refuse(line, column, fmt.Sprintf("the key %q is repeated", name), "keep one of the two")
		}
		if pair.Key.IsMergeKey() {
			return refuse(line, column, "CloudFormation takes no YAML merge keys", "write the keys out")
		}
		value, wrong := fromYAML(pair.Value, depth+1)
		if wrong != nil {
			return wrong
		}
		if value.line == 0 {
			value.line, value.column = line, column
		}
		value.atKey(line, column)
		n.set(name, value)
	}
	return nil
}

// fromTag reads CloudFormation's short forms: !Ref x is {Ref: x}, !GetAtt a.b is
// {Fn::GetAtt: a.b}.
func fromTag(n *ast.TagNode, depth int) (*node, *refusal) {
	value, wrong := fromYAML(n.Value, depth+1)
	if wrong != nil {
		return nil, wrong
	}
	line, column := place(n.Start)
	name, short := strings.CutPrefix(n.Start.Value, "!")
	switch {
	case strings.HasPrefix(name, "!"): // YAML's own, such as !!str
		if text, ok := n.Value.(ast.ScalarNode); ok && name == "!str" {
			value.scalar = text.GetToken().Value
		}
		return value, nil
	case !short || name == "":
		return nil, refuse(line, column, fmt.Sprintf("CloudFormation knows no tag %s", oneLine(n.Start.Value)), "use a function such as !Ref or !Sub")
	case name != "Ref" && name != "Condition":
		name = "Fn::" + name
	}
	call := &node{line: line, column: column}
	call.set(name, value)
	return call, nil
}

// readScalar takes what stands in the file. Words such as yes stay texts: who
// wants true or false is told so.
func (n *node) readScalar(s ast.ScalarNode) {
	t := s.GetToken()
	n.text, n.scalar = t.Value, t.Value
	switch s := s.(type) {
	case *ast.NullNode:
		n.scalar, n.text = nil, "null"
	case *ast.BoolNode:
		n.scalar = s.Value
	case *ast.IntegerNode, *ast.FloatNode:
		// As written: goccy reads 012 as 10, and an account number may begin so.
		octal := len(t.Value) > 1 && t.Value[0] == '0' && t.Value[1] != '.'
		if f, err := strconv.ParseFloat(t.Value, 64); err == nil && !octal {
			n.scalar = f
		}
	case *ast.StringNode:
		if t.Type != token.StringType {
			n.text = strconv.Quote(s.Value)
		}
	}
}
