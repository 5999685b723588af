package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
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
	"--shift-to", "2027-05-29T19:00:00Z", "--name", "final"}

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
	if !strings.HasPrefix(doc["traceRead"].(string), "CSV: requests of each period in column count") {
		t.Error(doc["traceRead"])
	}
	status, out, _, doc = planned("checked", "--check", "1998-07-08T19:00:00Z", "--evening", "1998-07-08T19:00:00Z",
		"--margin-peak", "1.2")
	if doc["onTheEveningToCheckBy"] == nil || !strings.Contains(out, "the evening to check by") ||
		doc["marginPeak"] != 1.2 || (doc["holds"] == true) != (status == statusOK) {
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
			"--min-availability", "101", "--margin-start", "0", "--evening", "yesterday", "--check", "yesterday",
			"--fault", "fulfilled=0.5", "--timezone", "Europe/Londn"}, lastYear...),
		"plan-elsewhere": append(append([]string{"--template", variant, "--facts", "testdata/facts.yaml"}, lastYear...),
			"--kick-off", "1998-07-09T19:00:00Z",
			"--check", "1998-07-19T19:00:00Z", "--name", "a|b"),
		"plan-folder-empty": {"--template", variant, "--facts", "testdata/facts.yaml", "--shift-to", "2027-05-29T19:00:00Z",
			"--evening", "testdata", "--check", "testdata/facts.yaml"},
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
	p, err := plan.Make(plan.Request{
		Input: rehearsal.Input{Subject: today.Subjects()[0], Service: rehearsal.Service{ClientTimeout: time.Second}},
		Evenings: []plan.Evening{{Trace: t0.Between(kickOff.Add(-2*time.Hour), kickOff.Add(5*time.Hour)),
			KickOff: kickOff}},
		Event: plan.Event{Name: "the final, #1", KickOff: time.Date(2027, time.May, 29, 20, 0, 0, 0, london)},
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

// A folder of evenings needs no --trace, and what the plan says of the evening to check
// by is what its keys do, in an environment file, as run rehearses them.
func TestWhatIsSaidIsWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const minimal = "../../config/testdata/valid/minimal.yaml"
	const peak = 3630 // of 8 July, rounded up
	keys, said := filepath.Join(dir, "keys.yaml"), filepath.Join(dir, "plan.json")
	status, out, problems := call("plan", "--environment", minimal, "--client-timeout", "1s", "--evening",
		"../../rehearsal/testdata/wc98_matches", "--check", semifinals+"@1998-07-08T19:00:00Z", "--shift-to",
		"2027-05-29T19:00:00Z", "--peak", strconv.Itoa(peak), "--yaml", keys, "--json", said)
	if problems != "" {
		t.Fatal(problems)
	}
	plan := read(t, said)
	env, err := os.ReadFile(minimal)
	if err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	before, after, _ := strings.Cut(string(env), "scaling:\n")
	_, after, _ = strings.Cut(after, "frontend:\n")
	planned := filepath.Join(dir, filepath.Base(minimal))
	if err := os.WriteFile(planned, []byte(before+string(written)+"frontend:\n"+after), 0o600); err != nil {
		t.Fatal(err)
	}
	played := filepath.Join(dir, "run.json")
	_, _, problems = call(
		"run",
		"--environment",
		planned,
		"--client-timeout",
		"1s",
		"--trace",
		semifinals,
		"--from",
		"1998-07-08T17:00:00Z",
		"--to",
		"1998-07-09T00:00:00Z",
		"--kick-off",
		"1998-07-08T19:00:00Z",
		"--shift-to",
		"2027-05-29T19:00:00Z",
		"--rate-scale",
		strconv.FormatFloat(float64(peak)/(217532./60), 'f', -1, 64),
		"--json",
		played,
	)
	if problems != "" {
		t.Fatal(problems)
	}
	run := read(t, played)
	checked := plan["onTheEveningToCheckBy"].(map[string]any)["plan"].(map[string]any)
	for _, same := range [][2]float64{
		{checked["availability"].(float64) * 100, run["requests"].(map[string]any)["availabilityPercent"].(float64)},
		{checked["instanceHours"].(float64), run["cost"].(map[string]any)["instanceHours"].(float64)},
	} {
		if math.Abs(same[0]-same[1]) > 1e-4 {
			t.Errorf("said %g, played %g, exit status %d\n%s", same[0], same[1], status, out)
		}
	}
	if len(plan["scheduledActions"].([]any)) == 0 {
		t.Error("the plan has no floor")
	}
}

func read(t *testing.T, file string) (doc map[string]any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}
