package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// parsedEnvironment is an environment of a text, with its region.
func parsedEnvironment(t *testing.T, text string) config.Environment {
	t.Helper()
	file := filepath.Join(t.TempDir(), "prod.yaml")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, "REGION", "eu-west-1")), 0o600); err != nil {
		t.Fatal(err)
	}
	loaded, err := config.Load(filepath.Dir(file), "prod")
	if err != nil {
		t.Fatal(err)
	}
	return loaded[0]
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// scheduled is nightFile with scheduled actions in place of events: in the hour that London
// has twice on 31 October too, and an action of the maximum alone.
const scheduled = `schedule:
  - {name: up, schedule: cron(30 1 ? * SUN *), timezone: Europe/London, minCapacity: 9}
  - {name: down, schedule: cron(0 8 ? * SUN *), timezone: Europe/London, minCapacity: 6}
  - {name: yearly, schedule: "at(2027-01-01T00:00:00)", minCapacity: 12}
  - {name: larger, schedule: "at(2027-06-01T00:00:00)", maxCapacity: 50}
  - {name: often, schedule: rate(1 hour), maxCapacity: 50}
`

// TestExpectsAndNext: the minimum that should stand at an instant, and what changes next.
func TestExpectsAndNext(t *testing.T) {
	t.Parallel()
	withEvents := nightFile
	head, rest, _ := strings.Cut(nightFile, "events:\n")
	_, tail, _ := strings.Cut(rest, "\nfrontend:")
	withSchedule := head + scheduled + "frontend:" + tail
	for _, c := range []struct{ text, at, want, next string }{
		{withEvents, "2027-05-29T18:29:59Z", "6 ", "19:30 BST minimum 20 final"},
		{withEvents, "2027-05-29T18:30:00Z", "20 final", "23:00 BST minimum 13 final"},
		{withEvents, "2027-05-29T21:59:59Z", "20 final", "23:00 BST minimum 13 final"},
		{withEvents, "2027-05-29T22:00:00Z", "13 final", "23:15 BST minimum 6 final"},
		{withEvents, "2027-05-29T22:15:00Z", "6 final", "nothing"},
		{withEvents, "2027-05-30T08:00:00Z", "6 ", "nothing"},
		{withSchedule, "2026-12-31T00:00:00Z", "6 down", "00:00 UTC minimum 12 yearly"},
		{withSchedule, "2027-01-02T00:00:00Z", "12 yearly", "01:30 GMT minimum 9 up"},
		{withSchedule, "2027-01-03T02:00:00Z", "9 up", "08:00 GMT minimum 6 down"},
		{withSchedule, "2027-10-31T00:29:00Z", "6 down", "01:30 BST minimum 9 up"},
		{withSchedule, "2027-10-31T01:00:00Z", "9 up", "08:00 GMT minimum 6 down"},
		{withSchedule, "2027-05-31T12:00:00Z", "6 down", "00:00 UTC maximum 50 larger"},
	} {
		s := endpointScaled(parsedEnvironment(t, c.text))[0]
		at := instant(t, c.at)
		is, next := s.expects(at), "nothing"
		if n, ok := s.next(at); ok {
			next = fmt.Sprintf("%s %s %s", n.at.Format("15:04 MST"), n.to, n.why)
		}
		if got := fmt.Sprintf("%d %s", is.capacity, is.why); got != c.want || next != c.next {
			t.Errorf("at %s: got %q, then %q, want %q, then %q", c.at, got, next, c.want, c.next)
		}
	}
}

// TestUntil reads local times of the event's zone, and full times.
func TestUntil(t *testing.T) {
	t.Parallel()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ now, text, want string }{
		{"2027-05-29T20:05:00Z", "", "Mon 1 Jan 00:00 UTC"},
		{"2027-05-29T20:05:00Z", "22:45", "Sat 29 May 22:45 BST (21:45 UTC)"},
		{"2027-05-29T20:05:00Z", "21:05", "Sun 30 May 21:05 BST (20:05 UTC)"},
		{"2027-05-29T20:05:00Z", "00:30", "Sun 30 May 00:30 BST (23:30 UTC)"},
		{"2027-05-29T23:30:00Z", "00:45", "Sun 30 May 00:45 BST (23:45 UTC)"},
		{"2027-05-29T20:05:00Z", "2027-05-29T22:45", "Sat 29 May 22:45 BST (21:45 UTC)"},
		{"2027-05-29T20:05:00Z", "2027-05-29T21:45:00Z", "Sat 29 May 22:45 BST (21:45 UTC)"},
		{"2027-05-29T20:05:00Z", "2027-05-29T23:45:00+02:00", "Sat 29 May 22:45 BST (21:45 UTC)"},
		{"2027-05-29T20:05:00Z", "2027-05-30T20:05:00Z", "Sun 30 May 21:05 BST (20:05 UTC)"},
		{"2027-05-29T20:05:00Z", "2027-05-30T20:05:01Z", "more than a day ahead"},
		{"2027-05-29T20:05:00Z", "2027-05-29T20:05:00Z", "it is over"},
		{"2027-05-29T20:05:00Z", "25:00", "a time is written as 22:45"},
		{"2027-05-29T20:05:00Z", "22", "a time is written as 22:45"},
		{"2027-03-27T23:00:00Z", "01:30", "clocks in Europe/London do not show it on 28 March"},
	} {
		got, err := parseUntil(c.text, instant(t, c.now), london)
		text := stamp(got)
		if err != nil {
			text = err.Error()
		}
		if text != c.want && (err == nil || !strings.Contains(text, c.want)) {
			t.Errorf("%q at %s: got %q, want %q", c.text, c.now, text, c.want)
		}
	}
}

// TestTagsAreRead back as they were written, and an edited one still holds something.
func TestTagsAreRead(t *testing.T) {
	t.Parallel()
	all := held{floor: 60, was: 6, suspended: true, set: instant(t, during), until: instant(t, after)}
	without := all
	without.until = time.Time{}
	for _, h := range []held{all, without} {
		if got := parseHeld(h.String()); got != h {
			t.Errorf("got %+v of %q, want %+v", got, h, h)
		}
		if n := len(h.String()); n > 256 {
			t.Errorf("got %d characters, a tag has 256 at most", n)
		}
	}
	if got := parseHeld("min=60 was=six who"); got != (held{floor: 60}) {
		t.Errorf("got %+v", got)
	}
}

// TestSeveralNeedOf: the error lists them all, the gateway too.
func TestSeveralNeedOf(t *testing.T) {
	t.Parallel()
	valid := func(name string) config.Environment {
		loaded, err := config.Load("../../config/testdata/valid", name)
		if err != nil {
			t.Fatal(err)
		}
		return loaded[0]
	}
	for name, want := range map[string]string{
		"components": "--of: it is required, as several things scale: it is ",
		"policies":   "--of: it is required, as several things scale: it is main, next, gateway",
	} {
		r := &run{env: valid(name)}
		_, err := r.choose(t.Context(), "")
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
		for _, s := range endpointScaled(r.env) {
			if got, err := r.choose(t.Context(), s.name); err != nil || got.target.ResourceID != s.target.ResourceID {
				t.Errorf("%s: got %v, %v", s, got, err)
			}
		}
	}
	for _, name := range []string{"asynchronous", "serverless", "minimal"} {
		r := &run{env: valid(name)}
		if _, err := r.choose(t.Context(), ""); err != nil {
			t.Errorf("%s: got %v", name, err)
		}
	}
	r := &run{env: valid("minimal")}
	_, err := r.choose(t.Context(), "gateway")
	if err == nil || err.Error() != `--of: got "gateway": what scales is main` {
		t.Errorf("got %v", err)
	}
}
