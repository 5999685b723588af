package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

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
				{Name: "evening and 1 more floor 6 02d1a7d0", Schedule: "at(2027-05-29T20:20:00)",
					Timezone: "Europe/London", Min: ptr(6)},
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
			response: response{"200 OK", "text/plain", "main", "home 100.0 %"}, streamed: response{"200 OK", "text/plain", "main", "home 100.0 %"},
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

func TestExports(t *testing.T) {
	t.Parallel()
	got := exports([]string{
		"HOME=/root", "AWS_CONFIG_FILE=/dev/null", "AWS_ENDPOINT_URL=http://127.0.0.1:4566", "AWS_ACCESS_KEY_ID=local123456789012",
		"AWS_SECRET_ACCESS_KEY=local", "AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1",
	})
	want := []string{
		"export AWS_ENDPOINT_URL=http://127.0.0.1:4566", "export AWS_ACCESS_KEY_ID=local123456789012",
		"export AWS_SECRET_ACCESS_KEY=local", "export AWS_REGION=eu-west-1", "export AWS_DEFAULT_REGION=eu-west-1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
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
	_ = steps.do(t.Context(), "Quick", func(io.Writer) error { return nil })
	failed := steps.do(t.Context(), "Broken", func(io.Writer) error { return os.ErrClosed })
	if !errors.Is(failed, os.ErrClosed) {
		t.Errorf("got %v", failed)
	}
	got := regexp.MustCompile(`[0-9.]+m?s`).ReplaceAllString(out.String(), "TIME")
	if diff := cmp.Diff("✓ Quick (TIME)\n✗ Broken (TIME)\n", got); diff != "" {
		t.Error(diff)
	}
}

// TestSlowStepWithoutATerminal: a step that takes its time has a line again and again, without
// the codes of a terminal.
func TestSlowStepWithoutATerminal(t *testing.T) {
	t.Parallel()
	var out locked
	steps := newSteps(&out)
	steps.slow, steps.every = time.Millisecond, time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	err := steps.do(ctx, "Install", func(log io.Writer) error {
		fmt.Fprintf(log, "installing %s\n", strings.Repeat("packages ", 20))
		for strings.Count(out.String(), "…\n") < 3 {
			time.Sleep(time.Millisecond)
		}
		cancel() // the step does not notice
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that it was interrupted", err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	last := len(lines) - 1
	if want := "✗ Install ("; !strings.HasPrefix(lines[last], want) {
		t.Errorf("got %q, want %q", lines[last], want)
	}
	for _, line := range lines[:last] {
		if !strings.HasPrefix(line, "… Install (0s)") || utf8.RuneCountInString(line) > 80 || strings.ContainsAny(line, "\r\x1b") {
			t.Errorf("got %q", line)
		}
	}
}

// locked is a buffer of several goroutines.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
