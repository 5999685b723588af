package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

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

// In all cases but those that say otherwise it is noon of 20 June 2027, and
// "semi" is over.
const noon = "2027-06-20T12:00:00Z"

const (
	semi  = "name: semi\n    starts: 2027-06-12T20:00\n    ends: 2027-06-12T22:00\n    peakInstances: 3\n"
	final = "name: final\n    starts: 2027-07-10T20:00\n    ends: 2027-07-10T22:00\n    peakInstances: 4\n"
)

func TestPrune(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ before, after string }{
		"the first": {
			"events:\n  - " + semi + "  - " + final + "\n",
			"events:\n  - " + final + "\n"},
		"the last": {
			"events:\n  - " + final + "  - " + semi + "\n",
			"events:\n  - " + final + "\n"},
		"in the middle": {
			"events:\n  - " + final + "  - " + semi + "  - " + strings.Replace(final, "final", "other", 1),
			"events:\n  - " + final + "  - " + strings.Replace(final, "final", "other", 1)},
		"all, and the key": {
			"tags: {a: b}\nevents:\n  - " + semi + "  - " + strings.Replace(semi, "semi", "quarter", 1) + "\n",
			"tags: {a: b}\n\n"},
		"all, with the comment above the key": {
			"tags: {a: b}\n\n# Times that are known\n# to be busy.\nevents: # yours\n  # soon\n  - " + semi + "\n",
			"tags: {a: b}\n\n"},
		"the comments of an event go with it, and no others": {
			"events:\n" +
				"  # for all events\n\n" +
				"  # what decides who plays\n  # the final\n  - name: semi # over\n    # the date is sure\n    starts: 2027-06-12T20:00\n" +
				"#    overrun: 2h\n    ends: 2027-06-12T22:00\n    peakInstances: 3\n    # shape: none\n" +
				"  # the final itself\n  - " + final + "  # more to come\n\n# the front end\n",
			"events:\n  # for all events\n\n  # the final itself\n  - " + final + "  # more to come\n\n# the front end\n"},
		"blank lines": {
			"events:\n\n  - " + semi + "\n\n  - " + final + "\n  - " + strings.Replace(semi, "semi", "quarter", 1) + "\n\n",
			"events:\n\n  - " + final + "\n"},
		"neighbours": {
			"events:\n  - " + semi + "\n  # also\n  - " + strings.Replace(semi, "semi", "quarter", 1) + "\n  - " + final + "\n",
			"events:\n  - " + final + "\n"},
		"a list that is not indented": {
			"events:\n- name: semi\n  starts: 2027-06-12T20:00\n  ends: 2027-06-12T22:00\n  peakInstances: 3\n- name: final\n  starts: 2027-07-10T20:00\n  ends: 2027-07-10T22:00\n  peakInstances: 4\n",
			"events:\n- name: final\n  starts: 2027-07-10T20:00\n  ends: 2027-07-10T22:00\n  peakInstances: 4\n"},
		"all of a list that is not indented": {
			"events:\n- name: semi\n  starts: 2027-06-12T20:00\n  ends: 2027-06-12T22:00\n  peakInstances: 3\n", ""},
		"in braces": {
			"events:\n  - {name: semi, starts: 2027-06-12T20:00, ends: 2027-06-12T22:00, peakInstances: 3} # over\n  - {name: final, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4}\n",
			"events:\n  - {name: final, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4}\n"},
		"in brackets, the first": {
			"events: [{name: semi é, starts: 2027-06-12T20:00, ends: 2027-06-12T22:00, peakInstances: 3}, {name: final, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4}] # yours\n",
			"events: [{name: final, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4}] # yours\n"},
		"in brackets, the last": {
			"events: [ {name: final, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4}, {name: semi, starts: 2027-06-12T20:00, ends: 2027-06-12T22:00, peakInstances: 3} ]\n",
			"events: [ {name: final, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4} ]\n"},
		"in brackets, all": {
			"tags: {a: b}\nevents: [{name: semi, starts: 2027-06-12T20:00, ends: 2027-06-12T22:00, peakInstances: 3}] # yours\n",
			"tags: {a: b}\n"},
		"in brackets over several lines": {
			"events: [\n  # who plays the final\n  {name: semi, starts: 2027-06-12T20:00, ends: 2027-06-12T22:00, peakInstances: 3}, # over\n" +
				"  # the final\n  {name: final, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4}, # soon\n" +
				"  {name: quarter, starts: 2027-06-02T20:00, ends: 2027-06-02T22:00, peakInstances: 3}, # over\n]\n",
			"events: [\n  # the final\n  {name: final, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4}, # soon\n]\n"},
		"in brackets, the bracket on the last line": {
			"events: [\n  {name: final, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4}, # soon\n" +
				"  {name: quarter, starts: 2027-06-02T20:00, ends: 2027-06-02T22:00, peakInstances: 3}]\n",
			"events: [\n  {name: final, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4} # soon\n  ]\n"},
		"dates": {
			"events:\n  - name: group stage\n    dates: [2027-06-12, 2027-07-01, 2027-06-10, 2027-07-02]\n    starts: 20:00\n    ends: 22:00\n    peakInstances: 3\n",
			"events:\n  - name: group stage\n    dates: [2027-07-01, 2027-07-02]\n    starts: 20:00\n    ends: 22:00\n    peakInstances: 3\n"},
		"dates, one a line, beside an event that goes": {
			"events:\n  - name: group stage\n    dates:\n      # first week\n      - 2027-06-12 # A\n      - 2027-07-01 # B\n      - 2027-06-10\n    starts: 20:00\n    ends: 22:00\n    peakInstances: 3\n  - " + semi,
			"events:\n  - name: group stage\n    dates:\n      - 2027-07-01 # B\n    starts: 20:00\n    ends: 22:00\n    peakInstances: 3\n"},
		"all dates": {
			"events:\n  - name: group stage\n    dates: [2027-06-12, 2027-06-10]\n    starts: 20:00\n    ends: 22:00\n    peakInstances: 3\n  - " + final,
			"events:\n  - " + final},
		"every week until a past date": {
			"events:\n  - name: evening\n    starts: 20:00\n    ends: 22:00\n    weekdays: [MON, TUE]\n    from: 2027-01-01\n    until: 2027-06-19\n    peakInstances: 3\n  - name: weekend\n    starts: 20:00\n    ends: 22:00\n    weekdays: [SAT]\n    from: 2027-01-01\n    until: 2027-06-26\n    peakInstances: 3\n",
			"events:\n  - name: weekend\n    starts: 20:00\n    ends: 22:00\n    weekdays: [SAT]\n    from: 2027-01-01\n    until: 2027-06-26\n    peakInstances: 3\n"},
		"an event that the minimum carries": {
			"events:\n  - " + strings.Replace(semi, "peakInstances: 3", "peakInstances: 1", 1) + "  - " + final,
			"events:\n  - " + final},
		"an anchor that nobody needs": {
			"events:\n  - &semi\n    " + semi + "  - &final\n    " + final,
			"events:\n  - &final\n    " + final},
		"text that looks like a comment or an entry": {
			"events:\n  - name: \"semi # - name\"\n    starts: 2027-06-12T20:00\n    ends: 2027-06-12T22:00\n    peakInstances: 3\n  - " + final,
			"events:\n  - " + final},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for ending, convert := range map[string]func(string) string{
				"LF":   func(s string) string { return s },
				"CRLF": func(s string) string { return "\ufeff" + strings.ReplaceAll(s, "\n", "\r\n") },
			} {
				dir, file := folder(t, test.before)
				want := read(t, file)
				want = convert(strings.Replace(want, test.before, test.after, 1))
				if err := os.WriteFile(file, []byte(convert(read(t, file))), 0o640); err != nil {
					t.Fatal(err)
				}
				text, before := read(t, file), load(t, dir)
				var out bytes.Buffer
				if err := prune(&out, dir, "prod", noon, true); err != nil || read(t, file) != text {
					t.Fatalf("%s, dry: %v, or the file was changed", ending, err)
				}
				if err := prune(&out, dir, "prod", noon, false); err != nil {
					t.Fatal(ending, err)
				}
				if diff := cmp.Diff(want, read(t, file)); diff != "" {
					t.Fatal(ending, diff)
				}
				checkPruned(t, before, load(t, dir))
				if info, _ := os.Stat(file); info.Mode().Perm() != 0o640 {
					t.Error("the file's mode is", info.Mode())
				}
				if entries, _ := os.ReadDir(dir); len(entries) != 1 {
					t.Error("something is left beside the file", entries)
				}
			}
		})
	}
}

// TestPruneAnyList: however a list is laid out, the comments of what is over go
// with it, those of the rest stay, and every line that is left was there before.
func TestPruneAnyList(t *testing.T) {
	t.Parallel()
	base, _ := folder(t, "")
	rest := read(t, filepath.Join(base, "prod.yaml"))
	rapid.Check(t, func(t *rapid.T) {
		pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
		indent := pick("indent", "", "  ", "    ")
		lines := pick("heading", "", "# known\n") + "events:" + pick("remark", "", " # yours") + "\n"
		var gone, left []string
		for i := range rapid.IntRange(1, 5).Draw(t, "events") {
			name, day := fmt.Sprintf("event-%d", i), fmt.Sprintf("2027-06-%02d", 1+i)
			if rapid.Bool().Draw(t, "to come") {
				day = fmt.Sprintf("2027-07-%02d", 1+i)
				left = append(left, name)
			} else {
				gone = append(gone, name)
			}
			lines += pick("blank", "", "", "\n", "  \n\n")
			if rapid.Bool().Draw(t, "commented") {
				lines += pick("comment's indent", "", indent) + "# of " + name + "\n"
			}
			if rapid.Bool().Draw(t, "braces") {
				lines += indent + "- {name: " + name + ", starts: " + day + "T10:00, ends: " + day + "T11:00, peakInstances: 3}" + pick("remark", "", " # of "+name) + "\n"
				continue
			}
			lines += indent + "- name: " + name + "\n" +
				indent + "  starts: " + day + "T10:00\n" +
				pick("inside", "", "\n", "# of "+name+"\n") +
				indent + "  ends: " + day + "T11:00\n" +
				indent + "  peakInstances: 3\n" +
				pick("behind", "", indent+"    # of "+name+"\n")
		}
		lines += pick("end", "", "\n")
		dir, err := os.MkdirTemp(base, "any")
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "prod.yaml")
		before := strings.Replace(rest, "frontend:", lines+"frontend:", 1)
		if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := prune(&bytes.Buffer{}, dir, "prod", noon, false); err != nil {
			t.Fatal(err, before)
		}
		after, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		was := strings.Split(before, "\n")
		for _, line := range strings.Split(string(after), "\n") {
			i := slices.Index(was, line)
			if i < 0 {
				t.Fatalf("%q is new or in another place:\n%s\nbecame\n%s", line, before, after)
			}
			was = was[i+1:]
		}
		for _, name := range gone {
			if strings.Contains(string(after), name) {
				t.Fatalf("of %s something is left:\n%s\nbecame\n%s", name, before, after)
			}
		}
		for _, name := range left {
			if strings.Count(string(after), name) != strings.Count(before, name) {
				t.Fatalf("of %s something is gone:\n%s\nbecame\n%s", name, before, after)
			}
		}
	})
}

// checkPruned: the scheduled actions are exactly those of the events that are
// left, and nothing else has changed.
func checkPruned(t *testing.T, before, after config.Environment) {
	t.Helper()
	now, _ := time.Parse(time.RFC3339, noon)
	v, w := before.ProductionVariants()[0], after.ProductionVariants()[0]
	wanted := v.VariantScaling()
	wanted.Events = wanted.Calendar().Coming(now)
	if diff := cmp.Diff(wanted.Target(v.Variant()), w.ScalableTarget()); diff != "" {
		t.Error(diff)
	}
	target := w.ScalableTarget()
	for _, a := range target.ScheduledActions {
		if *a.MinCapacity < v.Scaling.MinCapacity {
			t.Errorf("%+v lowers the minimum", a)
		}
	}
	if target.MinCapacity != v.Scaling.MinCapacity {
		t.Error("the minimum between events is", target.MinCapacity)
	}
	before.Events, after.Events = nil, nil
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
}

// TestPruneAtTheEndOfTheFile: without a newline after the last line.
func TestPruneAtTheEndOfTheFile(t *testing.T) {
	t.Parallel()
	_, file := folder(t, "")
	rest := read(t, file)
	for _, test := range [][2]string{
		{rest + "\n# busy\nevents:\n  - " + strings.TrimSuffix(semi, "\n"), rest},
		{rest + "events:\n  - " + semi + "  - " + strings.TrimSuffix(final, "\n"), rest + "events:\n  - " + strings.TrimSuffix(final, "\n")},
		{rest + "events:\n  - " + final + "\n  - " + strings.TrimSuffix(semi, "\n"), rest + "events:\n  - " + final},
	} {
		dir, file := folderOf(t, test[0])
		if err := prune(&bytes.Buffer{}, dir, "prod", noon, false); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test[1], read(t, file)); diff != "" {
			t.Error(diff)
		}
	}
}

// TestPruneVariants: each variant has events of its own.
func TestPruneVariants(t *testing.T) {
	t.Parallel()
	indented := func(s string) string { return "      - " + strings.ReplaceAll(s, "\n    ", "\n        ") }
	variant := func(name, events string) string {
		return "  - name: " + name + "\n    instanceType: ml.c6i.large\n    capacity: {requestsPerSecondPerInstance: 100, startTime: 5m}\n" +
			"    scaling: {minCapacity: 2, maxCapacity: 12}\n" + events
	}
	dir, file := folder(t, "")
	text := read(t, file)
	from, to := strings.Index(text, "variant:"), strings.Index(text, "frontend:")
	if from < 0 || to < from {
		t.Fatal(text)
	}
	with := func(a, b string) string {
		return text[:from] + "variants:\n" + variant("small", a) + variant("large", b) + text[to:]
	}
	before := with("    events:\n"+indented(semi)+indented(final), "    events: # of the large one\n"+indented(semi))
	after := with("    events:\n"+indented(final), "")
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := prune(&out, dir, "prod", noon, false); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(after, read(t, file)); diff != "" {
		t.Error(diff)
	}
	for _, line := range []string{"prod, variant small: removed from ", "prod, variant large: removed from "} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%q is not in %s", line, &out)
		}
	}
}

func TestPruneRefuses(t *testing.T) {
	t.Parallel()
	const middle = "no event is removed while one is under way, since the next deployment would register the minimum between events in the middle of it; it is "
	for name, test := range map[string]struct{ lines, now, want string }{
		"before the start": {"events:\n  - " + semi + "  - " + final, "2027-07-10T19:30:00Z",
			"prod: " + middle + "final, from Sat 2027-07-10 19:30 UTC until its minimum is released, Sat 2027-07-10 23:30 UTC"},
		"in the release, and nothing else is over": {"events:\n  - " + semi, "2027-06-12T23:29:59Z",
			"prod: " + middle + "semi, from Sat 2027-06-12 19:30 UTC until its minimum is released, Sat 2027-06-12 23:30 UTC"},
		"a time that is none": {"", "tomorrow", `-now: got "tomorrow": a time is written as 2027-05-29T12:00:00Z`},
		"an event that others rest on": {"events:\n  - &semi\n    " + semi + "  - <<: *semi\n    name: final\n    starts: 2027-07-10T20:00\n    ends: 2027-07-10T22:00\n", noon,
			"FILE: what is over cannot be cut out of the file as it is written, nothing was changed: the rest would not be valid: FILE:20:9: events[0]: got *semi: no anchor of this name stands before it; define &semi above; remove semi by hand"},
		"dates that another event has": {"events:\n  - name: a\n    dates: &days [2027-06-12, 2027-07-01]\n    starts: 20:00\n    ends: 21:00\n    peakInstances: 3\n" +
			"  - name: b\n    dates: *days\n    starts: 20:00\n    ends: 21:00\n    peakInstances: 3\n", noon,
			"FILE: what is over cannot be cut out of the file as it is written, nothing was changed: 26:5: dates is no plain list; remove 1 of 2 dates of a, 1 of 2 dates of b by hand"},
		"a key from elsewhere": {"events:\n  - &a\n    name: a\n    dates: [2027-06-12, 2027-07-01]\n    starts: 20:00\n    ends: 21:00\n    peakInstances: 3\n" +
			"  - <<: *a\n    name: b\n", noon,
			"FILE: what is over cannot be cut out of the file as it is written, nothing was changed: the key dates comes from somewhere else in the file; remove 1 of 2 dates of a, 1 of 2 dates of b by hand"},
		"an environment in braces": {"BRACES", noon,
			"FILE: what is over cannot be cut out of the file as it is written, nothing was changed: 1:2: the key does not begin its line; remove semi by hand"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, file := folder(t, test.lines)
			if test.lines == "BRACES" {
				dir, file = inBraces(t)
			}
			text := read(t, file)
			for _, dry := range []bool{true, false} {
				err := prune(&bytes.Buffer{}, dir, "prod", test.now, dry)
				if err == nil || strings.ReplaceAll(err.Error(), file, "FILE") != test.want {
					t.Errorf("got %v\nwant %s", err, test.want)
				}
				if read(t, file) != text {
					t.Error("the file was changed")
				}
			}
		})
	}
}

// inBraces is an environment as a program would write it.
func inBraces(t *testing.T) (dir, file string) {
	t.Helper()
	_, file = folder(t, "")
	whole := strings.TrimSpace(read(t, file))
	var m yaml.MapSlice
	if err := yaml.Unmarshal([]byte(whole), &m); err != nil {
		t.Fatal(err)
	}
	text, err := yaml.MarshalWithOptions(m, yaml.JSON())
	if err != nil {
		t.Fatal(err)
	}
	event := `{"events": [{"name": "semi", "starts": "2027-06-12T20:00", "ends": "2027-06-12T22:00", "peakInstances": 3}], `
	return folderOf(t, event+strings.TrimPrefix(string(text), "{"))
}

// TestPruneWaitsForTheGateway, whose floor may begin before that of instances
// that start faster.
func TestPruneWaitsForTheGateway(t *testing.T) {
	t.Parallel()
	_, file := folder(t, "events:\n  - "+semi+"  - "+final)
	text := strings.Replace(read(t, file), "startTime: 5m", "startTime: 1s", 1)
	for gateway, begins := range map[string]string{"": "19:30", "  capacity: {requestLatency: 100ms, provisionedConcurrency: true}\n": "19:15"} {
		at := strings.Replace(text, "2027-07-10T20:00", "2027-07-10T19:53", 1)
		dir, _ := folderOf(t, at+gateway)
		err := prune(&bytes.Buffer{}, dir, "prod", "2027-07-10T19:30:00Z", true)
		if err == nil || !strings.Contains(err.Error(), "final, from Sat 2027-07-10 "+begins+" UTC") {
			t.Errorf("%s: %v", begins, err)
		}
		err = prune(&bytes.Buffer{}, dir, "prod", "2027-07-10T19:29:00Z", true)
		if refused := err != nil; refused != (gateway != "") {
			t.Error(gateway, err)
		}
	}
}

func TestPruneNothing(t *testing.T) {
	t.Parallel()
	for _, lines := range []string{"", "events:\n  - " + final} {
		dir, file := folder(t, lines)
		text := read(t, file)
		var out bytes.Buffer
		if err := prune(&out, dir, "prod", noon, false); err != nil || read(t, file) != text {
			t.Errorf("%v, or the file was changed", err)
		}
		if want := "prod: no event is over, there is nothing to remove.\n"; out.String() != want {
			t.Errorf("got %q, want %q", &out, want)
		}
	}
}

func TestPruneReport(t *testing.T) {
	t.Parallel()
	dir, file := folder(t, "events:\n  - "+semi+"  - name: group stage\n    timezone: Europe/London\n    dates: [2027-06-12, 2027-07-01]\n    starts: 20:00\n    ends: 22:00\n    peakInstances: 3\n")
	for _, dry := range []bool{true, false} {
		var out bytes.Buffer
		if err := prune(&out, dir, "prod", noon, dry); err != nil {
			t.Fatal(err)
		}
		verb := "removed from"
		if dry {
			verb = "would be removed from"
		}
		want := "prod: " + verb + " FILE\n" +
			"  semi, over since Sat 2027-06-12 23:30 UTC\n" +
			"  1 of 2 dates of group stage: 2027-06-12\n" +
			"4 of 200 scheduled actions are left, 10 before; the minimum between events stays 2.\n" +
			"Deploy it before group stage is under way, Thu 2027-07-01 19:30 BST.\n"
		if diff := cmp.Diff(want, strings.ReplaceAll(out.String(), file, "FILE")); diff != "" {
			t.Error(diff)
		}
	}
}

// TestPruneThroughALink: the link stays one.
func TestPruneThroughALink(t *testing.T) {
	t.Parallel()
	_, file := folder(t, "events:\n  - "+semi)
	dir := t.TempDir()
	link := filepath.Join(dir, "prod.yaml")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	if err := prune(&bytes.Buffer{}, dir, "prod", noon, false); err != nil {
		t.Fatal(err)
	}
	if target, err := os.Readlink(link); err != nil || target != file || strings.Contains(read(t, file), "events") {
		t.Error(target, err)
	}
}

// TestReplaceLeavesAnothersChange: an editor may have saved the file meanwhile.
func TestReplaceLeavesAnothersChange(t *testing.T) {
	t.Parallel()
	dir, file := folder(t, "")
	if err := replace(file, []byte("as it was"), []byte("new")); err == nil || err.Error() != "the file was changed meanwhile; run it again" {
		t.Error(err)
	}
	load(t, dir)
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Error("something is left beside the file", entries)
	}
}
