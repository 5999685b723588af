package report

import (
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// asserted is the evening with the floors of a final in zones.
func asserted(t *testing.T, zones ...string) Report {
	t.Helper()
	return evening(t, func(in *rehearsal.Input) {
		for i, zone := range zones {
			least := 10 + i
			in.Subject.Target.ScheduledActions = append(in.Subject.Target.ScheduledActions, autoscaling.ScheduledAction{
				Name: "final and 1 more floor 10 807d87fd27b" + string('a'+rune(i)), Schedule: "cron(0/15 * * * ? *)",
				Timezone: zone, MinCapacity: &least})
		}
	})
}

// Local time stands beside UTC where all actions have one zone.
func TestLocalTime(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		zones []string
		want  []string
		not   []string
	}{
		{[]string{"Europe/London", "Europe/London"}, []string{"to 29 May 2027 23:00 UTC (29 May 19:00 to 30 May 00:00 BST)",
			">BST</text>", "Time (Europe/London)", "2027-05-29 19:00", "(19:00:00 BST)",
			"final: a minimum of 10 to 11, asserted from 18:00 to 22:45 UTC (19:00 to 23:45 BST)"}, nil},
		{[]string{"Asia/Dubai"}, []string{">UTC+04</text>", "2027-05-29 22:00"}, nil},
		{[]string{"Europe/London", "Europe/Paris"}, []string{"asserted from 18:00 to 22:45 UTC"}, []string{"BST", "CEST",
			"(Europe/"}},
		{[]string{"UTC", ""}, nil, []string{"(UTC)</th><th scope=\"col\">Time"}},
		{[]string{"UTC"}, nil, []string{"(UTC)</th><th scope=\"col\">Time"}},
		{nil, nil, []string{"Time (Europe", "<dt>event</dt>"}},
	} {
		page := strings.ReplaceAll(string(asserted(t, test.zones...).HTML()), "&#43;", "+")
		for _, want := range test.want {
			if !strings.Contains(page, want) {
				t.Errorf("%q: the page lacks %q", test.zones, want)
			}
		}
		for _, not := range test.not {
			if strings.Contains(page, not) {
				t.Errorf("%q: the page has %q", test.zones, not)
			}
		}
	}
}

// In a chart over the change of clocks the zone has no abbreviation of its own.
func TestClocksChange(t *testing.T) {
	t.Parallel()
	r := asserted(t, "Europe/London")
	r.Result.From = time.Date(2027, time.October, 30, 20, 0, 0, 0, time.UTC)
	r.Result.To = r.Result.From.Add(12 * time.Hour)
	svg := r.requestsChart().svg(wide)
	for _, want := range []string{">local</text>", ">01:00</text>"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the chart lacks %q: %.3000s", want, svg)
		}
	}
	if got := r.local(r.Result.From, r.Result.To); got != " (30 Oct 21:00 to 31 Oct 08:00 Europe/London)" {
		t.Errorf("got %q", got)
	}
	r.Result.To = r.Result.From.Add(12 * 24 * time.Hour)
	if svg := r.requestsChart().svg(wide); strings.Contains(svg, ">local</text>") ||
		!strings.HasPrefix(svg, `<svg viewBox="0 0 880 200"`) {
		t.Errorf("days have a second row of times: %.500s", svg)
	}
}
