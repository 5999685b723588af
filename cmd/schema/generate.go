package main

import (
	"encoding/json"
	"fmt"
	"math"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

// generate returns the schema. Its descriptions are the comments of the sources of
// package config in folder, and of the packages beside it whose types it uses.
func generate(folder string) ([]byte, error) {
	r := &jsonschema.Reflector{
		Anonymous:      true, // no $id: the schema is found by its path
		DoNotReference: true, // no $ref: editors and package config read one tree
		Mapper:         mapType,
	}
	own := reflect.TypeFor[config.Environment]().PkgPath()
	module := path.Dir(own)
	source := func(pkg string) string {
		return filepath.ToSlash(filepath.Join(folder, "..", strings.TrimPrefix(pkg, module+"/")))
	}
	for _, pkg := range []string{
		own, reflect.TypeFor[autoscaling.ScheduledAction]().PkgPath(), reflect.TypeFor[settings.Server]().PkgPath(),
		reflect.TypeFor[monitoring.Settings]().PkgPath(),
	} {
		if err := r.AddGoComments("", source(pkg)); err != nil {
			return nil, err
		}
	}
	comments := r.CommentMap
	r.CommentMap = nil
	r.LookupComment = func(t reflect.Type, field string) string {
		name := source(t.PkgPath()) + "." + t.Name()
		if field == "" {
			return strings.Join(strings.Fields(comments[name]), " ")
		}
		if f, _ := t.FieldByName(field); f.Anonymous {
			return describe(t, comments[source(f.Type.PkgPath())+"."+f.Type.Name()])
		}
		return describe(t, comments[name+"."+field])
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
	case t == reflect.TypeFor[time.Duration]():
		return &jsonschema.Schema{Type: "string", Pattern: config.DurationPattern}
	case t.Kind() == reflect.Int:
		// The range of a CloudFormation Integer.
		return &jsonschema.Schema{Type: "integer", Minimum: number(math.MinInt32), Maximum: number(math.MaxInt32)}
	default:
		return nil
	}
}

func number(n int) json.Number { return json.Number(fmt.Sprint(n)) }

// name is what a word of a comment may be: a field, with punctuation around it.
// An acronym, and the end of a proper name such as Availability Zones, is none.
var (
	name       = regexp.MustCompile(`^(\W*)([A-Z][a-z]*[A-Za-z0-9]*)(\W*)$`)
	acronym    = regexp.MustCompile(`^([A-Z]+|IPv6)$`)
	properName = regexp.MustCompile(`^[A-Z]\w*$`)
)

// describe returns the comment of one of t's fields on one line. Where the comment
// names fields of t, the description has their keys.
func describe(t reflect.Type, comment string) string {
	words := strings.Fields(comment)
	out := slices.Clone(words)
	for i, word := range words {
		m := name.FindStringSubmatch(word)
		if m == nil || i > 0 && (acronym.MatchString(m[2]) || properName.MatchString(words[i-1])) {
			continue
		}
		f, _ := t.FieldByName(m[2])
		if key, _, _ := strings.Cut(f.Tag.Get("json"), ","); key != "" && key != "-" {
			out[i] = m[1] + key + m[3]
		}
	}
	return strings.Join(out, " ")
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
