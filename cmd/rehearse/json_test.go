package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every command that writes JSON writes the version of its schema first.
func TestJSONHasItsSchemaVersion(t *testing.T) {
	t.Parallel()
	shape := []string{"--shape", "match,start=2027-05-29T18:00:00Z,length=5h,base=100,peak=900,kick-off=1h"}
	subject := []string{"--template", variant, "--facts", "testdata/facts.yaml"}
	args := map[string][]string{
		"run":     append(shape, subject...),
		"compare": append(append(shape, subject...), "--template", prod),
		"plan":    append(lastYear, subject...),
	}
	for _, c := range commands() {
		flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
		for _, group := range c.flags {
			group(newOptions(), flags)
		}
		if flags.Lookup("json") == nil {
			continue
		}
		file := filepath.Join(t.TempDir(), "out.json")
		call(append(append([]string{c.name}, args[c.name]...), "--json", file)...)
		data, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		version := 1
		if c.name == "plan" {
			version = 2
		}
		if !strings.HasPrefix(string(data), fmt.Sprintf("{\n  \"schemaVersion\": %d,\n", version)) {
			t.Errorf("%s: the document begins with %.60q", c.name, data)
		}
	}
}
