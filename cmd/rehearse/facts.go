package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// facts are what was measured, which no template's properties hold.
type facts struct {
	service   rehearsal.Service
	gateway   rehearsal.Gateway
	objective rehearsal.Objective
	// places are where each key was said, such as "facts.yaml:3:12: variation".
	places map[string]string
}

func newFacts() facts { return facts{places: map[string]string{}} }

// fact is one line of a facts file, and one option of the command line.
type fact struct {
	// key is its name in a file, field that in rehearsal.Input.
	key, field string
	// meaning and otherwise are for who writes it: what it is, and the default.
	meaning, otherwise string
	reading
}

// reading is how a fact's text becomes a value.
type reading struct {
	// set reads it. What it returns is the rule that the text breaks.
	set func(f *facts, text string) (rule string)
	// copy takes it from other facts.
	copy func(to *facts, from facts)
}

// factTable is everything that a facts file may say. docs/rehearsal.md has the
// same table.
var factTable = []fact{
	{"requestsPerSecond", "Service.RequestsPerSecond", "requests a second that one instance, or one copy, completes", "the metadata's", amount(func(f *facts) *float64 { return &f.service.RequestsPerSecond })},
	{"concurrency", "Service.Concurrency", "requests that it works on at a time", "requests a second × service time", whole(func(f *facts) *int { return &f.service.Concurrency })},
	{"serviceTime", "Service.ServiceTime", "mean time of a request that does not wait", "the metadata's, else concurrency ÷ requests a second", elapsed(func(f *facts) *time.Duration { return &f.service.ServiceTime })},
	{"variation", "Service.Variation", "standard deviation of the service time ÷ its mean", "0", amount(func(f *facts) *float64 { return &f.service.Variation })},
	{"startTime", "Service.Start", "median time from the decision until a new one serves", "the metadata's", elapsed(func(f *facts) *time.Duration { return &f.service.Start.Median })},
	{"startTimeP95", "Service.Start.P95", "start time that one in twenty exceeds", "the median", elapsed(func(f *facts) *time.Duration { return &f.service.Start.P95 })},
	{"copiesPerInstance", "Service.CopiesPerInstance", "copies of an inference component on an instance", "0, a copy is an instance", whole(func(f *facts) *int { return &f.service.CopiesPerInstance })},
	{"instanceStartTime", "Service.InstanceStart", "median time until an instance for copies is there", "0s", elapsed(func(f *facts) *time.Duration { return &f.service.InstanceStart.Median })},
	{"instanceStartTimeP95", "Service.InstanceStart.P95", "the same that one in twenty exceeds", "the median", elapsed(func(f *facts) *time.Duration { return &f.service.InstanceStart.P95 })},
	{"clientTimeout", "Service.ClientTimeout", "time that a client waits", "1m", elapsed(func(f *facts) *time.Duration { return &f.service.ClientTimeout })},
	{"queueLimit", "Service.QueueLimit", "requests that may wait at each instance", "any number", amount(func(f *facts) *float64 { return &f.service.QueueLimit })},
	{"fullUtilization", "Service.FullUtilization", "CPUUtilization or GPUUtilization, in percent, of an instance at its requests a second", "not known; policies on it are refused", amount(func(f *facts) *float64 { return &f.service.FullUtilization })},
	{"routing", "Service.Routing", "routing strategy, RANDOM or LEAST_OUTSTANDING_REQUESTS", "RANDOM", of(func(f *facts) *rehearsal.Routing { return &f.service.Routing }, func(text string) (rehearsal.Routing, string) { return rehearsal.Routing(text), "" })},
	{"pricePerHour", "Service.PricePerHour", "price of an instance, in any currency", "not known", amount(func(f *facts) *float64 { return &f.service.PricePerHour })},
	{"gatewayConcurrencyPerInstance", "Gateway.ConcurrencyPerInstance", "requests that the gateway has at the endpoint at a time, for each instance in service", "any number", amount(func(f *facts) *float64 { return &f.gateway.ConcurrencyPerInstance })},
	{"gatewayConcurrency", "Gateway.Concurrency", "the same in all", "any number", amount(func(f *facts) *float64 { return &f.gateway.Concurrency })},
	{"gatewayQueue", "Gateway.Queue", "requests that may wait in the gateway", "0", amount(func(f *facts) *float64 { return &f.gateway.Queue })},
	{"latencyObjective", "Objective.Latency", "latency that is promised, and that the oracle keeps", "none; the oracle keeps a load instead", elapsed(func(f *facts) *time.Duration { return &f.objective.Latency })},
	{"latencyShare", "Objective.Share", "share of requests that it is promised to", "0.99", amount(func(f *facts) *float64 { return &f.objective.Share })},
	{"utilization", "Objective.Utilization", "share of what instances complete that the oracle makes use of", "0.7, or 1 with a latency objective", amount(func(f *facts) *float64 { return &f.objective.Utilization })},
}

// of reads a text into a field.
func of[T any](field func(*facts) *T, read func(text string) (value T, rule string)) reading {
	return reading{
		set: func(f *facts, text string) string {
			value, rule := read(text)
			if rule == "" {
				*field(f) = value
			}
			return rule
		},
		copy: func(to *facts, from facts) { *field(to) = *field(&from) },
	}
}

func amount(field func(*facts) *float64) reading {
	return of(field, func(text string) (float64, string) {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return 0, "a number is wanted"
		}
		return x, ""
	})
}

func whole(field func(*facts) *int) reading {
	return of(field, func(text string) (int, string) {
		n, err := strconv.Atoi(text)
		if err != nil {
			return 0, "a whole number is wanted"
		}
		return n, ""
	})
}

func elapsed(field func(*facts) *time.Duration) reading {
	return of(field, func(text string) (time.Duration, string) {
		d, err := time.ParseDuration(text)
		if err != nil {
			return 0, "a time with its unit is wanted, such as 50ms, 90s or 5m"
		}
		return d, ""
	})
}

// withDefaults has start times without spread where only their median is said.
func (f facts) withDefaults() facts {
	for _, start := range []*rehearsal.StartTime{&f.service.Start, &f.service.InstanceStart} {
		if start.P95 == 0 {
			start.P95 = start.Median
		}
	}
	return f
}

// flag is the name of a fact's option: requests-per-second of requestsPerSecond.
func (f fact) flag() string {
	var b strings.Builder
	for i, r := range f.key {
		if i > 0 && (r >= 'A' && r <= 'Z') {
			b.WriteByte('-')
		}
		b.WriteString(strings.ToLower(string(r)))
	}
	return b.String()
}

// take reads a fact that stands at a place.
func (f fact) take(to *facts, place, text string, ps *invalid.Problems) {
	if rule := f.set(to, text); rule != "" {
		ps.Add(place, text, rule, "it means the "+f.meaning)
		return
	}
	to.places[f.key] = place
}

// maxFactsBytes is far over what a facts file has to say.
const maxFactsBytes = 32 << 10

// readFacts reads a facts file: lines of "key: value".
func readFacts(file string) (facts, invalid.Problems) {
	f := newFacts()
	data, err := os.ReadFile(file)
	if err != nil {
		return f, invalid.Problems{{Path: "--facts", Got: file, Rule: err.Error(), Fix: "name a file that can be read"}}
	}
	return f, f.parse(file, data)
}

func (f *facts) parse(file string, data []byte) invalid.Problems {
	var ps invalid.Problems
	const rule = "a facts file is lines of \"key: value\""
	complain := func(t *token.Token, got any, rule, fix string) {
		at := file
		if t != nil && t.Position != nil {
			at = fmt.Sprintf("%s:%d:%d", file, t.Position.Line, t.Position.Column)
		}
		ps.Add(at, got, rule, fix)
	}
	if len(data) > maxFactsBytes || !utf8.Valid(data) {
		complain(nil, fmt.Sprintf("%d bytes", len(data)), fmt.Sprintf("a facts file is text in UTF-8 of at most %d bytes", maxFactsBytes), "leave out what is no fact")
		return ps
	}
	tokens := lexer.Tokenize(strings.TrimPrefix(string(data), "\ufeff"))
	for _, t := range tokens {
		switch t.Type { // what nests may take the parser minutes
		case token.SequenceEntryType, token.SequenceStartType, token.MappingStartType, token.MappingKeyType, token.AnchorType, token.AliasType, token.TagType:
			complain(t, t.Value, rule, "write each fact on a line of its own")
			return ps
		}
	}
	doc, err := parser.Parse(tokens, 0)
	if err != nil {
		var syntax yaml.Error
		if errors.As(err, &syntax) {
			complain(syntax.GetToken(), nil, "this is not valid YAML: "+strings.ReplaceAll(syntax.GetMessage(), "\n", " "), rule)
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

func (f *facts) line(file string, v *ast.MappingValueNode, complain func(*token.Token, any, string, string), ps *invalid.Problems) {
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
		if d := invalid.Distance(key, f.key); d < distance {
			best, distance = f.key, d
		}
	}
	if best != "" {
		return "write " + best
	}
	return "the facts are " + strings.Join(keys, ", ")
}
