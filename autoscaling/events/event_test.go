package events_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
)

// validCalendar has one event of each kind, with every field set that may be
// set together.
func validCalendar() events.Calendar {
	return events.Calendar{
		MinCapacity: 2, MaxCapacity: 100, RequestsPerSecondPerInstance: 100, SafetyFactor: 0.7, Zones: 3,
		StartTime: 9 * time.Minute, CapacityMargin: ptr(10 * time.Minute),
		AssertEvery: 5 * time.Minute, Align: 30 * time.Minute, ReleaseSteps: 3, ReleaseEvery: 10 * time.Minute, ReleaseAssertions: 2, OtherActions: 2,
		Events: []events.Event{
			{
				Name:                  "final",
				Timezone:              "Europe/London",
				Starts:                "2027-05-30T20:00",
				Ends:                  "2027-05-30T22:00",
				PeakRequestsPerSecond: 3000,
				Shape:                 []events.ShapeStep{{Share: 0.5}, {After: 45 * time.Minute, Share: 1}},
				Uncertainty:           1.2,
				Overrun:               ptr(90 * time.Minute),
				LeadTime:              ptr(9 * time.Minute),
			},
			{
				Name:          "group stage",
				Timezone:      "Asia/Seoul",
				Starts:        "21:00",
				Ends:          "01:00",
				Dates:         []string{"2027-05-01", "2027-05-04"},
				PeakInstances: 8,
			},
			{
				Name: "prime time", Timezone: "UTC",
				Starts:        "19:00",
				Ends:          "22:00",
				Weekdays:      []string{"FRI", "sat"},
				From:          "2027-01-01",
				Until:         "2027-06-30",
				PeakInstances: 5,
			},
		},
	}
}

// TestEventRules breaks one thing at a time in a valid calendar: once is the
// first event, dated the second, weekly the third.
func TestEventRules(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(c *events.Calendar, once, dated, weekly *events.Event)
		want   string
	}{
		{"nothing", func(_ *events.Calendar, _, _, _ *events.Event) {}, ``},
		{"no events, so that no figure matters", func(c *events.Calendar, _, _, _ *events.Event) {
			*c = events.Calendar{Zones: -1}
		}, ``},
		{"no name", func(_ *events.Calendar, once, _, _ *events.Event) { once.Name = "" },
			`Events[0].Name: got "": a name has 1 to 100 characters, none of them ':', '/', '|' or a control character, and no space at either end; name the occasion, such as "cup-final"`},
		{"a name with a bar", func(_ *events.Calendar, _, dated, _ *events.Event) { dated.Name = "A|B" },
			`Events[1].Name: got "A|B": a name has 1 to 100 characters, none of them ':', '/', '|' or a control character, and no space at either end; name the occasion, such as "cup-final"`},
		{"a name with a control character of Latin-1", func(_ *events.Calendar, once, _, _ *events.Event) { once.Name = "a\u0085b" },
			"Events[0].Name: got \"a\\u0085b\": a name has 1 to 100 characters, none of them ':', '/', '|' or a control character, and no space at either end; name the occasion, such as \"cup-final\""},
		{"a long name", func(_ *events.Calendar, once, _, _ *events.Event) {
			once.Name = strings.Repeat("é", 101)
		},
			`Events[0].Name: got "` + strings.Repeat("é", 101) + `": a name has 1 to 100 characters, none of them ':', '/', '|' or a control character, and no space at either end; name the occasion, such as "cup-final"`},
		{"the longest name", func(_ *events.Calendar, once, _, _ *events.Event) {
			once.Name = strings.Repeat("é", 100)
		}, ``},
		{"two events of one name", func(_ *events.Calendar, once, _, weekly *events.Event) { weekly.Name = once.Name },
			`Events[2].Name: got "final": Events[0] has the same name; rename one of the two, or give one event several Dates`},
		{"an unknown zone", func(_ *events.Calendar, once, _, _ *events.Event) { once.Timezone = "Europe/Londn" },
			`Events[0].Timezone: got "Europe/Londn": this is not a time zone of the IANA database; write Europe/London`},
		{"no zone", func(_ *events.Calendar, once, _, _ *events.Event) { once.Timezone = "" },
			`Events[0].Timezone: an event's times are those of a time zone; give the zone of its place, such as Europe/London, or UTC where its times are in UTC`},
		{"no times", func(_ *events.Calendar, once, dated, _ *events.Event) {
			once.Starts, once.Ends, dated.Starts = "", "", ""
		},
			`Events[0].Starts: an event starts and ends at some time; such as 2027-05-30T20:00
Events[0].Ends: an event starts and ends at some time; such as 2027-05-30T20:00
Events[1].Starts: an event starts and ends at some time; such as 20:00`},
		{"a start without its date", func(_ *events.Calendar, once, _, _ *events.Event) { once.Starts = "20:00" },
			`Events[0].Starts: got "20:00": an event that comes once has a date and a local time, without an offset; put the date before it, as 2027-05-30T20:00, or give Dates or Weekdays`},
		{"a time with an offset", func(_ *events.Calendar, once, _, _ *events.Event) { once.Ends = "2027-05-30T22:00Z" },
			`Events[0].Ends: got "2027-05-30T22:00Z": an event that comes once has a date and a local time, without an offset; write it as 2027-05-30T23:00, the same time in Europe/London`},
		{"a day that does not exist", func(_ *events.Calendar, once, _, _ *events.Event) { once.Starts = "2027-02-29T20:00" },
			`Events[0].Starts: got "2027-02-29T20:00": there is no such date: February 2027 has 28 days; correct the date, such as to 2027-02-28T20:00, the last of that month`},
		{"a year that AWS has not", func(_ *events.Calendar, once, _, _ *events.Event) { once.Ends = "2207-05-30T22:00" },
			`Events[0].Ends: got "2207-05-30T22:00": events are from 2000 to 2198; correct the year`},
		{"the end before the start", func(_ *events.Calendar, once, _, _ *events.Event) { once.Ends = "2027-05-30T19:00" },
			`Events[0].Ends: got "2027-05-30T19:00": the event ends before it has started, at 2027-05-30T20:00; write it as 2027-05-31T19:00 where it is on the next day, or put it after the start`},
		{"a season as one event", func(_ *events.Calendar, once, _, _ *events.Event) { once.Ends = "2027-08-01T20:00" },
			`Events[0].Ends: got "2027-08-01T20:00": the event lasts 63 days, and one event lasts at most 31; raise the target's own minimum for so long a time, or divide the event`},
		{"the end at the start", func(_ *events.Calendar, _, dated, _ *events.Event) { dated.Ends = dated.Starts },
			`Events[1].Ends: got "21:00": the event ends when it starts; put the end after the start; a smaller time is on the next day`},
		{"a date with the times of dates", func(_ *events.Calendar, _, dated, _ *events.Event) { dated.Starts = "2027-05-01T21:00" },
			`Events[1].Starts: got "2027-05-01T21:00": on Dates and Weekdays an event has a local time alone; write it as 21:00, or leave Dates and Weekdays out`},
		{"dates that are none, or twice there", func(_ *events.Calendar, _, dated, _ *events.Event) {
			dated.Dates = []string{"2027-5-1", "2027-05-04", "2027-05-04"}
		},
			`Events[1].Dates[0]: got "2027-5-1": this is not how a date is written; write it as 2027-05-01
Events[1].Dates[2]: got "2027-05-04": this date is there twice; remove one of the two`},
		{"dates and weekdays", func(_ *events.Calendar, _, _, weekly *events.Event) {
			weekly.Dates = []string{"2027-05-01"}
		},
			`Events[2].Dates: an event is either on Dates or on Weekdays, From one date Until another; make two events of it`},
		{"weekdays that are none, or twice there", func(_ *events.Calendar, _, _, weekly *events.Event) {
			weekly.Weekdays = []string{"Friday", "FRI-SUN", "SAT", "sat"}
		},
			`Events[2].Weekdays[0]: got "Friday": a weekday is one of SUN, MON, TUE, WED, THU, FRI and SAT; write FRI
Events[2].Weekdays[1]: got "FRI-SUN": a weekday is one of SUN, MON, TUE, WED, THU, FRI and SAT; write FRI, SAT, SUN
Events[2].Weekdays[3]: got "sat": this weekday is there twice; remove one of the two`},
		{"weekdays without end", func(_ *events.Calendar, _, _, weekly *events.Event) { weekly.Until = "" },
			`Events[2].Until: Weekdays have a first and a last date; such as 2027-05-30`},
		{"from and until without weekdays", func(_ *events.Calendar, _, _, weekly *events.Event) { weekly.Weekdays = nil },
			`Events[2].Weekdays: From and Until want the days of the week; give Weekdays, such as SAT and SUN, or Dates`},
		{"until before from", func(_ *events.Calendar, _, _, weekly *events.Event) { weekly.Until = "2026-12-31" },
			`Events[2].Until: got "2026-12-31": the last date is before the first, 2027-01-01; put it after From`},
		{"no such weekday between", func(_ *events.Calendar, _, _, weekly *events.Event) {
			weekly.From, weekly.Until = "2027-01-04", "2027-01-07"
		},
			`Events[2].Weekdays: got "FRI, sat": none of these days is between 2027-01-04 and 2027-01-07; move one of the dates`},
		{"weekdays for a century", func(_ *events.Calendar, _, _, weekly *events.Event) { weekly.Until = "2127-01-01" },
			`Events[2].Until: got "2127-01-01": the event comes for more than 160 weeks; end it sooner, and move the end on from season to season`},
		{"no peak", func(_ *events.Calendar, once, _, _ *events.Event) { once.PeakRequestsPerSecond = 0 },
			`Events[0].PeakRequestsPerSecond: an event has a peak; estimate its highest rate, over 0 requests a second`},
		{"a peak below 0", func(_ *events.Calendar, once, dated, _ *events.Event) {
			once.PeakRequestsPerSecond, dated.PeakInstances = -1, -1
		},
			`Events[0].PeakRequestsPerSecond: got -1: a peak is over 0 requests a second, and at most a billion; estimate the event's highest rate
Events[1].PeakInstances: got -1: a peak is 1 to a million instances; estimate the event's highest rate instead`},
		{"a peak of NaN", func(_ *events.Calendar, once, _, _ *events.Event) {
			once.PeakRequestsPerSecond = math.NaN()
		},
			`Events[0].PeakRequestsPerSecond: got NaN: a peak is over 0 requests a second, and at most a billion; estimate the event's highest rate`},
		{"two peaks", func(_ *events.Calendar, once, _, _ *events.Event) { once.PeakInstances = 5 },
			`Events[0].PeakInstances: got 5: a peak in instances and one in requests per second exclude each other; keep one of the two`},
		{"a peak over the maximum", func(c *events.Calendar, _, _, _ *events.Event) { c.MaxCapacity = 50 },
			`Events[0].PeakRequestsPerSecond: got 3000: the event needs 54 instances, also without one of 3 zones, and the target's maximum is 50; raise the maximum to 54 or more`},
		{"a peak in instances over the maximum", func(c *events.Calendar, _, dated, _ *events.Event) {
			c.Zones, dated.PeakInstances = 0, 101
		},
			`Events[1].PeakInstances: got 101: the event needs 101 instances, and the target's maximum is 100; raise the maximum to 101 or more`},
		{"a shape out of order", func(_ *events.Calendar, once, _, _ *events.Event) {
			once.Shape = []events.ShapeStep{{After: time.Minute, Share: 0}, {After: time.Minute, Share: 1.1}, {After: 2 * time.Hour, Share: 1}}
		},
			`Events[0].Shape[0].After: got 1m: the first step begins with the event; set it to 0s
Events[0].Shape[0].Share: got 0: a share of the peak is over 0 and at most 1; raise the peak where this step is higher
Events[0].Shape[1].After: got 1m: the step begins no later than the one before it, after 1m; put the steps in order of time
Events[0].Shape[1].Share: got 1.1: a share of the peak is over 0 and at most 1; raise the peak where this step is higher
Events[0].Shape[2].After: got 2h: the event is over after 2h; begin the step before the end`},
		{"uncertainty, overrun and lead time", func(_ *events.Calendar, once, _, _ *events.Event) {
			once.Uncertainty, once.Overrun, once.LeadTime = 0.5, ptr(-time.Minute), ptr(25*time.Hour)
		},
			`Events[0].Uncertainty: got 0.5: the peak may come 1 to 10 times as high; 1 is quite sure, 1.5 plans for half as much again
Events[0].Overrun: got -1m: an overrun is from 0 to 24 hours; such as 1h for extra time and penalties
Events[0].LeadTime: got 25h: a lead time is from 0 to 24 hours; leave it out, and it is computed from the start time`},
		{"a lead time shorter than a start", func(_ *events.Calendar, once, _, _ *events.Event) {
			once.LeadTime = ptr(8 * time.Minute)
		},
			`Events[0].LeadTime: got 8m: the instances are not there in time, they take 9m to start; leave it out, and it is computed from the start time`},
		{"no measured rate", func(c *events.Calendar, _, _, _ *events.Event) { c.RequestsPerSecondPerInstance = 0 },
			`RequestsPerSecondPerInstance: without a measured rate a peak in requests per second gives no floor; measure one instance under load, or give PeakInstances`},
		{"no measured rate, and none needed", func(c *events.Calendar, once, _, _ *events.Event) {
			c.RequestsPerSecondPerInstance, once.PeakRequestsPerSecond, once.PeakInstances = 0, 0, 5
		}, ``},
		{"figures", func(c *events.Calendar, _, _, _ *events.Event) {
			c.RequestsPerSecondPerInstance, c.SafetyFactor, c.Zones, c.StartTime, c.CapacityMargin = math.Inf(1), 2, 7, -time.Second, ptr(-time.Second)
		},
			`RequestsPerSecondPerInstance: got +Inf: a rate is over 0 requests a second; measure one instance under load
SafetyFactor: got 2: a safety factor is over 0 and at most 1; write 0.02 for 2 %
Zones: got 7: a variant is spread over 1 to 6 Availability Zones; count the zones of its subnets
StartTime: got -1s: a start time is over 0 and at most 12 hours; measure how long a new instance takes to serve
CapacityMargin: got -1s: a margin is from 0 to 12 hours; leave it out for the default`},
		{"a period that does not divide an hour", func(c *events.Calendar, _, _, _ *events.Event) { c.AssertEvery = 7 * time.Minute },
			`AssertEvery: got 7m: a period is whole minutes that divide an hour, at most 30; such as 5m`},
		{"a period below 0", func(c *events.Calendar, _, _, _ *events.Event) { c.AssertEvery = -5 * time.Minute },
			`AssertEvery: got -5m: a period is whole minutes that divide an hour, at most 30; such as 5m`},
		{"settings", func(c *events.Calendar, _, _, _ *events.Event) {
			c.Align, c.ReleaseSteps, c.ReleaseEvery, c.ReleaseAssertions, c.OtherActions = 12*time.Minute, 11, 5*time.Minute, 1, -1
		},
			`Align: got 12m: a grid is whole minutes that divide an hour, and a multiple of AssertEvery, 5m; such as 1h
ReleaseSteps: got 11: a minimum goes back in 1 to 10 steps; such as 2
ReleaseEvery: got 5m: a step is whole minutes, at least two assertions (10m), of which one may be lost, and at most 6 hours; such as 15m
ReleaseAssertions: got 1: a release is asserted 2 to 12 times, as one may be lost; such as 3
OtherActions: got -1: a number of scheduled actions is 0 or more; count those of the target that no event makes`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := validCalendar()
			test.change(&c, &c.Events[0], &c.Events[1], &c.Events[2])
			if diff := cmp.Diff(test.want, c.Validate().Error()); diff != "" {
				t.Error(diff)
			}
			// What is refused has no floors; it neither panics nor goes on for ever.
			autoscaling.FloorActions(c)
		})
	}
}

// Any period that AWS's cron can repeat goes with the other defaults.
func TestEventDefaults(t *testing.T) {
	t.Parallel()
	for _, minutes := range []int{1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30} {
		c := calendar(events.Event{Timezone: "UTC", Starts: "2027-05-30T20:00", Ends: "2027-05-30T22:00", PeakInstances: 10})
		c.AssertEvery = time.Duration(minutes) * time.Minute
		if ps := c.Validate(); ps != nil {
			t.Errorf("every %d minutes: %v", minutes, ps)
		}
		if n := len(autoscaling.FloorActions(c)); n == 0 || n > 6 {
			t.Errorf("every %d minutes: got %d actions", minutes, n)
		}
	}
}

func ExampleCalendar() {
	calendar := events.Calendar{
		MinCapacity: 4, MaxCapacity: 80,
		RequestsPerSecondPerInstance: 100, StartTime: 9 * time.Minute, // from a load test
		Zones: 3,
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
	if ps := calendar.Validate(); ps != nil {
		fmt.Println(ps)
	}
	for _, f := range calendar.Floors() {
		fmt.Println(f.From.Format("15:04"), "to", f.To.Format("15:04 MST"), f.MinCapacity, f.Events)
	}
	for _, a := range autoscaling.FloorActions(calendar) {
		fmt.Println(a.Schedule, a.Timezone, *a.MinCapacity)
	}
	// Output:
	// 19:30 to 23:00 BST 45 [final]
	// 23:00 to 23:15 BST 25 [final]
	// 23:15 to 23:30 BST 4 [final]
	// cron(30/5 19 30 5 ? 2027) Europe/London 45
	// cron(0/5 20-22 30 5 ? 2027) Europe/London 45
	// cron(0,5,10 23 30 5 ? 2027) Europe/London 25
	// cron(15,20,25 23 30 5 ? 2027) Europe/London 4
}

func ptr[T any](v T) *T { return &v }
