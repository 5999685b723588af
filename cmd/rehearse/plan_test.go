package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/plan"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// lastYear is the first semi-final, for a final to come.
var lastYear = []string{"--trace", semifinals, "--from", "1998-07-07T17:00:00Z", "--to", "1998-07-08T00:00:00Z",
	"--kick-off", "1998-07-07T19:00:00Z",
	"--shift-to", "2027-05-29T19:00:00Z", "--name", "final", "--budget", "20"}

// TestPlan: what is printed is YAML, what is in the files is the same, and all
// of it is so again.
func TestPlan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	planned := func(name string, more ...string) (status int, out, keys string, doc map[string]any) {
		j, y := filepath.Join(dir, name+".json"), filepath.Join(dir, name+".yaml")
		args := append(append([]string{"plan", "--template", variant, "--facts", "testdata/facts.yaml", "--json", j,
			"--yaml", y}, lastYear...), more...)
		status, out, problems := call(args...)
		if problems != "" {
			t.Fatal(problems)
		}
		data, err := os.ReadFile(j)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &doc); err != nil {
			t.Fatal(err)
		}
		data, err = os.ReadFile(y)
		if err != nil {
			t.Fatal(err)
		}
		return status, out, string(data), doc
	}
	status, out, keys, doc := planned("one")
	_, again, _, docAgain := planned("two")
	if out != again || cmp.Diff(doc, docAgain) != "" {
		t.Errorf("planned once\n%s\nand again\n%s", out, again)
	}
	comments, rest, _ := strings.Cut(out, "\n\n")
	for _, line := range strings.Split(comments, "\n") {
		if !strings.HasPrefix(line, "#") {
			t.Errorf("%q is no comment", line)
		}
	}
	if rest != keys || doc["yaml"] != keys {
		t.Errorf("printed\n%s\nand written\n%s", rest, keys)
	}
	if holds := doc["holds"] == true; holds != (status == statusOK) || !holds && status != statusRefused {
		t.Errorf("holds: %v, exit status %d", doc["holds"], status)
	}
	if _, out, _, doc = planned("checked", "--check", "1998-07-08T19:00:00Z", "--evening", "1998-07-08T19:00:00Z",
		"--robust=false"); doc["onTheEveningToCheckBy"] == nil ||
		!strings.Contains(out, "on the evening to check it by") || doc["marginPeak"] != 1.0 {
		t.Errorf("%v\n%s", doc, out)
	}
}

// TestMistakesOfAPlan: all at once, and nothing is written.
func TestMistakesOfAPlan(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"plan-nothing-given": nil,
		"plan-options-wrong": append([]string{"--template", variant, "--facts", "testdata/facts.yaml", "--peak", "0",
			"--margin-peak", "0.5", "--margin-early", "3h",
			"--min-availability", "101", "--timeout", "5", "--budget", "1", "--evening", "yesterday", "--check", "yesterday",
			"--fault", "fulfilled=0.5", "--timezone", "Europe/Londn"}, lastYear...),
		"plan-elsewhere": append(append([]string{"--template", variant, "--facts", "testdata/facts.yaml"}, lastYear...),
			"--kick-off", "1998-07-09T19:00:00Z",
			"--check", "1998-07-19T19:00:00Z", "--robust=false", "--margin-early", "5m", "--name", "a|b"),
		"plan-facts-missing": append([]string{"--template", component}, lastYear...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			status, out, problems := call(append(append([]string{"plan"}, args...), "--json", filepath.Join(dir, "p.json"),
				"--yaml", filepath.Join(dir, "p.yaml"))...)
			if left, _ := os.ReadDir(dir); status != statusBadInput || out != "" || len(left) > 0 {
				t.Errorf("exit status %d, %d files, printed %q", status, len(left), out)
			}
			golden(t, "testdata/mistakes/"+name+".txt", problems)
		})
	}
}

// TestPlansAreEnvironments: the keys of a plan, in an environment file, are what
// was rehearsed.
func TestPlansAreEnvironments(t *testing.T) {
	t.Parallel()
	const file = "../../config/testdata/valid/minimal.yaml"
	minimal, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	today, err := config.Parse(file, "minimal", minimal)
	if err != nil {
		t.Fatal(err)
	}
	t0, _, err := trace.ReadFile(semifinals, trace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	kickOff := time.Date(1998, time.July, 7, 19, 0, 0, 0, time.UTC)
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Make(context.Background(), plan.Request{
		Input: rehearsal.Input{Subject: today.Subjects()[0], Service: rehearsal.Service{ClientTimeout: time.Second}},
		Evenings: []plan.Evening{{Trace: t0.Between(kickOff.Add(-2*time.Hour), kickOff.Add(5*time.Hour)),
			KickOff: kickOff}},
		Event:  plan.Event{Name: "the final, #1", KickOff: time.Date(2027, time.May, 29, 20, 0, 0, 0, london)},
		Margin: plan.DefaultMargin(), Budget: 120,
	})
	if err != nil {
		t.Fatal(err)
	}
	before, after, _ := strings.Cut(string(minimal), "scaling:\n")
	_, after, _ = strings.Cut(after, "frontend:\n")
	written := before + p.YAML() + "frontend:\n" + after
	planned, err := config.Parse(file, "minimal", []byte(written))
	if err != nil {
		t.Fatalf("%v\n%s", err, written)
	}
	got, want := planned.Subjects()[0].Target, p.Subject.Target
	if len(want.ScheduledActions) == 0 {
		t.Error("the plan has no floor")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-rehearsed +deployed)\n%s\n%s", diff, written)
	}
}

// TestProgress: a bar is for a terminal alone.
func TestProgress(t *testing.T) {
	t.Parallel()
	o := newOptions()
	if o.progress() != nil {
		t.Error("nobody looks")
	}
	var screen strings.Builder
	o.terminal = &screen
	draw := o.progress()
	draw(0, 40)
	draw(20, 40)
	draw(40, 40)
	empty, half, full := strings.Repeat(" ", 40), strings.Repeat("#", 20)+strings.Repeat(" ", 20),
		strings.Repeat("#", 40)
	want := "\r[" + empty + "] 0 of at most 40 settings\r[" + half + "] 20 of at most 40 settings\r[" + full +
		"] 40 of at most 40 settings"
	if screen.String() != want {
		t.Errorf("%q", screen.String())
	}
	if terminal(&screen) != nil {
		t.Error("a text is no terminal")
	}
}

// TestNoTime: a plan that gets no time says so.
func TestNoTime(t *testing.T) {
	t.Parallel()
	status, out,
		problems := call(append([]string{"plan", "--template", variant, "--facts", "testdata/facts.yaml", "--timeout",
		"1ns"}, lastYear...)...)
	want := "--timeout: got 1ns: it was over before anything was tried; give it more time\n"
	if status != statusBadInput || out != "" || problems != want {
		t.Errorf("exit status %d, %q, %q", status, out, problems)
	}
}
