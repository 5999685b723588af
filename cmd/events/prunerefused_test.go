package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

func TestPruneRefuses(t *testing.T) {
	t.Parallel()
	const middle = "no event is removed while one is under way, since the next deployment would register the minimum between events in the middle of it; it is "
	for name, test := range map[string]struct{ lines, now, want string }{
		"before the start": {"events:\n  - " + semi + "  - " + final, "2027-07-10T19:30:00Z",
			"prod: " + middle + "final, from Sat 2027-07-10 19:30 UTC until its minimum is released, Sat 2027-07-10 23:30 UTC"},
		"in the release, and nothing else is over": {"events:\n  - " + semi, "2027-06-12T23:29:59Z",
			"prod: " + middle + "semi, from Sat 2027-06-12 19:30 UTC until its minimum is released, Sat 2027-06-12 23:30 UTC"},
		"a time that is none": {"", "tomorrow", `-now: got "tomorrow": a time is written as 2027-05-29T12:00:00Z`},
		"an event that others rest on": {"events:\n  - &semi\n    " + semi + "  - <<: *semi\n    name: final\n    timezone: UTC\n    starts: 2027-07-10T20:00\n    ends: 2027-07-10T22:00\n", noon,
			"FILE: what is over cannot be cut out of the file as it is written, nothing was changed: the rest would not be valid: FILE:20:9: events[0]: got *semi: no anchor of this name stands before it; define &semi above; remove semi by hand"},
		"dates that another event has": {"events:\n  - name: a\n    dates: &days [2027-06-12, 2027-07-01]\n    timezone: UTC\n    starts: 20:00\n    ends: 21:00\n    peakInstances: 3\n" +
			"  - name: b\n    dates: *days\n    timezone: UTC\n    starts: 20:00\n    ends: 21:00\n    peakInstances: 3\n", noon,
			"FILE: what is over cannot be cut out of the file as it is written, nothing was changed: 27:5: dates is no plain list; remove 1 of 2 dates of a, 1 of 2 dates of b by hand"},
		"a key from elsewhere": {"events:\n  - &a\n    name: a\n    dates: [2027-06-12, 2027-07-01]\n    timezone: UTC\n    starts: 20:00\n    ends: 21:00\n    peakInstances: 3\n" +
			"  - <<: *a\n    name: b\n", noon,
			"FILE: what is over cannot be cut out of the file as it is written, nothing was changed: the key dates comes from somewhere else in the file; remove 1 of 2 dates of a, 1 of 2 dates of b by hand"},
		"an environment in braces": {"BRACES", noon,
			"FILE: what is over cannot be cut out of the file as it is written, nothing was changed: 1:2: the key does not begin its line; remove semi by hand"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, file := folder(t, test.lines)
			if test.lines == "BRACES" {
				dir, file = inBraces(t)
			}
			text := read(t, file)
			for _, dry := range []bool{true, false} {
				err := prune(&bytes.Buffer{}, dir, "prod", test.now, dry)
				if err == nil || strings.ReplaceAll(err.Error(), file, "FILE") != test.want {
					t.Errorf("got %v\nwant %s", err, test.want)
				}
				if read(t, file) != text {
					t.Error("the file was changed")
				}
			}
		})
	}
}

// inBraces is an environment as a program would write it.
func inBraces(t *testing.T) (dir, file string) {
	t.Helper()
	_, file = folder(t, "")
	whole := strings.TrimSpace(read(t, file))
	var m map[string]any
	if err := yaml.Load([]byte(whole), &m); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	event := `{"events": [{"name": "semi", "timezone": "UTC", "starts": "2027-06-12T20:00", "ends": "2027-06-12T22:00", "peakInstances": 3}], `
	return folderOf(t, event+strings.TrimPrefix(string(text), "{"))
}

// TestPruneWaitsForTheGateway, whose floor may begin before that of instances
// that start faster.
func TestPruneWaitsForTheGateway(t *testing.T) {
	t.Parallel()
	_, file := folder(t, "events:\n  - "+semi+"  - "+final)
	text := strings.Replace(read(t, file), "startTime: 5m", "startTime: 1s", 1)
	for gateway, begins := range map[string]string{"": "19:30", "  capacity: {requestLatency: 100ms, provisionedConcurrency: true}\n": "19:15"} {
		at := strings.Replace(text, "2027-07-10T20:00", "2027-07-10T19:53", 1)
		dir, _ := folderOf(t, at+gateway)
		err := prune(&bytes.Buffer{}, dir, "prod", "2027-07-10T19:30:00Z", true)
		if err == nil || !strings.Contains(err.Error(), "final, from Sat 2027-07-10 "+begins+" UTC") {
			t.Errorf("%s: %v", begins, err)
		}
		err = prune(&bytes.Buffer{}, dir, "prod", "2027-07-10T19:29:00Z", true)
		if refused := err != nil; refused != (gateway != "") {
			t.Error(gateway, err)
		}
	}
}

func TestPruneNothing(t *testing.T) {
	t.Parallel()
	for _, lines := range []string{"", "events:\n  - " + final} {
		dir, file := folder(t, lines)
		text := read(t, file)
		var out bytes.Buffer
		if err := prune(&out, dir, "prod", noon, false); err != nil || read(t, file) != text {
			t.Errorf("%v, or the file was changed", err)
		}
		if want := "prod: no event is over, there is nothing to remove.\n"; out.String() != want {
			t.Errorf("got %q, want %q", &out, want)
		}
	}
}
