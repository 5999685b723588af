package autoscaling_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/capacity"
	"github.com/sagemaker-autoscaling-inference/cdk/schedule"
)

// final is a calendar with one event: 6000 requests a second.
func final() autoscaling.EventCalendar {
	return autoscaling.EventCalendar{
		MinCapacity: 6, MaxCapacity: 40, RequestsPerSecondPerInstance: 400, SafetyFactor: 0.6, Zones: 3, StartTime: 6 * time.Minute,
		Events: []autoscaling.Event{{Name: "final", Timezone: "Europe/London", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", PeakRequestsPerSecond: 6000}},
	}
}

// frontEnds are what an event prepares before the endpoint.
var frontEnds = map[string]autoscaling.FrontEndUnit{
	"environments":   autoscaling.FunctionEnvironments(50 * time.Millisecond),
	"tasks":          autoscaling.ServiceTasks(1500, 3),
	"capacity units": autoscaling.LoadBalancerTraffic{BytesPerRequest: 4096, FunctionTarget: true}.CapacityUnits(),
}

func TestFrontEndFloors(t *testing.T) {
	t.Parallel()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		floor int
		from  string
	}{
		"environments":   {429, "19:30"}, // 6000 × 0.05 s ÷ 0.7
		"tasks":          {9, "19:30"},   // 6000 ÷ (1500 × 0.7) is 6, and 9 leave 6 without one of three zones
		"capacity units": {240, "18:00"}, // 6000 connections a second ÷ 25
	} {
		floor := final().For(frontEnds[name]).Floors()[0]
		if floor.MinCapacity != want.floor || floor.From.In(london).Format("15:04") != want.from || floor.To.In(london).Format("15:04") != "23:00" {
			t.Errorf("%s: got %+v, want %d from %s to 23:00", name, floor, want.floor, want.from)
		}
	}
}

// A function's floor is what Little's law wants, and headroom.
func TestEnvironmentsAreConcurrency(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		latency := time.Duration(rapid.IntRange(1, 60_000).Draw(t, "milliseconds")) * time.Millisecond
		c := final()
		c.Events[0].PeakRequestsPerSecond = float64(rapid.IntRange(1, 100_000).Draw(t, "rate"))
		unit := autoscaling.FunctionEnvironments(latency)
		unit.SafetyFactor = 1
		if got, want := c.For(unit).HighestFloor(), capacity.Concurrency(c.Events[0].PeakRequestsPerSecond, latency); got != want {
			t.Errorf("%g requests a second of %s: got %d, want %d", c.Events[0].PeakRequestsPerSecond, latency, got, want)
		}
	})
}

func TestPeakInInstancesIsARateBeforeTheEndpoint(t *testing.T) {
	t.Parallel()
	c := final()
	c.Events[0].PeakRequestsPerSecond, c.Events[0].PeakInstances = 0, 25 // × 400 × 0.6 = 6000
	c.Events[0].LeadTime = ptr(3 * time.Hour)
	if diff := cmp.Diff(final().For(frontEnds["environments"]).ScheduledActions(), c.For(frontEnds["environments"]).ScheduledActions()); diff != "" {
		t.Error(diff)
	}
	c.RequestsPerSecondPerInstance = 0
	ps := c.For(frontEnds["environments"]).Validate()
	if len(ps) != 1 || ps[0].Path != "Events[0].PeakRequestsPerSecond" {
		t.Errorf("without a measured rate: got %v", ps)
	}
}

func TestCapacityUnits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		traffic autoscaling.LoadBalancerTraffic
		want    float64 // requests a second of one unit
	}{
		{"new connections", autoscaling.LoadBalancerTraffic{BytesPerRequest: 1000}, 25},
		{"kept connections", autoscaling.LoadBalancerTraffic{BytesPerRequest: 1000, RequestsPerConnection: 10}, 250},
		{"active connections", autoscaling.LoadBalancerTraffic{ConnectionDuration: 10 * time.Minute, RequestsPerConnection: 10}, 50},
		{"bytes to instances and tasks", autoscaling.LoadBalancerTraffic{BytesPerRequest: 100_000, RequestsPerConnection: 10}, 1e9 / 3600 / 100_000},
		{"bytes to functions", autoscaling.LoadBalancerTraffic{BytesPerRequest: 100_000, RequestsPerConnection: 10, FunctionTarget: true}, 0.4e9 / 3600 / 100_000},
		{"rules", autoscaling.LoadBalancerTraffic{RequestsPerConnection: 100, Rules: 60}, 20},
		{"free rules", autoscaling.LoadBalancerTraffic{Rules: 10}, 25},
	} {
		if got := test.traffic.CapacityUnits().RequestsPerSecond; math.Abs(got-test.want) > 1e-9 {
			t.Errorf("%s: got %g requests a second a unit, want %g", test.name, got, test.want)
		}
	}
}

func TestFunctionTarget(t *testing.T) {
	t.Parallel()
	c := final().For(frontEnds["environments"])
	target := c.FunctionTarget(800)
	target.ResourceID = autoscaling.FunctionResourceID("gateway", "live")
	if ps := target.Validate(); ps != nil {
		t.Error(ps)
	}
	properties := target.CloudFormation()
	if properties["ResourceId"] != "function:gateway:live" || properties["ScalableDimension"] != "lambda:function:ProvisionedConcurrency" ||
		properties["ServiceNamespace"] != "lambda" || properties["MinCapacity"] != 0 || properties["MaxCapacity"] != 800 {
		t.Errorf("got %v", properties)
	}
	if diff := cmp.Diff(c.ScheduledActions(), target.ScheduledActions); diff != "" {
		t.Error(diff)
	}
	if len(target.Policies) != 1 || target.Policies[0].TargetValue != 0.7 {
		t.Errorf("got policies %+v", target.Policies)
	}
	if got := c.FunctionTarget(0).MaxCapacity; got != 429 {
		t.Errorf("without a cap: got at most %d, want the highest floor", got)
	}
	if got := (autoscaling.EventCalendar{}).For(frontEnds["environments"]).FunctionTarget(0); got.MinCapacity != 0 || got.MaxCapacity != 1 || got.ScheduledActions == nil || len(got.ScheduledActions) != 0 {
		t.Errorf("without events: got %+v", got)
	}
}

func TestServiceTarget(t *testing.T) {
	t.Parallel()
	target := final().For(frontEnds["tasks"]).ServiceTarget(20)
	target.ResourceID = autoscaling.ServiceResourceID("predictions", "gateway")
	if ps := target.Validate(); ps != nil {
		t.Error(ps)
	}
	if target.Dimension.Namespace() != "ecs" || target.MinCapacity != 2 || target.MaxCapacity != 20 || *target.ScheduledActions[0].MinCapacity != 9 {
		t.Errorf("got %+v", target)
	}
	if p := target.Policies; len(p) != 1 || p[0].Metric != autoscaling.ServiceAverageCPUUtilization || p[0].TargetValue != 70 || p[0].ScaleOutCooldown != time.Minute {
		t.Errorf("got policies %+v, want the tasks' CPU near 70 %%", p)
	}
	if got := final().For(frontEnds["tasks"]).ServiceTarget(0).MaxCapacity; got != 9 {
		t.Errorf("got at most %d, want the highest floor", got)
	}
}

// TestFrontEndFloorsHold plays the actions of random events as those of the
// endpoint are played: the front end's floors hold by the same rules.
func TestFrontEndFloorsHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(2027, 3, 28, 0, 0, 0, 0, time.UTC)
		c := drawCalendar(t, day)
		c.RequestsPerSecondPerInstance = 100
		front := c.For(autoscaling.FrontEndUnit{RequestsPerSecond: 100, StartTime: 15 * time.Minute, Zones: c.Zones, MinCapacity: c.MinCapacity})
		front.MaxCapacity = 10_000
		if ps := front.Validate(); ps != nil {
			t.Fatal(ps)
		}
		checkFloors(t, front, day.AddDate(0, 0, -16), day.AddDate(0, 0, 17))
	})
}

// TestMovingTheKickOffMovesAll: what an event prepares is the same, only later.
func TestMovingTheKickOffMovesAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]string{"Europe/London", "America/New_York", "Asia/Kathmandu", "UTC"}).Draw(t, "zone")
		starts := time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 30*24*12).Draw(t, "start")) * 5 * time.Minute)
		// On the grid, floors keep their lengths.
		by := time.Duration(rapid.IntRange(1, 7*24*4).Draw(t, "by")) * 15 * time.Minute
		at := func(starts time.Time) autoscaling.EventCalendar {
			c := final()
			c.Events[0].Timezone = zone
			c.Events[0].Starts, c.Events[0].Ends = starts.Format("2006-01-02T15:04"), starts.Add(2*time.Hour).Format("2006-01-02T15:04")
			return c
		}
		all := map[string]func(autoscaling.EventCalendar) []run{
			"endpoint": func(c autoscaling.EventCalendar) []run { return runsOf(t, c.ScheduledActions()) },
			"environments": func(c autoscaling.EventCalendar) []run {
				return runsOf(t, c.For(frontEnds["environments"]).FunctionTarget(0).ScheduledActions)
			},
			"tasks": func(c autoscaling.EventCalendar) []run {
				return runsOf(t, c.For(frontEnds["tasks"]).ServiceTarget(0).ScheduledActions)
			},
			"capacity units": func(c autoscaling.EventCalendar) []run {
				return reservationRuns(t, c.For(frontEnds["capacity units"]).ReservationSchedules())
			},
		}
		for name, runs := range all {
			before, after := runs(at(starts)), runs(at(starts.Add(by)))
			if len(before) == 0 {
				t.Fatalf("%s: nothing is prepared", name)
			}
			for i := range before {
				before[i].at = before[i].at.Add(by)
			}
			if diff := cmp.Diff(before, after, cmp.AllowUnexported(run{})); diff != "" {
				t.Fatalf("%s: %s", name, diff)
			}
		}
	})
}

// run is a capacity that is asked for at an instant.
type run struct {
	at       time.Time
	capacity int
}

func runsOf(t failer, actions []autoscaling.ScheduledAction) []run {
	t.Helper()
	var runs []run
	for _, f := range firingsOf(t, actions) {
		runs = append(runs, run{f.at.UTC(), *f.action.MinCapacity})
	}
	return runs
}

// reservationRuns are the schedules' runs, but for the far one that each has.
func reservationRuns(t failer, schedules []autoscaling.ReservationSchedule) []run {
	t.Helper()
	var runs []run
	names := map[string]bool{}
	for _, s := range schedules {
		if names[s.Name] {
			t.Fatalf("two schedules are named %s", s.Name)
		}
		names[s.Name] = true
		e, err := schedule.Parse(s.Schedule)
		if err != nil || e.String() != s.Schedule {
			t.Fatalf("%s is not as AWS writes it: %s, %v", s.Schedule, e, err)
		}
		loc, err := time.LoadLocation(s.Timezone)
		if err != nil {
			t.Fatal(err)
		}
		far := false
		for _, at := range e.Between(time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2199, 1, 1, 0, 0, 0, 0, time.UTC), loc) {
			if at.Year() > 2190 {
				far = true
				continue
			}
			runs = append(runs, run{at.UTC(), s.CapacityUnits})
		}
		if !far {
			t.Fatalf("%s has no run after all events", s.Schedule)
		}
	}
	slices.SortFunc(runs, func(a, b run) int { return a.at.Compare(b.at) })
	return runs
}

// TestReservationsHold plays the schedules of random events: what a load balancer
// has reserved is never less than what any event wants, also an hour after a
// request was lost; it is lowered twice in 24 hours at most, and in the end
// nothing is reserved.
func TestReservationsHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(2027, 3, 28, 0, 0, 0, 0, time.UTC)
		c := drawCalendar(t, day).For(autoscaling.LoadBalancerTraffic{BytesPerRequest: 2000}.CapacityUnits())
		runs := reservationRuns(t, c.ReservationSchedules())
		c.ReleaseSteps = 1 // a reservation is released at once
		var releases []time.Time
		for i, r := range runs {
			if i > 0 && r.at.Sub(runs[i-1].at) < time.Hour {
				t.Fatalf("requests at %s and %s: the retries of one may undo the other", runs[i-1].at, r.at)
			}
			if r.capacity == 0 {
				releases = append(releases, r.at)
			} else if i > 0 && runs[i-1].capacity > r.capacity {
				t.Fatalf("at %s the reservation is lowered without being released", r.at)
			}
		}
		for i := 2; i < len(releases); i++ {
			if releases[i].Sub(releases[i-2]) < 24*time.Hour {
				t.Fatalf("three releases within 24 hours: %s", releases[i-2:i+1])
			}
		}
		if len(runs) > 0 && runs[len(runs)-1].capacity != 0 {
			t.Fatal("the last reservation is never released")
		}
		for lost := -1; lost < len(runs); lost++ {
			if lost >= 0 && runs[lost].capacity == 0 {
				continue // who is not released has too much
			}
			for _, f := range c.Floors() {
				if f.MinCapacity == 0 {
					continue
				}
				for at := f.From; at.Before(f.To); at = at.Add(15 * time.Minute) {
					if lost >= 0 && at.Sub(runs[lost].at) < time.Hour && !at.Before(runs[lost].at) {
						continue
					}
					if got := reservedAt(runs, lost, at); got < max(100, f.MinCapacity) {
						t.Fatalf("at %s, with request %d lost, %d units are reserved, want %d", at, lost, got, f.MinCapacity)
					}
				}
			}
		}
	})
}

func reservedAt(runs []run, lost int, at time.Time) int {
	reserved := 0
	for i, r := range runs {
		if i != lost && !r.at.After(at) {
			reserved = r.capacity
		}
	}
	return reserved
}

func TestReservations(t *testing.T) {
	t.Parallel()
	c := final()
	c.Events = nil
	// Four matches in a day, of which the last two overlap.
	for i, times := range []string{"04:00 06:00", "10:00 11:00", "16:00 18:00", "19:30 21:00"} {
		starts, ends, _ := strings.Cut(times, " ")
		c.Events = append(c.Events, autoscaling.Event{Name: fmt.Sprint("match ", i+1), Starts: "2027-05-29T" + starts, Ends: "2027-05-29T" + ends,
			PeakRequestsPerSecond: float64(1000 * (i + 1)), Overrun: ptr(time.Duration(0))})
	}
	var got []string
	for _, r := range c.For(frontEnds["capacity units"]).Reservations() {
		got = append(got, fmt.Sprint(r.From.Format("15:04"), " to ", r.To.Format("15:04"), " ", r.CapacityUnits, " ", r.Events))
	}
	want := []string{
		"02:00 to 11:00 100 [match 1 match 2]", // the shorter of two gaps is bridged
		"14:00 to 21:00 160 [match 3 match 4]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var schedules []string
	for _, s := range final().For(frontEnds["capacity units"]).ReservationSchedules() {
		schedules = append(schedules, fmt.Sprint(s.Schedule, " ", s.Timezone, " ", s.CapacityUnits))
	}
	want = []string{
		"cron(0 18,19 29 5 ? 2027,2192,2196) Europe/London 240",
		"cron(0 23 29 5 ? 2027,2192,2196) Europe/London 0",
	}
	if diff := cmp.Diff(want, schedules); diff != "" {
		t.Error(diff)
	}
}

func TestValidateReservations(t *testing.T) {
	t.Parallel()
	c := final().For(frontEnds["capacity units"])
	if ps := c.ValidateReservations(); ps != nil {
		t.Error(ps)
	}
	c.Events[0].PeakRequestsPerSecond = 400_000
	want := "Events[0].PeakRequestsPerSecond: got 400000: the event needs 16000 capacity units, and a load balancer has at most 15000; divide the traffic over several load balancers"
	if got := c.ValidateReservations(); len(got) != 1 || got[0].String() != want {
		t.Errorf("got %v", got)
	}
	// As many evenings as the quota of none: each at another time of day.
	c = final()
	c.Events = nil
	for i := range 210 {
		starts := time.Date(2027, 1, 1+2*i, i%24, 15*(i/24%4), 0, 0, time.UTC)
		c.Events = append(c.Events, autoscaling.Event{Name: fmt.Sprint(i), Starts: starts.Format("2006-01-02T15:04"), Ends: starts.Add(time.Hour).Format("2006-01-02T15:04"),
			PeakRequestsPerSecond: float64(5000 + 25*i)})
	}
	got := c.For(frontEnds["capacity units"]).ValidateReservations()
	if len(got) != 1 || got[0].Path != "Events" || !strings.Contains(got[0].Rule, "a stack has room for 400") {
		t.Errorf("got %v", got)
	}
}

// TestTogether: what stands before two variants carries both, also where their
// events only overlap.
func TestTogether(t *testing.T) {
	t.Parallel()
	evening := func(name, starts, ends string, rate float64) autoscaling.EventCalendar {
		c := final()
		c.Events = []autoscaling.Event{{Name: name, Starts: "2027-05-29T" + starts, Ends: "2027-05-29T" + ends, PeakRequestsPerSecond: rate}}
		return c
	}
	for _, test := range []struct {
		name string
		a, b autoscaling.EventCalendar
		want map[string]float64
	}{
		{"at once", evening("final", "20:00", "22:00", 3000), evening("final", "20:00", "22:00", 1000), map[string]float64{"final": 4000, "final 2": 4000}},
		{"by their ends", evening("a", "18:00", "20:00", 3000), evening("b", "21:30", "23:00", 1000), map[string]float64{"a": 4000, "b": 4000}},
		{"far apart", evening("a", "08:00", "09:00", 3000), evening("b", "21:30", "23:00", 1000), map[string]float64{"a": 3000, "b": 1000}},
	} {
		got := map[string]float64{}
		for _, e := range autoscaling.Together([]autoscaling.EventCalendar{test.a, test.b}).Events {
			got[e.Name] = e.PeakRequestsPerSecond
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
	if diff := cmp.Diff(final(), autoscaling.Together([]autoscaling.EventCalendar{final()})); diff != "" {
		t.Errorf("one variant is as it is: %s", diff)
	}
}
