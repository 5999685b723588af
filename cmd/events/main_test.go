package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "renew the expected outputs")

func TestCalendar(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, now string
		days      int
	}{
		{"far-ahead", "2026-06-01T12:00:00Z", 28},
		{"the-week-of-the-final", "2027-05-28T12:00:00Z", 4},
		{"during-the-final", "2027-05-29T20:30:00Z", 1},
		{"all-over", "2027-08-01T00:00:00Z", 28},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := run(&out, "../../config/testdata/valid", "events", test.now, test.days); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", test.name+".txt")
			if *update {
				if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), out.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBadArguments(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		env, now string
		days     int
		want     string
	}{
		{"events", "tomorrow", 1, `-now: got "tomorrow": a time is written as 2027-05-29T12:00:00Z`},
		{"events", "", 0, `-days: got 0: show 1 day or more`},
		{"nowhere", "", 1, `../../config/testdata/valid: got "nowhere": there is no such environment; there are anchors, asynchronous, components, endpoint, events, listener, minimal, models, plain, policies, serverless, update`},
	} {
		if err := run(&bytes.Buffer{}, "../../config/testdata/valid", test.env, test.now, test.days); err == nil ||
			err.Error() != test.want {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
}
