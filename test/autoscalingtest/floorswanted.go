package autoscalingtest

import (
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
)

// wantedFloors is the minimum of every minute from an instant on, by the events
// alone: by walking through minutes until clocks show what is sought.
func wantedFloors(c events.Calendar, from time.Time, minutes int) []int {
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
			shape = []events.ShapeStep{{Share: 1}}
		}
		if e.FloorUntil != 0 {
			shape = slices.DeleteFunc(slices.Clone(shape), func(s events.ShapeStep) bool { return s.After >= e.FloorUntil })
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
				raise(start.Add(s.After-lead), until, wantedInstances(c, e, s))
			}
			released := onGrid(end.Add(overrun), time.Minute)
			if e.FloorUntil != 0 {
				released = onGrid(start.Add(e.FloorUntil), time.Minute)
			}
			over := max(0, wantedInstances(c, e, shape[len(shape)-1])-c.MinCapacity)
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

func exceeds(c events.Calendar, e events.Event, shape []events.ShapeStep) bool {
	return slices.ContainsFunc(shape,
		func(s events.ShapeStep) bool { return wantedInstances(c, e, s) > c.MinCapacity })
}

// wantedInstances counts in thousandths, the test's shares and uncertainties
// being such.
func wantedInstances(c events.Calendar, e events.Event, step events.ShapeStep) int {
	share := step.Share
	uncertainty := 10
	if e.Uncertainty != 0 {
		uncertainty = int(e.Uncertainty*10 + 0.5)
	}
	held := 10
	if e.FloorShare != 0 {
		held = int(e.FloorShare*10 + 0.5)
	}
	if step.FloorShare != nil {
		held = int(*step.FloorShare*10 + 0.5)
	}
	// 100 requests a second were measured, of which 70 are aimed at.
	rate := int(e.PeakRequestsPerSecond) + 70*e.PeakInstances
	load := rate * int(share*10+0.5) * uncertainty * held
	need, bare := ceilDiv(load, 1000*70), ceilDiv(load, 1000*100)
	if c.Zones > 1 {
		need = max(need, ceilDiv(bare*c.Zones, c.Zones-1))
	}
	return need
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// comes is when an event comes, as readings of clocks.
func comes(e events.Event) [][2]time.Time {
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
