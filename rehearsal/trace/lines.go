package trace

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// detectFormat detects the format from the beginning of a file.
func detectFormat(head []byte) Format {
	trimmed := bytes.TrimSpace(head)
	if len(trimmed) > 0 && trimmed[0] == '{' {
		return CloudWatch
	}
	for line := range bytes.Lines(trimmed) {
		fields := split(string(bytes.TrimSpace(line)))
		if bracketed.MatchString(string(line)) {
			return Requests
		}
		if _, ok := parseTime(fields[0].text); ok {
			if len(fields) == 1 {
				return Requests
			}
			if _, err := strconv.ParseFloat(fields[1].text, 64); err != nil && len(fields) > 2 {
				return Requests
			}
			return Counts
		}
	}
	return Counts
}

// bracketed is a time as web servers write it: [08/Jul/1998:19:00:00 +0000].
var bracketed = regexp.MustCompile(`\[(\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} [-+]\d{4})\]`)

// layouts are the accepted times besides epochs; without a zone they are GMT.
var layouts = []string{
	"2006-01-02 15:04:05", time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04",
	"2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 MST",
	time.RFC1123, time.RFC1123Z, "02/Jan/2006:15:04:05 -0700",
}

const timeRule = "a time is seconds or milliseconds since 1970, or such as 2027-05-29T20:00:00Z"

// parseTime reads a time: an epoch in s, ms, µs or ns, ISO 8601, or as HTTP and
// web servers write it.
func parseTime(text string) (time.Time, bool) {
	if text == "" {
		return time.Time{}, false
	}
	if text[0] >= '0' && text[0] <= '9' && !strings.ContainsAny(text, "-:/ ") {
		return epoch(text)
	}
	for _, layout := range layouts {
		if len(text) < len("2006-01-02T15:04") {
			break
		}
		at, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		if name, offset := at.Zone(); offset == 0 && name != "UTC" && name != "GMT" && name != "" {
			return time.Time{}, false // an abbreviation without an offset, such as CEST
		}
		if at.Year() < 1970 || at.Year() > 9999 {
			return time.Time{}, false
		}
		return at.UTC(), true
	}
	return time.Time{}, false
}

// epoch reads seconds, ms, µs or ns by their size, for times from 1973 to 5138.
func epoch(text string) (time.Time, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || strings.Trim(fraction, "0123456789") != "" {
		return time.Time{}, false
	}
	switch {
	case n < 1e8:
		return time.Time{}, false
	case n < 1e11:
		f, _ := strconv.ParseFloat("0."+fraction, 64)
		return time.Unix(n, int64(f*1e9)).UTC(), true
	case n < 1e14:
		return time.UnixMilli(n).UTC(), true
	case n < 1e17:
		return time.UnixMicro(n).UTC(), true
	}
	return time.Unix(0, n).UTC(), true
}

// field is a piece of a line, and the column where it begins.
type field struct {
	text   string
	column int
}

// split splits a line at tabs, else semicolons, else commas, but not at the comma of
// an HTTP date.
func split(line string) []field {
	separator := ""
	for _, s := range []string{"\t", ";", ","} {
		if strings.Contains(line, s) {
			separator = s
			break
		}
	}
	if separator == "" {
		return []field{trim(line, 1)}
	}
	var out []field
	column := 1
	for _, piece := range strings.Split(line, separator) {
		out = append(out, trim(piece, column))
		column += len(piece) + 1
	}
	if len(out) > 1 && separator == "," && len(out[0].text) == 3 && weekday[out[0].text] { // Tue, 07 Jul 1998 …
		out[1] = field{out[0].text + ", " + strings.Trim(out[1].text, `"`), out[0].column}
		out = out[1:]
	}
	return out
}

var weekday = map[string]bool{"Mon": true, "Tue": true, "Wed": true, "Thu": true, "Fri": true, "Sat": true,
	"Sun": true}

func trim(piece string, column int) field {
	left := strings.TrimLeft(piece, " \"")
	return field{strings.TrimRight(left, " \"\r"), column + len(piece) - len(left)}
}

func blank(line string) bool { return strings.TrimSpace(line) == "" }

// columns are the indexes of time and count; time is -1 until it is known.
type columns struct{ time, count int }

// Headers of the two columns.
var (
	timeNames  = []string{"time", "timestamp", "period", "date", "datetime", "minute", "start", "epoch"}
	countNames = []string{"count", "requests", "invocations", "requestcount", "value", "sum", "hits"}
)

// count reads a line of Counts. The first line may be a header; without one, time
// and count are the first two fields.
func (x *reader) count(number int, text string, c *columns) {
	fields := split(text)
	if c.time < 0 {
		*c = columns{0, 1}
		if _, ok := parseTime(fields[0].text); !ok && header(fields) {
			x.header(number, fields, c)
			return
		}
	}
	if len(fields) <= max(c.time, c.count) {
		x.add(position{number, 1}, text, fmt.Sprintf("a line has a time and a count, and this has %d of %d fields",
			len(fields), max(c.time, c.count)+1),
			"write them as 2027-05-29T20:00:00Z,1200")
		return
	}
	when, count := fields[c.time], fields[c.count]
	at, ok := parseTime(when.text)
	if !ok {
		x.add(position{number, when.column}, when.text, timeRule, "write it in GMT or with its offset")
	}
	n, err := strconv.ParseFloat(count.text, 64)
	if err != nil {
		x.add(position{number, count.column}, count.text, "a number of requests is 0 or more",
			"give the number of requests, or 0")
	}
	if ok && err == nil {
		x.row(position{number, when.column}, when.text, at, position{number, count.column}, n, count.text)
	}
}

// header reports whether no field is a number.
func header(fields []field) bool {
	for _, f := range fields {
		if _, err := strconv.ParseFloat(f.text, 64); err == nil {
			return false
		}
		if _, ok := parseTime(f.text); ok {
			return false
		}
	}
	return true
}

func (x *reader) header(number int, fields []field, c *columns) {
	find := func(names []string, otherwise int) int {
		for i, f := range fields {
			for _, name := range names {
				if strings.EqualFold(f.text, name) {
					return i
				}
			}
		}
		return otherwise
	}
	c.time = find(timeNames, 0)
	c.count = find(countNames, 1)
	if c.time == c.count {
		x.add(position{number, 1}, "", "the header names no column of times and another of counts",
			"call them time and count")
	}
}

// maxDisorder is how many seconds before the first line's a request may be: servers
// log a request when it ends.
const maxDisorder = 3600

// maxSpan limits the seconds from the first request to the last.
const maxSpan = 400 * 24 * 3600

// request counts the request of a line in counts, by its second from base.
func (x *reader) request(number int, text string, counts []float64, base int64) ([]float64, int64) {
	x.report.Rows++
	f := field{}
	if m := bracketed.FindStringSubmatchIndex(text); m != nil {
		f = field{text[m[2]:m[3]], m[2] + 1}
	} else {
		f = split(text)[0]
	}
	at, ok := parseTime(f.text)
	if !ok {
		x.add(position{number, f.column}, f.text, timeRule, "begin each line with the time of its request")
		return counts, base
	}
	unix := at.Unix()
	if counts == nil {
		base = unix - maxDisorder
		counts = make([]float64, maxDisorder+1)
	}
	switch i := unix - base; {
	case i < 0:
		x.add(position{number, f.column}, f.text, "this is more than an hour earlier than the first request",
			"sort the file by time")
	case i >= maxSpan:
		x.add(position{number, f.column}, f.text, "this is more than 400 days later than the first request",
			"look at the first and last times")
	default:
		for int64(len(counts)) <= i {
			counts = append(counts, 0)
		}
		counts[i]++
	}
	return counts, base
}

// requests adds the rows of requests counted by second. A second without requests
// is not a gap.
func (x *reader) requests(counts []float64, base int64) {
	if counts == nil {
		return
	}
	if x.options.Period == 0 {
		x.options.Period = time.Second
	}
	period := int64(x.options.Period / time.Second)
	for len(counts) > 0 && counts[0] == 0 {
		counts, base = counts[1:], base+1
	}
	for i, n := range counts {
		at := (base + int64(i)) / period * period
		if last := len(x.times) - 1; last >= 0 && x.times[last] == at {
			x.counts[last] += n
			continue
		}
		x.times, x.counts, x.positions = append(x.times, at), append(x.counts, n), append(x.positions, position{})
	}
}
