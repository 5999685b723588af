package report

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// What repeats itself is one line with a count, until something else happens to it.
func TestHappenings(t *testing.T) {
	t.Parallel()
	var all []rehearsal.Event
	add := func(minute int, kind rehearsal.EventKind, name, what string, from, to int) {
		all = append(all, rehearsal.Event{At: kickOff.Add(time.Duration(minute) * time.Minute), Kind: kind, Name: name,
			What: what, From: from, To: to})
	}
	add(0, rehearsal.ScheduleEvent, "final", "bounds set, capacity moved into them", 19, 70)
	add(5, rehearsal.ScheduleEvent, "final", "bounds set", 19, 70)
	add(6, rehearsal.PolicyEvent, "a", "scale out refused, cooling down", 19, 20)
	add(6, rehearsal.PolicyEvent, "b", "scale out refused, cooling down", 19, 21)
	add(7, rehearsal.ActivityEvent, "", "in service", 6, 19)
	add(8, rehearsal.PolicyEvent, "a", "scale out refused, cooling down", 19, 23)
	add(9, rehearsal.PolicyEvent, "a", "scale out", 19, 23)
	add(9, rehearsal.PolicyEvent, "a", "scale out", 23, 25)
	add(10, rehearsal.ScheduleEvent, "final", "bounds set", 19, 70)
	add(15, rehearsal.ScheduleEvent, "evening", "bounds set", 6, 70)
	add(20, rehearsal.ScheduleEvent, "final", "bounds set", 19, 70)
	add(25, rehearsal.ScheduleEvent, "final", "bounds set, capacity refused, the endpoint is updating", 19, 70)
	add(300, rehearsal.ScheduleEvent, "final", "bounds set", 19, 70)
	add(301, rehearsal.ActivityEvent, "", "in service", 6, 19)
	add(302, rehearsal.ActivityEvent, "", "in service", 6, 19)
	var got []string
	for _, h := range happenings(all) {
		got = append(got, h.String())
	}
	if diff := cmp.Diff([]string{
		"schedule final: bounds set, capacity moved into them, minimum 19, maximum 70; asserted 3 times until 19:10:00",
		"policy a: scale out refused, cooling down, 19 to 20; 2 times until 19:08:00, at last to 23",
		"policy b: scale out refused, cooling down, 19 to 21",
		"activity: in service, 6 to 19",
		"policy a: scale out, 19 to 23",
		"policy a: scale out, 23 to 25",
		"schedule evening: bounds set, minimum 6, maximum 70",
		"schedule final: bounds set, minimum 19, maximum 70",
		"schedule final: bounds set, capacity refused, the endpoint is updating, minimum 19, maximum 70; asserted 2 times until " +
			"30 May 00:00:00",
		"activity: in service, 6 to 19",
		"activity: in service, 6 to 19",
	}, got); diff != "" {
		t.Error(diff)
	}
}
