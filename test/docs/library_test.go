package docs_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// TestTheLibraryPagesRun: every snippet of the pages stands in an example, which runs.
func TestTheLibraryPagesRun(t *testing.T) {
	t.Parallel()
	var examples string
	for _, room := range []string{"constructs/inference", "constructs/scaling", "constructs/monitoring", "stacks"} {
		examples += read(t, filepath.Join(root, room, "example_test.go"))
	}
	for _, page := range []string{"library.md", "existing-endpoint.md"} {
		snippets := goBlock.FindAllStringSubmatch(read(t, filepath.Join(root, "docs", page)), -1)
		if len(snippets) == 0 {
			t.Errorf("%s has no snippet", page)
		}
		for _, snippet := range snippets {
			if !strings.Contains(examples, snippet[1]) {
				t.Errorf("%s: no example has\n%s", page, snippet[1])
			}
		}
	}
}

// TestTheRehearsalOfAnExistingEndpointIsReal runs the command of docs/existing-endpoint.md.
func TestTheRehearsalOfAnExistingEndpointIsReal(t *testing.T) {
	t.Parallel()
	whatIsShownIsPrinted(t, "existing-endpoint.md", "go run ./cmd/rehearse run --template ")
}
