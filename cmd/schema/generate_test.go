package main

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCommittedSchemaIsFresh(t *testing.T) {
	t.Parallel()
	const folder = "../../config"
	committed, err := os.ReadFile(folder + "/environment.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := generate(folder)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(committed), string(fresh)); diff != "" {
		t.Errorf("config/environment.schema.json is stale, run go generate ./config (-committed +fresh)\n%s", diff)
	}
}

func TestGenerateAsksForComments(t *testing.T) {
	t.Parallel()
	if _, err := generate(t.TempDir()); err == nil {
		t.Error("a schema without descriptions was made")
	}
}
