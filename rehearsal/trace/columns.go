package trace

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// timeNames and countNames are the headers and keys that are known, as normal writes
// them. docs/rehearsal.md lists them.
var (
	timeNames = []string{"time", "timestamp", "@timestamp", "period", "date", "datetime", "minute", "start", "epoch", "ts",
		"timelocal", "timeiso8601", "msec"}
	countNames = map[string]unit{
		"count": unitCount, "counts": unitCount, "requests": unitCount, "requestcount": unitCount,
		"invocations": unitCount, "hits": unitCount, "calls": unitCount, "value": unitCount, "sum": unitCount,
		"rps": unitRate, "qps": unitRate, "requests/s": unitRate, "req/s": unitRate, "reqs/s": unitRate,
		"requests/sec": unitRate, "req/sec": unitRate, "requestspersecond": unitRate, "requestpersecond": unitRate,
		"requestrate": unitRate,
		"rpm":         unitPerMinute, "requests/min": unitPerMinute, "req/min": unitPerMinute,
		"requestsperminute": unitPerMinute,
	}
	// requestNames are keys that only the log of a request has.
	requestNames = []string{"status", "statuscode", "method", "requestmethod", "path", "url", "uri", "requesturi",
		"requestid", "remoteaddr", "latency", "duration", "requesttime", "useragent", "httpuseragent", "request"}
)

// otherUnit recognises headers that name another unit than requests of a period.
var otherUnit = regexp.MustCompile(`(?i)/s|per.?s|rps|qps|rate|/m|per.?min|rpm|total|cumulative`)

// normal is a header without what makes no difference: case, spaces, hyphens and
// underscores.
func normal(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '/' || r == '@' {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// columns are the indexes of the columns of times and counts; count is -1 where each
// row is a request. day is that of the date where times have none, else -1.
type columns struct{ time, count, day int }

// choose finds the columns by their headers or keys, at the place of the header.
func (x *reader) choose(at position, headers []string) (columns, bool) {
	const most = 30
	found := "the headers are " + quoted(strings.Join(headers[:min(len(headers), most)], ", "))
	c := columns{time: -1, count: -1, day: -1}
	isTime := func(name string) bool { return slices.Contains(timeNames, name) }
	day, timeColumn, joined := strings.Cut(x.options.TimeColumn, "+")
	if whole := x.options.TimeColumn; slices.Contains(headers, whole) || !joined {
		timeColumn, joined = whole, false
	}
	var ok bool
	if c.time, ok = x.find(at, headers, timeColumn, "--time-column", "times", found, isTime); ok && joined {
		c.day, ok = x.find(at, headers, day, "--time-column", "dates", found, isTime)
	}
	if x.options.Unit == string(unitRequest) {
		return c, ok
	}
	index, counts := x.find(at, headers, x.options.Column, "--column", "numbers of requests", found,
		func(name string) bool {
			_, known := countNames[name]
			return known
		})
	if !ok || !counts {
		return c, false
	}
	if c.count = index; c.count == c.time {
		x.add(at, headers[index], "times and counts are in one column", "name another by --column or --time-column")
		return c, false
	}
	known, isKnown := countNames[normal(headers[index])]
	switch {
	case x.unit != "":
	case isKnown:
		x.unit = known
	case otherUnit.MatchString(headers[index]):
		x.add(at, headers[index], "the header may mean a rate or a running total", "say --unit count, rate or counter")
		return c, false
	default:
		x.unit = unitCount
	}
	return c, true
}

// find finds one column, by the name of an option or a known name.
func (x *reader) find(at position, headers []string, option, flag, what, found string,
	known func(string) bool) (int, bool) {
	var matches []int
	for i, header := range headers {
		if option != "" && strings.EqualFold(strings.TrimSpace(header), option) || option == "" && known(normal(header)) {
			matches = append(matches, i)
		}
	}
	switch {
	case len(matches) == 1:
		return matches[0], true
	case option != "" && len(matches) == 0:
		x.add(at, option, "no column has this name; "+found, "name one of them by "+flag)
	case option != "":
		x.add(at, option, "several columns have this name", "rename one of them")
	case len(matches) == 0:
		fix := "name it by " + flag
		if flag == "--column" {
			fix += "; if each row is a request, say --unit request"
		}
		x.add(at, "", fmt.Sprintf("no column is known to have %s; %s", what, found), fix)
	default:
		var names []string
		join := ""
		if flag == "--time-column" {
			join = ", or a date and a time by DATE+TIME"
		}
		for _, i := range matches {
			names = append(names, headers[i])
		}
		x.add(at, "", fmt.Sprintf("several columns may have the %s: %s", what, quoted(strings.Join(names, ", "))),
			"name one of them by "+flag+join)
	}
	return -1, false
}

// numbered finds the columns of a file without headers.
func (x *reader) numbered(at position, first []string) (columns, bool) {
	c := columns{0, 1, -1}
	for _, option := range []struct {
		flag, text string
		to         *int
	}{{"--time-column", x.options.TimeColumn, &c.time}, {"--column", x.options.Column, &c.count}} {
		if option.text == "" {
			continue
		}
		n, err := strconv.Atoi(option.text)
		if err != nil || n < 1 || n > len(first) {
			x.add(at, option.text, fmt.Sprintf("the file has no headers: a column is named by its number, 1 to %d", len(first)),
				"such as "+option.flag+" 2")
			return c, false
		}
		*option.to = n - 1
	}
	if x.options.Unit == string(unitRequest) {
		c.count = -1
		return c, true
	}
	if x.options.Column != "" || len(first) == 2 {
		if x.unit == "" {
			x.unit = unitCount
		}
		return c, true
	}
	if len(first) > 2 {
		if _, isNumber := parseNumber(first[1], 0); !isNumber { // a time, and what was requested
			c.count = -1
			return c, true
		}
		x.add(at, "", fmt.Sprintf("there are %d columns and no headers", len(first)),
			"name the one of requests by its number, such as --column 2")
		return c, false
	}
	x.add(at, "", "a line has a time and a count, and this has one field", "write them as 2027-05-29T20:00:00Z,1200")
	return c, false
}
