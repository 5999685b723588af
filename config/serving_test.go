package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
)

func TestAsynchronous(t *testing.T) {
	t.Parallel()
	e := valid(t, "asynchronous")
	v := e.ProductionVariants()[0]
	out, in, two, none := 5*time.Minute, 10*time.Minute, 2, 0
	want := autoscaling.AsynchronousScaling{
		Scaling: autoscaling.Scaling{MaxCapacity: 6, BacklogPerInstance: 10, WakeUpInstances: 2, ScaleOutCooldown: &out, ScaleInCooldown: &in},
		ScheduledActions: []autoscaling.ScheduledAction{
			{Name: "evening", Schedule: "cron(0 18 * * ? *)", Timezone: "Europe/London", MinCapacity: &two},
			{Name: "night", Schedule: "cron(0 23 * * ? *)", Timezone: "Europe/London", MinCapacity: &none},
		},
	}
	if diff := cmp.Diff(want, v.AsynchronousScaling()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(want.Target(v.Variant()), v.ScalableTarget()); diff != "" {
		t.Errorf("the target (-want +got)\n%s", diff)
	}
	if e.HasFrontend() || v.InitialInstanceCount != 1 {
		t.Errorf("a front end is %v and the first deployment starts %d instances, want none and 1", e.HasFrontend(), v.InitialInstanceCount)
	}
	if diff := cmp.Diff(Frontend{}, e.Frontend); diff != "" {
		t.Errorf("a front end that is not there has settings:\n%s", diff)
	}
}

func TestServerless(t *testing.T) {
	t.Parallel()
	e := valid(t, "serverless")
	v := e.ProductionVariants()[0]
	cooldown, twenty, five := 5*time.Minute, 20, 5
	want := autoscaling.ProvisionedConcurrencyScaling{
		Scaling:        autoscaling.Scaling{MinCapacity: 5, MaxCapacity: 30, TargetUtilization: 0.8, ScaleOutCooldown: &cooldown, ScaleInCooldown: &cooldown},
		MaxConcurrency: 40,
		ScheduledActions: []autoscaling.ScheduledAction{
			{Name: "evening", Schedule: "cron(0 18 * * ? *)", Timezone: "Europe/London", MinCapacity: &twenty},
			{Name: "night", Schedule: "cron(0 23 * * ? *)", Timezone: "Europe/London", MinCapacity: &five},
		},
	}
	if diff := cmp.Diff(want, v.ProvisionedConcurrencyScaling()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(want.Target(v.Variant()), v.ScalableTarget()); diff != "" {
		t.Errorf("the target (-want +got)\n%s", diff)
	}
	if n := v.Serverless.InitialProvisionedConcurrency; n != 1 {
		t.Errorf("the first deployment keeps %d warm, want 1", n)
	}
	if !e.HasFrontend() || v.InitialInstanceCount != 0 {
		t.Errorf("a front end is %v and the first deployment starts %d instances, want one and none", e.HasFrontend(), v.InitialInstanceCount)
	}
}

// TestLintOfOtherKinds: what is sound has no finding, also in production, and
// what is found has a place in the file.
func TestLintOfOtherKinds(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"asynchronous", "serverless"} {
		e := valid(t, name)
		e.Production = true
		if found := findings([]Environment{e})[0]; len(found) > 0 {
			t.Errorf("%s:\n%s", name, said(found))
		}
		for path, want := range map[string]string{
			"Target.MinCapacity":                     "scaling.minCapacity",
			"Target.ScheduledActions[1].MinCapacity": "schedule[1].minCapacity",
			"Target.Policies[0].ScaleInCooldown":     "scaling.scaleInCooldown",
			"Target.Policies[0].TargetValue":         map[string]string{"asynchronous": "scaling.backlogPerInstance", "serverless": "scaling.targetUtilization"}[name],
		} {
			f := lint.Finding{}
			f.Path = path
			if got := e.InFile(0, f).Path; got != want {
				t.Errorf("%s: %s is said to be at %s, want %s", name, path, got, want)
			}
		}
	}
}
