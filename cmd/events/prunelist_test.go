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

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

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
				lines += indent + "- {name: " + name + ", timezone: UTC, starts: " + day + "T10:00, ends: " + day + "T11:00, peakInstances: 3}" + pick(
					"remark",
					"",
					" # of "+name,
				) + "\n"
				continue
			}
			lines += indent + "- name: " + name + "\n" +
				indent + "  timezone: UTC\n" +
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
