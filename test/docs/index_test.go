package docs_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheIndexNamesEveryPage: docs/README.md leads to each page of docs.
func TestTheIndexNamesEveryPage(t *testing.T) {
	t.Parallel()
	index := read(t, filepath.Join(root, "docs", "README.md"))
	files, err := os.ReadDir(filepath.Join(root, "docs"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := f.Name()
		if strings.HasSuffix(name, ".md") && name != "README.md" && !strings.Contains(index, "]("+name+")") {
			t.Errorf("docs/README.md does not lead to %s; add it", name)
		}
	}
}

// TestTheWordsAreInOrder: docs/glossary.md is sorted, has no word twice, and leads from each
// to a page.
func TestTheWordsAreInOrder(t *testing.T) {
	t.Parallel()
	_, list, _ := strings.Cut(read(t, filepath.Join(root, "docs", "glossary.md")), "\n\n- ")
	before := ""
	for _, entry := range strings.Split(strings.TrimSpace(list), "\n- ") {
		word, meaning, _ := strings.Cut(strings.TrimPrefix(entry, "**"), "**: ")
		if strings.ToLower(word) <= strings.ToLower(before) {
			t.Errorf("%q stands after %q", word, before)
		}
		if len(links(meaning)) == 0 {
			t.Errorf("%q leads to no page", word)
		}
		before = word
	}
	if before == "" {
		t.Error("the page has no words")
	}
}

// TestTheAlarmsPaidForAreProds: the price in docs/monitoring.md is of as many alarms and
// metrics as prod's template has.
func TestTheAlarmsPaidForAreProds(t *testing.T) {
	t.Parallel()
	var template struct {
		Resources map[string]struct {
			Type       string
			Properties struct {
				Metrics []struct{ MetricStat map[string]any }
			}
		}
	}
	snapshot := read(t, filepath.Join(root, "test", "snapshots", "prod", "monitoring.json"))
	if err := json.Unmarshal([]byte(snapshot), &template); err != nil {
		t.Fatal(err)
	}
	alarms, metrics := 0, 0
	for _, r := range template.Resources {
		if r.Type != "AWS::CloudWatch::Alarm" {
			continue
		}
		alarms++
		retrieved := 0
		for _, m := range r.Properties.Metrics {
			if m.MetricStat != nil {
				retrieved++
			}
		}
		metrics += max(retrieved, 1)
	}
	want := fmt.Sprintf("| alarms | %d, which retrieve %d metrics at ", alarms, metrics)
	if !strings.Contains(read(t, filepath.Join(root, "docs", "monitoring.md")), want) {
		t.Errorf("prod's template has what docs/monitoring.md does not say: %q", want)
	}
}
