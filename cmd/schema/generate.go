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

// generate makes the schema; folder holds the sources, for their comments.
func generate(folder string) ([]byte, error) {
	r := &jsonschema.Reflector{
		Anonymous:      true, // no $id: the schema is found by its path
		DoNotReference: true, // editors and config follow one tree
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

// mapType is the schema of the types that Go and YAML do not see alike.
func mapType(t reflect.Type) *jsonschema.Schema {
	switch {
	case t == reflect.TypeFor[config.Duration]():
		return &jsonschema.Schema{Type: "string", Pattern: config.DurationPattern}
	case t == reflect.TypeFor[config.Latency]():
		return &jsonschema.Schema{Type: "string", Pattern: config.LatencyPattern}
	case t.Kind() == reflect.Int:
		// What CloudFormation calls an Integer, and more than any count needs.
		return &jsonschema.Schema{Type: "integer", Minimum: number(math.MinInt32), Maximum: number(math.MaxInt32)}
	default:
		return nil
	}
}

func number(n int) json.Number { return json.Number(fmt.Sprint(n)) }

// describe is a field's comment on one line, beginning with the key's name where
// it begins with the field's.
func describe(t reflect.Type, field, comment string) string {
	words := strings.Fields(comment)
	f, _ := t.FieldByName(field)
	key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if len(words) > 0 && words[0] == field {
		words[0] = key
	}
	return strings.Join(words, " ")
}

// finish asks every text for a character at least, since an empty one would be
// taken for none given, and every key for a description.
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
