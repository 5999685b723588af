package trace

import (
	"bufio"
	"regexp"
	"strings"
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
