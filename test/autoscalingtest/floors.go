package autoscalingtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
)

// Failer is the part of testing.T and rapid.T that fails a test.
type Failer interface {
	Helper()
	Fatalf(format string, args ...any)
	Fatal(args ...any)
}

// CheckFloors plays c's actions from one instant to another, which must enclose
// all of its events.
func CheckFloors(t Failer, c events.Calendar, from, to time.Time) {
	t.Helper()
	want := wantedFloors(c, from, int(to.Sub(from)/time.Minute))
	actions := autoscaling.FloorActions(c)
	checkActions(t, c, actions)
	firings := FiringsOf(t, actions)
	for _, f := range firings {
		if f.At.Before(from) || !f.At.Before(to) {
			t.Fatalf("%s fires at %s, where no event is", f.Action.Name, f.At)
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
		next, _ := slices.BinarySearchFunc(firings, start,
			func(f Firing, minute int) int { return int(f.At.Sub(from)/time.Minute) - minute })
		changed := start - 1
		for changed >= 0 && want[changed] == want[start] {
			changed--
		}
		changed++ // the last change at or before start
		for m := start; m < end; m++ {
			for ; next < len(firings) && !firings[next].At.After(from.Add(time.Duration(m)*time.Minute)); next++ {
				if next != lost {
					minimum = *firings[next].Action.MinCapacity
				}
			}
			if m > start && want[m] != want[m-1] {
				changed = m
			}
			if m-changed >= patience && minimum != want[m] {
				t.Fatalf("at %s, with firing %d of %d lost, the minimum is %d, want %d\n%+v\n%s",
					from.Add(time.Duration(m)*time.Minute), lost, len(firings), minimum, want[m], c, ListActions(actions))
			}
		}
	}
	play(c.MinCapacity, 0, len(want), -1, 0)
	for i, f := range firings {
		// A lost firing matters until the next one overwrites its effect: that
		// is played for every firing, and to the end for one.
		before := c.MinCapacity
		if i > 0 {
			before = *firings[i-1].Action.MinCapacity
		}
		end := len(want)
		if i+2 < len(firings) && i != len(firings)/2 {
			end = int(firings[i+2].At.Sub(from) / time.Minute)
		}
		play(before, int(f.At.Sub(from)/time.Minute), end, i, every)
	}
}

// checkActions holds each action to what events may do.
func checkActions(t Failer, c events.Calendar, actions []autoscaling.ScheduledAction) {
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
	target := autoscaling.ScalableTarget{ResourceID: "endpoint/odds/variant/main",
		Dimension:   autoscaling.VariantInstanceCount,
		MinCapacity: c.MinCapacity, MaxCapacity: c.MaxCapacity, ScheduledActions: actions}
	if ps := target.Validate(); ps != nil {
		t.Fatal(ps)
	}
	reversed := c
	reversed.Events = slices.Clone(c.Events)
	slices.Reverse(reversed.Events)
	if diff := cmp.Diff(actions, autoscaling.FloorActions(reversed)); diff != "" {
		t.Fatal("the order of events matters: ", diff)
	}
}

// Firing is one time that an action fires.
type Firing struct {
	At     time.Time
	Action autoscaling.ScheduledAction
}

// FiringsOf are all times that actions fire, in order. It fails where two fire at
// one instant, or at one that clocks show twice.
func FiringsOf(t Failer, actions []autoscaling.ScheduledAction) []Firing {
	t.Helper()
	var firings []Firing
	for _, a := range actions {
		e, err := schedule.Parse(a.Schedule)
		if err != nil {
			t.Fatal(err)
		}
		loc, err := time.LoadLocation(a.Timezone)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range e.Between(time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC),
			time.Date(2199, 1, 1, 0, 0, 0, 0, time.UTC), loc) {
			// What AWS makes of an hour that occurs twice must not matter.
			for _, other := range []time.Duration{30 * time.Minute, time.Hour, -30 * time.Minute, -time.Hour} {
				if reading(at, loc).Equal(reading(at.Add(other), loc)) {
					t.Fatalf("%s in %s runs at %s, which clocks show twice", a.Schedule, loc, at)
				}
			}
			firings = append(firings, Firing{at, a})
		}
	}
	slices.SortStableFunc(firings, func(a, b Firing) int { return a.At.Compare(b.At) })
	for i, f := range firings {
		if i > 0 && f.At.Equal(firings[i-1].At) {
			t.Fatalf("%s and %s fire both at %s", f.Action.Name, firings[i-1].Action.Name, f.At)
		}
	}
	return firings
}

// ListActions is actions as a table of schedule, zone and minimum.
func ListActions(actions []autoscaling.ScheduledAction) string {
	var b strings.Builder
	for _, a := range actions {
		fmt.Fprintf(&b, "%s %s %d\n", a.Schedule, a.Timezone, *a.MinCapacity)
	}
	return b.String()
}
