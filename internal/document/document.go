// Package document reads YAML, and JSON, into one tree of nodes that know where
// they stand in the file. Environment files, templates, facts and plans are read
// here; what a file may say is for its reader to judge.
//
// Scalars are read as YAML 1.2 has them, but for numbers that YAML 1.1 and 1.2
// read differently: those are [Unclear]. Anchors, aliases and merge keys are
// expanded; a key that a mapping writes itself wins over a merged one.
package document

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Position is a place in a file. Line and Column count from 1, columns in
// characters. The zero Position is no place.
type Position struct{ Line, Column int }

// Options say what a reader accepts. All fields but JSON are required.
type Options struct {
	// File is what problems call the file, and Holds what it holds: "an
	// environment file" holds one "environment".
	File, Holds string
	// MaxBytes, MaxDepth and MaxValues bound the file's size, how deep its
	// values nest and how many there are when aliases are expanded.
	MaxBytes, MaxDepth, MaxValues int
	// JSON reads a file that begins with a brace as encoding/json does, and as
	// YAML only where that fails. Default: false, JSON is read as YAML.
	JSON bool
}

// SyntaxError is one thing in a file that cannot be read.
type SyntaxError struct {
	// At is the place to show.
	At Position
	// Node is the value that cannot be read, a part of the tree. Default: nil,
	// the whole file.
	Node *Node
	// Got is what stands there, Rule what is wrong, and Fix what to do. Default
	// of Got and Fix: "", nothing to say.
	Got, Rule, Fix string
}

// Parse reads a file into a tree. The root is nil where nothing can be read, and
// where the file is empty: then there is no error either. Beside a root, errors
// are about single values.
func Parse(data []byte, o Options) (*Node, []SyntaxError) {
	start := Position{1, 1}
	switch {
	case len(data) > o.MaxBytes:
		return nil, []SyntaxError{{At: start, Rule: fmt.Sprintf("%s has at most %d bytes, this one has %d", o.File, o.MaxBytes, len(data))}}
	case !utf8.Valid(data):
		return nil, []SyntaxError{{At: start, Rule: o.File + " is text in UTF-8", Fix: "save it as UTF-8"}}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !o.JSON || !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return parseYAML(data, o)
	}
	root, err := parseJSON(data, o)
	if err == nil {
		return root, nil
	}
	// YAML may begin with a brace too. What is neither was meant as JSON.
	if fromYAML, errs := parseYAML(data, o); len(errs) == 0 {
		return fromYAML, nil
	}
	var wrong *SyntaxError
	errors.As(err, &wrong)
	return nil, []SyntaxError{*wrong}
}

// Error implements error.
func (e *SyntaxError) Error() string {
	text := fmt.Sprintf("%d:%d: ", e.At.Line, e.At.Column)
	if e.Got != "" {
		text += "got " + e.Got + ": "
	}
	text += e.Rule
	if e.Fix != "" {
		text += "; " + e.Fix
	}
	return text
}
