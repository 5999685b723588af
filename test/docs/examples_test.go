package docs_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryConstructHasAnExample: pkg.go.dev shows how each construct is made.
func TestEveryConstructHasAnExample(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root, "constructs", "*", "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	made, shown := map[string]bool{}, map[string]bool{}
	for _, file := range append(files, filepath.Join(root, "stacks", "environment.go"), filepath.Join(root, "stacks", "example_test.go")) {
		into, pattern := made, regexp.MustCompile(`(?m)^func (New[A-Z]\w*)\(`)
		if strings.HasSuffix(file, "_test.go") {
			into, pattern = shown, regexp.MustCompile(`(?m)^func Example(New[A-Z]\w*)\(`)
		}
		for _, m := range pattern.FindAllStringSubmatch(read(t, file), -1) {
			into[filepath.Base(filepath.Dir(file))+"."+m[1]] = true
		}
	}
	if len(made) < 15 {
		t.Errorf("got %v", made)
	}
	for name := range made {
		if !shown[name] {
			t.Errorf("%s has no example", name)
		}
	}
}
