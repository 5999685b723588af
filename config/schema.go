package config

import (
	"bytes"
	"cmp"
	_ "embed" // the schema is part of the program: sources need not be present
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	tree "github.com/sagemaker-autoscaling-inference/cdk/internal/document"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

//go:generate go run ../cmd/schema -o environment.schema.json .

//go:embed environment.schema.json
var schemaJSON []byte

// compiled is the schema, or the panic of a build that embedded none.
var compiled = sync.OnceValue(func() *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaJSON))
	if err != nil {
		panic("config: environment.schema.json: " + err.Error())
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("environment.schema.json", doc); err != nil {
		panic("config: environment.schema.json: " + err.Error())
	}
	return c.MustCompile("environment.schema.json")
})

// checkSchema reports all that the file's shape breaks and takes it out of the
// tree.
func (d *document) checkSchema() {
	err := compiled().Validate(d.value())
	if err == nil {
		return
	}
	var breach *jsonschema.ValidationError
	if !errors.As(err, &breach) {
		panic("config: " + err.Error()) // nothing else comes out of Validate
	}
	found := leaves(breach)
	// Unknown keys go first: a misspelt key explains why the right one is missing.
	slices.SortStableFunc(found, func(a, b *jsonschema.ValidationError) int { return rank(a) - rank(b) })
	for _, f := range found {
		d.schemaProblem(f)
	}
}

func rank(e *jsonschema.ValidationError) int {
	if _, unknown := e.ErrorKind.(*kind.AdditionalProperties); unknown {
		return 0
	}
	return 1
}

// leaves are the errors that have no deeper cause.
func leaves(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	var out []*jsonschema.ValidationError
	for _, cause := range e.Causes {
		out = append(out, leaves(cause)...)
	}
	return out
}

func (d *document) schemaProblem(e *jsonschema.ValidationError) {
	n, s := d.find(e.InstanceLocation), schemaAt(e.InstanceLocation)
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		for _, key := range k.Properties {
			d.unknownKey(n, s, key)
		}
	case *kind.Required:
		for _, key := range k.Missing {
			d.missing(n, s, key)
		}
	case *kind.UniqueItems:
		d.repeatedItems(n)
	default:
		if !d.isFaulty(n.path) {
			rule, fix := words(e.ErrorKind, n, s)
			p := problem.Problem{Path: n.path, Got: n.describe(), Rule: rule, Fix: fix}
			if wrong, ok := e.ErrorKind.(*kind.Type); ok && wrong.Want[0] == "string" && n.lacksQuotes(s) {
				n.Scalar, d.unquoted = n.Written, append(d.unquoted, p)
			} else {
				d.fault(p)
			}
		}
	}
}

// missing reports a required key of n that is not there.
func (d *document) missing(n *node, s *jsonschema.Schema, key string) {
	if path := keyPath(n.path, key); !d.isFaulty(path) {
		fix := "add it: " + firstSentence(s.Properties[key])
		d.fault(problem.Problem{Path: path, Rule: "this key is required and missing", Fix: fix})
	}
}

// repeatedItems reports every scalar of a list that an earlier one says already.
func (d *document) repeatedItems(n *node) {
	first := map[any]*node{}
	for i := range n.Items {
		item := d.nodes[itemPath(n.path, i)]
		if earlier := first[item.Scalar]; earlier == nil {
			first[item.Scalar] = item
		} else if item.Kind == tree.Scalar {
			rule := earlier.path + " says the same"
			d.fault(problem.Problem{Path: item.path, Got: item.describe(), Rule: rule, Fix: "remove one of the two"})
		}
	}
}

// unknownKey reports a key of n that the schema does not have, at the key itself.
func (d *document) unknownKey(n *node, s *jsonschema.Schema, key string) {
	child, place := d.nodes[keyPath(n.path, key)], cmp.Or(n.path, "an environment")
	known := keys(s)
	near := nearest(key, known)
	var fix string
	switch {
	case near == "":
		fix = "known here: " + strings.Join(known, ", ")
	case n.Get(near) == nil:
		fix = "write " + near
		// That it is missing is the same mistake, and so is what follows.
		d.faulty = append(d.faulty, keyPath(n.path, near))
	default:
		fix = "remove it, " + near + " is given already"
	}
	child.omit = true
	d.faulty = append(d.faulty, child.path)
	rule := place + " has no such key"
	d.reportAt(child.Key, problem.Problem{Path: child.path, Got: child.describe(), Rule: rule, Fix: fix})
}

// schemaAt is the part of the schema that judges a value. The schema is written
// without references.
func schemaAt(location []string) *jsonschema.Schema {
	s := compiled()
	for _, part := range location {
		next := s.Properties[part]
		if next == nil {
			next, _ = s.AdditionalProperties.(*jsonschema.Schema)
		}
		if _, err := strconv.Atoi(part); err == nil && s.Items2020 != nil {
			next = s.Items2020
		}
		s = next
	}
	return s
}

// firstSentence is the beginning of a description, without its full stop.
func firstSentence(s *jsonschema.Schema) string {
	text, _, _ := strings.Cut(s.Description, ". ")
	return strings.TrimSuffix(text, ".")
}
