package docs_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// node is a part of the JSON Schema of environment files.
type node struct {
	Properties map[string]node
	Items      *node
}

func environmentSchema(t *testing.T) node {
	t.Helper()
	var schema node
	if err := json.Unmarshal([]byte(read(t, filepath.Join(root, "config", "environment.schema.json"))), &schema); err != nil {
		t.Fatal(err)
	}
	return schema
}

// page is one of docs, with what it shows.
type page struct{ name, shown string }

// shows fails unless the page has every key of n, which stands at a path.
func (p page) shows(t *testing.T, at string, n node) {
	t.Helper()
	if n.Items != nil {
		p.shows(t, at+"[]", *n.Items)
	}
	for key, inner := range n.Properties {
		if !strings.Contains(p.shown, key+":") {
			t.Errorf("docs/%s has no example of %s.%s", p.name, at, key)
		}
		p.shows(t, at+"."+key, inner)
	}
}
