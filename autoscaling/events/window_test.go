package events_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
	"pgregory.net/rapid"
)

func TestWindows(t *testing.T) {
	t.Parallel()
	c := events.Calendar{MinCapacity: 2, MaxCapacity: 40, StartTime: 6 * time.Minute}
	e := events.Event{Name: "group stage", Timezone: "Europe/London", Starts: "20:00", Ends: "22:00",
		Dates: []string{"2027-06-12", "2027-03-27"}, PeakInstances: 20}
	var got []string
	for _, w := range c.Windows(e) {
		for _, at := range []time.Time{w.From, w.Starts, w.Ends, w.To} {
			got = append(got, at.Format("Jan 02 15:04 MST"))
		}
	}
	want := []string{
		"Mar 27 19:30 GMT", "Mar 27 20:00 GMT", "Mar 27 22:00 GMT", "Mar 27 23:30 GMT",
		"Jun 12 19:30 BST", "Jun 12 20:00 BST", "Jun 12 22:00 BST", "Jun 12 23:30 BST",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	c.MinCapacity = 30 // carries the event, which comes nevertheless
	if windows := c.Windows(e); len(windows) != 2 {
		t.Error(windows)
	}
	e.Ends = "22.00"
	if windows := c.Windows(e); windows != nil {
		t.Error(windows)
	}
}

// TestComing: an instant before the release is over, nothing is; at that instant
// it is.
func TestComing(t *testing.T) {
	t.Parallel()
	c := events.Calendar{MinCapacity: 2, MaxCapacity: 40, StartTime: 6 * time.Minute, Events: []events.Event{
		{Name: "group stage", Timezone: "UTC", Starts: "20:00", Ends: "22:00", Dates: []string{"2027-06-12", "2027-06-10", "2027-06-14"}, PeakInstances: 20},
		{Name: "final", Timezone: "UTC", Starts: "2027-07-10T20:00", Ends: "2027-07-10T22:00", PeakInstances: 20},
		{Name: "evening", Timezone: "UTC", Starts: "18:00", Ends: "23:00", Weekdays: []string{"SUN"}, From: "2027-01-01", Until: "2027-06-30", PeakInstances: 5},
		{Name: "carried", Timezone: "UTC", Starts: "2027-06-12T20:00", Ends: "2027-06-12T22:00", PeakInstances: 1},
	}}
	for now, want := range map[string][]string{
		"2027-06-01T00:00:00Z": {"group stage 2027-06-12 2027-06-10 2027-06-14", "final", "evening", "carried"},
		"2027-06-10T23:29:59Z": {"group stage 2027-06-12 2027-06-10 2027-06-14", "final", "evening", "carried"},
		"2027-06-10T23:30:00Z": {"group stage 2027-06-12 2027-06-14", "final", "evening", "carried"},
		"2027-06-12T23:30:00Z": {"group stage 2027-06-14", "final", "evening"},
		"2027-06-14T23:30:00Z": {"final", "evening"},
		"2027-06-30T00:00:00Z": {"final"},
		"2028-01-01T00:00:00Z": nil,
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range c.Coming(at) {
			name := e.Name
			for _, date := range e.Dates {
				name += " " + date
			}
			got = append(got, name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", now, diff)
		}
	}
	if len(c.Events[0].Dates) != 3 {
		t.Error("the calendar itself has lost dates")
	}
}

// TestWhatIsComingStays: at any instant at which no event is under way, the
// floors to come are the same without the events that are over, and all events
// whose floors are to come are still there.
func TestWhatIsComingStays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(2027, 3, 28, 0, 0, 0, 0, time.UTC)
		c := autoscalingtest.DrawCalendar(t, day)
		now := day.Add(time.Duration(rapid.IntRange(-4*24*60, 4*24*60).Draw(t, "now")) * time.Minute)
		for _, e := range c.Events {
			for _, w := range c.Windows(e) {
				if !w.From.After(now) && w.To.After(now) {
					now = w.To
				}
			}
		}
		for _, e := range c.Events {
			if slices.ContainsFunc(c.Windows(e), func(w events.Window) bool { return !w.From.After(now) && w.To.After(now) }) {
				return // another window holds it now
			}
		}
		left := c
		left.Events = c.Coming(now)
		future := func(c events.Calendar) (floors []events.Floor) {
			for _, f := range c.Floors() {
				if f.To.After(now) {
					floors = append(floors, f)
				}
			}
			return floors
		}
		if diff := cmp.Diff(future(c), future(left)); diff != "" {
			t.Fatalf("at %s: %s\n%+v", now, diff, c)
		}
	})
}
