package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// evening is the traffic, its shape alone.
func evening() trace.Trace {
	return trace.Grid{Start: eveningBegins, Period: time.Minute, Length: eveningEnds.Sub(eveningBegins)}.Match(40, 100, traceKickOff.Sub(eveningBegins))
}

func TestKickOff(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		instant, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return instant
	}
	floors := autoscaling.ScalableTarget{ScheduledActions: []autoscaling.ScheduledAction{
		{Name: "evening", Schedule: "cron(30 17 ? * MON-FRI *)", Timezone: "Europe/London", MinCapacity: ptr(4)},
		{Name: "final", Schedule: "at(2027-05-29T18:00:00)", Timezone: "Europe/London", MinCapacity: ptr(10)},
		{Name: "over", Schedule: "at(1990-07-04T18:00:00)", MinCapacity: ptr(20)},
		{Name: "cap", Schedule: "at(2027-05-30T18:00:00)", MaxCapacity: ptr(30)},
	}}
	events, err := config.Load(filepath.Join("..", "..", "config", "environments"), "prod")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		e      config.Environment
		target autoscaling.ScalableTarget
		want   time.Time
	}{
		"the greatest event":                {events[0], floors, at("2027-05-29T18:50:00Z")},
		"an hour after the highest floor":   {config.Environment{}, floors, at("2027-05-29T18:00:00Z")},
		"its own time, where nothing is on": {config.Environment{}, autoscaling.ScalableTarget{}, traceKickOff},
	} {
		if got := kickOff(test.e, test.target, eveningBegins); !got.Equal(test.want) {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

func TestRehearsal(t *testing.T) {
	t.Parallel()
	scaled := cloudformation.Scaled{Subject: lint.Subject{
		Target: autoscaling.ScalableTarget{
			ResourceID: "endpoint/odds/variant/main", Dimension: autoscaling.VariantInstanceCount, MinCapacity: 2, MaxCapacity: 10,
			Policies: []autoscaling.TargetTrackingPolicy{autoscaling.Tracking("invocations", autoscaling.VariantInvocationsPerInstance, 4200)},
		},
		Facts: autoscaling.Facts{RequestsPerSecondPerInstance: 100, StartTime: 5 * time.Minute},
	}}
	page := filepath.Join(t.TempDir(), "reports", "rehearsal.html")
	kickOff := time.Date(2027, 5, 29, 19, 0, 0, 0, time.UTC)

	got, err := rehearseOne(scaled, evening(), kickOff, page)
	if err != nil || got.skipped != "" {
		t.Fatalf("got %+v, %v", got, err)
	}
	if want := "a World Cup semi-final with a peak of 700 requests/s, kick-off 2027-05-29 19:00 UTC"; got.traffic != want {
		t.Errorf("got traffic %q, want %q: what ten instances complete, times 0.7", got.traffic, want)
	}
	var about []string
	for _, line := range got.lines {
		about = append(about, line[0])
	}
	if want := "requests latency capacity cost"; strings.Join(about, " ") != want {
		t.Errorf("got lines about %s, want %s", about, want)
	}
	first, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(first), "endpoint/odds/variant/main") {
		t.Errorf("the page is not about what scales: %v", err)
	}
	if _, err := rehearseOne(scaled, evening(), kickOff, page); err != nil {
		t.Fatal(err)
	}
	if again, err := os.ReadFile(page); err != nil || string(again) != string(first) {
		t.Errorf("the same rehearsal gives another page, %v", err)
	}

	scaled.Subject.Facts.PeakRequestsPerSecond = 300
	if got, err := rehearseOne(scaled, evening(), kickOff, page); err != nil || !strings.Contains(got.traffic, "a peak of 300 requests/s") {
		t.Errorf("got %q, %v, want the peak that is expected", got.traffic, err)
	}
}

// What cannot be rehearsed is said, and fails nothing.
func TestNoRehearsal(t *testing.T) {
	t.Parallel()
	page := filepath.Join(t.TempDir(), "rehearsal.html")
	unknown := cloudformation.Scaled{Subject: lint.Subject{Target: autoscaling.ScalableTarget{
		ResourceID: "endpoint/odds/variant/main", Dimension: autoscaling.VariantInstanceCount, MinCapacity: 2, MaxCapacity: 10,
	}}}
	asynchronous := unknown
	asynchronous.Subject.Target.Asynchronous = true
	asynchronous.Subject.Facts = autoscaling.Facts{RequestsPerSecondPerInstance: 100, StartTime: 5 * time.Minute}
	asynchronous.Subject.Target.Policies = []autoscaling.TargetTrackingPolicy{autoscaling.BacklogPolicy("odds", 5)}
	for name, scaled := range map[string]cloudformation.Scaled{"unknown": unknown, "asynchronous": asynchronous} {
		got, err := rehearseOne(scaled, evening(), traceKickOff, page)
		if err != nil || got.skipped == "" || got.page != "" {
			t.Errorf("%s: got %+v, %v, want the reason", name, got, err)
		}
	}
	if _, err := os.Stat(page); err == nil {
		t.Error("there is a page of what was not rehearsed")
	}
}
