package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
)

func said(found []lint.Finding) string {
	var b strings.Builder
	for _, f := range found {
		b.WriteString(f.String() + "\n")
	}
	return b.String()
}

// findings are what the rules say of the environments, for each of them.
func findings(environments []Environment) [][]lint.Finding {
	var subjects []lint.Subject
	for _, e := range environments {
		subjects = append(subjects, e.Subjects()...)
	}
	judged, found := lint.All(subjects), make([][]lint.Finding, len(environments))
	for i, e := range environments {
		for subject := range e.Subjects() {
			for _, f := range judged[subject] {
				// Policies of one figure have one address, and so a finding.
				if f = e.InFile(subject, f); !slices.Contains(found[i], f) {
					found[i] = append(found[i], f)
				}
			}
		}
		judged = judged[len(e.Subjects()):]
	}
	return found
}

// TestSilentOnTheEnvironments: those that are shown as examples, and deployed.
func TestSilentOnTheEnvironments(t *testing.T) {
	t.Parallel()
	environments, err := Load("environments", "")
	if err != nil {
		t.Fatal(err)
	}
	production := 0 // of those that are shipped
	for i, found := range findings(environments) {
		if len(found) > 0 {
			t.Errorf("%s:\n%s", environments[i].Name, said(found))
		}
		if environments[i].Production && slices.Contains(shipped, environments[i].Name) {
			production++
		}
	}
	if len(environments) < len(shipped) || production != 1 {
		t.Errorf("%d environments, %d in production", len(environments), production)
	}
}

// TestFindings: each file in testdata/lint is one mistake that AWS takes. What
// is said of it stands beside it; of one that is allowed by name, nothing.
func TestFindings(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/lint/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata: ", err)
	}
	var rules []string
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		environments := []Environment{valid(t, "../lint/"+name)}
		if name == "target-of-another-file" {
			environments = append(environments, valid(t, "minimal"))
		}
		found := findings(environments)[0]
		got := said(found)
		golden := strings.TrimSuffix(file, ".yaml") + ".txt"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
		wanted := 1
		switch name {
		case "maximum-lowered-by-name":
			wanted = 0
		case "scale-in-that-flaps", "policies-that-fight": // it is also a step policy that scales in
			wanted = 2
		}
		if len(found) != wanted {
			t.Errorf("%s: %d findings, want %d:\n%s", name, len(found), wanted, got)
		}
		for _, f := range found {
			rules = append(rules, f.Rule)
			if first, _, _ := strings.Cut(f.Path, "."); strings.ToLower(first) != first && !strings.HasPrefix(first, "scaling") {
				t.Errorf("%s: %s is no YAML path", name, f.Path)
			}
		}
	}
	// The others a file cannot break: the schema, or an error, is there before.
	errorsFirst := []string{"event-late", "frontend-payload", "max-below-peak", "max-lowered", "target-over-capacity",
		// Only a template's resources can be so, and only who knows the time says the last.
		"count-not-retained", "endpoint-missing", "initial-below-min", "target-unordered", "zero-without-wake-up",
		"predefined-metric-unknown", "scale-in-disabled", "wake-up-tracked", "action-past"}
	for _, r := range lint.Rules() {
		if slices.Contains(rules, r.ID) == slices.Contains(errorsFirst, r.ID) {
			t.Errorf(
				"%s: found in files %v, expected not to be %v",
				r.ID,
				slices.Contains(rules, r.ID),
				slices.Contains(errorsFirst, r.ID),
			)
		}
	}
}

// TestFindingsOfSeveralVariants: each has its own place, and the front end is
// said once.
func TestFindingsOfSeveralVariants(t *testing.T) {
	t.Parallel()
	e := valid(t, "policies")
	e.Production = true
	e.Frontend.Gateway, e.Frontend.MaxRequestBytes = GatewayOnLambda, 2_000_000 // no file can say that
	var places []string
	for _, f := range findings([]Environment{e})[0] {
		places = append(places, f.Path+" ["+f.Rule+"]")
	}
	for _, want := range []string{
		"frontend.maxRequestBytes [frontend-payload]",
		"variants[0].scaling.suspended [suspended-state]",
		"variants[0].scaling.policies[3].step.steps [step-scale-in]",
		"variants[1].scaling.minCapacity [production-one-instance]",
	} {
		if n := len(slices.DeleteFunc(slices.Clone(places), func(p string) bool { return p != want })); n != 1 {
			t.Errorf("%q is there %d times, in\n%s", want, n, strings.Join(places, "\n"))
		}
	}
}

// TestFindingIsAcknowledged: an acknowledgement takes the rule and the path, or the
// finding's whole name, with the environment's name or without.
func TestFindingIsAcknowledged(t *testing.T) {
	t.Parallel()
	for _, a := range []Acknowledgment{
		{Rule: "cooldown-short", Path: "inference/Scaling-a/Target"}, {Rule: "cooldown-short", Path: "dev/inference/Scaling-a/Target"},
		{Rule: "sagemaker-scaling::cooldown-short[dev/inference/Scaling-a/Target]"},
	} {
		if rule, path := a.Finding("dev"); rule != "cooldown-short" || path != "inference/Scaling-a/Target" {
			t.Errorf("%+v: got %s, %s", a, rule, path)
		}
	}
}
