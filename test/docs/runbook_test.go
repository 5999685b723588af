package docs_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
)

// others are the sections of docs/runbook.md on messages that are not of one kind of
// alarm: the composite alarms, the rules of constructs/monitoring, and the reminder of
// cmd/final.
var others = []string{"Affected", "AtRisk", "EndpointState", "ScaledToMaximum", "ScalingRefused",
	"final-reminder-predictions-prod"}

// longestSection is how many lines a section on an alarm may have.
const longestSection = 12

// section is a heading of the third level, its part of the page, and what stands below it.
type section struct{ part, name, text string }

func runbookSections(t *testing.T) (found []section) {
	t.Helper()
	for _, part := range strings.Split(read(t, filepath.Join(root, "docs", "runbook.md")), "\n## ")[1:] {
		title, rest, _ := strings.Cut(part, "\n")
		for _, s := range strings.Split(rest, "\n### ")[1:] {
			name, text, _ := strings.Cut(s, "\n")
			found = append(found, section{title, name, strings.TrimSpace(text)})
		}
	}
	return found
}

// TestTheRunbookHasEveryKind: each kind of alarm has its section, under the anchor that the
// alarms' descriptions have, and each section of an alarm its kind. Part 1 is in one form.
func TestTheRunbookHasEveryKind(t *testing.T) {
	t.Parallel()
	want := slices.Clone(others)
	for _, k := range monitoring.Kinds() {
		want = append(want, k.Name)
		if k.Anchor() != anchor(k.Name) {
			t.Errorf("%s: the alarm's description has #%s, the page #%s", k.Name, k.Anchor(), anchor(k.Name))
		}
	}
	var names []string
	for _, s := range runbookSections(t) {
		var labels []string
		switch {
		case strings.HasPrefix(s.part, "Part 1"):
			labels = []string{"See", "Do", "Changes", "[Tt]akes", "[Uu]ndo"}
		case strings.HasPrefix(s.part, "Part "):
			names = append(names, s.name)
			labels = []string{"Users", "Look at", "Causes", "Do", "Undo"}
			if n := strings.Count(s.text, "\n") + 1; n > longestSection {
				t.Errorf("%s has %d lines, want %d at most", s.name, n, longestSection)
			}
		}
		for _, label := range labels {
			if n := len(regexp.MustCompile(`\*\*`+label+`\*\*`).FindAllString(s.text, -1)); n != 1 {
				t.Errorf("%s: %s stands %d times, want once", s.name, label, n)
			}
		}
	}
	slices.Sort(want)
	slices.Sort(names)
	for _, name := range want {
		if !slices.Contains(names, name) {
			t.Errorf("docs/runbook.md has no section %s", name)
		}
	}
	for i, name := range names {
		if !slices.Contains(want, name) || i > 0 && names[i-1] == name {
			t.Errorf("docs/runbook.md has a section %s that no alarm leads to, or has it twice", name)
		}
	}
}

// TestTheOtherMessagesAreReal: what others names is what the code makes.
func TestTheOtherMessagesAreReal(t *testing.T) {
	t.Parallel()
	events := read(t, filepath.Join(root, "constructs", "monitoring", "events.go"))
	for _, m := range regexp.MustCompile(`\bid: "(\w+)"`).FindAllStringSubmatch(events, -1) {
		if !slices.Contains(others, m[1]) {
			t.Errorf("the rule %s has no section in docs/runbook.md", m[1])
		}
	}
	template := read(t, filepath.Join(root, "test", "snapshots", "prod", "monitoring.json"))
	for _, name := range others[:len(others)-1] {
		if !strings.Contains(template, `"Monitoring`+name) {
			t.Errorf("others has %s, and environment prod no such alarm or rule", name)
		}
	}
}

// TestTheRunbookShowsRealWidgets: a widget in italics has the title of one of the
// dashboard's.
func TestTheRunbookShowsRealWidgets(t *testing.T) {
	t.Parallel()
	var source strings.Builder
	files, err := filepath.Glob(filepath.Join(root, "autoscaling", "monitoring", "dashboard*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	for _, file := range files {
		source.WriteString(read(t, file))
	}
	page := read(t, filepath.Join(root, "docs", "runbook.md"))
	shown := 0
	for _, m := range regexp.MustCompile(`(?:^|[ (])\*([A-Z][^*]+)\*`).FindAllStringSubmatch(page, -1) {
		title := m[1]
		switch {
		case title == "Instances of main":
			title = "%s of %s"
		case strings.HasSuffix(title, " of main"):
			title = strings.TrimSuffix(title, "main")
		}
		shown++
		if !strings.Contains(source.String(), `"`+title) {
			t.Errorf("docs/runbook.md shows a widget %q, which the dashboard does not have", m[1])
		}
	}
	if shown == 0 {
		t.Error("the page shows no widget")
	}
}

// TestAnchorsLeadSomewhere: a link to a part of a page leads to a heading of it.
func TestAnchorsLeadSomewhere(t *testing.T) {
	t.Parallel()
	anchors := map[string]map[string]bool{}
	for page, text := range pages(t) {
		anchors[filepath.Clean(page)] = headings(text)
	}
	for page, text := range pages(t) {
		for _, link := range links(text) {
			path, fragment, found := strings.Cut(link, "#")
			if !found {
				continue
			}
			to := filepath.Clean(page)
			if path != "" {
				to = filepath.Join(filepath.Dir(page), path)
			}
			if !anchors[to][fragment] {
				t.Errorf("%s: %s has no heading #%s", page, to, fragment)
			}
		}
	}
}

// headings are the anchors of a page's headings. Where two are the same, the second one
// has a number behind it.
func headings(text string) map[string]bool {
	found := map[string]bool{}
	text = regexp.MustCompile("(?ms)^```.*?^```").ReplaceAllString(text, "")
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		name := anchor(m[1])
		for i := 1; found[name]; i++ {
			name = anchor(m[1]) + "-" + string(rune('0'+i))
		}
		found[name] = true
	}
	return found
}

// anchor is what GitHub makes of a heading.
func anchor(heading string) string {
	kept := regexp.MustCompile(`[^\p{L}\p{N}_ -]`).ReplaceAllString(strings.ToLower(heading), "")
	return strings.ReplaceAll(kept, " ", "-")
}
