package docs_test

import (
	"path/filepath"
	"testing"
)

// TestAccessKeysAreShown: the page has an example, or names, of every key about
// who reaches the load balancer, under which name and as whom.
func TestAccessKeysAreShown(t *testing.T) {
	t.Parallel()
	schema := environmentSchema(t)
	page := page{"frontend.md", read(t, filepath.Join(root, "docs", "frontend.md"))}
	frontend := schema.Properties["frontend"].Properties
	for _, key := range []string{"domain", "authentication", "ipv6", "allowedCidrs", "internetFacing", "plainHttp", "certificateArn"} {
		if _, known := frontend[key]; !known {
			t.Errorf("the schema has no frontend.%s", key)
		}
		page.shows(t, "frontend", node{Properties: map[string]node{key: frontend[key]}})
	}
}
