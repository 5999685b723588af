package trace

import (
	"bufio"
	"slices"
	"strings"
)

// isMetricText recognises --output text of both commands.
func isMetricText(h *head) bool {
	if h.json {
		return false
	}
	for _, line := range strings.SplitN(string(h.raw[:min(len(h.raw), 4096)]), "\n", 5) {
		if strings.HasPrefix(line, "METRICDATARESULTS\t") || strings.HasPrefix(line, "DATAPOINTS\t") {
			return true
		}
	}
	return false
}

// readMetricText reads --output text, which has the keys of each object in their
// alphabetic order and leaves their names out.
func readMetricText(x *reader, _ *head, in *bufio.Reader) error {
	var results []*metricResult
	one := &metricResult{found: problemList{name: x.name}} // of get-metric-statistics
	next, points := false, false
	err := x.readLines(in, func(number int, line string) {
		fields := strings.Split(strings.TrimRight(line, "\r"), "\t")
		at := position{number, 1}
		var last *metricResult
		if len(results) > 0 {
			last = results[len(results)-1]
		}
		value := cell{at: position{number, strings.IndexByte(line, '\t') + 2}, text: fields[len(fields)-1]}
		switch {
		case fields[0] == "METRICDATARESULTS" && len(fields) == 4:
			results = append(results, &metricResult{id: fields[1], label: fields[2], status: fields[3], at: at,
				found: problemList{name: x.name}})
		case fields[0] == "TIMESTAMPS" && len(fields) == 2 && last != nil:
			x.addTime(last, value)
		case fields[0] == "VALUES" && len(fields) == 2 && last != nil:
			last.addValue(value, true)
		case fields[0] == "MESSAGES":
		case fields[0] == "DATAPOINTS":
			points = true
			x.textDatapoint(one, fields, at)
		case number == 1 && len(fields) == 1: // the scalars of the whole: a token, or the label
			one.label, one.at = fields[0], at
			next = true
		default:
			x.add(at, line, "this is no line of --output text", exportAgain)
		}
	})
	switch {
	case err != nil || len(x.problems) > 0:
	case points:
		x.statistics(one)
	default:
		x.metricResults(results, next)
	}
	return err
}

// sum reports whether the number without a name is said to be the Sum.
func (o Options) sum() bool { return o.Column == "Sum" }

// textDatapoint adds a datapoint of text, which has no names: with one number it may
// be any statistic.
func (x *reader) textDatapoint(r *metricResult, fields []string, at position) {
	i := slices.IndexFunc(fields, func(f string) bool { return strings.Contains(f, ":") }) // the time
	switch {
	case i == len(statistics)+1, i == 2 && x.options.sum():
		x.addTime(r, cell{at: at, text: fields[i]})
		r.addValue(cell{at: at, text: fields[i-1]}, true)
	default:
		r.found.add(at, strings.Join(fields[1:], " "), "text does not say which statistic this is",
			exportAgain+", or if it is the Sum, say --column Sum")
	}
}

// isMetricYAML recognises --output yaml of both commands.
func isMetricYAML(h *head) bool {
	if h.json {
		return false
	}
	for _, key := range []string{"MetricDataResults:", "Messages:", "Datapoints:", "Label:", "NextToken:"} {
		if rest, found := strings.CutPrefix(h.line, key); found && (rest == "" || rest[0] == ' ') {
			return true
		}
	}
	return false
}

// readMetricYAML reads --output yaml in the form in which the CLI writes it: block
// style, a key or a list's element a line.
func readMetricYAML(x *reader, _ *head, in *bufio.Reader) error {
	var results []*metricResult
	one := &metricResult{found: problemList{name: x.name}} // of get-metric-statistics
	row := map[string]scalar{}
	rowAt := position{}
	section, list := "", ""
	next, points := false, false
	flush := func() {
		if len(row) > 0 {
			x.datapoint(one, row, rowAt)
			clear(row)
		}
	}
	err := x.readLines(in, func(number int, line string) {
		text := strings.TrimRight(line, " \r")
		indent := len(text) - len(strings.TrimLeft(text, " "))
		body := text[indent:]
		item := strings.HasPrefix(body, "- ")
		if item {
			body = body[2:]
		}
		key, value, isKey := strings.Cut(body, ":")
		isKey = isKey && (value == "" || value[0] == ' ') && !strings.ContainsAny(key, `'" `)
		where := position{number, len(text) - len(strings.TrimLeft(value, " ")) + 1}
		s := scalar{text: yamlScalar(value), at: where, number: true}
		var last *metricResult
		if len(results) > 0 {
			last = results[len(results)-1]
		}
		switch {
		case indent == 0 && !item && isKey:
			flush()
			if section = key; key == "Label" {
				one.label, one.at = s.text, where
			}
			next = next || key == "NextToken" && s.text != "" && s.text != "null"
			points = points || key == "Datapoints"
		case section == "Messages":
		case section == "Datapoints" && isKey:
			if item {
				flush()
				rowAt = position{number, indent + 1}
			}
			row[key] = s
		case section == "MetricDataResults" && isKey:
			if item {
				results = append(results, &metricResult{at: position{number, indent + 1}, found: problemList{name: x.name}})
				last = results[len(results)-1]
			}
			if list = key; last == nil {
				x.add(position{number, 1}, line, "this is not as the CLI writes YAML", exportAgain)
				return
			}
			switch key {
			case "Id":
				last.id = s.text
			case "Label":
				last.label = s.text
			case "StatusCode":
				last.status = s.text
			}
		case section == "MetricDataResults" && item && last != nil && list == "Timestamps":
			x.addTime(last, cell{at: position{number, indent + 3}, text: yamlScalar(body)})
		case section == "MetricDataResults" && item && last != nil && list == "Values":
			last.addValue(cell{at: position{number, indent + 3}, text: yamlScalar(body)}, true)
		default:
			x.add(position{number, 1}, line, "this is not as the CLI writes YAML", exportAgain)
		}
	})
	flush()
	switch {
	case err != nil || len(x.problems) > 0:
	case points:
		x.statistics(one)
	default:
		x.metricResults(results, next)
	}
	return err
}

// yamlScalar is a scalar without its quotes.
func yamlScalar(text string) string {
	text = strings.TrimSpace(text)
	if n := len(text); n > 1 && (text[0] == '\'' || text[0] == '"') && text[n-1] == text[0] {
		return text[1 : n-1]
	}
	return text
}
