//go:build !notraces

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestWarnings: an error a minute is told, cut short, with the number of those
// that were not.
func TestWarnings(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := &warnings{log: slog.New(slog.NewJSONHandler(&out, nil))}
	began := time.Date(2027, 5, 29, 20, 0, 0, 0, time.UTC)
	for second := range 121 {
		w.report(began.Add(time.Duration(second)*time.Second), errors.New(strings.Repeat("x", 10*second+10)))
	}
	type line struct {
		Level, Msg, Error string
		Suppressed        int `json:"errors_not_logged_before"`
	}
	var got []line
	for text := range strings.Lines(out.String()) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		got = append(got, l)
	}
	want := []line{
		{
			"WARN",
			"traces",
			strings.Repeat("x", 10),
			0,
		}, {"WARN", "traces", strings.Repeat("x", 512), 59}, {"WARN", "traces", strings.Repeat("x", 512), 59},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
