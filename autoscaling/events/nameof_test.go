package events_test

import (
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
)

// The names of a calendar's actions tell their events, and other names tell none.
func TestNameOf(t *testing.T) {
	t.Parallel()
	told, several := map[string]bool{}, false
	c := validCalendar()
	twin := c.Events[2]
	twin.Name, twin.From = "quiz", "2026-10-01" // an action has the first event's name
	all := append([]events.Event{}, c.Events...)
	c.Events = append(c.Events, twin)
	for _, a := range c.Actions() {
		several = several || strings.Contains(a.Name, " more floor ")
		told[events.NameOf(a.Name)] = true
	}
	for _, e := range all {
		if !told[e.Name] {
			t.Errorf("no action tells %q, but %v", e.Name, told)
		}
	}
	if told[""] || !several {
		t.Errorf("got %v; actions of several events: %t", told, several)
	}
	for _, name := range []string{"", "final", "final floor 19", "final roof 19 807d87fd27b8", "floor 19 807d87fd27b8"} {
		if got := events.NameOf(name); got != "" {
			t.Errorf("%q tells %q", name, got)
		}
	}
}
