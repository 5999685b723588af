package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the expected outputs in testdata")

const (
	semifinals = "../../rehearsal/testdata/wc98_semifinals_1998-07-07_08.csv"
	prod       = "../../test/snapshots/prod/inference.json"
	variant    = "../../internal/cloudformation/testdata/variant.yaml"
	component  = "../../internal/cloudformation/testdata/component.yaml"
	good       = "testdata/mistakes/trace-good.csv"
)

// final is the second semi-final, half as many again, at the time of the final
// that prod prepares for.
var final = []string{"--trace", semifinals, "--from", "1998-07-08T17:00:00Z", "--to", "1998-07-09T00:00:00Z",
	"--kick-off", "1998-07-08T19:00:00Z", "--shift-to", "2027-05-29T19:00:00Z", "--rate-scale", "1.5"}

func call(args ...string) (status int, out, problems string) {
	var o, p bytes.Buffer
	status = rehearse(args, &o, &p)
	return status, o.String(), p.String()
}

// says reports whether a text for people has some words, whatever their lines.
func says(text, words string) bool {
	return strings.Contains(strings.Join(strings.Fields(text), " "), strings.TrimSpace(words))
}

// golden compares with testdata, or renews it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestProdHoldsTheFinal is this project's own gate: the scaling that prod would
// deploy, on a real evening as large as the one that it prepares for, which
// loses a zone at its peak.
func TestProdHoldsTheFinal(t *testing.T) {
	t.Parallel()
	args := append([]string{"run", "--template", prod, "--fault", "zone-lost=2027-05-29T20:50:00Z", "--client-timeout",
		"1s", "--variation", "1",
		"--min-availability", "99.99", "--max-p99", "400ms", "--max-cost-ratio", "3"}, final...)
	status, out, problems := call(args...)
	if status != statusOK || problems != "" {
		t.Errorf("exit status %d\n%s%s", status, out, problems)
	}
	// Twice as much on a day without a floor, and without instances to be had, is refused.
	unprepared := append(args, "--shift-to", "2027-05-23T19:00:00Z", "--fault", "no-capacity=2027-05-23T18:00:00Z/3h",
		"--rate-scale", "3")
	status, out, _ = call(unprepared...)
	if status != statusRefused || !strings.Contains(out, "gate failed") || !strings.Contains(out, "is below 99.99 %") {
		t.Errorf("exit status %d\n%s", status, out)
	}
}

func TestOthersTemplates(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"variant": {"--template", variant, "--facts", "testdata/facts.yaml"},
		"friday": {"--template", variant, "--facts", "testdata/facts.yaml", "--rate-scale", "1", "--shift-to",
			"2027-05-28T19:00:00Z"},
		"component": {"--template", component, "--facts", "testdata/facts.yaml", "--requests-per-second", "200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, out, problems := call(append(append([]string{"run"}, final...), args...)...)
			golden(t, "testdata/"+name+".txt", strings.ReplaceAll(out+problems, "../../", ""))
		})
	}
}

// TestMistakes compares all errors, with exit status 2, nothing printed
// and nothing written.
func TestMistakes(t *testing.T) {
	t.Parallel()
	bad := func(name string) string { return "testdata/mistakes/" + name }
	facts := []string{"--requests-per-second", "100", "--start-time", "5m"}
	for name, test := range map[string]struct {
		lines int
		args  []string
	}{
		"nothing-given": {2, nil},
		"no-scaling": {1,
			append([]string{"--template", "../../internal/cloudformation/testdata/nothing-scales.yaml", "--trace", good},
				facts...)},
		"no-scaling-and-bad-trace": {3, []string{"--template",
			"../../internal/cloudformation/testdata/nothing-scales.yaml", "--trace", bad("trace-unsorted-and-negative.csv")}},
		"unresolved": {6,
			append([]string{"--template", "../../internal/cloudformation/testdata/unresolved.yaml", "--trace", good},
				facts...)},
		"unsupported-policy": {1,
			append([]string{"--template", "../../internal/cloudformation/testdata/predictive.yaml", "--trace", good},
				facts...)},
		"facts-missing": {2, []string{"--template", component, "--trace", good}},
		"facts-several": {4, []string{"--template", variant, "--trace", good, "--facts",
			bad("facts-several.yaml")}},
		"facts-list": {1,
			append([]string{"--template", variant, "--trace", good, "--facts", bad("facts-list.yaml")}, facts...)},
		"facts-no-mapping": {1,
			append([]string{"--template", variant, "--trace", good, "--facts", bad("facts-no-mapping.yaml")}, facts...)},
		"facts-no-yaml": {1,
			append([]string{"--template", variant, "--trace", good, "--facts", bad("facts-no-yaml.yaml")}, facts...)},
		"trace-empty": {1, append([]string{"--template", variant, "--trace", bad("trace-empty.csv")},
			facts...)},
		"trace-unsorted-and-negative": {2,
			append([]string{"--template", variant, "--trace", bad("trace-unsorted-and-negative.csv")}, facts...)},
		"trace-mixed-periods": {1,
			append([]string{"--template", variant, "--trace", bad("trace-mixed-periods.csv")}, facts...)},
		"trace-elsewhere": {1,
			append([]string{"--template", variant, "--trace", good, "--from", "2028-01-01T00:00:00Z"}, facts...)},
		"gate-contradicts-itself": {2, append([]string{"--template", variant, "--trace", good, "--service-time",
			"50ms", "--max-p99", "10ms", "--max-cost-ratio", "0.5"}, facts...)},
		"options-wrong": {10,
			append([]string{"--template", variant, "--assembly", "x", "--trace", good, "--rate-scale", "-1", "--from",
				"today", "--fault", "rain", "--fault", "zone-lost=now", "--min-availability", "101", "--max-p99", "5", "--seed",
				"-1", "--kick-off", "2027-05-29T19:00:00Z", "--parameter", "x"}, facts...)},
		"shape-wrong": {3,
			append([]string{"--template", variant, "--shape", "match,start=today,length=5h,base=-1,peak=900"}, facts...)},
		"shape-and-trace": {1, append([]string{"--template", variant, "--trace", good, "--shape", match},
			facts...)},
		"faults-beside-the-traffic": {2, append([]string{"--template", variant, "--shape", match, "--fault",
			"extra-time=2027-05-29T20:45:00Z/30m", "--fault", "no-data=latency"}, facts...)},
		"environment-wrong": {1,
			append([]string{"--environment", "../../config/testdata/certificate-missing.yaml", "--trace", good}, facts...)},
		"fault-of-no-action-and-order": {2, append([]string{"--template", variant, "--trace", good, "--fault",
			"missed=nothing", "--from", "2027-05-29T19:02:00Z", "--to", "2027-05-29T19:00:00Z"}, facts...)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			status, out, problems := call(append(append([]string{"run"}, test.args...), "--json",
				filepath.Join(dir, "r.json"), "--html", filepath.Join(dir, "r.html"))...)
			if left, _ := os.ReadDir(dir); status != statusBadInput || out != "" || len(left) > 0 {
				t.Errorf("exit status %d, %d files, printed %q", status, len(left), out)
			}
			golden(t, bad(name+".txt"), problems)
			if n := strings.Count(problems, "\n"); n != test.lines {
				t.Errorf("%d lines are said, want %d\n%s", n, test.lines, problems)
			}
		})
	}
}

func TestOutputsAreWholeAndTheSame(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	written := func(name string) (string, string) {
		j, h := filepath.Join(dir, name+".json"), filepath.Join(dir, name+".html")
		status, out,
			problems := call(append([]string{"run", "--template", variant, "--facts", "testdata/facts.yaml", "--json", j,
			"--html", h, "--min-availability", "100"}, final...)...)
		if status != statusRefused || problems != "" {
			t.Fatalf("exit status %d\n%s%s", status, out, problems)
		}
		a, err := os.ReadFile(j)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(h)
		if err != nil {
			t.Fatal(err)
		}
		return string(a), string(b)
	}
	json1, html1 := written("a")
	json2, html2 := written("b")
	if json1 != json2 || html1 != html2 {
		t.Error("the same rehearsal was written differently")
	}
	var parsed struct {
		GateFailures []string
		Minutes      []struct{ Needed, InService int }
	}
	if err := json.Unmarshal([]byte(json1), &parsed); err != nil || len(parsed.GateFailures) != 1 ||
		len(parsed.Minutes) != 420 {
		t.Errorf("%v: %d failures, %d minutes", err, len(parsed.GateFailures), len(parsed.Minutes))
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".rehearse-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	status, _, problems := call("run", "--template", variant, "--facts", "testdata/facts.yaml", "--trace", good,
		"--json", filepath.Join(dir, "none", "x"), "--html", dir)
	if status != statusBadInput || strings.Count(problems, "\n") != 2 {
		t.Errorf("exit status %d\n%s", status, problems)
	}
}

func TestLint(t *testing.T) {
	t.Parallel()
	if status, out, problems := call("lint", "--template", prod); status != statusOK || problems != "" ||
		out != "1 scalable target judged, 0 findings\n" {
		t.Errorf("prod: exit status %d\n%s%s", status, out, problems)
	}
	status, out, problems := call("lint", "--template", "testdata/hurts.yaml")
	if status != statusRefused || problems != "" {
		t.Errorf("exit status %d: %s", status, problems)
	}
	golden(t, "testdata/hurts.txt", out)
	if status, _, problems := call("lint", "--template",
		"../../internal/cloudformation/testdata/unresolved.yaml"); status != statusBadInput ||
		strings.Count(problems, "\n") != 6 {
		t.Errorf("unresolved: exit status %d\n%s", status, problems)
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	status, out,
		problems := call(append(append([]string{"explain", "--template", variant, "--facts", "testdata/facts.yaml"},
		final...), "--to", "1998-07-08T18:30:00Z")...)
	if status != statusOK || problems != "" {
		t.Errorf("exit status %d\n%s", status, problems)
	}
	golden(t, "testdata/explain.txt", out)
}

func TestCommands(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args   []string
		status int
		said   string
	}{
		{nil, statusBadInput, "usage: rehearse"}, {[]string{"sing"}, statusBadInput, `got "sing"`},
		{[]string{"help"}, statusOK, "compare"},
		{[]string{"run", "-h"}, statusOK, "-requests-per-second"},
		{[]string{"run", "--colour"}, statusBadInput, "colour"},
		{[]string{"lint", "x.yaml"}, statusBadInput, `rehearse lint --template x.yaml`},
	} {
		if status, out, problems := call(test.args...); status != test.status ||
			!strings.Contains(out+problems, test.said) {
			t.Errorf("%q: exit status %d, %s%s", test.args, status, out, problems)
		}
	}
}

// TestFactsPage: docs/rehearsal.md has the tables of facts and of faults.
func TestFactsPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/rehearsal.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range factTable {
		if line := "| `" + f.key + "` | " + f.meaning + " | " + f.defaultText + " |\n"; !strings.Contains(string(page),
			line) {
			t.Errorf("docs/rehearsal.md lacks\n%s", line)
		}
	}
	for _, k := range faultTable {
		if !strings.Contains(string(page), "\n| `"+k.name+"` | `") {
			t.Errorf("docs/rehearsal.md lacks the fault %s", k.name)
		}
	}
}

// TestFactsInYAML: facts may be said with anchors, aliases, merge keys and tags;
// what nests is refused at once.
func TestFactsInYAML(t *testing.T) {
	t.Parallel()
	said := newFacts()
	ps := said.parse("f.yaml", []byte("startTime: &start 5m\nstartTimeP95: *start\n<<: {startTime: 9m, queueLimit: 1e1}\nconcurrency: !!str 010\n"))
	if s := said.service; len(ps) > 0 || s.Start.Median != 5*time.Minute || s.Start.P95 != 5*time.Minute || s.QueueLimit != 10 || s.Concurrency != 10 {
		t.Errorf("got %+v, %v", said.service, ps)
	}
	for text, want := range map[string]string{
		strings.Repeat("[", 8_000):       "f.yaml:1:33: more than 32 levels are nested here; ",
		"startTime: *start\n":            "f.yaml:1:12: got \"*start\": no anchor of this name stands before it; define &start above",
		"startTime 5m\nqueueLimit: 3\n":  "f.yaml:1:1: this is not valid YAML: the colon is missing after the key; write startTime: 5m",
		"startTime: !Ref x\n":            "f.yaml:1:17: got \"!Ref\": a facts file is lines of",
		"startTime: 5m\nstartTime: 6m\n": "f.yaml:2:1: the key \"startTime\" is repeated; keep one of the two",
	} {
		said := newFacts()
		if ps := said.parse("f.yaml", []byte(text)); len(ps) != 1 || !strings.HasPrefix(ps[0].String(), want) {
			t.Errorf("%.40q: got %v, want %s", text, ps, want)
		}
	}
}

func FuzzFacts(f *testing.F) {
	for _, file := range []string{"testdata/facts.yaml", "testdata/mistakes/facts-several.yaml",
		"testdata/mistakes/facts-list.yaml", "testdata/mistakes/facts-no-yaml.yaml"} {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		said := newFacts()
		for _, p := range said.parse("f.yaml", data) {
			if !strings.HasPrefix(p.Path, "f.yaml") || p.Rule == "" {
				t.Errorf("%q has no place or no rule", p)
			}
		}
	})
}
