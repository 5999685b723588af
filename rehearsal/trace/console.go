package trace

import (
	"bufio"
	"slices"
	"strconv"
	"strings"
	"time"
)

// consoleKeys are the headers of the console's CSV, one a line.
var consoleKeys = []string{"label", "id", "full label", "account", "region", "namespace", "metric name", "statistic",
	"period", "metric"}

// isConsole recognises the CSV of the CloudWatch console: lines of a key and its value
// for each metric come before the rows.
func isConsole(h *head) bool {
	begins := []string{"label", "full label", "id"}
	if h.json || len(h.fields) < 2 || !slices.Contains(begins, strings.ToLower(h.fields[0])) {
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
