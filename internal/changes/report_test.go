package changes

import (
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
)

// TestJudge: while an event is under way nothing but changes in place passes, unless
// the event is named. A changed scalable target is noted then.
func TestJudge(t *testing.T) {
	t.Parallel()
	calendars := Calendars{"main": {
		MinCapacity: 2, MaxCapacity: 12, StartTime: 6 * time.Minute,
		Events: []events.Event{{
			Name: "final", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", Timezone: "UTC", PeakInstances: 10,
		}},
	}}
	fleet := Change{Type: endpointType, Action: Update, Verdict: NewFleet}
	bounds := Change{Type: scalableTargetType, Action: Update}
	// Two events of an inference component, one of them with the variant's.
	two := Calendars{"component": calendars["main"]}
	both := two["component"]
	both.Events = append([]events.Event{both.Events[0]}, events.Event{
		Name: "parade", Starts: "2027-05-29T20:30", Ends: "2027-05-29T23:00", Timezone: "UTC", PeakInstances: 4,
	})
	two["component"] = both
	for name, test := range map[string]struct {
		from, to      Calendars
		change        Change
		now           string
		allowed       []string
		want          Verdict
		event, noting string
	}{
		"before":                {nil, calendars, fleet, "2027-05-29T12:00:00Z", nil, NewFleet, "", ""},
		"during":                {nil, calendars, fleet, "2027-05-29T21:00:00Z", nil, Refused, "final", ""},
		"after":                 {nil, calendars, fleet, "2027-05-30T12:00:00Z", nil, NewFleet, "", ""},
		"allowed":               {nil, calendars, fleet, "2027-05-29T21:00:00Z", []string{"final"}, NewFleet, "", ""},
		"another allowed":       {nil, calendars, fleet, "2027-05-29T21:00:00Z", []string{"semi"}, Refused, "final", ""},
		"the change removes it": {calendars, nil, fleet, "2027-05-29T21:00:00Z", nil, Refused, "final", ""},
		"one of two allowed":    {nil, two, fleet, "2027-05-29T21:00:00Z", []string{"final"}, Refused, "parade", ""},
		"both allowed":          {nil, two, fleet, "2027-05-29T21:00:00Z", []string{"final", "parade"}, NewFleet, "", ""},
		"in place":              {nil, calendars, bounds, "2027-05-29T21:00:00Z", nil, InPlace, "", "registers the minimum of 2"},
		"in place, no event":    {nil, calendars, bounds, "2027-05-29T12:00:00Z", nil, InPlace, "", ""},
		"in place, no target": {
			nil, calendars, Change{Type: "AWS::SQS::Queue"}, "2027-05-29T21:00:00Z", nil, InPlace, "", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now, err := time.Parse(time.RFC3339, test.now)
			if err != nil {
				t.Fatal(err)
			}
			r := Report{Environment: "prod", Changes: []Change{test.change}}
			r.Judge(test.from, test.to, test.allowed, now)
			if r.Verdict != test.want || r.Event != test.event {
				t.Errorf("got %s and event %q, want %s and %q", r.Verdict, r.Event, test.want, test.event)
			}
			if notes := strings.Join(r.Notes, "\n"); notes != "" && test.noting == "" || !strings.Contains(notes, test.noting) {
				t.Errorf("got notes %q, want %q", notes, test.noting)
			}
			var text strings.Builder
			if err := r.Write(&text); err != nil {
				t.Fatal(err)
			}
			if says := strings.Contains(text.String(), "--during-event"); says != (test.event != "") {
				t.Errorf("got\n%s", &text)
			}
		})
	}
}
