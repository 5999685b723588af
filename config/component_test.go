package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
)

// TestComponents: what the file says and its defaults are what scales, and the
// front end carries all components together.
func TestComponents(t *testing.T) {
	t.Parallel()
	e := valid(t, "components")
	if len(e.ProductionVariants()) != 0 || e.Variant.InitialInstanceCount != 1 {
		t.Errorf("%d variants scale, and %d instances are there at first, want none and one", len(e.ProductionVariants()), e.Variant.InitialInstanceCount)
	}
	minutes := func(n int) *time.Duration { d := time.Duration(n) * time.Minute; return &d }
	zero, one := 0, 1
	want := autoscaling.ComponentScaling{
		MaxCapacity: 4, RequestsPerSecondPerCopy: 10, SafetyFactor: 0.7, WakeUpCopies: 2,
		ScaleOutCooldown: minutes(5), ScaleInCooldown: minutes(10), StartTime: 8 * time.Minute,
		ScheduledActions: []autoscaling.ScheduledAction{
			{Name: "morning", Schedule: "cron(0 8 * * ? *)", Timezone: "Europe/London", MinCapacity: &one},
			{Name: "night", Schedule: "cron(0 23 * * ? *)", Timezone: "Europe/London", MinCapacity: &zero},
		},
	}
	if diff := cmp.Diff(want, e.Components[1].ComponentScaling()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if rate, copies := e.fleet(); rate != 16*40+4*10 || copies != 20 {
		t.Errorf("%d copies serve %g a second, want 20 and 680", copies, rate)
	}
	if events := e.calendar().Events; len(events) != 1 || events[0].Name != "final" {
		t.Errorf("the front end knows the events %v, want final", events)
	}
}

// TestLintOfComponents: what is found has a place in the file.
func TestLintOfComponents(t *testing.T) {
	t.Parallel()
	e := valid(t, "components")
	if found := Lint([]Environment{e})[0]; len(found) > 0 {
		t.Errorf("got\n%s", said(found))
	}
	for path, want := range map[string]string{
		"Target.MinCapacity":                     "components[1].scaling.minCapacity",
		"Target.ResourceID":                      "components[1].name",
		"Target.ScheduledActions[1].MinCapacity": "components[1].schedule[1].minCapacity",
		"Target.Policies[0].ScaleInCooldown":     "components[1].scaling.scaleInCooldown",
		"Target.Policies[0].TargetValue":         "components[1].capacity.requestsPerSecondPerCopy",
		"Facts.Frontend.ReservedConcurrency":     "frontend.capacity.reservedConcurrency",
	} {
		f := lint.Finding{}
		f.Path = path
		if got := e.Components[1].inFile(f, "components[1]").Path; got != want {
			t.Errorf("%s is said to be at %s, want %s", path, got, want)
		}
	}
	// Two environments that make the same component would fight over it.
	other := e
	other.Name, other.Components = "other", e.Components[1:]
	if found := Lint([]Environment{e, other})[1]; len(found) != 1 || found[0].Path != "components[0].name" {
		t.Errorf("got\n%s", said(found))
	}
}
