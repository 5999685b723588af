package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/frontend"
)

// facts are measurements and prices, which no template's properties have.
type facts struct {
	service   rehearsal.Service
	gateway   rehearsal.Gateway
	objective rehearsal.Objective
	frontend  frontendFacts
	// places are the places of keys, such as "facts.yaml:3:12: variation".
	places map[string]string
}

// frontendFacts are the facts and prices of the gateway and the load balancer.
type frontendFacts struct {
	// tasks of a gateway on Fargate, and the vCPU, GB and requests a second of each.
	tasks                     int
	vcpu, gb, perTask         float64
	bytesPerRequest, requests float64
	prices                    frontend.Prices
}

func newFacts() facts { return facts{places: map[string]string{}} }

// withDefaults has fixed start times where only the median is given.
func (f facts) withDefaults() facts {
	for _, start := range []*rehearsal.StartTime{&f.service.Start, &f.service.InstanceStart} {
		if start.P95 == 0 {
			start.P95 = start.Median
		}
	}
	return f
}

// maxFactsBytes is far over what a facts file has to say.
const maxFactsBytes = 32 << 10

// readFacts reads a facts file: lines of "key: value".
func readFacts(file string) (facts, problem.List) {
	f := newFacts()
	data, err := os.ReadFile(file)
	if err != nil {
		return f, problem.List{{Path: "--facts", Got: file, Rule: err.Error(), Fix: "name a file that can be read"}}
	}
	return f, f.parse(file, data)
}

func (f *facts) parse(file string, data []byte) problem.List {
	var ps problem.List
	const rule = "a facts file is lines of \"key: value\""
	complain := func(t *token.Token, got any, rule, fix string) {
		at := file
		if t != nil && t.Position != nil {
			at = fmt.Sprintf("%s:%d:%d", file, t.Position.Line, t.Position.Column)
		}
		ps.Add(at, got, rule, fix)
	}
	if len(data) > maxFactsBytes || !utf8.Valid(data) {
		complain(nil, fmt.Sprintf("%d bytes", len(data)),
			fmt.Sprintf("a facts file is text in UTF-8 of at most %d bytes", maxFactsBytes), "leave out what is no fact")
		return ps
	}
	tokens := lexer.Tokenize(strings.TrimPrefix(string(data), "\ufeff"))
	for _, t := range tokens {
		switch t.Type { // what nests may take the parser minutes
		case token.SequenceEntryType, token.SequenceStartType, token.MappingStartType, token.MappingKeyType,
			token.AnchorType, token.AliasType, token.TagType:
			complain(t, t.Value, rule, "write each fact on a line of its own")
			return ps
		}
	}
	doc, err := parser.Parse(tokens, 0)
	if err != nil {
		var syntax yaml.Error
		if errors.As(err, &syntax) {
			complain(syntax.GetToken(), nil, "this is not valid YAML: "+strings.ReplaceAll(syntax.GetMessage(), "\n", " "),
				rule)
		} else {
			complain(nil, nil, "this is not valid YAML", rule)
		}
		return ps
	}
	for _, d := range doc.Docs {
		switch body := d.Body.(type) {
		case nil, *ast.CommentGroupNode:
		case *ast.MappingNode:
			for _, v := range body.Values {
				f.line(file, v, complain, &ps)
			}
		default:
			complain(d.Body.GetToken(), d.Body.GetToken().Value, rule, "such as \"requestsPerSecond: 400\"")
		}
	}
	return ps
}

func (f *facts) line(file string, v *ast.MappingValueNode, complain func(*token.Token, any, string, string),
	ps *problem.List) {
	key := v.Key.GetToken()
	known := factNamed(key.Value)
	if known == nil {
		complain(key, key.Value, "there is no such fact", nearest(key.Value))
		return
	}
	scalar, single := v.Value.(ast.ScalarNode)
	if _, null := v.Value.(*ast.NullNode); !single || null {
		complain(key, nil, known.key+" has no single value here", "it means the "+known.meaning)
		return
	}
	t := scalar.GetToken()
	known.take(f, fmt.Sprintf("%s:%d:%d: %s", file, t.Position.Line, t.Position.Column, known.key), t.Value, ps)
}

func factNamed(key string) *fact {
	for i := range factTable {
		if factTable[i].key == key {
			return &factTable[i]
		}
	}
	return nil
}

// nearest is the advice for a key that is none.
func nearest(key string) string {
	best, distance := "", len(key)/3+1
	keys := make([]string, len(factTable))
	for i, f := range factTable {
		keys[i] = f.key
		if d := problem.Distance(key, f.key); d < distance {
			best, distance = f.key, d
		}
	}
	if best != "" {
		return "write " + best
	}
	return "the facts are " + strings.Join(keys, ", ")
}

// with is f with the facts of the command line in place of its own.
func (f facts) with(given facts) facts {
	for _, known := range factTable {
		if place, said := given.places[known.key]; said {
			known.copy(&f, given)
			f.places[known.key] = place
		}
	}
	return f
}

// locate replaces a field path of rehearsal.Input by the place of its fact.
func (f facts) locate(p problem.Problem, subject string) problem.Problem {
	var best *fact
	for i, known := range factTable {
		if known.field == "" {
			continue
		}
		if p.Path == known.field || strings.HasPrefix(p.Path, known.field+".") {
			if best == nil || len(known.field) > len(best.field) {
				best = &factTable[i]
			}
		}
	}
	switch {
	case best != nil && f.places[best.key] != "":
		p.Path = f.places[best.key]
	case best != nil:
		p.Path, p.Fix = best.key, fmt.Sprintf("%s; write it into the file of --facts, or give --%s", p.Fix, best.flag())
	case strings.HasPrefix(p.Path, "Subject."):
		p.Path = subject + ": " + strings.TrimPrefix(p.Path, "Subject.")
	case strings.HasPrefix(p.Path, "Faults."):
		p.Path = "--fault: " + strings.TrimPrefix(p.Path, "Faults.")
	case strings.HasPrefix(p.Path, "Trace"):
		p.Path = "--trace" + strings.TrimPrefix(p.Path, "Trace")
	}
	return p
}
