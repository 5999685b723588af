package autoscaling_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

// TestFloorsHold plays the actions of random events as AWS does: each overwrites
// the minimum, which then stays (facts B6, B7). At every minute the minimum is
// what the events want; with any one firing lost, it is so again AssertEvery
// after a change.
func TestFloorsHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		// Around a change of clocks somewhere, or the end of a month or year.
		middle := rapid.SampledFrom([]string{
			"2026-10-25", "2027-03-28", "2026-11-01", "2027-03-14", "2026-10-04", "2027-04-04", "2026-09-06",
			"2026-12-31", "2028-02-29", "2027-06-30", "2027-06-16",
		}).Draw(t, "middle")
		day, err := time.Parse(time.DateOnly, middle)
		if err != nil {
			t.Fatal(err)
		}
		c := drawCalendar(t, day)
		if ps := c.Validate(); ps != nil {
			t.Fatalf("%v\n%+v", ps, c)
		}
		checkFloors(t, c, day.AddDate(0, 0, -16), day.AddDate(0, 0, 17))
	})
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
	Fatal(args ...any)
}

// checkFloors plays c's actions from one instant to another, which must enclose
// all of its events.
func checkFloors(t failer, c autoscaling.EventCalendar, from, to time.Time) {
	t.Helper()
	want := wantedFloors(c, from, int(to.Sub(from)/time.Minute))
	actions := c.ScheduledActions()
	checkActions(t, c, actions)
	firings := firingsOf(t, actions)
	for _, f := range firings {
		if f.at.Before(from) || !f.at.Before(to) {
			t.Fatalf("%s fires at %s, where no event is", f.action.Name, f.at)
		}
	}
	every := int(c.AssertEvery / time.Minute)
	if every == 0 {
		every = 5
	}

	// play returns at the first minute that is wrong. Before start nothing
	// changes: minimum is what it was then.
	play := func(minimum, start, end int, lost int, patience int) {
		t.Helper()
		next, _ := slices.BinarySearchFunc(firings, start, func(f firing, minute int) int { return int(f.at.Sub(from)/time.Minute) - minute })
		changed := start - 1
		for changed >= 0 && want[changed] == want[start] {
			changed--
		}
		changed++ // the last change at or before start
		for m := start; m < end; m++ {
			for ; next < len(firings) && !firings[next].at.After(from.Add(time.Duration(m)*time.Minute)); next++ {
				if next != lost {
					minimum = *firings[next].action.MinCapacity
				}
			}
			if m > start && want[m] != want[m-1] {
				changed = m
			}
			if m-changed >= patience && minimum != want[m] {
				t.Fatalf("at %s, with firing %d of %d lost, the minimum is %d, want %d\n%+v\n%s",
					from.Add(time.Duration(m)*time.Minute), lost, len(firings), minimum, want[m], c, listActions(actions))
			}
		}
	}
	play(c.MinCapacity, 0, len(want), -1, 0)
	for i, f := range firings {
		// A lost firing matters until the next one overwrites its effect: that
		// is played for every firing, and to the end for one.
		before := c.MinCapacity
		if i > 0 {
			before = *firings[i-1].action.MinCapacity
		}
		end := len(want)
		if i+2 < len(firings) && i != len(firings)/2 {
			end = int(firings[i+2].at.Sub(from) / time.Minute)
		}
		play(before, int(f.at.Sub(from)/time.Minute), end, i, every)
	}
}

// checkActions holds each action to what events may do.
func checkActions(t failer, c autoscaling.EventCalendar, actions []autoscaling.ScheduledAction) {
	t.Helper()
	for _, a := range actions {
		if a.MaxCapacity != nil || a.MinCapacity == nil || *a.MinCapacity < c.MinCapacity {
			t.Fatalf("%+v: events set the minimum only, and never below %d", a, c.MinCapacity)
		}
		if !strings.HasPrefix(a.Schedule, "cron(") || strings.HasSuffix(a.Schedule, "*)") {
			t.Fatalf("%s is not a cron of certain years", a.Schedule)
		}
		if e, err := schedule.Parse(a.Schedule); err != nil || e.String() != a.Schedule {
			t.Fatalf("%s is not as AWS writes it: %s, %v", a.Schedule, e, err)
		}
	}
	target := autoscaling.ScalableTarget{ResourceID: "endpoint/odds/variant/main", Dimension: autoscaling.VariantInstanceCount,
		MinCapacity: c.MinCapacity, MaxCapacity: c.MaxCapacity, ScheduledActions: actions}
	if ps := target.Validate(); ps != nil {
		t.Fatal(ps)
	}
	reversed := c
	reversed.Events = slices.Clone(c.Events)
	slices.Reverse(reversed.Events)
	if diff := cmp.Diff(actions, reversed.ScheduledActions()); diff != "" {
		t.Fatal("the order of events matters: ", diff)
	}
}

type firing struct {
	at     time.Time
	action autoscaling.ScheduledAction
}

func firingsOf(t failer, actions []autoscaling.ScheduledAction) []firing {
	t.Helper()
	var firings []firing
	for _, a := range actions {
		e, err := schedule.Parse(a.Schedule)
		if err != nil {
			t.Fatal(err)
		}
		loc, err := time.LoadLocation(a.Timezone)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range e.Between(time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2199, 1, 1, 0, 0, 0, 0, time.UTC), loc) {
			// What AWS makes of an hour that occurs twice must not matter.
			for _, other := range []time.Duration{30 * time.Minute, time.Hour, -30 * time.Minute, -time.Hour} {
				if reading(at, loc).Equal(reading(at.Add(other), loc)) {
					t.Fatalf("%s in %s runs at %s, which clocks show twice", a.Schedule, loc, at)
				}
			}
			firings = append(firings, firing{at, a})
		}
	}
	slices.SortStableFunc(firings, func(a, b firing) int { return a.at.Compare(b.at) })
	for i, f := range firings {
		if i > 0 && f.at.Equal(firings[i-1].at) {
			t.Fatalf("%s and %s fire both at %s", f.action.Name, firings[i-1].action.Name, f.at)
		}
	}
	return firings
}

// listActions is actions as a table of schedule, zone and minimum.
func listActions(actions []autoscaling.ScheduledAction) string {
	var b strings.Builder
	for _, a := range actions {
		fmt.Fprintf(&b, "%s %s %d\n", a.Schedule, a.Timezone, *a.MinCapacity)
	}
	return b.String()
}
