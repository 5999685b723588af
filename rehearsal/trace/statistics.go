package trace

import (
	"bufio"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const statisticsShape = "what get-metric-statistics prints"

// statistics are those that get-metric-statistics has, in the order of its text.
var statistics = []string{"Average", "Maximum", "Minimum", "SampleCount", "Sum"}

// readStatistics reads the output of get-metric-statistics, whose datapoints are in no
// order.
func readStatistics(x *reader, _ *head, in *bufio.Reader) error {
	j := newJSONReader(in)
	r := &metricResult{found: problemList{name: x.name}}
	row := map[string]scalar{}
	var keys []string
	err := j.object(func(key string) error {
		switch key {
		case "Label":
			s, err := j.scalar()
			r.label, r.at = s.text, s.at
			return err
		case "Datapoints":
			return j.array(func() error {
				if t, err := j.token(); err != nil {
					return err
				} else if fmt.Sprint(t) != "{" {
					return errShape
				}
				at := j.here()
				clear(row)
				keys = keys[:0]
				if err := j.flat("", row, &keys); err != nil {
					return err
				}
				x.datapoint(r, row, at)
				return nil
			})
		}
		return j.skip()
	})
	if err != nil {
		return x.jsonProblem(j, err, statisticsShape, exportAgain)
	}
	x.statistics(r)
	return nil
}

// datapoint adds the Sum of a datapoint.
func (x *reader) datapoint(r *metricResult, row map[string]scalar, at position) {
	sum, hasSum := row["Sum"]
	when, hasTime := row["Timestamp"]
	if !hasSum || !hasTime {
		var has []string
		for _, s := range statistics {
			if _, found := row[s]; found {
				has = append(has, s)
			}
		}
		r.found.add(at, strings.Join(has, ", "), "a datapoint has a Timestamp and the Sum: only that is a number of requests",
			"export it again with --statistics Sum")
		return
	}
	x.addTime(r, cell{at: when.at, text: when.text})
	r.addValue(cell{at: sum.at, text: sum.text}, true)
	switch u := row["Unit"]; u.text {
	case "", "None", "Count":
	default:
		r.found.add(u.at, u.text, "requests have no unit, or Count", exportInvocations)
	}
}

// statistics takes the rows of a result of get-metric-statistics.
func (x *reader) statistics(r *metricResult) {
	if r = x.selectResult([]*metricResult{r}); r != nil {
		x.take(r)
	}
}

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

// textDatapoint adds a datapoint of text, which has no names: with one number it may
// be any statistic.
func (x *reader) textDatapoint(r *metricResult, fields []string, at position) {
	i := slices.IndexFunc(fields, func(f string) bool { return strings.Contains(f, ":") }) // the time
	switch {
	case i == len(statistics)+1, i == 2 && x.options.Column == "Sum":
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

// consoleKeys are the headers of the console's CSV, one a line.
var consoleKeys = []string{"label", "id", "full label", "account", "region", "namespace", "metric name", "statistic",
	"period", "metric"}

// isConsole recognises the CSV of the CloudWatch console: lines of a key and its value
// for each metric come before the rows.
func isConsole(h *head) bool {
	if h.json || len(h.fields) < 2 || !slices.Contains([]string{"label", "full label", "id"}, strings.ToLower(h.fields[0])) {
		return false
	}
	lines := strings.SplitN(string(h.raw), "\n", h.number+2)
	if len(lines) <= h.number {
		return false
	}
	second := splitFields(strings.TrimRight(lines[h.number], "\r\n"), h.separator)
	return len(second) > 1 && slices.Contains(consoleKeys, strings.ToLower(second[0]))
}

// readConsole reads the CSV of the CloudWatch console.
func readConsole(x *reader, h *head, in *bufio.Reader) error {
	t, err := newTable(x, h, in)
	if err != nil || t == nil {
		return err
	}
	said := map[string][]string{}
	record, ok := t.next()
	line := 0
	for ; ok && !looksLikeTime(record[0]); record, ok = t.next() {
		if key := strings.ToLower(record[0]); slices.Contains(consoleKeys, key) {
			said[key] = append([]string{}, record[1:]...)
		}
		line, _ = t.csv.FieldPos(0)
	}
	column, ok2 := x.consoleColumn(said, position{line + t.skipped, 1})
	if !ok2 {
		return nil
	}
	x.unit, x.decimal = unitCount, point
	for ; ok; record, ok = t.next() {
		when, hasTime := t.cell(record, 0, "")
		if count, hasCount := t.cell(record, column+1, x.report.Column); hasTime && hasCount {
			x.row(when, count)
		}
	}
	return nil
}

// consoleColumn chooses the column of a metric by the headers.
func (x *reader) consoleColumn(said map[string][]string, at position) (int, bool) {
	labels := said["label"]
	if labels == nil {
		labels = said["full label"]
	}
	of := func(key string, i int) string {
		if v := said[key]; i < len(v) {
			return v[i]
		}
		return ""
	}
	var results []*metricResult
	for i := range max(len(labels), len(said["id"])) {
		label := ""
		if i < len(labels) {
			label = labels[i]
		}
		if name := of("metric name", i); name != "" && name != label && x.options.Metric != label {
			label = strings.TrimSpace(name + " " + label)
		}
		results = append(results, &metricResult{id: of("id", i), label: label, at: at, times: i})
	}
	r := x.selectResult(results)
	if r == nil {
		return 0, false
	}
	i := r.times
	if reason := refusedMetric(of("metric name", i)); reason != "" {
		x.add(at, of("metric name", i), reason, exportInvocations)
		return 0, false
	}
	if s := of("statistic", i); s != "" && s != "Sum" {
		x.add(at, s, "only the Sum is a number of requests", "choose the statistic Sum in the console, and download it again")
		return 0, false
	}
	if p := of("period", i); p != "" {
		seconds, err := strconv.Atoi(p)
		if err != nil || seconds < 1 || time.Duration(seconds)*time.Second > maxPeriod*time.Second {
			x.add(at, p, "a period is seconds, 1 or more", "choose a period in the console, and download it again")
			return 0, false
		}
		x.fixed = int64(seconds)
	}
	x.report.Column = r.name()
	return i, true
}
