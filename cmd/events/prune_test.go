package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// In all cases but those that say otherwise it is noon of 20 June 2027, and
// "semi" is over.
const noon = "2027-06-20T12:00:00Z"

const (
	semi  = "name: semi\n    timezone: UTC\n    starts: 2027-06-12T20:00\n    ends: 2027-06-12T22:00\n    peakInstances: 3\n"
	final = "name: final\n    timezone: UTC\n    starts: 2027-07-10T20:00\n    ends: 2027-07-10T22:00\n    peakInstances: 4\n"
)

func TestPrune(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ before, after string }{
		"the first": {
			"events:\n  - " + semi + "  - " + final + "\n",
			"events:\n  - " + final + "\n"},
		"the last": {
			"events:\n  - " + final + "  - " + semi + "\n",
			"events:\n  - " + final + "\n"},
		"in the middle": {
			"events:\n  - " + final + "  - " + semi + "  - " + strings.Replace(final, "final", "other", 1),
			"events:\n  - " + final + "  - " + strings.Replace(final, "final", "other", 1)},
		"all, and the key": {
			"tags: {a: b}\nevents:\n  - " + semi + "  - " + strings.Replace(semi, "semi", "quarter", 1) + "\n",
			"tags: {a: b}\n\n"},
		"all, with the comment above the key": {
			"tags: {a: b}\n\n# Times that are known\n# to be busy.\nevents: # yours\n  # soon\n  - " + semi + "\n",
			"tags: {a: b}\n\n"},
		"the comments of an event go with it, and no others": {
			"events:\n" +
				"  # for all events\n\n" +
				"  # what decides who plays\n  # the final\n  - name: semi # over\n    # the date is sure\n    timezone: UTC\n    starts: 2027-06-12T20:00\n" +
				"#    overrun: 2h\n    ends: 2027-06-12T22:00\n    peakInstances: 3\n    # shape: none\n" +
				"  # the final itself\n  - " + final + "  # more to come\n\n# the front end\n",
			"events:\n  # for all events\n\n  # the final itself\n  - " + final + "  # more to come\n\n# the front end\n"},
		"blank lines": {
			"events:\n\n  - " + semi + "\n\n  - " + final + "\n  - " + strings.Replace(semi, "semi", "quarter", 1) + "\n\n",
			"events:\n\n  - " + final + "\n"},
		"neighbours": {
			"events:\n  - " + semi + "\n  # also\n  - " + strings.Replace(semi, "semi", "quarter", 1) + "\n  - " + final + "\n",
			"events:\n  - " + final + "\n"},
		"a list that is not indented": {
			"events:\n- name: semi\n  timezone: UTC\n  starts: 2027-06-12T20:00\n  ends: 2027-06-12T22:00\n  peakInstances: 3\n- name: final\n  timezone: UTC\n  starts: 2027-07-10T20:00\n  ends: 2027-07-10T22:00\n  peakInstances: 4\n",
			"events:\n- name: final\n  timezone: UTC\n  starts: 2027-07-10T20:00\n  ends: 2027-07-10T22:00\n  peakInstances: 4\n"},
		"all of a list that is not indented": {
			"events:\n- name: semi\n  timezone: UTC\n  starts: 2027-06-12T20:00\n  ends: 2027-06-12T22:00\n  peakInstances: 3\n", ""},
		"in braces": {
			"events:\n  - {name: semi, timezone: UTC, starts: 2027-06-12T20:00, ends: 2027-06-12T22:00, peakInstances: 3} # over\n  - {name: final, timezone: UTC, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4}\n",
			"events:\n  - {name: final, timezone: UTC, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4}\n"},
		"in brackets, the first": {
			"events: [{name: semi é, timezone: UTC, starts: 2027-06-12T20:00, ends: 2027-06-12T22:00, peakInstances: 3}, {name: final, timezone: UTC, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4}] # yours\n",
			"events: [{name: final, timezone: UTC, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4}] # yours\n"},
		"in brackets, the last": {
			"events: [ {name: final, timezone: UTC, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4}, {name: semi, timezone: UTC, starts: 2027-06-12T20:00, ends: 2027-06-12T22:00, peakInstances: 3} ]\n",
			"events: [ {name: final, timezone: UTC, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4} ]\n"},
		"in brackets, all": {
			"tags: {a: b}\nevents: [{name: semi, timezone: UTC, starts: 2027-06-12T20:00, ends: 2027-06-12T22:00, peakInstances: 3}] # yours\n",
			"tags: {a: b}\n"},
		"in brackets over several lines": {
			"events: [\n  # who plays the final\n  {name: semi, timezone: UTC, starts: 2027-06-12T20:00, ends: 2027-06-12T22:00, peakInstances: 3}, # over\n" +
				"  # the final\n  {name: final, timezone: UTC, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4}, # soon\n" +
				"  {name: quarter, timezone: UTC, starts: 2027-06-02T20:00, ends: 2027-06-02T22:00, peakInstances: 3}, # over\n]\n",
			"events: [\n  # the final\n  {name: final, timezone: UTC, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4}, # soon\n]\n"},
		"in brackets, the bracket on the last line": {
			"events: [\n  {name: final, timezone: UTC, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4}, # soon\n" +
				"  {name: quarter, timezone: UTC, starts: 2027-06-02T20:00, ends: 2027-06-02T22:00, peakInstances: 3}]\n",
			"events: [\n  {name: final, timezone: UTC, starts: 2027-07-10T20:00, ends: 2027-07-10T22:00, peakInstances: 4} # soon\n  ]\n"},
		"dates": {
			"events:\n  - name: group stage\n    dates: [2027-06-12, 2027-07-01, 2027-06-10, 2027-07-02]\n    timezone: UTC\n    starts: 20:00\n    ends: 22:00\n    peakInstances: 3\n",
			"events:\n  - name: group stage\n    dates: [2027-07-01, 2027-07-02]\n    timezone: UTC\n    starts: 20:00\n    ends: 22:00\n    peakInstances: 3\n"},
		"dates, one a line, beside an event that goes": {
			"events:\n  - name: group stage\n    dates:\n      # first week\n      - 2027-06-12 # A\n      - 2027-07-01 # B\n      - 2027-06-10\n    timezone: UTC\n    starts: 20:00\n    ends: 22:00\n    peakInstances: 3\n  - " + semi,
			"events:\n  - name: group stage\n    dates:\n      - 2027-07-01 # B\n    timezone: UTC\n    starts: 20:00\n    ends: 22:00\n    peakInstances: 3\n"},
		"all dates": {
			"events:\n  - name: group stage\n    dates: [2027-06-12, 2027-06-10]\n    timezone: UTC\n    starts: 20:00\n    ends: 22:00\n    peakInstances: 3\n  - " + final,
			"events:\n  - " + final},
		"every week until a past date": {
			"events:\n  - name: evening\n    timezone: UTC\n    starts: 20:00\n    ends: 22:00\n    weekdays: [MON, TUE]\n    from: 2027-01-01\n    until: 2027-06-19\n    peakInstances: 3\n  - name: weekend\n    timezone: UTC\n    starts: 20:00\n    ends: 22:00\n    weekdays: [SAT]\n    from: 2027-01-01\n    until: 2027-06-26\n    peakInstances: 3\n",
			"events:\n  - name: weekend\n    timezone: UTC\n    starts: 20:00\n    ends: 22:00\n    weekdays: [SAT]\n    from: 2027-01-01\n    until: 2027-06-26\n    peakInstances: 3\n"},
		"an event that the minimum carries": {
			"events:\n  - " + strings.Replace(semi, "peakInstances: 3", "peakInstances: 1", 1) + "  - " + final,
			"events:\n  - " + final},
		"an anchor that nobody needs": {
			"events:\n  - &semi\n    " + semi + "  - &final\n    " + final,
			"events:\n  - &final\n    " + final},
		"text that looks like a comment or an entry": {
			"events:\n  - name: \"semi # - name\"\n    timezone: UTC\n    starts: 2027-06-12T20:00\n    ends: 2027-06-12T22:00\n    peakInstances: 3\n  - " + final,
			"events:\n  - " + final},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for ending, convert := range map[string]func(string) string{
				"LF":   func(s string) string { return s },
				"CRLF": func(s string) string { return "\ufeff" + strings.ReplaceAll(s, "\n", "\r\n") },
			} {
				dir, file := folder(t, test.before)
				want := read(t, file)
				want = convert(strings.Replace(want, test.before, test.after, 1))
				if err := os.WriteFile(file, []byte(convert(read(t, file))), 0o640); err != nil {
					t.Fatal(err)
				}
				text, before := read(t, file), load(t, dir)
				var out bytes.Buffer
				if err := prune(&out, dir, "prod", noon, true); err != nil || read(t, file) != text {
					t.Fatalf("%s, dry: %v, or the file was changed", ending, err)
				}
				if err := prune(&out, dir, "prod", noon, false); err != nil {
					t.Fatal(ending, err)
				}
				if diff := cmp.Diff(want, read(t, file)); diff != "" {
					t.Fatal(ending, diff)
				}
				checkPruned(t, before, load(t, dir))
				if info, _ := os.Stat(file); info.Mode().Perm() != 0o640 {
					t.Error("the file's mode is", info.Mode())
				}
				if entries, _ := os.ReadDir(dir); len(entries) != 1 {
					t.Error("something is left beside the file", entries)
				}
			}
		})
	}
}
