package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlaces: each mutant's place is found, once, and the package that should
// notice it has tests, none of which compares snapshots.
func TestPlaces(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	for _, m := range mutants {
		source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(m.file)))
		if err != nil {
			t.Error(err)
		} else if n := strings.Count(string(source), m.before); n != 1 {
			t.Errorf("%s: %s contains %q %d times, want once", m.name, m.file, m.before, n)
		}
		tests, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(m.noticedBy), "*_test.go"))
		if err != nil || len(tests) == 0 {
			t.Errorf("%s: noticedBy is %q, a folder without tests (%v)", m.name, m.noticedBy, err)
		}
		if strings.HasPrefix(m.noticedBy, "./test/synth") {
			t.Errorf("%s: noticedBy is %q, where snapshots are compared: want a package that tests behaviour", m.name, m.noticedBy)
		}
	}
}
