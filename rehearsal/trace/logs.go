package trace

import (
	"bufio"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// readLines calls f with each line that is neither blank nor a comment.
func (x *reader) readLines(in *bufio.Reader, f func(number int, line string)) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, bufferSize), maxLine)
	number := 0
	for lines.Scan() && !x.full() {
		number++
		if text := lines.Text(); strings.TrimSpace(text) != "" && text[0] != '#' {
			f(number, text)
		}
	}
	return x.lineError(number+1, lines.Err())
}

// loadBalancerLine is the beginning of an entry of an Application Load Balancer's log.
var loadBalancerLine = regexp.MustCompile(`^(http|https|h2|grpcs|ws|wss) \d{4}-\d{2}-\d{2}T[0-9:.]+Z app/`)

func isLoadBalancerLog(h *head) bool { return loadBalancerLine.MatchString(h.line) }

// Fields of an entry of an Application Load Balancer's log.
const (
	logTime          = 1  // when the response was made
	logRequestCreate = 21 // when the request came
	logActions       = 22
)

// readLoadBalancerLog counts the requests that the load balancer forwarded, or could
// not: not those that it answered itself by a redirect, a fixed response or AWS WAF.
func readLoadBalancerLog(x *reader, _ *head, in *bufio.Reader) error {
	x.report.TimeColumn = "request_creation_time"
	return x.readLines(in, func(number int, line string) {
		if !loadBalancerLine.MatchString(line) {
			x.add(position{number, 1}, line, "this is no entry of an Application Load Balancer's log", "leave the line out")
			return
		}
		var when, actions cell
		logFields(line, func(i, column int, text string) {
			switch i {
			case logTime, logRequestCreate:
				if text != "-" {
					when = cell{position{number, column}, "", text}
				}
			case logActions:
				actions.text = text
			}
		})
		if a := actions.text; a != "" && a != "-" && !strings.Contains(a, "forward") && !strings.Contains(a, "failed") {
			x.skipped++
			return
		}
		x.request(when)
	})
}

// logFields splits a line at spaces outside of quotes.
func logFields(line string, f func(i, column int, text string)) {
	i, from, inQuotes := 0, 0, false
	for at := 0; at <= len(line); at++ {
		switch {
		case at == len(line) || line[at] == ' ' && !inQuotes:
			f(i, from+1, strings.Trim(line[from:at], `"`))
			i, from = i+1, at+1
		case line[at] == '\\' && inQuotes:
			at++
		case line[at] == '"':
			inQuotes = !inQuotes
		}
	}
}

func isWebServerLog(h *head) bool { return !h.json && bracketed.MatchString(h.line) }

// readWebServerLog reads the common and the combined format of nginx and Apache.
func readWebServerLog(x *reader, _ *head, in *bufio.Reader) error {
	return x.readLines(in, func(number int, line string) {
		m := bracketed.FindStringSubmatchIndex(line)
		if m == nil {
			x.add(position{number, 1}, line, "this line has no time in brackets, as [29/May/2027:20:00:00 +0000]",
				"leave the line out, or mend the log")
			return
		}
		x.request(cell{position{number, m[2] + 1}, "", line[m[2]:m[3]]})
	})
}

// isTimes recognises a file of times, one for each request.
func isTimes(h *head) bool { return !h.json && len(h.fields) == 1 && looksLikeTime(h.line) }

func readTimes(x *reader, _ *head, in *bufio.Reader) error {
	return x.readLines(in, func(number int, line string) {
		text := strings.TrimLeft(line, " \t\"")
		x.request(cell{position{number, len(line) - len(text) + 1}, "", strings.TrimRight(text, " \t\"\r")})
	})
}

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
		x.add(position{h.number, 1}, "", "hey's column offset is missing", "write it again by hey -o csv, of hey 0.1.3 or later")
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
		x.add(position{h.number, 1}, "", "the column "+total+" is missing", "give FILE_stats_history.csv of locust --csv FILE")
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
