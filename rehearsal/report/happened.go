package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// happening is an event, or one that repeats itself without a change in between.
type happening struct {
	rehearsal.Event
	// times is how often, last the last one.
	times int
	last  rehearsal.Event
}

// repeats reports whether an event is the same again: an action that asserts its bounds,
// or a policy that comes to the same from one capacity, to another perhaps.
func (h happening) repeats(e rehearsal.Event) bool {
	if h.Kind != e.Kind || h.Name != e.Name {
		return false
	}
	switch e.Kind {
	case rehearsal.ScheduleEvent:
		return h.From == e.From && h.To == e.To && strings.HasPrefix(h.What, e.What)
	case rehearsal.PolicyEvent:
		return h.What == e.What && h.From == e.From
	}
	return false
}

// String is the happening on one line, without its time.
func (h happening) String() string {
	text := said(h.Event)
	if h.times == 1 {
		return text
	}
	until := h.last.At.UTC().Format(time.TimeOnly)
	if day(h.last.At) != day(h.At) {
		until = h.last.At.UTC().Format("2 Jan ") + until
	}
	if h.Kind == rehearsal.ScheduleEvent {
		return text + fmt.Sprintf("; asserted %s until %s", frequency(h.times), until)
	}
	text += fmt.Sprintf("; %s until %s", frequency(h.times), until)
	if h.last.To != h.To {
		text += fmt.Sprintf(", at last to %d", h.last.To)
	}
	return text
}

// happenings are the events in order, those that repeat one as one with it. An event of
// another action ends the repetitions of a scheduled action, another outcome those of a
// policy.
func happenings(events []rehearsal.Event) []happening {
	var out []happening
	open := map[string]int{} // the latest of the schedule, and of each policy
	for _, e := range events {
		key := string(e.Kind)
		if e.Kind == rehearsal.PolicyEvent {
			key += " " + e.Name
		}
		if i, known := open[key]; known && out[i].repeats(e) {
			out[i].times, out[i].last = out[i].times+1, e
			continue
		}
		open[key] = len(out)
		out = append(out, happening{e, 1, e})
	}
	return out
}
