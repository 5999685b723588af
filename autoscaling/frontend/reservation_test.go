package frontend_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
)

// run is a capacity that is asked for at an instant.
type run struct {
	at       time.Time
	capacity int
}

func runsOf(t autoscalingtest.Failer, actions []autoscaling.ScheduledAction) []run {
	t.Helper()
	var runs []run
	for _, f := range autoscalingtest.FiringsOf(t, actions) {
		runs = append(runs, run{f.At.UTC(), *f.Action.MinCapacity})
	}
	return runs
}

// reservationRuns are the schedules' runs, but for the far one that each has.
func reservationRuns(t autoscalingtest.Failer, schedules []frontend.ReservationSchedule) []run {
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
		c := frontend.LoadBalancerTraffic{BytesPerRequest: 2000}.CapacityUnits().Calendar(autoscalingtest.DrawCalendar(t, day))
		runs := reservationRuns(t, frontend.ReservationSchedules(c))
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
		c.Events = append(c.Events, events.Event{Name: fmt.Sprint("match ", i+1), Timezone: "UTC", Starts: "2027-05-29T" + starts, Ends: "2027-05-29T" + ends,
			PeakRequestsPerSecond: float64(1000 * (i + 1)), Overrun: ptr(time.Duration(0))})
	}
	var got []string
	for _, r := range frontend.Reservations(frontEnds["capacity units"].Calendar(c)) {
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
	for _, s := range frontend.ReservationSchedules(frontEnds["capacity units"].Calendar(final())) {
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
	c := frontEnds["capacity units"].Calendar(final())
	if ps := frontend.ValidateReservations(c); ps != nil {
		t.Error(ps)
	}
	c.Events[0].PeakRequestsPerSecond = 400_000
	want := "Events[0].PeakRequestsPerSecond: got 400000: the event needs 16000 capacity units, and a load balancer has at most 15000; divide the traffic over several load balancers"
	if got := frontend.ValidateReservations(c); len(got) != 1 || got[0].String() != want {
		t.Errorf("got %v", got)
	}
	// As many evenings as the quota of none: each at another time of day.
	c = final()
	c.Events = nil
	for i := range 210 {
		starts := time.Date(2027, 1, 1+2*i, i%24, 15*(i/24%4), 0, 0, time.UTC)
		c.Events = append(c.Events, events.Event{Name: fmt.Sprint(i), Timezone: "UTC", Starts: starts.Format("2006-01-02T15:04"), Ends: starts.Add(time.Hour).Format("2006-01-02T15:04"),
			PeakRequestsPerSecond: float64(5000 + 25*i)})
	}
	got := frontend.ValidateReservations(frontEnds["capacity units"].Calendar(c))
	if len(got) != 1 || got[0].Path != "Events" || !strings.Contains(got[0].Rule, "a stack has room for 400") {
		t.Errorf("got %v", got)
	}
}

// TestTogether: what stands before two variants carries both, also where their
// events only overlap.
func TestTogether(t *testing.T) {
	t.Parallel()
	evening := func(name, starts, ends string, rate float64) events.Calendar {
		c := final()
		c.Events = []events.Event{{Name: name, Timezone: "UTC", Starts: "2027-05-29T" + starts, Ends: "2027-05-29T" + ends, PeakRequestsPerSecond: rate}}
		return c
	}
	for _, test := range []struct {
		name string
		a, b events.Calendar
		want map[string]float64
	}{
		{"at once", evening("final", "20:00", "22:00", 3000), evening("final", "20:00", "22:00", 1000), map[string]float64{"final": 4000, "final 2": 4000}},
		{"by their ends", evening("a", "18:00", "20:00", 3000), evening("b", "21:30", "23:00", 1000), map[string]float64{"a": 4000, "b": 4000}},
		{"far apart", evening("a", "08:00", "09:00", 3000), evening("b", "21:30", "23:00", 1000), map[string]float64{"a": 3000, "b": 1000}},
	} {
		got := map[string]float64{}
		for _, e := range events.Together([]events.Calendar{test.a, test.b}).Events {
			got[e.Name] = e.PeakRequestsPerSecond
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
	if diff := cmp.Diff(final(), events.Together([]events.Calendar{final()})); diff != "" {
		t.Errorf("one variant is as it is: %s", diff)
	}
}
