package trace

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Recognisers exclude each other: no file is of two formats, whatever their order. The
// plain table is what no other format claims.
func TestOneFormatForEachFile(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*/*")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		in, err := decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		h, err := readHead(in)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range formats() {
			if f.name != "CSV" && f.is(h) {
				names = append(names, f.name)
			}
			seen[f.name] = seen[f.name] || f.is(h)
		}
		if len(names) > 1 {
			t.Errorf("%s is %s", file, strings.Join(names, " and "))
		}
	}
	for _, f := range formats() {
		if !seen[f.name] && !f.refused {
			t.Errorf("no file is %s", f.name)
		}
	}
}

// docs/rehearsal.md has a row for each format, and lists the headers that are known.
func TestFormatsAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/rehearsal.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range formats() {
		words := strings.Fields(f.name)
		row := strings.Contains(string(text), "\n| "+f.name+" |")
		if f.refused { // named in a sentence
			row = strings.Contains(string(text), words[len(words)-1])
		}
		if !row {
			t.Errorf("no row for %s", f.name)
		}
	}
	var names []string
	for name := range countNames {
		names = append(names, name)
	}
	for _, name := range append(names, timeNames...) {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("the header %s is not listed", name)
		}
	}
}
