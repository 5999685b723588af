package events_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
)

// FloorShare and FloorUntil are of the instances alone: what stands before them
// is prepared for the whole event, and it is over when it was.
func TestFloorsOfARiseAlone(t *testing.T) {
	t.Parallel()
	event := events.Event{Name: "final", Timezone: "UTC", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", PeakRequestsPerSecond: 700,
		Shape: []events.ShapeStep{{Share: 0.5}, {After: 30 * time.Minute, Share: 1}, {After: 90 * time.Minute, Share: 0.8}}}
	calendar := func(e events.Event) events.Calendar {
		return events.Calendar{MinCapacity: 2, MaxCapacity: 20, RequestsPerSecondPerInstance: 100, StartTime: 9 * time.Minute,
			Align: 5 * time.Minute, ReleaseSteps: 1, Events: []events.Event{e}}
	}
	list := func(c events.Calendar) (out []string) {
		for _, f := range c.Floors() {
			out = append(out, fmt.Sprintf("%s %s %d", f.From.Format("15:04"), f.To.Format("15:04"), f.MinCapacity))
		}
		return out
	}
	rise := event
	rise.FloorShare, rise.FloorUntil = 0.6, time.Hour
	if ps := calendar(rise).Validate(); ps != nil {
		t.Fatal(ps)
	}
	// A step has its own share; with 0 it has no floor, and the next one rises early.
	none, half := 0.0, 0.5
	stepped := event
	stepped.LeadTime = ptr(10 * time.Minute)
	stepped.Shape = []events.ShapeStep{
		{Share: 0.5, FloorShare: &half},
		{After: 30 * time.Minute, Share: 0.8, FloorShare: &none},
		{After: 90 * time.Minute, Share: 1},
	}
	for name, test := range map[string]struct {
		event events.Event
		want  []string
	}{
		"stepped": {stepped, []string{"19:50 20:30 3", "20:30 21:20 2", "21:20 23:00 10", "23:00 23:15 2"}},
		"whole":   {event, []string{"19:30 20:00 5", "20:00 21:30 10", "21:30 23:00 8", "23:00 23:15 2"}},
		"rise":    {rise, []string{"19:30 20:00 3", "20:00 21:00 6", "21:00 21:15 2"}},
	} {
		if diff := cmp.Diff(test.want, list(calendar(test.event))); diff != "" {
			t.Error(name, diff)
		}
	}
	tasks := frontend.ServiceTasks(100, 0)
	if diff := cmp.Diff(list(tasks.Calendar(calendar(event))), list(tasks.Calendar(calendar(rise)))); diff != "" {
		t.Error(diff)
	}
	whole := stepped
	whole.Shape = []events.ShapeStep{
		{Share: 0.5},
		{After: 30 * time.Minute, Share: 0.8},
		{After: 90 * time.Minute, Share: 1},
	}
	if diff := cmp.Diff(list(tasks.Calendar(calendar(whole))), list(tasks.Calendar(calendar(stepped)))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(calendar(event).Windows(event), calendar(rise).Windows(rise)); diff != "" {
		t.Error(diff)
	}
	for _, wrong := range []func(*events.Event){
		func(e *events.Event) { e.FloorShare = 1.1 },
		func(e *events.Event) { e.FloorShare = -0.1 },
		func(e *events.Event) { e.Shape = []events.ShapeStep{{Share: 1, FloorShare: ptr(1.1)}} },
		func(e *events.Event) { e.Shape = []events.ShapeStep{{Share: 1, FloorShare: ptr(-0.1)}} },
		func(e *events.Event) { e.FloorUntil = -time.Minute },
		func(e *events.Event) { e.FloorUntil = 3*time.Hour + time.Minute },
	} {
		e := event
		wrong(&e)
		if ps := calendar(e).Validate(); len(ps) != 1 {
			t.Errorf("%g until %s: %v", e.FloorShare, e.FloorUntil, ps)
		}
	}
}
