package trace

import (
	"bufio"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// readAzure reads the trace of Azure's LLM inference: a row for each request.
func readAzure(x *reader, h *head, in *bufio.Reader) error {
	t, err := newTable(x, h, in)
	if err != nil {
		return err
	}
	x.report.TimeColumn = h.fields[0]
	t.next()
	for record, ok := t.next(); ok; record, ok = t.next() {
		if when, ok := t.cell(record, 0, h.fields[0]); ok {
			x.request(when)
		}
	}
	return nil
}

// vegetaLine is the beginning of a line of vegeta's CSV: time in ns, status, latency,
// bytes out, bytes in.
var vegetaLine = regexp.MustCompile(`^\d{19},\d{1,3},\d+,\d+,\d+,`)

func isVegetaCSV(h *head) bool { return vegetaLine.MatchString(h.line) }

func readVegetaCSV(x *reader, h *head, in *bufio.Reader) error {
	t, err := newTable(x, h, in)
	if err != nil {
		return err
	}
	x.report.TimeColumn = "1"
	for record, ok := t.next(); ok; record, ok = t.next() {
		if when, ok := t.cell(record, 0, ""); ok {
			x.request(when)
		}
	}
	return nil
}

// readHey reads hey's CSV, whose times are seconds since its start.
func readHey(x *reader, h *head, in *bufio.Reader) error {
	t, err := newTable(x, h, in)
	if err != nil {
		return err
	}
	index := -1
	for i, name := range h.fields {
		if strings.EqualFold(name, "offset") {
			index = i
		}
	}
	switch {
	case index < 0:
		x.add(position{h.number, 1}, "", "hey's column offset is missing",
			"write it again by hey -o csv, of hey 0.1.3 or later")
		return nil
	case x.options.Begin.IsZero():
		x.add(position{h.number, 1}, "", "hey writes seconds since its start, and not when that was",
			"say --trace-begin, such as 2027-05-29T19:00:00Z")
		return nil
	}
	x.report.TimeColumn = h.fields[index]
	x.clock.said = true
	t.next()
	for record, ok := t.next(); ok; record, ok = t.next() {
		c, ok := t.cell(record, index, "offset")
		if !ok {
			continue
		}
		n, isNumber := parseNumber(c.text, point)
		if !isNumber || n.value > maxSpan || n.suffix != "" {
			x.addCell(c, "an offset is seconds since the start", "write it again by hey -o csv")
			continue
		}
		x.report.Rows++
		x.requestAt(x.options.Begin.Add(time.Duration(n.value*float64(time.Second))), c)
	}
	return nil
}

// readK6CSV counts the rows of http_reqs.
func readK6CSV(x *reader, h *head, in *bufio.Reader) error {
	t, err := newTable(x, h, in)
	if err != nil {
		return err
	}
	x.report.Column, x.report.TimeColumn = "metric_name, http_reqs", "timestamp"
	t.next()
	others := false
	for record, ok := t.next(); ok; record, ok = t.next() {
		if record[0] != "http_reqs" {
			others = true
			continue
		}
		when, hasTime := t.cell(record, 1, "timestamp")
		value, hasValue := t.cell(record, 2, "metric_value")
		if hasTime && hasValue {
			x.k6(when, value)
		}
	}
	if others && x.report.Rows == 0 {
		x.add(position{}, "", "no row has the metric http_reqs", "give the results of a test over HTTP")
	}
	return nil
}

// k6 counts a sample of http_reqs, which is one request.
func (x *reader) k6(when, value cell) {
	if n, ok := parseNumber(value.text, point); !ok || n.value != 1 {
		x.addCell(value, "a sample of http_reqs is one request", "write it again by k6 run --out csv=FILE or json=FILE")
		return
	}
	x.request(when)
}

func isLocust(h *head) bool { return columnsBegin("Timestamp", "User Count", "Type", "Name")(h) }

// readLocust reads the running total of the rows Aggregated.
func readLocust(x *reader, h *head, in *bufio.Reader) error {
	const total = "Total Request Count"
	t, err := newTable(x, h, in)
	if err != nil {
		return err
	}
	index := -1
	for i, name := range h.fields {
		if name == total {
			index = i
		}
	}
	if index < 0 {
		x.add(position{h.number, 1}, "", "the column "+total+" is missing",
			"give FILE_stats_history.csv of locust --csv FILE")
		return nil
	}
	x.report.Column, x.report.TimeColumn = total+", Aggregated", "Timestamp"
	x.unit = unitCount
	t.next()
	last, seen := 0.0, false
	for record, ok := t.next(); ok; record, ok = t.next() {
		if len(record) > 3 && record[3] != "Aggregated" {
			continue
		}
		when, hasTime := t.cell(record, 0, "Timestamp")
		count, hasCount := t.cell(record, index, total)
		if !hasTime || !hasCount {
			continue
		}
		n, isNumber := parseNumber(count.text, point)
		if !isNumber {
			x.addCell(count, countRule, "write it again by locust --csv")
			continue
		}
		increase := n.value - last
		if increase < 0 { // the statistics were reset
			increase = n.value
		}
		if !seen && n.value > maxFirstTotal {
			x.addCell(count, fmt.Sprintf("the first row has more than %d requests: the beginning of the file is missing",
				maxFirstTotal), "give the whole file")
			continue
		}
		last, seen = n.value, true
		count.text = formatNumber(increase)
		x.row(when, count)
	}
	if !seen && len(x.problems) == 0 {
		x.add(position{}, "", "no row is named Aggregated", "give FILE_stats_history.csv of locust --csv FILE")
	}
	return nil
}

// maxFirstTotal is the most requests before the first row of locust's history, which
// is written within a second of the start.
const maxFirstTotal = 1_000_000
