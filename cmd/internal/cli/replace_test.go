package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestCreate: a new file is whole, what stands is never replaced, and no temporary file
// is left.
func TestCreate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "eu.yaml")
	if err := Create(file, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := Create(file, []byte("second")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want %v", err, fs.ErrExist)
	}
	text, err := os.ReadFile(file)
	if err != nil || string(text) != "first" {
		t.Errorf("got %q, %v", text, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("got %v", entries)
	}
	if err := Create(filepath.Join(dir, "none", "eu.yaml"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want %v", err, fs.ErrNotExist)
	}
}
