package docs_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestEndpointExamplesCompile: the page shows what a test of the constructs makes.
func TestEndpointExamplesCompile(t *testing.T) {
	t.Parallel()
	made := unindented(read(t, filepath.Join(root, "constructs", "inference", "page_test.go")))
	blocks := strings.Split(read(t, filepath.Join(root, "docs", "endpoints.md")), "```go\n")[1:]
	if len(blocks) < 4 {
		t.Errorf("got %d examples", len(blocks))
	}
	for _, block := range blocks {
		block, _, _ = strings.Cut(block, "```")
		if !strings.Contains(made, unindented(block)) {
			t.Errorf("constructs/inference/page_test.go does not make\n%s", block)
		}
	}
}

func unindented(code string) string {
	lines := strings.Split(code, "\n")
	for i := range lines {
		lines[i] = strings.TrimLeft(lines[i], "\t")
	}
	return strings.Join(lines, "\n")
}
