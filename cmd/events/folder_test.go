package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// folder is a folder of environments with one, named prod, that has these lines
// before its front end.
func folder(t *testing.T, lines string) (dir, file string) {
	t.Helper()
	text, err := os.ReadFile("../../config/testdata/valid/minimal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	whole := strings.Replace(string(text), "frontend:", lines+"frontend:", 1)
	return folderOf(t, whole)
}

func folderOf(t *testing.T, text string) (dir, file string) {
	t.Helper()
	dir = t.TempDir()
	file = filepath.Join(dir, "prod.yaml")
	if err := os.WriteFile(file, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	return dir, file
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func load(t *testing.T, dir string) config.Environment {
	t.Helper()
	all, err := config.Load(dir, "prod")
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}
