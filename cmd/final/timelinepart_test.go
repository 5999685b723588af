package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// TestBeside: a floor of 20 from 18:30, and what became of it.
func TestBeside(t *testing.T) {
	t.Parallel()
	s, err := readSpan("2027-05-29T18:00Z", "2027-05-29T20:00Z", at(t, timelineNow))
	if err != nil {
		t.Fatal(err)
	}
	_, things := timelineEnvironment(t)
	floor := step{s.from.Add(30 * time.Minute), 20, "final"}
	activity := func(minute, took int, what, cause string) scaling.ScalingActivity {
		start := s.from.Add(time.Duration(minute) * time.Minute)
		return scaling.ScalingActivity{Description: &what, Cause: &cause, StartTime: &start,
			StatusCode: scaling.ScalingActivityStatusCodeSuccessful,
			EndTime:    aws.Time(start.Add(time.Duration(took) * time.Minute))}
	}
	bounds := func(minute, n int) scaling.ScalingActivity {
		return activity(minute, 0, fmt.Sprintf("Setting min capacity to %d and max capacity to 40", n), "")
	}
	running := func(from, n, then int) series {
		all := series{}
		for i := range 120 {
			all[s.from.Add(time.Duration(i)*time.Minute).Unix()] = float64(n)
			if i >= from {
				all[s.from.Add(time.Duration(i)*time.Minute).Unix()] = float64(then)
			}
		}
		return all
	}
	for _, c := range []struct {
		name       string
		activities []scaling.ScalingActivity
		running    series
		want       string
	}{
		{name: "nothing is known", want: ""},
		{name: "in time", activities: []scaling.ScalingActivity{bounds(30, 20)}, running: running(37, 6, 20),
			want: ": the minimum was set at 18:30, as many in service from 18:37, 7m after"},
		{name: "more than that was there", activities: []scaling.ScalingActivity{bounds(10, 20)}, running: running(0, 0, 24),
			want: ": the minimum stood, as many in service"},
		{name: "the minimum was another", activities: []scaling.ScalingActivity{bounds(10, 6), bounds(40, 12)},
			want: ": the minimum never was that, and 12 at most"},
		{name: "too few", running: running(50, 6, 18), want: ": never as many in service, and 18 at most"},
		{name: "by hand", activities: []scaling.ScalingActivity{
			activity(31, 8, "Setting desired instance count to 20.", "minimum capacity was set to 20")},
			want: ": the minimum was set at 18:31, fulfilled at 18:39, 9m after"},
		{name: "only after it was over", activities: []scaling.ScalingActivity{bounds(31, 20),
			activity(31, 80, "Setting desired instance count to 20.", "minimum capacity was set to 20")},
			want: ": the minimum was set at 18:31"},
	} {
		h := history{of: things[0], activities: c.activities, running: c.running}
		got := h.beside(s, floor, s.from.Add(90*time.Minute), true, h.minimums())
		if diff := cmp.Diff("20 instances from 18:30 (final)"+c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// TestPlannedChanges: what was planned is told where it changes, also by a schedule.
func TestPlannedChanges(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../config/environments/prod.yaml")
	if err != nil {
		t.Fatal(err)
	}
	e, err := config.Parse("prod.yaml", "prod", text)
	if err != nil {
		t.Fatal(err)
	}
	s, err := readSpan("2027-05-17T00:00Z", "2027-05-29T00:00Z", at(t, "2027-05-29T00:00:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	steps := endpointScaled(e)[0].planned(s)
	for i, one := range steps {
		if i > 0 && one.n == steps[i-1].n {
			t.Errorf("%v is told twice", one)
		}
	}
	if len(steps) < 2 || steps[0].at != s.from {
		t.Errorf("got %v", steps)
	}
	scheduled := strings.ReplaceAll(nightFile, "REGION", "eu-south-2")
	before, after, _ := strings.Cut(scheduled, "events:\n")
	_, front, _ := strings.Cut(after, "frontend:\n")
	e, err = config.Parse("prod.yaml", "prod", []byte(before+"schedule:\n  - {name: noon, timezone: UTC, "+
		"schedule: cron(0 12 * * ? *), minCapacity: 9}\n  - {name: night, timezone: UTC, schedule: cron(0 22 * * ? *), "+
		"minCapacity: 6}\nfrontend:\n"+front))
	if err != nil {
		t.Fatal(err)
	}
	if s, err = readSpan("2027-05-28T11:00Z", "2027-05-28T23:00Z", at(t, timelineNow)); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, one := range endpointScaled(e)[0].planned(s) {
		got = append(got, fmt.Sprintf("%s %d %s", s.clock(one.at), one.n, one.why))
	}
	if diff := cmp.Diff([]string{"11:00 6 night", "12:00 9 noon", "22:00 6 night"}, got); diff != "" {
		t.Error(diff)
	}
}
