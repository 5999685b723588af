package main

import (
	"encoding/json"
	"fmt"
	"math"
	"path"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// generate returns the schema. Its descriptions are the comments of the sources in
// folder.
func generate(folder string) ([]byte, error) {
	r := &jsonschema.Reflector{
		Anonymous:      true, // no $id: the schema is found by its path
		DoNotReference: true, // no $ref: editors and package config read one tree
		Mapper:         mapType,
	}
	if err := r.AddGoComments("", folder); err != nil {
		return nil, err
	}
	comments := r.CommentMap
	r.CommentMap = nil
	source := path.Clean(filepath.ToSlash(folder))
	r.LookupComment = func(t reflect.Type, field string) string {
		if field == "" {
			return strings.Join(strings.Fields(comments[source+"."+t.Name()]), " ")
		}
		return describe(t, field, comments[source+"."+t.Name()+"."+field])
	}

	schema := r.Reflect(config.Environment{})
	schema.Title = "Environment"
	if err := finish("", schema); err != nil {
		return nil, err
	}
	out, err := json.MarshalIndent(schema, "", "  ")
	return append(out, '\n'), err
}

// mapType returns the schema of types whose YAML differs from their Go type.
func mapType(t reflect.Type) *jsonschema.Schema {
	switch {
	case t == reflect.TypeFor[config.Duration]():
		return &jsonschema.Schema{Type: "string", Pattern: config.DurationPattern}
	case t == reflect.TypeFor[config.Latency]():
		return &jsonschema.Schema{Type: "string", Pattern: config.LatencyPattern}
	case t.Kind() == reflect.Int:
		// The range of a CloudFormation Integer.
		return &jsonschema.Schema{Type: "integer", Minimum: number(math.MinInt32), Maximum: number(math.MaxInt32)}
	default:
		return nil
	}
}

func number(n int) json.Number { return json.Number(fmt.Sprint(n)) }

// describe returns a field's comment on one line. Where the comment begins with the
// field's name, the description begins with the key's.
func describe(t reflect.Type, field, comment string) string {
	words := strings.Fields(comment)
	f, _ := t.FieldByName(field)
	key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if len(words) > 0 && words[0] == field {
		words[0] = key
	}
	return strings.Join(words, " ")
}

// finish sets the minimum length of every string to 1, because an empty string
// means the default, and returns an error for a key without a description.
func finish(at string, s *jsonschema.Schema) error {
	one := uint64(1)
	if s.Items != nil && s.Items.Type == "string" && s.Items.Pattern == "" {
		s.Items.MinLength = &one
	}
	if s.Items != nil {
		if err := finish(at+"[]", s.Items); err != nil {
			return err
		}
	}
	for pair := s.Properties.Oldest(); pair != nil; pair = pair.Next() {
		key, property := at+"."+pair.Key, pair.Value
		if property.Description == "" {
			return fmt.Errorf("%s has no description: its field needs a comment", strings.TrimPrefix(key, "."))
		}
		if property.Type == "string" && property.Pattern == "" {
			property.MinLength = &one
		}
		if err := finish(key, property); err != nil {
			return err
		}
	}
	return nil
}
