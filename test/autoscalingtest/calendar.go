package autoscalingtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"pgregory.net/rapid"
)

// DrawCalendar draws a calendar that is valid, with events around middle.
func DrawCalendar(t *rapid.T, middle time.Time) events.Calendar {
	every := rapid.SampledFrom([]int{5, 5, 5, 10, 15}).Draw(t, "every")
	align := rapid.SampledFrom([]int{every, 2 * every, 30, 60}).Draw(t, "align")
	c := events.Calendar{
		MinCapacity: rapid.IntRange(1, 5).Draw(t, "base"), MaxCapacity: 1000,
		RequestsPerSecondPerInstance: 100,
		Zones:                        rapid.IntRange(0, 3).Draw(t, "zones"),
		AssertEvery:                  time.Duration(every) * time.Minute,
		Align:                        time.Duration(align) * time.Minute,
		ReleaseSteps:                 rapid.IntRange(0, 3).Draw(t, "releaseSteps"),
		ReleaseEvery: time.Duration(rapid.SampledFrom([]int{0, 2 * every, 37}).Draw(t,
			"releaseEvery")) * time.Minute,
		ReleaseAssertions: rapid.SampledFrom([]int{0, 2, 5}).Draw(t, "releaseAssertions"),
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "events") {
		c.Events = append(c.Events, drawEvent(t, fmt.Sprint("event ", i), middle))
	}
	return c
}

func drawEvent(t *rapid.T, name string, middle time.Time) events.Event {
	minutes := func(from, to int, label string) time.Duration {
		return time.Duration(rapid.IntRange(from, to).Draw(t, label)) * time.Minute
	}
	date := func(label string) string {
		return middle.AddDate(0, 0, rapid.IntRange(-2, 2).Draw(t, label)).Format(time.DateOnly)
	}
	e := events.Event{Name: name, Timezone: rapid.SampledFrom([]string{
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
		e.Shape = []events.ShapeStep{
			{Share: float64(rapid.IntRange(1, 10).Draw(t, "share")) / 10},
			{After: minutes(1, 59, "after"), Share: float64(rapid.IntRange(1, 10).Draw(t, "share")) / 10},
		}
		for i := range e.Shape {
			if rapid.Bool().Draw(t, "a step's own floor") {
				e.Shape[i].FloorShare = ptr(rapid.SampledFrom([]float64{0, 0.4, 1}).Draw(t, "its share"))
			}
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

func ptr[T any](v T) *T { return &v }
