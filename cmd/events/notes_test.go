package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNotes(t *testing.T) {
	t.Parallel()
	// Matches of which hardly two have the same floors.
	season := "events:\n"
	for i := range 60 {
		season += fmt.Sprintf(
			"  - name: match %d\n    timezone: UTC\n    starts: 2027-%02d-%02dT%02d:%02d\n    ends: 2027-%02d-%02dT22:30\n    peakInstances: %d\n    overrun: %dm\n",
			i,
			1+i/28,
			1+i%28,
			16+i%5,
			i%4*15,
			1+i/28,
			1+i%28,
			3+i%6,
			15*(i%7),
		)
	}
	const (
		late    = "final starts in 10m0s, at 20:00 UTC, and its instances are asked for 26m0s before: if it is not deployed yet, they come late."
		waiting = "Deploying now: a change of bounds, schedule or events registers the minimum of 2, until the next assertion at "
		alone   = "A change of the model alone leaves the minimum of "
		still   = ", but nothing scales while the endpoint is updating."
	)
	for name, test := range map[string]struct {
		lines, now string
		want       []string
	}{
		"nothing":          {"", noon, nil},
		"all is to come":   {"events:\n  - " + final, noon, nil},
		"before the floor": {"events:\n  - " + final, "2027-07-10T19:29:59Z", nil},
		"on time": {"events:\n  - " + final, "2027-07-10T19:33:00Z",
			[]string{waiting + "19:35 UTC. " + alone + "4" + still}},
		"too near": {"events:\n  - " + final, "2027-07-10T19:50:00Z",
			[]string{late, waiting + "19:55 UTC. " + alone + "4" + still}},
		"under way": {"events:\n  - " + final, "2027-07-10T22:58:00Z",
			[]string{waiting + "23:00 UTC. " + alone + "4" + still}},
		"in the first step of the release": {"events:\n  - " + final, "2027-07-10T23:10:00Z",
			[]string{waiting + "23:15 UTC. " + alone + "3" + still}},
		"released": {"events:\n  - " + final, "2027-07-10T23:20:00Z",
			[]string{"Deploying now: the minimum is the one between events, and a deployment leaves it there; nothing scales while the endpoint is updating."}},
		"an event that the minimum carries": {"events:\n  - " + strings.Replace(final, "peakInstances: 4", "peakInstances: 1", 1), "2027-07-10T21:00:00Z",
			[]string{"Deploying now: the minimum is the one between events, and a deployment leaves it there; nothing scales while the endpoint is updating."}},
		"over": {"events:\n  - " + semi + "  - " + final, noon,
			[]string{`Over: semi. "make prune-events ENV=prod" removes what is over from the file, and so 4 of 8 scheduled actions.`}},
		"dates that are over": {"events:\n  - name: group stage\n    dates: [2027-06-12, 2027-07-01]\n    timezone: UTC\n    starts: 20:00\n    ends: 22:00\n    peakInstances: 3\n", noon,
			[]string{`Over: 1 of 2 dates of group stage. "make prune-events ENV=prod" removes what is over from the file, and so 4 of 8 scheduled actions.`}},
		"over, in the middle of another": {"events:\n  - " + semi + "  - " + final, "2027-07-10T21:02:00Z",
			[]string{
				waiting + "21:05 UTC. " + alone + "4" + still,
				`Over: semi. "make prune-events ENV=prod", as soon as no event is under way, removes what is over from the file, and so 4 of 8 scheduled actions.`,
			}},
		"days on end": {"events:\n  - {name: sale, timezone: UTC, starts: 2027-08-01T08:00, ends: 2027-08-05T08:00, peakInstances: 4}\n", noon,
			[]string{"sale lasts 4 days, and its floors stand all that time, nights included: " +
				"give it dates, and the times of a day, where it is several events."}},
		"times that clocks skip, and show twice": {"events:\n" +
			"  - {name: spring, timezone: Europe/London, starts: 2028-03-26T01:30, ends: 2028-03-26T03:00, peakInstances: 4}\n" +
			"  - {name: autumn, timezone: Europe/London, starts: 2027-10-31T00:30, ends: 2027-10-31T01:30, peakInstances: 4}\n", noon,
			[]string{
				"spring starts at 01:30, which clocks in Europe/London skip on 2028-03-26: 02:00 BST is taken.",
				"autumn ends at 01:30, which clocks in Europe/London show twice on 2027-10-31: 01:30 GMT is taken.",
			}},
		"many": {season, "2026-12-01T00:00:00Z", []string{
			"6 of 200 scheduled actions are left. A coarser scaling.align, and events with the same times and peaks, need fewer."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, _ := folder(t, test.lines)
			e := load(t, dir)
			now, err := time.Parse(time.RFC3339, test.now)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, notes(e, pasts(e, now)[0], now)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
