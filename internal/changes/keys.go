package changes

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// Edit is a key of an environment file whose value differs between two files.
type Edit struct {
	// Key is the key's path, such as scaling.minCapacity or variants[0].name.
	Key string `json:"key"`
	// From and To are what the files say, "" where a file does not have the key.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`

	path []string
	to   *document.Node
}

// Edits returns the keys whose values differ, in the order of from and then of to.
func Edits(from, to []byte) ([]Edit, error) {
	a, err := tree(from)
	if err != nil {
		return nil, err
	}
	b, err := tree(to)
	if err != nil {
		return nil, err
	}
	return edits(a, b, "", nil), nil
}

// Apply returns file with some of the Edits made to it.
func Apply(file []byte, some []Edit) ([]byte, error) {
	root, err := tree(file)
	if err != nil {
		return nil, err
	}
	for _, e := range some {
		if len(e.path) == 0 { // the whole file
			return e.to.YAML()
		}
		set(root, e.path, e.to)
	}
	return root.YAML()
}

func tree(file []byte) (*document.Node, error) {
	root, found := document.Parse(file, document.Options{
		File: "the environment file", Holds: "an environment file", MaxBytes: 1 << 20, MaxDepth: 100, MaxValues: 100_000,
	})
	var errs []error
	for _, e := range found {
		errs = append(errs, &e)
	}
	if root == nil && len(errs) == 0 {
		root = &document.Node{Kind: document.Mapping, Values: map[string]*document.Node{}}
	}
	return root, errors.Join(errs...)
}

func edits(a, b *document.Node, key string, path []string) (found []Edit) {
	switch {
	case are(document.Mapping, a, b):
		names := slices.Clone(a.Keys)
		for _, name := range b.Keys {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		for _, name := range names {
			inner := name
			if key != "" {
				inner = key + "." + name
			}
			found = append(found, edits(a.Values[name], b.Values[name], inner, append(slices.Clip(path), name))...)
		}
	case are(document.Sequence, a, b) && len(a.Items) == len(b.Items):
		for i := range a.Items {
			found = append(found, edits(a.Items[i], b.Items[i], fmt.Sprintf("%s[%d]", key, i),
				append(slices.Clip(path), strconv.Itoa(i)))...)
		}
	case !reflect.DeepEqual(said(a), said(b)):
		found = append(found, Edit{Key: key, From: written(a), To: written(b), path: path, to: b})
	}
	return found
}

// are says whether both values are there and of a kind.
func are(kind document.Kind, a, b *document.Node) bool {
	return a != nil && b != nil && a.Kind == kind && b.Kind == kind
}

func said(n *document.Node) any {
	if n == nil {
		return nil
	}
	return n.Value(nil)
}

// written is a value on one line, cut off where it is long.
func written(n *document.Node) string {
	switch {
	case n == nil:
		return ""
	case n.Kind == document.Scalar:
		return n.Written
	case n.Kind == document.Sequence:
		return fmt.Sprintf("a list of %d", len(n.Items))
	}
	return "{" + strings.Join(n.Keys, ", ") + "}"
}

// set gives the value at path, or takes it away where value is nil.
func set(n *document.Node, path []string, value *document.Node) {
	for _, name := range path[:len(path)-1] {
		n = child(n, name)
	}
	last := path[len(path)-1]
	i, err := strconv.Atoi(last)
	switch {
	case n.Kind == document.Sequence && err == nil:
		n.Items[i] = value
	case value != nil:
		n.Set(last, value)
	default:
		delete(n.Values, last)
		n.Keys = slices.DeleteFunc(n.Keys, func(key string) bool { return key == last })
	}
}

// child returns a copy of the value below n that replaces it there: an alias may
// stand for the same node elsewhere.
func child(n *document.Node, name string) *document.Node {
	var own document.Node
	if i, err := strconv.Atoi(name); err == nil && n.Kind == document.Sequence {
		own = *n.Items[i]
		n.Items = slices.Clone(n.Items)
		n.Items[i] = &own
	} else {
		own = *n.Values[name]
		n.Values = maps.Clone(n.Values)
		n.Values[name] = &own
	}
	own.Keys, own.Values, own.Items = slices.Clone(own.Keys), maps.Clone(own.Values), slices.Clone(own.Items)
	return &own
}
