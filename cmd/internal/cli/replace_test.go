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

// TestWrite: a file is whole, in a folder that is made for it, also over one that stands.
func TestWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "bin", "page.html")
	for _, want := range []string{"first", "second"} {
		if err := Write(file, []byte(want)); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(file); err != nil || string(text) != want {
			t.Errorf("got %q, %v, want %q", text, err, want)
		}
	}
	if entries, _ := os.ReadDir(filepath.Dir(file)); len(entries) != 1 {
		t.Errorf("got %v", entries)
	}
	if err := Write(filepath.Join(file, "page.html"), nil); err == nil {
		t.Error("writes into a file as if it were a folder")
	}
}
