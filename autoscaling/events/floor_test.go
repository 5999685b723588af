package events_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
)

// calendar is one with events of this many instances each at their peak, and a
// lead time of half an hour.
func calendar(of ...events.Event) events.Calendar {
	for i := range of {
		if of[i].Name == "" {
			of[i].Name = fmt.Sprint("event ", i)
		}
		if of[i].LeadTime == nil {
			of[i].LeadTime = ptr(30 * time.Minute)
		}
	}
	return events.Calendar{MinCapacity: 2, MaxCapacity: 40, Events: of}
}

// listFloors is the calendar as a table, in the floors' own zones.
func listFloors(floors []events.Floor) string {
	var b strings.Builder
	for _, f := range floors {
		fmt.Fprintf(
			&b,
			"%s to %s %d %s\n",
			f.From.Format("2006-01-02 15:04"),
			f.To.Format("2006-01-02 15:04 MST"),
			f.MinCapacity,
			strings.Join(f.Events, ", "),
		)
	}
	return b.String()
}

// TestEventFloors shows what becomes of events. That the actions keep the floors
// is held by CheckFloors in each case.
func TestEventFloors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name            string
		calendar        events.Calendar
		floors, actions string
	}{
		{"once", calendar(events.Event{Name: "final", Timezone: "Europe/London", Starts: "2027-05-30T20:00", Ends: "2027-05-30T22:00", PeakInstances: 10}), `
2027-05-30 19:30 to 2027-05-30 23:00 BST 10 final
2027-05-30 23:00 to 2027-05-30 23:15 BST 6 final
2027-05-30 23:15 to 2027-05-30 23:30 BST 2 final
`, `
cron(30/5 19 30 5 ? 2027) Europe/London 10
cron(0/5 20-22 30 5 ? 2027) Europe/London 10
cron(0,5,10 23 30 5 ? 2027) Europe/London 6
cron(15,20,25 23 30 5 ? 2027) Europe/London 2
`},
		{"over midnight, at the end of the year", calendar(events.Event{Name: "new year", Timezone: "Asia/Seoul", Starts: "2026-12-31T22:20", Ends: "2027-01-01T01:00", PeakInstances: 10, Overrun: ptr(time.Duration(0))}), `
2026-12-31 21:45 to 2027-01-01 01:00 KST 10 new year
2027-01-01 01:00 to 2027-01-01 01:15 KST 6 new year
2027-01-01 01:15 to 2027-01-01 01:30 KST 2 new year
`, `
cron(45/5 21 31 12 ? 2026) Asia/Seoul 10
cron(0/5 22,23 31 12 ? 2026) Asia/Seoul 10
cron(0/5 0 1 1 ? 2027) Asia/Seoul 10
cron(0,5,10 1 1 1 ? 2027) Asia/Seoul 6
cron(15,20,25 1 1 1 ? 2027) Asia/Seoul 2
`},
		{"an hour that occurs twice is asserted in UTC", calendar(events.Event{Name: "night", Timezone: "Europe/London", Starts: "2026-10-25T01:00", Ends: "2026-10-25T02:00", PeakInstances: 10, LeadTime: ptr(time.Hour)}), `
2026-10-25 00:00 to 2026-10-25 03:00 GMT 10 night
2026-10-25 03:00 to 2026-10-25 03:15 GMT 6 night
2026-10-25 03:15 to 2026-10-25 03:30 GMT 2 night
`, `
cron(0/5 0,2 25 10 ? 2026) Europe/London 10
cron(0/5 0,1 25 10 ? 2026) UTC 10
cron(0,5,10 3 25 10 ? 2026) Europe/London 6
cron(15,20,25 3 25 10 ? 2026) Europe/London 2
`},
		{"an end in an hour that occurs twice is the later one", calendar(events.Event{Name: "night", Timezone: "Europe/London", Starts: "2026-10-24T23:30", Ends: "2026-10-25T01:30", PeakInstances: 10, Overrun: ptr(time.Duration(0))}), `
2026-10-24 23:00 to 2026-10-25 01:30 GMT 10 night
2026-10-25 01:30 to 2026-10-25 01:45 GMT 6 night
2026-10-25 01:45 to 2026-10-25 02:00 GMT 2 night
`, `
cron(0/5 23 24 10 ? 2026) Europe/London 10
cron(0/5 0 25 10 ? 2026) Europe/London 10
cron(0/5 0 25 10 ? 2026) UTC 10
cron(0,5,10,15,20,25 1 25 10 ? 2026) UTC 10
cron(30,35,40 1 25 10 ? 2026) UTC 6
cron(45/5 1 25 10 ? 2026) UTC 2
`},
		{"a change of clocks by half an hour, on a grid of hours", func() events.Calendar {
			c := calendar(events.Event{Name: "night", Timezone: "Australia/Lord_Howe", Starts: "2026-10-03T23:00", Ends: "2026-10-04T00:59", PeakInstances: 10, LeadTime: ptr(time.Hour)})
			c.Align = time.Hour
			return c
		}(), `
2026-10-03 22:00 to 2026-10-04 03:00 +11 10 night
2026-10-04 03:00 to 2026-10-04 04:00 +11 6 night
2026-10-04 04:00 to 2026-10-04 04:15 +11 2 night
`, `
cron(0/5 22,23 3 10 ? 2026) Australia/Lord_Howe 10
cron(0/5 0,1 4 10 ? 2026) Australia/Lord_Howe 10
cron(30/5 2 4 10 ? 2026) Australia/Lord_Howe 10
cron(0/5 3 4 10 ? 2026) Australia/Lord_Howe 6
cron(0,5,10 4 4 10 ? 2026) Australia/Lord_Howe 2
`},
		{"an hour that does not exist has nothing to assert, and begins when it would end", calendar(events.Event{Name: "night", Timezone: "Europe/London", Starts: "2027-03-28T01:30", Ends: "2027-03-28T03:00", PeakInstances: 10}), `
2027-03-28 00:30 to 2027-03-28 04:00 BST 10 night
2027-03-28 04:00 to 2027-03-28 04:15 BST 6 night
2027-03-28 04:15 to 2027-03-28 04:30 BST 2 night
`, `
cron(30/5 0 28 3 ? 2027) Europe/London 10
cron(0/5 2,3 28 3 ? 2027) Europe/London 10
cron(0,5,10 4 28 3 ? 2027) Europe/London 6
cron(15,20,25 4 28 3 ? 2027) Europe/London 2
`},
		{"days of equal floors share their expressions", calendar(events.Event{Name: "group stage", Timezone: "America/New_York", Starts: "15:00", Ends: "17:00", Dates: []string{"2026-06-11", "2026-06-13", "2026-07-11", "2026-06-12", "2026-07-13", "2026-07-12"}, PeakInstances: 10, LeadTime: ptr(time.Hour)}), `
2026-06-11 14:00 to 2026-06-11 18:00 EDT 10 group stage
2026-06-11 18:00 to 2026-06-11 18:15 EDT 6 group stage
2026-06-11 18:15 to 2026-06-11 18:30 EDT 2 group stage
2026-06-12 14:00 to 2026-06-12 18:00 EDT 10 group stage
2026-06-12 18:00 to 2026-06-12 18:15 EDT 6 group stage
2026-06-12 18:15 to 2026-06-12 18:30 EDT 2 group stage
2026-06-13 14:00 to 2026-06-13 18:00 EDT 10 group stage
2026-06-13 18:00 to 2026-06-13 18:15 EDT 6 group stage
2026-06-13 18:15 to 2026-06-13 18:30 EDT 2 group stage
2026-07-11 14:00 to 2026-07-11 18:00 EDT 10 group stage
2026-07-11 18:00 to 2026-07-11 18:15 EDT 6 group stage
2026-07-11 18:15 to 2026-07-11 18:30 EDT 2 group stage
2026-07-12 14:00 to 2026-07-12 18:00 EDT 10 group stage
2026-07-12 18:00 to 2026-07-12 18:15 EDT 6 group stage
2026-07-12 18:15 to 2026-07-12 18:30 EDT 2 group stage
2026-07-13 14:00 to 2026-07-13 18:00 EDT 10 group stage
2026-07-13 18:00 to 2026-07-13 18:15 EDT 6 group stage
2026-07-13 18:15 to 2026-07-13 18:30 EDT 2 group stage
`, `
cron(0/5 14-17 11-13 6,7 ? 2026) America/New_York 10
cron(0,5,10 18 11-13 6,7 ? 2026) America/New_York 6
cron(15,20,25 18 11-13 6,7 ? 2026) America/New_York 2
`},
		{"the highest of overlapping events, in two zones", calendar(
			events.Event{Name: "derby", Timezone: "Europe/London", Starts: "2026-11-14T17:30", Ends: "2026-11-14T19:30", PeakInstances: 8},
			events.Event{Name: "classic", Timezone: "America/New_York", Starts: "2026-11-14T14:00", Ends: "2026-11-14T16:00", PeakInstances: 12},
		), `
2026-11-14 17:00 to 2026-11-14 18:30 GMT 8 derby
2026-11-14 13:30 to 2026-11-14 17:00 EST 12 classic
2026-11-14 17:00 to 2026-11-14 17:15 EST 7 classic
2026-11-14 17:15 to 2026-11-14 17:30 EST 2 classic
`, `
cron(30/5 13 14 11 ? 2026) America/New_York 12
cron(0/5 14-16 14 11 ? 2026) America/New_York 12
cron(0,5,10 17 14 11 ? 2026) America/New_York 7
cron(0/5 17 14 11 ? 2026) Europe/London 8
cron(15,20,25 17 14 11 ? 2026) America/New_York 2
cron(0,5,10,15,20,25 18 14 11 ? 2026) Europe/London 8
`},
		{"a shape, with half-time below the target's own minimum", calendar(events.Event{Name: "final", Timezone: "UTC", Starts: "2027-05-30T20:00", Ends: "2027-05-30T22:00", PeakInstances: 10, Overrun: ptr(30 * time.Minute), LeadTime: ptr(15 * time.Minute),
			Shape: []events.ShapeStep{{Share: 0.5}, {After: 45 * time.Minute, Share: 0.1}, {After: 75 * time.Minute, Share: 1}}}), `
2027-05-30 19:45 to 2027-05-30 20:45 UTC 5 final
2027-05-30 20:45 to 2027-05-30 21:00 UTC 2 final
2027-05-30 21:00 to 2027-05-30 22:30 UTC 10 final
2027-05-30 22:30 to 2027-05-30 22:45 UTC 6 final
2027-05-30 22:45 to 2027-05-30 23:00 UTC 2 final
`, `
cron(45/5 19 30 5 ? 2027) UTC 5
cron(0,5,10,15,20,25,30,35,40 20 30 5 ? 2027) UTC 5
cron(45/5 20,22 30 5 ? 2027) UTC 2
cron(0/5 21 30 5 ? 2027) UTC 10
cron(0,5,10,15,20,25 22 30 5 ? 2027) UTC 10
cron(30,35,40 22 30 5 ? 2027) UTC 6
`},
		{"what the target's own minimum carries", calendar(events.Event{Timezone: "UTC", Starts: "2027-05-30T20:00", Ends: "2027-05-30T22:00", PeakInstances: 2}), "\n", "\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if ps := test.calendar.Validate(); ps != nil {
				t.Fatal(ps)
			}
			if diff := cmp.Diff(test.floors, "\n"+listFloors(test.calendar.Floors())); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.actions, "\n"+autoscalingtest.ListActions(autoscaling.FloorActions(test.calendar))); diff != "" {
				t.Error(diff)
			}
			autoscalingtest.CheckFloors(
				t,
				test.calendar,
				time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC),
				time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC),
			)
		})
	}
}

// A weekly event of three years is an expression a month where it begins and
// ends, and one for all whole months in between of a year.
func TestWeeklyEvents(t *testing.T) {
	t.Parallel()
	c := calendar(
		events.Event{
			Name:          "prime time",
			Timezone:      "Europe/London",
			Starts:        "19:00",
			Ends:          "22:00",
			Weekdays:      []string{"fri", "SAT"},
			From:          "2026-02-10",
			Until:         "2028-12-31",
			PeakInstances: 10,
			LeadTime:      ptr(time.Hour),
		},
	)
	c.ReleaseSteps = 1
	c.AssertEvery = 10 * time.Minute
	c.Align = 30 * time.Minute
	want := `
cron(0/10 18-22 13,14,20,21,27,28 2 ? 2026) Europe/London 10
cron(0,10,20 23 13,14,20,21,27,28 2 ? 2026) Europe/London 2
cron(0/10 18-22 ? 3-12 FRI,SAT 2026) Europe/London 10
cron(0,10,20 23 ? 3-12 FRI,SAT 2026) Europe/London 2
cron(0/10 18-22 ? * FRI,SAT 2027,2028) Europe/London 10
cron(0,10,20 23 ? * FRI,SAT 2027,2028) Europe/London 2
`
	if diff := cmp.Diff(want, "\n"+autoscalingtest.ListActions(autoscaling.FloorActions(c))); diff != "" {
		t.Error(diff)
	}
	autoscalingtest.CheckFloors(
		t,
		c,
		time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2029, 1, 2, 0, 0, 0, 0, time.UTC),
	)
}

func TestEventFigures(t *testing.T) {
	t.Parallel()
	c := events.Calendar{
		MinCapacity: 2, MaxCapacity: 100, RequestsPerSecondPerInstance: 100, Zones: 3, StartTime: 9 * time.Minute,
		Events: []events.Event{
			{
				Name:                  "final",
				Timezone:              "Europe/London",
				Starts:                "2027-05-30T20:00",
				Ends:                  "2027-05-30T22:00",
				PeakRequestsPerSecond: 3000,
			},
		},
	}
	if ps := c.Validate(); ps != nil {
		t.Fatal(ps)
	}
	if got := c.LeadTime(c.Events[0]); got != 30*time.Minute {
		t.Errorf("got a lead time of %s, want 9 to start, 5 for a lost assertion, 1 of delay and 15 of margin", got)
	}
	if got := c.Floors()[0]; got.MinCapacity != 45 || got.From.Format("15:04") != "19:30" {
		t.Errorf("got %+v, want 30 instances for all that they sustain, and those that survive a zone, at 19:30", got)
	}
	c.Events[0].Uncertainty, c.Zones, c.SafetyFactor = 1.5, 0, 1
	if got := c.Floors()[0].MinCapacity; got != 45 {
		t.Errorf("got %d, want 3000 × 1.5 ÷ 100", got)
	}
	names := map[string]bool{}
	for _, a := range autoscaling.FloorActions(c) {
		if names[a.Name] = true; !strings.HasPrefix(a.Name, "final floor ") {
			t.Errorf("got the name %q", a.Name)
		}
	}
	c.Events = append(
		c.Events,
		events.Event{Name: "another", Timezone: "UTC", Starts: "2026-05-30T20:00", Ends: "2026-05-30T22:00", PeakInstances: 5},
	)
	for _, a := range autoscaling.FloorActions(c) {
		delete(names, a.Name)
	}
	if len(names) > 0 {
		t.Errorf("an event on another day has renamed %v", names)
	}
}

func TestEventActionNames(t *testing.T) {
	t.Parallel()
	match := func(name, starts, ends string) events.Event {
		return events.Event{
			Name: name, Timezone: "UTC",
			Starts:        "2027-05-15T" + starts,
			Ends:          "2027-05-15T" + ends,
			PeakInstances: 10,
			Overrun:       ptr(time.Duration(0)),
			LeadTime:      ptr(time.Duration(0)),
		}
	}
	c := calendar(match("late", "19:00", "21:00"), match("early", "13:00", "15:00"), match("noon", "10:00", "12:00"))
	c.ReleaseSteps = 1
	for i, want := range []string{"cron(0/5 10,11,13,14,19,20 15 5 ? 2027) early and 2 more floor 10 ", "cron(0,5,10 12,15,21 15 5 ? 2027) early and 2 more floor 2 "} {
		a := autoscaling.FloorActions(c)[i]
		if got := a.Schedule + " " + a.Name; !strings.HasPrefix(got, want) {
			t.Errorf("got %s, want %s…", got, want)
		}
	}
}

// season is 60 matches on mixed weekdays at five kick-offs, with so many
// different peaks.
func season(peaks int) events.Calendar {
	c := events.Calendar{MinCapacity: 2, MaxCapacity: 100, RequestsPerSecondPerInstance: 100, Zones: 3}
	kickOffs := []time.Duration{
		12*time.Hour + 30*time.Minute,
		15 * time.Hour,
		16*time.Hour + 30*time.Minute,
		17*time.Hour + 30*time.Minute,
		20 * time.Hour,
	}
	day := time.Date(2026, 8, 15, 0, 0, 0, 0, time.UTC)
	for i := range 60 {
		starts := day.Add(kickOffs[i*i%7%5])
		c.Events = append(c.Events, events.Event{
			Name: fmt.Sprint("match ", i+1), Timezone: "Europe/London", PeakRequestsPerSecond: float64(1000 + 500*(i%peaks)),
			Starts: starts.Format("2006-01-02T15:04"), Ends: starts.Add(115 * time.Minute).Format("2006-01-02T15:04"),
		})
		day = day.AddDate(0, 0, 3+i%3)
	}
	return c
}

func TestSeasonFitsTheQuota(t *testing.T) {
	t.Parallel()
	from, to := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC)
	c := season(1)
	if ps := c.Validate(); ps != nil {
		t.Error(ps)
	}
	autoscalingtest.CheckFloors(t, c, from, to)

	// Each fix that a problem names is tried.
	c = season(5)
	want := `Events: got 60: the events need 227 scheduled actions, 27 more than the 200 of a scalable target, a quota of Application Auto Scaling that AWS does not raise; set Align to 30m, then they need 197`
	if diff := cmp.Diff(want, c.Validate().Error()); diff != "" {
		t.Error(diff)
	}
	c.Align = 30 * time.Minute
	if ps := c.Validate(); ps != nil || len(autoscaling.FloorActions(c)) != 197 {
		t.Error("the fix does not fit: ", ps)
	}
	autoscalingtest.CheckFloors(t, c, from, to)

	c.OtherActions = 20
	want = `Events: got 60: the events need 217 scheduled actions, 20 others included, 17 more than the 200 of a scalable target, a quota of Application Auto Scaling that AWS does not raise; set Align to 1h, then they need 165`
	if diff := cmp.Diff(want, c.Validate().Error()); diff != "" {
		t.Error(diff)
	}
	c.OtherActions = 100
	want = `Events: got 60: the events need 297 scheduled actions, 100 others included, 97 more than the 200 of a scalable target, a quota of Application Auto Scaling that AWS does not raise; set Align to 1h and ReleaseSteps to 1, then they need 189`
	if diff := cmp.Diff(want, c.Validate().Error()); diff != "" {
		t.Error(diff)
	}
	c.Align, c.ReleaseSteps = time.Hour, 1
	if ps := c.Validate(); ps != nil || len(autoscaling.FloorActions(c)) != 89 {
		t.Error("the fix does not fit: ", ps)
	}
	autoscalingtest.CheckFloors(t, c, from, to)

	c.OtherActions = 190
	want = `Events: got 60: the events need 279 scheduled actions, 190 others included, 79 more than the 200 of a scalable target, a quota of Application Auto Scaling that AWS does not raise; remove events that are over, or let more of them have the same times and peak, as an event on Weekdays has: the coarsest settings still need 279`
	if diff := cmp.Diff(want, c.Validate().Error()); diff != "" {
		t.Error(diff)
	}
}
