package main

import (
	"os"
	"path/filepath"
)

// undoOutput returns a function that removes what has come into dir since: a
// synthesis that fails leaves no asset or template behind.
func undoOutput(dir string) (undo func()) {
	before := map[string]bool{}
	for _, entry := range entries(dir) {
		before[entry.Name()] = true
	}
	return func() {
		for _, entry := range entries(dir) {
			if !before[entry.Name()] {
				_ = os.RemoveAll(filepath.Join(dir, entry.Name()))
			}
		}
	}
}

// entries is what dir holds; nothing where it does not exist.
func entries(dir string) []os.DirEntry {
	found, _ := os.ReadDir(dir)
	return found
}
