package main

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// facts are measurements and prices, which no template's properties have.
type facts struct {
	service   rehearsal.Service
	gateway   rehearsal.Gateway
	objective rehearsal.Objective
	frontend  frontendFacts
	// currency and priceDate are of all prices.
	currency, priceDate string
	// places are the places of keys, such as "facts.yaml:3:12: variation".
	places map[string]string
}

// frontendFacts are the facts and prices of the gateway and the load balancer.
type frontendFacts struct {
	// tasks of a gateway on Fargate, and the vCPU, GB and requests a second of each.
	tasks                     int
	vcpu, gb, perTask         float64
	bytesPerRequest, requests float64
	prices                    rehearsal.Prices
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

// factsFile bounds a facts file, far over what it has to say.
var factsFile = document.Options{
	File: "a facts file", Holds: "list of facts", MaxBytes: 32 << 10, MaxDepth: 32, MaxValues: 1000,
}

// readFacts reads a facts file: lines of "key: value".
func readFacts(file string) (facts, problem.List) {
	f := newFacts()
	data, err := os.ReadFile(file)
	if err != nil {
		return f, problem.List{{Path: "--facts", Got: file, Rule: err.Error(), Fix: "name a file that can be read"}}
	}
	return f, f.parse(file, data)
}

func (f *facts) parse(file string, data []byte) (ps problem.List) {
	const rule = "a facts file is lines of \"key: value\""
	complain := func(at document.Position, got any, rule, fix string) {
		ps.Add(fmt.Sprintf("%s:%d:%d", file, at.Line, at.Column), got, rule, fix)
	}
	if len(data) > factsFile.MaxBytes || !utf8.Valid(data) {
		ps.Add(file, fmt.Sprintf("%d bytes", len(data)),
			fmt.Sprintf("a facts file is text in UTF-8 of at most %d bytes", factsFile.MaxBytes), "leave out what is no fact")
		return ps
	}
	root, errs := document.Parse(data, factsFile)
	for _, e := range errs {
		if e.Got == "" {
			complain(e.At, nil, e.Rule, cmp.Or(e.Fix, rule))
		} else {
			complain(e.At, e.Got, e.Rule, e.Fix)
		}
	}
	if root == nil || errs != nil {
		return ps
	}
	if root.Kind != document.Mapping {
		complain(root.Place(), begins(root), rule, "such as \"requestsPerSecond: 400\"")
		return ps
	}
	for _, key := range root.Keys {
		if v := root.Get(key); begins(v) != v.Text {
			complain(v.Start, begins(v), rule, "write each fact on a line of its own")
			return ps
		}
	}
	for _, key := range root.Keys {
		v := root.Get(key)
		known := factNamed(key)
		switch {
		case known == nil:
			complain(v.Key, key, "there is no such fact", nearest(key))
		case v.Kind != document.Scalar || v.Scalar == nil:
			complain(v.Key, nil, known.key+" has no single value here", "it means the "+known.meaning)
		default:
			known.take(f, fmt.Sprintf("%s:%d:%d: %s", file, v.Start.Line, v.Start.Column, known.key), v.Text, &ps)
		}
	}
	return ps
}

// begins is what a value begins with that is not on a line with its key, such as
// the bracket of a list; else its text.
func begins(n *document.Node) string {
	switch {
	case n.Tag != "" && !strings.HasPrefix(n.Tag, "!!"):
		return n.Tag
	case n.Kind == document.Sequence && !n.Flow:
		return "-"
	case n.Kind == document.Sequence:
		return "["
	case n.Kind == document.Mapping && n.Flow:
		return "{"
	}
	return n.Text
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
