package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlaces: each mutant still finds its place, once.
func TestPlaces(t *testing.T) {
	t.Parallel()
	for _, m := range mutants {
		source, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(m.file)))
		if err != nil {
			t.Error(err)
		} else if n := strings.Count(string(source), m.old); n != 1 {
			t.Errorf("%s: %s holds %q %d times, want once", m.name, m.file, m.old, n)
		}
	}
}
