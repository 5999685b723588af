package docs_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// TestTheLibraryPageRuns: every snippet of the page stands in an example, which runs.
func TestTheLibraryPageRuns(t *testing.T) {
	t.Parallel()
	var examples string
	for _, room := range []string{"constructs/inference", "constructs/scaling", "constructs/monitoring", "stacks"} {
		examples += read(t, filepath.Join(root, room, "example_test.go"))
	}
	snippets := goBlock.FindAllStringSubmatch(read(t, filepath.Join(root, "docs", "library.md")), -1)
	if len(snippets) == 0 {
		t.Error("the page has no snippet")
	}
	for _, snippet := range snippets {
		if !strings.Contains(examples, snippet[1]) {
			t.Errorf("no example has\n%s", snippet[1])
		}
	}
}
