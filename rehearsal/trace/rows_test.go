package trace

import (
	"bufio"
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
	x := reader{options: Options{Format: Counts}, problemList: problemList{name: "long.csv"}, maxRows: 10}
	if err := x.lines(bufio.NewReader(strings.NewReader(rows.String()))); err != nil {
		t.Fatal(err)
	}
	want := "long.csv:11:1: a trace has at most 10 rows; add them up by the minute, or give a part of it"
	if err := x.err(); err == nil || err.Error() != want || len(x.times) != 11 {
		t.Errorf("got %v and %d rows, want %s", err, len(x.times), want)
	}
}
