package lint_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
)

var variant = autoscaling.Variant{EndpointName: "odds", Name: "main", InstanceType: "ml.c6i.xlarge", InitialInstanceCount: 2}

func TestRulesForAndAgainst(t *testing.T) {
	t.Parallel()
	if found := lint.Lint(sound()); found != nil {
		t.Fatalf("the sound subject has findings: %v", found)
	}
	speaks, silent := map[string]bool{"target-twice": true}, map[string]bool{"target-twice": true} // TestLintAll
	for _, test := range lintCases {
		t.Run(test.rule+"/"+test.name, func(t *testing.T) {
			t.Parallel()
			s := sound()
			test.change(&s)
			var got []string
			for _, f := range lint.Lint(s) {
				if f.Rule == test.rule {
					got = append(got, f.Problem.String())
				}
			}
			want := strings.Replace(test.want, "ACTION", fmt.Sprint(len(s.Target.ScheduledActions)-1), 1)
			if diff := cmp.Diff(want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
		speaks[test.rule] = speaks[test.rule] || test.want != ""
		silent[test.rule] = silent[test.rule] || test.want == ""
	}
	for _, r := range lint.Rules() {
		if !speaks[r.ID] || !silent[r.ID] {
			t.Errorf("%s has no case for it (%v) or none against it (%v)", r.ID, speaks[r.ID], silent[r.ID])
		}
	}
}

// TestNothingKnownNothingSaid: whatever is zero is not known.
func TestNothingKnownNothingSaid(t *testing.T) {
	t.Parallel()
	if found := lint.Lint(lint.Subject{}); found != nil {
		t.Error(found)
	}
	s := sound()
	s.Variant, s.Facts = nil, autoscaling.Facts{}
	if found := lint.Lint(s); found != nil {
		t.Error(found)
	}
}

// TestLintTakesAnything: rules judge what Validate would refuse as well.
func TestLintTakesAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := lint.Subject{Target: autoscalingtest.AnyTarget().Draw(rt, "target"), Variant: &variant, Facts: autoscalingtest.EveryFact()}
		for _, f := range lint.Lint(s) {
			if f.Path == "" || f.Problem.Rule == "" || f.Fix == "" {
				rt.Errorf("%s is not whole", f)
			}
		}
	})
}

// TestSilentOnWhatIsMadeHere: the policies that this package makes. A few kinds show a
// form, and are as a whole no sound scaling.
func TestSilentOnWhatIsMadeHere(t *testing.T) {
	t.Parallel()
	said := map[string]string{
		"step-scale-in": "latency-unit", "asynchronous-scaling": "floor-never-released",
		"inference-component": "zero-without-wake-up",
		"offered-load":        "scale-in-disabled", "emergency": "scale-in-disabled",
	}
	for name, target := range autoscalingtest.Kinds() {
		for _, f := range lint.Lint(lint.Subject{Target: target}) {
			if f.Rule == "suspended-state" && target.SuspendedState != nil || said[name] == f.Rule {
				continue
			}
			t.Errorf("%s: %s", name, f)
		}
	}
}

func TestLintAll(t *testing.T) {
	t.Parallel()
	same, elsewhere, other, unplaced := sound(), sound(), sound(), sound()
	same.Name, elsewhere.Region, unplaced.Account = "blue", "eu-central-1", ""
	other.Target.ResourceID = "endpoint/odds/variant/other"
	same.Target.SuspendedState = &autoscaling.SuspendedState{}
	warm := sound()
	warm.Target.Dimension = autoscaling.VariantProvisionedConcurrency
	found := lint.All([]subject{sound(), elsewhere, other, same, unplaced, warm})
	var got [][]string
	for _, one := range found {
		var lines []string
		for _, f := range one {
			lines = append(lines, f.String())
		}
		got = append(got, lines)
	}
	twice := func(who string) string {
		return `Target.ResourceID: got "endpoint/odds/variant/main": ` + who + ` scales the same in account 123456789012 and region eu-west-1; give each endpoint a name of its own [target-twice]`
	}
	want := [][]string{{twice("blue")}, nil, nil, {
		`Target.SuspendedState: changing it in the template registers the bounds again, also in the middle of an event; leave it out, and switch through the API: aws application-autoscaling register-scalable-target --suspended-state [suspended-state]`,
		twice("prod"),
	}, nil, nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestOneTemplate: two of one template are in one account, whichever it is.
func TestOneTemplate(t *testing.T) {
	t.Parallel()
	s := sound()
	s.Account, s.Around.Template = "", "a.yaml"
	other, elsewhere := s, s
	other.Name, elsewhere.Around.Template = "blue", "b.yaml"
	got := fmt.Sprint(lint.All([]subject{s, other})[0], lint.All([]subject{s, elsewhere})[0])
	want := `[Target.ResourceID: got "endpoint/odds/variant/main": blue scales the same in the same template; ` +
		`keep one of the two [target-twice]] []`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRulesAreWhole(t *testing.T) {
	t.Parallel()
	all := lint.Rules()
	for i, r := range all {
		if r.ID == "" || r.Reason == "" || r.Fact == "" || r.Fix == "" || strings.ContainsAny(r.Reason+r.Fix, "\n|") {
			t.Errorf("%+v is not whole", r)
		}
		if i > 0 && all[i-1].ID >= r.ID {
			t.Errorf("%s comes after %s", r.ID, all[i-1].ID)
		}
	}
}

func ptr[T any](v T) *T { return &v }
