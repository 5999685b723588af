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
	"github.com/sagemaker-autoscaling-inference/cdk/schedule"
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

// wantedFloors is the minimum of every minute from an instant on, by the events
// alone: by walking through minutes until clocks show what is sought.
func wantedFloors(c autoscaling.EventCalendar, from time.Time, minutes int) []int {
	want := make([]int, minutes)
	for i := range want {
		want[i] = c.MinCapacity
	}
	or := func(d, otherwise time.Duration) time.Duration {
		if d == 0 {
			return otherwise
		}
		return d
	}
	every := or(c.AssertEvery, 5*time.Minute)
	grid := int(or(c.Align, 15*time.Minute) / time.Minute)
	releases := c.ReleaseSteps
	if releases == 0 {
		releases = 2
	}
	for _, e := range c.Events {
		loc, err := time.LoadLocation(e.Timezone)
		if err != nil {
			panic(err)
		}
		onGrid := func(t time.Time, step time.Duration) time.Time {
			for t.In(loc).Minute()%grid != 0 {
				t = t.Add(step)
			}
			return t
		}
		raise := func(start, end time.Time, floor int) {
			end = onGrid(end, time.Minute)
			for t := onGrid(start, -time.Minute); t.Before(end); t = t.Add(time.Minute) {
				m := int(t.Sub(from) / time.Minute)
				want[m] = max(want[m], floor)
			}
		}
		lead, overrun := 36*time.Minute+every-5*time.Minute, time.Hour
		if e.LeadTime != nil {
			lead = *e.LeadTime
		}
		if e.Overrun != nil {
			overrun = *e.Overrun
		}
		shape := e.Shape
		if shape == nil {
			shape = []autoscaling.ShapeStep{{Share: 1}}
		}
		if e.FloorUntil != 0 {
			shape = slices.DeleteFunc(slices.Clone(shape), func(s autoscaling.ShapeStep) bool { return s.After >= e.FloorUntil })
		}
		for _, times := range comes(e) {
			start, end := clocksShow(times[0], loc), clocksShowed(times[1], loc)
			if !exceeds(c, e, shape) {
				continue
			}
			for i, s := range shape {
				until := end.Add(overrun)
				if e.FloorUntil != 0 {
					until = start.Add(e.FloorUntil)
				}
				if i+1 < len(shape) {
					until = start.Add(shape[i+1].After)
				}
				raise(start.Add(s.After-lead), until, wantedInstances(c, e, s.Share))
			}
			released := onGrid(end.Add(overrun), time.Minute)
			if e.FloorUntil != 0 {
				released = onGrid(start.Add(e.FloorUntil), time.Minute)
			}
			over := max(0, wantedInstances(c, e, shape[len(shape)-1].Share)-c.MinCapacity)
			for left := releases - 1; left > 0; left-- {
				until := onGrid(released.Add(or(c.ReleaseEvery, 3*every)), time.Minute)
				for t := released; t.Before(until); t = t.Add(time.Minute) {
					m := int(t.Sub(from) / time.Minute)
					want[m] = max(want[m], c.MinCapacity+ceilDiv(over*left, releases))
				}
				released = until
			}
		}
	}
	return want
}

func exceeds(c autoscaling.EventCalendar, e autoscaling.Event, shape []autoscaling.ShapeStep) bool {
	return slices.ContainsFunc(shape, func(s autoscaling.ShapeStep) bool { return wantedInstances(c, e, s.Share) > c.MinCapacity })
}

// wantedInstances counts in thousandths, the test's shares and uncertainties
// being such.
func wantedInstances(c autoscaling.EventCalendar, e autoscaling.Event, share float64) int {
	uncertainty := 10
	if e.Uncertainty != 0 {
		uncertainty = int(e.Uncertainty*10 + 0.5)
	}
	held := 10
	if e.FloorShare != 0 {
		held = int(e.FloorShare*10 + 0.5)
	}
	need := ceilDiv(e.PeakInstances*int(share*10+0.5)*uncertainty*held, 1000)
	if e.PeakRequestsPerSecond != 0 {
		need = ceilDiv(int(e.PeakRequestsPerSecond)*int(share*10+0.5)*uncertainty*held, 1000*70) // 100 a second × 0.7
	}
	if c.Zones > 1 {
		need = ceilDiv(need*c.Zones, c.Zones-1)
	}
	return need
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// comes is when an event comes, as readings of clocks.
func comes(e autoscaling.Event) [][2]time.Time {
	parse := func(layout, s string) time.Time {
		t, err := time.Parse(layout, s)
		if err != nil {
			panic(err)
		}
		return t
	}
	if len(e.Dates) == 0 && len(e.Weekdays) == 0 {
		return [][2]time.Time{{parse("2006-01-02T15:04", e.Starts), parse("2006-01-02T15:04", e.Ends)}}
	}
	dates := slices.Clone(e.Dates)
	if len(dates) == 0 {
		for day := parse(time.DateOnly, e.From); !day.After(parse(time.DateOnly, e.Until)); day = day.AddDate(0, 0, 1) {
			if slices.ContainsFunc(e.Weekdays, func(d string) bool { return strings.EqualFold(d, day.Format("Mon")) }) {
				dates = append(dates, day.Format(time.DateOnly))
			}
		}
	}
	var found [][2]time.Time
	for _, date := range dates {
		start, end := parse("2006-01-02 15:04", date+" "+e.Starts), parse("2006-01-02 15:04", date+" "+e.Ends)
		if !start.Before(end) {
			end = end.AddDate(0, 0, 1)
		}
		found = append(found, [2]time.Time{start, end})
	}
	return found
}

// reading is what clocks in loc show at t, as if it were UTC.
func reading(t time.Time, loc *time.Location) time.Time {
	t = t.In(loc)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
}

func clocksShow(r time.Time, loc *time.Location) time.Time {
	t := r.Add(-16 * time.Hour)
	for reading(t, loc).Before(r) {
		t = t.Add(time.Minute)
	}
	return t
}

func clocksShowed(r time.Time, loc *time.Location) time.Time {
	t := r.Add(16 * time.Hour)
	for !reading(t.Add(-time.Minute), loc).Before(r) {
		t = t.Add(-time.Minute)
	}
	return t
}

func drawCalendar(t *rapid.T, middle time.Time) autoscaling.EventCalendar {
	every := rapid.SampledFrom([]int{5, 5, 5, 10, 15}).Draw(t, "every")
	align := rapid.SampledFrom([]int{every, 2 * every, 30, 60}).Draw(t, "align")
	c := autoscaling.EventCalendar{
		MinCapacity: rapid.IntRange(1, 5).Draw(t, "base"), MaxCapacity: 1000,
		RequestsPerSecondPerInstance: 100,
		Zones:                        rapid.IntRange(0, 3).Draw(t, "zones"),
		AssertEvery:                  time.Duration(every) * time.Minute,
		Align:                        time.Duration(align) * time.Minute,
		ReleaseSteps:                 rapid.IntRange(0, 3).Draw(t, "releaseSteps"),
		ReleaseEvery:                 time.Duration(rapid.SampledFrom([]int{0, 2 * every, 37}).Draw(t, "releaseEvery")) * time.Minute,
		ReleaseAssertions:            rapid.SampledFrom([]int{0, 2, 5}).Draw(t, "releaseAssertions"),
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "events") {
		c.Events = append(c.Events, drawEvent(t, fmt.Sprint("event ", i), middle))
	}
	return c
}

func drawEvent(t *rapid.T, name string, middle time.Time) autoscaling.Event {
	minutes := func(from, to int, label string) time.Duration {
		return time.Duration(rapid.IntRange(from, to).Draw(t, label)) * time.Minute
	}
	date := func(label string) string {
		return middle.AddDate(0, 0, rapid.IntRange(-2, 2).Draw(t, label)).Format(time.DateOnly)
	}
	e := autoscaling.Event{Name: name, Timezone: rapid.SampledFrom([]string{
		"Europe/London", "America/New_York", "Asia/Seoul", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu", "America/Santiago",
	}).Draw(t, "zone")}
	starts := middle.Add(minutes(-36*60, 36*60, "starts"))
	// At least 2 hours, so that a spring day leaves a step of the shape its time.
	ends := starts.Add(minutes(120, 12*60, "duration"))
	e.Starts, e.Ends = starts.Format("15:04"), ends.Format("15:04")
	switch rapid.SampledFrom([]string{"once", "once", "dates", "weekdays"}).Draw(t, "kind") {
	case "once":
		e.Starts, e.Ends = starts.Format("2006-01-02T15:04"), ends.Format("2006-01-02T15:04")
	case "dates":
		e.Dates = []string{date("date")}
		if other := date("date"); other != e.Dates[0] {
			e.Dates = append(e.Dates, other)
		}
	case "weekdays":
		e.Weekdays = []string{"SUN", "MON", strings.ToUpper(middle.Format("Mon"))}[rapid.IntRange(1, 2).Draw(t, "first"):]
		e.From = middle.AddDate(0, 0, -10).Format(time.DateOnly)
		e.Until = middle.AddDate(0, 0, 9).Format(time.DateOnly)
		slices.Sort(e.Weekdays)
		e.Weekdays = slices.Compact(e.Weekdays)
	}
	if rapid.Bool().Draw(t, "inInstances") {
		e.PeakInstances = rapid.IntRange(1, 20).Draw(t, "instances")
	} else {
		e.PeakRequestsPerSecond = float64(rapid.IntRange(1, 1500).Draw(t, "rate"))
	}
	if rapid.Bool().Draw(t, "shaped") {
		e.Shape = []autoscaling.ShapeStep{
			{Share: float64(rapid.IntRange(1, 10).Draw(t, "share")) / 10},
			{After: minutes(1, 59, "after"), Share: float64(rapid.IntRange(1, 10).Draw(t, "share")) / 10},
		}
	}
	e.Uncertainty = rapid.SampledFrom([]float64{0, 1, 1.2, 2}).Draw(t, "uncertainty")
	e.FloorShare = rapid.SampledFrom([]float64{0, 0, 0.3, 0.7, 1}).Draw(t, "floorShare")
	if rapid.Bool().Draw(t, "released early") {
		e.FloorUntil = minutes(1, 59, "floorUntil")
	}
	if rapid.Bool().Draw(t, "hasOverrun") {
		e.Overrun = ptr(minutes(0, 150, "overrun"))
	}
	if rapid.Bool().Draw(t, "hasLead") {
		e.LeadTime = ptr(minutes(0, 150, "lead"))
	}
	return e
}

// listActions is actions as a table of schedule, zone and minimum.
func listActions(actions []autoscaling.ScheduledAction) string {
	var b strings.Builder
	for _, a := range actions {
		fmt.Fprintf(&b, "%s %s %d\n", a.Schedule, a.Timezone, *a.MinCapacity)
	}
	return b.String()
}
