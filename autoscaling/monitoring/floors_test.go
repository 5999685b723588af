package monitoring_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
	"pgregory.net/rapid"
)

// floorMissing is the alarm of that kind of a variant that scales by c.
func floorMissing(t rapid.TB, c events.Calendar) monitoring.Alarm {
	t.Helper()
	s := monitoring.Subject{EndpointName: "odds", Variants: []monitoring.Variant{{Name: "main",
		Capacity: capacityOf("endpoint/odds/variant/main", autoscaling.VariantInstanceCount, c)}}}
	for _, a := range s.Alarms(monitoring.Settings{}) {
		if a.Kind == "floorMissing" {
			if err := invalid(a.Alarm); err != nil {
				t.Fatal(err)
			}
			return a
		}
	}
	t.Fatal("no alarm")
	return monitoring.Alarm{}
}

var (
	clockText = regexp.MustCompile(`^\(EPOCH\(all\) - (\d+)\) / 60$`)
	onceText  = regexp.MustCompile(`^(\d+)\*\(t>=(\d+) AND t<(\d+)\)$`)
	weekText  = regexp.MustCompile(`^(\d+)\*\(w>=(\d+) AND w<(\d+) AND t>=(\d+) AND t<(\d+)\)$`)
)

// dueText evaluates the text of what is due over the own minimum in a minute since 1970.
func dueText(t rapid.TB, a monitoring.Alarm) func(minute int64) int {
	t.Helper()
	start := int64(-1)
	var parts []func(minute int64) int
	numbers := func(m []string) (n []int64) {
		for _, text := range m[1:] {
			v, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			n = append(n, v)
		}
		return n
	}
	for _, q := range a.Metric.(autoscaling.MetricMath).Queries {
		if m := clockText.FindStringSubmatch(q.Expression); m != nil {
			start = numbers(m)[0] / 60
		}
		if !strings.HasPrefix(q.ID, "due") {
			continue
		}
		for _, text := range strings.Split(q.Expression, " + ") {
			if m := onceText.FindStringSubmatch(text); m != nil {
				n := numbers(m)
				parts = append(parts, func(at int64) int { return truth(at >= n[1] && at < n[2]) * int(n[0]) })
			} else if m := weekText.FindStringSubmatch(text); m != nil {
				n := numbers(m)
				parts = append(parts, func(at int64) int {
					w := at - at/10080*10080
					return truth(at >= 0 && w >= n[1] && w < n[2] && at >= n[3] && at < n[4]) * int(n[0])
				})
			} else {
				t.Fatalf("got the term %q", text)
			}
		}
	}
	return func(minute int64) int {
		sum := 0
		for _, part := range parts {
			sum += part(minute - start)
		}
		return sum
	}
}

func truth(is bool) int {
	if is {
		return 1
	}
	return 0
}

// asked is what the calendar asks for in each minute from one on.
func asked(c events.Calendar, from int64, minutes int) []int {
	out := make([]int, minutes)
	for i := range out {
		out[i] = c.MinCapacity
	}
	for _, f := range c.Floors() {
		for at := f.From.Unix() / 60; at < f.To.Unix()/60; at++ {
			if i := at - from; i >= 0 && i < int64(minutes) {
				out[i] = max(c.MinCapacity, f.MinCapacity)
			}
		}
	}
	return out
}

// checkDue compares what is due with what the calendar asks for, in each minute of days, and
// returns in how many minutes more than the own minimum is due.
func checkDue(t rapid.TB, name string, c events.Calendar, from time.Time, days int) (higher int) {
	t.Helper()
	due, lead, first := dueText(t, floorMissing(t, c)), int(c.LeadTime(events.Event{}).Minutes()), from.Unix()/60
	want := asked(c, first, days*24*60)
	for i := lead; i < len(want); i++ {
		// The least that was asked for during the lead time up to now has had time to start.
		least := slices.Min(want[i-lead : i+1])
		if got := c.MinCapacity + due(first+int64(i)); got != least {
			t.Fatalf("%s at %s: got %d due, want %d", name, time.Unix((first+int64(i))*60, 0).UTC(), got, least)
		}
		higher += truth(least > c.MinCapacity)
	}
	return higher
}

func TestFloorsOfAnyCalendarAreDue(t *testing.T) {
	t.Parallel()
	// Clocks change on March 28 in Europe, and on March 14 in North America.
	middle := time.Date(2027, 3, 27, 12, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		c := autoscalingtest.DrawCalendar(t, middle)
		checkDue(t, "drawn", c, middle.AddDate(0, 0, -20), 60)
	})
}

func TestFloorIsDueWhenItsCapacityHasHadTimeToStart(t *testing.T) {
	t.Parallel()
	overlapping := season()
	overlapping.Events = append(
		overlapping.Events,
		events.Event{Name: "derby", Timezone: "America/New_York", Starts: "2027-11-06T13:00", Ends: "2027-11-06T19:00",
			PeakInstances: 20, Uncertainty: 1.2},
		events.Event{
			Name:          "late",
			Timezone:      "UTC",
			Starts:        "23:30",
			Ends:          "01:00",
			Weekdays:      []string{"SAT"},
			From:          "2027-09-04",
			Until:         "2028-03-25",
			PeakInstances: 9,
		},
	)
	half := season()
	half.Events[0].Timezone = "Asia/Kolkata"
	for name, c := range map[string]events.Calendar{"season": season(), "overlapping": overlapping,
		"no daylight saving": half, "no events": {MinCapacity: 2, MaxCapacity: 9}} {
		higher := checkDue(t, name, c, time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC), 400)
		if (higher > 0) != (len(c.Events) > 0) {
			t.Errorf("%s: in %d minutes more than the minimum is due", name, higher)
		}
	}
}

func TestCalendarThatFindsNoRoom(t *testing.T) {
	t.Parallel()
	c := events.Calendar{MinCapacity: 2, MaxCapacity: 90, RequestsPerSecondPerInstance: 10}
	// Each event comes once, at another time of the week and with another peak.
	for i := range 400 {
		starts := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * (24*time.Hour + 15*time.Minute))
		c.Events = append(
			c.Events,
			events.Event{Name: fmt.Sprint("event ", i), Timezone: "UTC", Starts: starts.Format("2006-01-02T15:04"),
				Ends: starts.Add(2 * time.Hour).Format("2006-01-02T15:04"), PeakInstances: 5 + i%60},
		)
	}
	a := floorMissing(t, c)
	if !strings.Contains(a.Description, "windows of the calendar are not judged") {
		t.Errorf("got the description %q", a.Description)
	}
	due, lead := dueText(t, a), int64(c.LeadTime(events.Event{}).Minutes())
	from := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC).Unix() / 60
	want, judged := asked(c, from, 450*24*60), 0
	for i := int(lead); i < len(want); i++ {
		if got := c.MinCapacity + due(from+int64(i)); got > want[i] {
			t.Fatalf("at %s: got %d due, and the calendar asks for %d", time.Unix((from+int64(i))*60, 0).UTC(), got, want[i])
		} else if got > c.MinCapacity {
			judged++
		}
	}
	if judged == 0 {
		t.Error("nothing is judged")
	}
}
