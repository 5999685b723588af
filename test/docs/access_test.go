package docs_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// TestAccessKeysAreShown: the page has an example, or names, of every key about
// who reaches the load balancer, under which name and as whom.
func TestAccessKeysAreShown(t *testing.T) {
	t.Parallel()
	type node struct {
		Properties map[string]node
		Items      *node
	}
	var schema node
	if err := json.Unmarshal([]byte(read(t, filepath.Join(root, "config", "environment.schema.json"))), &schema); err != nil {
		t.Fatal(err)
	}
	page := read(t, filepath.Join(root, "docs", "frontend.md"))
	var walk func(at string, n node)
	walk = func(at string, n node) {
		if n.Items != nil {
			walk(at+"[]", *n.Items)
		}
		for key, inner := range n.Properties {
			if !strings.Contains(page, key+":") {
				t.Errorf("docs/frontend.md has no example of %s.%s", at, key)
			}
			walk(at+"."+key, inner)
		}
	}
	frontend := schema.Properties["frontend"].Properties
	for _, key := range []string{"domain", "authentication", "ipv6", "allowedCidrs", "internetFacing", "plainHttp", "certificateArn"} {
		if _, known := frontend[key]; !known {
			t.Errorf("the schema has no frontend.%s", key)
		}
		walk("frontend", node{Properties: map[string]node{key: frontend[key]}})
	}
}
