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
	calendars := map[string]events.Calendar{"main": {
		MinCapacity: 2, MaxCapacity: 12, StartTime: 6 * time.Minute,
		Events: []events.Event{{
			Name: "final", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", Timezone: "UTC", PeakInstances: 10,
		}},
	}}
	fleet := Change{Type: endpointType, Action: Update, Verdict: NewFleet}
	bounds := Change{Type: scalableTargetType, Action: Update}
	for name, test := range map[string]struct {
		change        Change
		now, allowed  string
		want          Verdict
		event, noting string
	}{
		"before":               {fleet, "2027-05-29T12:00:00Z", "", NewFleet, "", ""},
		"during":               {fleet, "2027-05-29T21:00:00Z", "", Refused, "final", ""},
		"after":                {fleet, "2027-05-30T12:00:00Z", "", NewFleet, "", ""},
		"allowed":              {fleet, "2027-05-29T21:00:00Z", "final", NewFleet, "", ""},
		"another allowed":      {fleet, "2027-05-29T21:00:00Z", "semi", Refused, "final", ""},
		"in place":             {bounds, "2027-05-29T21:00:00Z", "", InPlace, "", "registers the minimum of 2"},
		"in place, no event":   {bounds, "2027-05-29T12:00:00Z", "", InPlace, "", ""},
		"in place, and no one": {Change{Type: "AWS::SQS::Queue"}, "2027-05-29T21:00:00Z", "", InPlace, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now, err := time.Parse(time.RFC3339, test.now)
			if err != nil {
				t.Fatal(err)
			}
			r := Report{Environment: "prod", Changes: []Change{test.change}}
			r.Judge(calendars, test.allowed, now)
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
			if says := strings.Contains(text.String(), "--during-event final"); says != (test.event != "") {
				t.Errorf("got\n%s", &text)
			}
		})
	}
}
