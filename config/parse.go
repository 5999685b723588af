package config

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxFileBytes is far over what 200 scheduled actions need.
const maxFileBytes = 128 * 1024

// maxDepth is far over the four levels of an environment.
const maxDepth = 32

// parse reads YAML into d, or notes why it is none.
func (d *document) parse(data []byte) {
	switch {
	case len(data) > maxFileBytes:
		d.refuse(position{1, 1}, fmt.Sprintf("an environment file has at most %d bytes, this one has %d", maxFileBytes, len(data)), "")
		return
	case !utf8.Valid(data):
		d.refuse(position{1, 1}, "an environment file is text in UTF-8", "save it as UTF-8")
		return
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	// goccy/go-yaml v1.19.2 counts a line twice that ends a comment with CRLF.
	file, err := parseBytes(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")))
	if err != nil {
		d.refuseSyntax(err)
		return
	}
	docs := slices.DeleteFunc(file.Docs, func(doc *ast.DocumentNode) bool {
		return doc.Body == nil || doc.Body.Type() == ast.DirectiveType
	})
	if len(docs) == 0 {
		d.refuse(position{1, 1}, "the file is empty", "begin with \"account:\"; the environments beside it show the rest")
		return
	}
	if len(docs) > 1 {
		d.refuse(at(docs[1].Start), "one file is one environment, here a second document begins", "move it to a file of its own")
	}
	w := newWalker(d)
	root := w.walk(docs[0].Body, "", position{})
	if w.values >= maxValues {
		return
	}
	if root.shape != mapping {
		d.refuse(root.place(), "an environment file is a mapping of keys, this is only "+root.describe(), "begin with \"account:\" at the top")
		return
	}
	d.root = root
}

// parseBytes parses what is not nested beyond reason. A panic of the parser
// becomes an error.
func parseBytes(data []byte) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the file cannot be read as YAML (%v)", r)
		}
	}()
	tokens := lexer.Tokenize(string(data))
	if t := tooDeep(tokens); t != nil {
		return nil, &yaml.SyntaxError{Message: fmt.Sprintf("more than %d levels are nested here", maxDepth), Token: t}
	}
	return parser.Parse(tokens, 0)
}

// tooDeep is the first token beyond maxDepth, in brackets or in indicators on
// one line: goccy's parser takes minutes and gigabytes for a file full of them.
func tooDeep(tokens token.Tokens) *token.Token {
	brackets, indicators, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			indicators, line = 0, t.Position.Line
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets--
		case token.SequenceEntryType, token.MappingKeyType:
			indicators++
		}
		if brackets > maxDepth || indicators > maxDepth {
			return t
		}
	}
	return nil
}

func (d *document) refuseSyntax(err error) {
	var syntax yaml.Error
	if !errors.As(err, &syntax) {
		d.refuse(position{1, 1}, err.Error(), "")
		return
	}
	d.refuse(at(syntax.GetToken()), "this is not valid YAML: "+strings.ReplaceAll(syntax.GetMessage(), "\n", " "), "")
}
