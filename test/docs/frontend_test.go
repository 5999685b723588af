package docs_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// TestFrontendExamplesWork loads each example of docs/frontend.md and docs/gateway.md as
// part of an environment.
func TestFrontendExamplesWork(t *testing.T) {
	t.Parallel()
	minimal := read(t, filepath.Join(root, "config", "testdata", "valid", "minimal.yaml"))
	for _, block := range slices.Concat(examples(t, "frontend.md"), examples(t, "gateway.md")) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "example.yaml"), []byte(with(minimal, block)), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := config.Load(dir, ""); err != nil {
			t.Errorf("the example\n%s\nis refused: %v", block, err)
		}
	}
}

// TestServerAndCanaryKeysAreShown: the page names every key of the gateway's
// server form, of a canary, and of a listener that stands.
func TestServerAndCanaryKeysAreShown(t *testing.T) {
	t.Parallel()
	type node struct{ Properties map[string]node }
	var schema node
	if err := json.Unmarshal([]byte(read(t, filepath.Join(root, "config", "environment.schema.json"))), &schema); err != nil {
		t.Fatal(err)
	}
	page := read(t, filepath.Join(root, "docs", "frontend.md"))
	for _, group := range []string{"server", "canary", "existingListener"} {
		for key := range schema.Properties["frontend"].Properties[group].Properties {
			if !strings.Contains(page, "`"+key+"`") && !strings.Contains(page, key+": ") {
				t.Errorf("docs/frontend.md does not name frontend.%s.%s", group, key)
			}
		}
	}
}
