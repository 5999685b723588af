package trace

import (
	"strings"
	"testing"
	"time"
)

// A trace that would fill memory is refused before it has.
func TestTooManyRows(t *testing.T) {
	t.Parallel()
	var rows strings.Builder
	at := time.Date(2027, time.May, 29, 20, 0, 0, 0, time.UTC)
	for range 1000 {
		rows.WriteString(at.Format(time.RFC3339) + ",1\n")
		at = at.Add(time.Second)
	}
	x := newReader(Options{Name: "long.csv"})
	x.maxRows = 10
	x.file(strings.NewReader(rows.String()))
	_, _, err := x.finish()
	want := "long.csv: a trace has at most 10 rows; add them up by the minute, or give a part of it"
	if err == nil || err.Error() != want || x.rows.rows != 11 {
		t.Errorf("got %v and %d rows, want %s", err, x.rows.rows, want)
	}
}
