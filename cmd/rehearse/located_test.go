package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFindingsHavePlaces: a finding of a rehearsal names the line of its policy in a
// template, or of its key in an environment file, and the page links there.
func TestFindingsHavePlaces(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	dev, err := os.ReadFile("../../config/environments/dev.yaml")
	if err != nil {
		t.Fatal(err)
	}
	environment := filepath.Join(dir, "a dev.yaml")
	text := strings.Replace(string(dev), "scaleInCooldown: 6m", "scaleInCooldown: 1m", 1)
	if err := os.WriteFile(environment, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(text, "scaleInCooldown")
	template := filepath.Join(dir, "hurts.yaml")
	hurts, err := os.ReadFile("testdata/hurts.yaml")
	if err == nil {
		err = os.WriteFile(template, hurts, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	page, document := filepath.Join(dir, "pages", "page.html"), filepath.Join(dir, "rehearsal.json")
	if err := os.Mkdir(filepath.Dir(page), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		option, file, path, link string
		line                     int
	}{
		{"--template", template, "Target.Policies[0].ScaleInCooldown", "../hurts.yaml", 12},
		{"--environment", environment, "scaling.scaleInCooldown", "../a%20dev.yaml", strings.Count(before, "\n") + 1},
	} {
		status, _, problems := call("run", test.option, test.file, "--trace", good, "--requests-per-second", "100",
			"--start-time", "5m", "--html", page, "--json", document)
		if status != statusOK {
			t.Fatalf("exit status %d\n%s", status, problems)
		}
		written, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf(`<a href="%s#L%d">`, test.link, test.line); !strings.Contains(string(written), want) {
			t.Errorf("%s: the page has no link %s", test.file, want)
		}
		data, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		var d struct {
			Findings []struct {
				Rule, Said, File string
				Line             int
			}
		}
		if err := json.Unmarshal(data, &d); err != nil {
			t.Fatal(err)
		}
		found := false
		for _, f := range d.Findings {
			if f.Rule == "cooldown-short" {
				found = f.File == test.file && f.Line == test.line && strings.HasPrefix(f.Said, test.path+": ")
			}
		}
		if _, out, _ := call("lint", test.option, test.file, "--start-time", "5m"); !strings.Contains(out,
			fmt.Sprintf("%s:%d:", test.file, test.line)) || !strings.Contains(out, ": "+test.path+": ") {
			t.Errorf("lint has no line %d of %s: %s", test.line, test.path, out)
		}
		if !found {
			t.Errorf("%s: got %+v, want %s in line %d", test.file, d.Findings, test.path, test.line)
		}
	}
	o := newOptions()
	o.html = page
	for _, file := range []string{"", "HEAD:" + template, environment + withPlan + "plan.yaml", dir} {
		if got := o.link(file, 1); got != "" {
			t.Errorf("%q is no file, and has the link %q", file, got)
		}
	}
}
