package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPlanOverEnvironment: an environment file is played as it is and with a
// plan, whose keys replace its own; all others stay.
func TestPlanOverEnvironment(t *testing.T) {
	t.Parallel()
	const environment = "../../config/environments/prod.yaml"
	args := append([]string{"compare", "--environment", environment, "--plan", "testdata/plan.yaml", "--rate-scale",
		"1"}, final...)
	status, out, problems := call(args...)
	if status != statusOK || problems != "" {
		t.Fatalf("exit status %d\n%s", status, problems)
	}
	rows := strings.Split(out, "\n")
	if !strings.HasPrefix(rows[1], "prod.yaml  ") || !strings.Contains(rows[1], "6 to 46") ||
		!strings.HasPrefix(rows[2], "prod.yaml + plan.yaml  ") || !strings.Contains(rows[2], "8 to 4") {
		t.Errorf("%s", out)
	}
	// Events that are not planned stay.
	planned, err := readEnvironmentFile(environment, "testdata/plan.yaml")
	if err != nil {
		t.Fatal(err)
	}
	alone, err := readEnvironmentFile(environment, "")
	if err != nil {
		t.Fatal(err)
	}
	a, b := planned.reading().Scaled[0].Subject, alone.reading().Scaled[0].Subject
	if a.Target.MinCapacity != 8 || b.Target.MinCapacity != 6 || a.Target.MaxCapacity != b.Target.MaxCapacity ||
		len(a.Facts.Events) != len(b.Facts.Events) {
		t.Errorf("got %+v and %+v", a.Facts, b.Facts)
	}
	if a.Target.Policies[0].TargetValue <= b.Target.Policies[0].TargetValue {
		t.Errorf("the target is %g, and was %g", a.Target.Policies[0].TargetValue, b.Target.Policies[0].TargetValue)
	}
}

// TestPlanOverMergeKey: bounds that an environment file gives itself stay those of
// the fleet, wherever its merge key stands.
func TestPlanOverMergeKey(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../config/testdata/valid/minimal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const own = "scaling:\n  minCapacity: 2\n  maxCapacity: 12\n"
	const merged = "scaling: {minCapacity: 4, maxCapacity: 12, <<: {minCapacity: 2, maxCapacity: 6}}\n"
	if !strings.Contains(string(text), own) {
		t.Fatalf("minimal.yaml has no %q", own)
	}
	dir := t.TempDir()
	environment, plan := filepath.Join(dir, "prod.yaml"), filepath.Join(dir, "plan.yaml")
	for file, text := range map[string]string{
		environment: strings.Replace(string(text), own, merged, 1),
		plan:        "scaling: {scaleInCooldown: 10m}\n",
	} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	planned, err := readEnvironmentFile(environment, plan)
	if err != nil {
		t.Fatal(err)
	}
	got := planned.reading().Scaled[0].Subject.Target
	if got.MinCapacity != 4 || got.MaxCapacity != 12 || got.Policies[0].ScaleInCooldown != 10*time.Minute {
		t.Errorf("got %d to %d instances, scaled in every %s",
			got.MinCapacity, got.MaxCapacity, got.Policies[0].ScaleInCooldown)
	}
}

func TestPlanMistakes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(text string) string {
		path := filepath.Join(dir, "plan.yaml")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for text, want := range map[string]string{
		"scaling: 3\n": "scaling is a mapping", "events: {}\n": "events are a list", "account: \"1\"\n": `this has "account"`, "a: [\n": "not valid YAML", "- 1\n": "not valid YAML",
		strings.Repeat("[", 60_000):    "1:33: more than 32 levels are nested here",
		"events:\n  - a: 1\n   b: 2\n": "3:4: this is not valid YAML: the line is indented by 3 spaces",
		"scaling: 010\n":               "scaling is a mapping", "scaling: *x\n": "no anchor of this name",
	} {
		if _, err := overlay([]byte("region: eu-west-1\n"), file(text)); err == nil ||
			!strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--plan") {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	if _, err := overlay(nil, dir); err == nil || !strings.Contains(err.Error(), "a plan is a file") {
		t.Errorf("a folder: got %v", err)
	}
	if _, err := overlay(nil, filepath.Join(dir, "none.yaml")); err == nil ||
		!strings.Contains(err.Error(), "no such file") {
		t.Errorf("no file: got %v", err)
	}
	for _, args := range [][]string{
		// no environment
		{"--template", prod, "--plan", "testdata/plan.yaml"},
		// what it makes is refused
		{"--environment", "../../config/environments/prod.yaml", "--plan", file("scaling: {minCapacity: 0}\n")},
	} {
		if status, _, problems := call(append(append([]string{"compare"}, args...),
			final...)...); status != statusBadInput || problems == "" {
			t.Errorf("%q: exit status %d\n%s", args, status, problems)
		}
	}
}
