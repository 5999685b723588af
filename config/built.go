package config

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	tree "github.com/sagemaker-autoscaling-inference/cdk/internal/document"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Validate returns everything wrong with an environment that is built in Go, joined,
// or nil. The rules are those of a file: a field with its zero value is a key that the
// file leaves out, except where the key is required and 0 or false says something.
// Problems have Go field paths, such as Scaling.MinCapacity.
func (e Environment) Validate() error {
	d := newDocument("")
	d.root = d.index(written(e), "")
	d.judge(Environment{Name: e.Name})
	var ps problem.List
	if !stageName.MatchString(e.Name) {
		ps.Add("Name", e.Name, "an environment's name is a letter, then letters, digits and hyphens", "such as prod-eu")
	}
	for _, p := range d.problems {
		ps = append(ps, inGo(p.Problem))
	}
	return ps.Err()
}

// written is e as the file that says the same.
func written(e Environment) *tree.Node {
	w := writer{}
	return w.mapping(reflect.ValueOf(e), nil)
}

// writer makes nodes in the order of the fields, which their lines number.
type writer struct{ line int }

func (w *writer) place() tree.Position {
	w.line++
	return tree.Position{Line: w.line, Column: 1}
}

// mapping writes a struct, with the fields that it embeds among its own.
func (w *writer) mapping(v reflect.Value, at []string) *tree.Node {
	n := &tree.Node{Kind: tree.Mapping, Values: map[string]*tree.Node{}, Start: w.place()}
	w.fields(n, v, at)
	return n
}

func (w *writer) fields(n *tree.Node, v reflect.Value, at []string) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		key, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && key == "":
			w.fields(n, v.Field(i), at)
		case key != "" && key != "-" && isSaid(v.Field(i), options == "omitempty"):
			place := w.place()
			child := w.node(v.Field(i), append(slices.Clone(at), key))
			child.Key = place
			n.Set(key, child)
		}
	}
}

// isSaid reports whether a field's value is a key of the file. A required number,
// duration or group is one, whatever it is.
func isSaid(v reflect.Value, optional bool) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() > 0
	case reflect.String:
		return v.Len() > 0
	default:
		return !v.IsZero() || !optional
	}
}

// node writes a value, which the schema has at a location.
func (w *writer) node(v reflect.Value, at []string) *tree.Node {
	if d, is := v.Interface().(time.Duration); is {
		return w.scalar(duration(d, at), duration(d, at))
	}
	switch v.Kind() {
	case reflect.Pointer:
		return w.node(v.Elem(), at)
	case reflect.Struct:
		return w.mapping(v, at)
	case reflect.Slice:
		n := &tree.Node{Kind: tree.Sequence, Start: w.place()}
		for i := range v.Len() {
			n.Items = append(n.Items, w.node(v.Index(i), append(slices.Clone(at), strconv.Itoa(i))))
		}
		return n
	case reflect.Map:
		n := &tree.Node{Kind: tree.Mapping, Values: map[string]*tree.Node{}, Start: w.place()}
		entries := map[string]reflect.Value{}
		for _, key := range v.MapKeys() {
			entries[key.String()] = v.MapIndex(key)
		}
		for _, key := range slices.Sorted(maps.Keys(entries)) {
			n.Set(key, w.node(entries[key], append(slices.Clone(at), key)))
		}
		return n
	case reflect.String:
		return w.scalar(v.String(), problem.Value(v.String()))
	case reflect.Bool:
		return w.scalar(v.Bool(), strconv.FormatBool(v.Bool()))
	case reflect.Float64:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return w.scalar(fmt.Sprint(f), fmt.Sprint(f)) // JSON has no such number
		}
		return w.scalar(v.Float(), fmt.Sprint(v.Float()))
	default:
		return w.scalar(float64(v.Int()), strconv.FormatInt(v.Int(), 10))
	}
}

func (w *writer) scalar(value any, text string) *tree.Node {
	n := &tree.Node{Kind: tree.Scalar, Scalar: value, Text: text, Written: text, Start: w.place()}
	_, n.Quoted = value.(string)
	return n
}

// duration writes d in units that the schema takes: a latency has one unit.
func duration(d time.Duration, at []string) string {
	text := problem.Duration(d)
	if s := schemaAt(at); s != nil && s.Pattern != nil && !s.Pattern.MatchString(text) {
		for _, other := range []string{
			fmt.Sprintf("%ds", d/time.Second), fmt.Sprintf("%dms", d/time.Millisecond),
		} {
			if same, err := time.ParseDuration(other); err == nil && same == d && s.Pattern.MatchString(other) {
				return other
			}
		}
	}
	return text
}

// word is a key, or a path of keys, in the text of a problem.
var word = regexp.MustCompile(`[A-Za-z][A-Za-z0-9]*(?:\[\d+\])?(?:\.[A-Za-z][A-Za-z0-9]*(?:\[\d+\])?)*`)

// inGo is a problem with a YAML path as a reader of Go knows it: paths in its text
// too. A word that could be plain English, such as network, stays.
func inGo(p problem.Problem) problem.Problem {
	around := p.Path
	p.Path, _ = goPath(around)
	spell := func(found string) string {
		if !strings.ContainsAny(found, ".[") && strings.ToLower(found) == found {
			return found
		}
		for outer := around; ; outer = outer[:max(strings.LastIndexAny(outer, ".["), 0)] {
			whole := found
			if outer != "" {
				whole = outer + "." + found
			}
			if path, ok := goPath(whole); ok {
				prefix, _ := goPath(outer)
				return strings.TrimPrefix(strings.TrimPrefix(path, prefix), ".")
			}
			if outer == "" {
				return fields()[found]
			}
		}
	}
	keep := func(found string) string {
		if spelled := spell(found); spelled != "" {
			return spelled
		}
		return found
	}
	p.Rule = strings.Replace(p.Rule, "this key is", "this field is", 1)
	p.Rule, p.Fix = word.ReplaceAllStringFunc(p.Rule, keep), word.ReplaceAllStringFunc(p.Fix, keep)
	return p
}
