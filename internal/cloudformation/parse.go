package cloudformation

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

const (
	// maxBytes is what CloudFormation itself takes for a template.
	maxBytes = 1 << 20
	// maxDepth is far over what templates nest: who parses must not run out of
	// stack or time.
	maxDepth = 100
)

// refusal is why a text cannot be read, and where.
type refusal struct {
	line, column int
	rule, fix    string
}

func (r *refusal) problem(file string) Problem {
	return Problem{File: file, Line: r.line, Column: r.column, Problem: problem.Problem{Rule: r.rule, Fix: r.fix}}
}

func refuse(line, column int, rule, fix string) *refusal {
	return &refusal{max(line, 1), max(column, 1), rule, fix}
}

// parse reads a template's text, JSON or YAML.
func parse(data []byte) (*node, *refusal) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	switch {
	case len(data) > maxBytes:
		return nil, refuse(1, 1, fmt.Sprintf("a template has at most %d bytes, this one has %d", maxBytes, len(data)), "split it into stacks")
	case !utf8.Valid(data):
		return nil, refuse(1, 1, "a template is text in UTF-8", "save it as UTF-8")
	case len(bytes.TrimSpace(data)) == 0:
		return nil, refuse(1, 1, "the file is empty", "give a CloudFormation template, JSON or YAML")
	}
	if bytes.TrimSpace(data)[0] != '{' {
		return parseYAML(data)
	}
	root, wrong := parseJSON(data)
	if wrong != nil {
		// YAML may begin with a brace too. What is neither was meant as JSON.
		if fromYAML, err := parseYAML(data); err == nil {
			return fromYAML, nil
		}
	}
	return root, wrong
}
