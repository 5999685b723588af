package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

func ptr[T any](v T) *T { return &v }

// TestSummary: the clock is a value, so the next runs are the same every day.
func TestSummary(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := summarize(&out, summary{
		now: time.Date(2027, 3, 27, 23, 0, 0, 0, time.UTC), // the night before summer time in London
		deployed: localaws.Snapshot{
			Stacks:    []localaws.Stack{{Name: "local-network", Status: "CREATE_COMPLETE"}},
			Endpoints: []localaws.Endpoint{{Name: "odds", Status: "InService", Variants: []localaws.Variant{{Name: "main", InstanceType: "ml.c6i.large", CurrentInstances: 3}}}},
			ScalableTargets: []localaws.ScalableTarget{
				{ResourceID: "endpoint/odds/variant/main", Min: 2, Max: 12},
				{ResourceID: "service/gateway/gateway", Dimension: "ecs:service:DesiredCount", Min: 2, Max: 4},
			},
			ScalingPolicies: []localaws.ScalingPolicy{
				{Name: "invocations", Tracking: &localaws.TargetTracking{Metric: "Invocations", Target: 4200.5, ScaleOutCooldown: time.Minute, ScaleInCooldown: 5 * time.Minute}},
				{Name: "emergency", Type: "StepScaling"},
			},
			ScheduledActions: []localaws.ScheduledAction{
				{Name: "over", Schedule: "at(2026-06-01T18:00:00)", Min: ptr(9)},
				{Name: "evening", Schedule: "cron(0 18 ? * * *)", Timezone: "Europe/London", Min: ptr(4)},
				{Name: "both", Schedule: "at(2027-03-28T03:00:00)", Timezone: "Europe/London", Min: ptr(4), Max: ptr(20)},
			},
			LoadBalancers: []localaws.LoadBalancer{{Listeners: []localaws.Listener{
				{Protocol: "HTTPS", Port: 443, Rules: []localaws.Rule{
					{Priority: "10", Conditions: []localaws.Condition{{Field: "path-pattern", Values: []string{"/invocations", "/ping"}}}, Actions: []localaws.Action{{Type: "forward"}}},
					{Priority: "default", Actions: []localaws.Action{{Type: "fixed-response", FixedResponse: "404"}}},
				}},
				{Protocol: "HTTP", Port: 80, Rules: []localaws.Rule{{Priority: "default", Actions: []localaws.Action{{Type: "redirect", Redirect: "HTTP_301"}}}}},
			}}},
		},
		prediction: prediction{
			gateway: "service on FARGATE, 2 tasks of gateway:1", request: "POST /invocations 1", took: 12345 * time.Microsecond,
			response: response{"200 OK", "text/plain", "main", "2"}, streamed: response{"200 OK", "text/plain", "main", "2"},
		},
		rehearsed: []rehearsed{
			{resourceID: "endpoint/odds/variant/main", traffic: "a match", lines: [][2]string{{"requests", "100, 99 % answered"}}, page: "bin/rehearsal-local.html"},
			{resourceID: "endpoint/odds/variant/next", skipped: "nobody knows what it completes"},
		},
		templates: ".local/cdk.out",
	})
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/summary.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestNoRuleLeadsToAGateway(t *testing.T) {
	t.Parallel()
	if _, err := findGateway(localaws.Snapshot{}, "/invocations"); err == nil || err.Error() != "no listener's rule leads from /invocations to a function or a service" {
		t.Errorf("got %v", err)
	}
}

func TestStepsWithoutATerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	steps := newSteps(&out)
	_ = steps.do("Quick", func(io.Writer) error { return nil })
	failed := steps.do("Broken", func(io.Writer) error { return os.ErrClosed })
	if !errors.Is(failed, os.ErrClosed) {
		t.Errorf("got %v", failed)
	}
	got := regexp.MustCompile(`[0-9.]+m?s`).ReplaceAllString(out.String(), "TIME")
	if diff := cmp.Diff("✓ Quick (TIME)\n✗ Broken (TIME)\n", got); diff != "" {
		t.Error(diff)
	}
}
