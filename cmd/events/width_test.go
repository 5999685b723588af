package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// longNames are events at one time whose names fill a line.
func longNames() string {
	lines := "events:\n"
	for i := range 4 {
		lines += fmt.Sprintf("  - {name: semi-final of the champions' cup in hall %d, timezone: Asia/Kolkata, "+
			"starts: 2027-05-29T20:00, ends: 2027-05-30T01:00, peakInstances: 3}\n", i)
	}
	return lines
}

// TestWidth: what is printed of each environment, at times before, in and after its
// events, fits 80 columns.
func TestWidth(t *testing.T) {
	t.Parallel()
	made, _ := folder(t, longNames())
	lines := 0
	for _, dir := range []string{"../../config/environments", "../../config/testdata/valid", made} {
		files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
		if err != nil || len(files) == 0 {
			t.Fatal("no environments: ", err)
		}
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".yaml")
			for _, now := range []string{"2026-11-27T12:00:00Z", "2027-05-29T18:30:00Z", "2029-01-01T00:00:00Z"} {
				var out bytes.Buffer
				if err := run(&out, dir, name, now, 400); err != nil {
					t.Errorf("%s as of %s: %v", name, now, err)
				}
				for line := range strings.Lines(out.String()) {
					lines++
					if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
						t.Errorf("%s as of %s: %d columns: %s", name, now, n, line)
					}
				}
			}
		}
	}
	if lines < 200 {
		t.Errorf("got %d lines, want those of all environments", lines)
	}
}
