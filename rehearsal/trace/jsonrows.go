package trace

import (
	"bufio"
	"errors"
	"slices"
	"strings"
)

// pairKeys are the keys of a pair of a time and a count.
var pairKeys = []string{"1", "2"}

const (
	rowsShape = "an object for each row, one a line or in a list"
	rowsFix   = `write {"time": "2027-05-29T20:00:00Z", "count": 1200}`
)

var errStop = errors.New("enough problems")

func isK6JSON(h *head) bool     { return !h.array && h.has("metric", "type", "data") }
func isVegetaJSON(h *head) bool { return h.has("attack", "seq", "code", "timestamp", "latency") }

// isJSONRows recognises rows of JSON: objects that no other format claims, or a list.
func isJSONRows(h *head) bool {
	if !h.json || len(h.keys) == 0 && !h.array || isK6JSON(h) || isVegetaJSON(h) || isPrometheus(h) {
		return false
	}
	return h.array || !h.has("MetricDataResults") && !h.has("Datapoints")
}

// cellOf is the cell of a key, which may be missing.
func cellOf(row map[string]scalar, key string, at position) (cell, bool) {
	s, found := row[key]
	if !found {
		return cell{at, key, ""}, false
	}
	return cell{s.at, key, s.text}, true
}

// readObjects reads rows of JSON by a function for each.
func (x *reader) readObjects(in *bufio.Reader, f func(row map[string]scalar, keys []string, at position) error) error {
	j := newJSONReader(in)
	err := j.objects(func(row map[string]scalar, keys []string, at position) error {
		if x.full() {
			return errStop
		}
		return f(row, keys, at)
	})
	if errors.Is(err, errStop) {
		return nil
	}
	return x.jsonProblem(j, err, rowsShape, rowsFix)
}

// readJSONRows reads objects with a time and a count, or with a time for each request.
func readJSONRows(x *reader, _ *head, in *bufio.Reader) error {
	var time, count string // the keys
	return x.readObjects(in, func(row map[string]scalar, keys []string, at position) error {
		if time == "" {
			var ok bool
			if time, count, ok = x.chooseKeys(at, keys); !ok {
				return errStop
			}
			x.report.TimeColumn, x.report.Column = time, count
		}
		when, hasTime := cellOf(row, time, at)
		value, hasValue := cellOf(row, count, at)
		switch {
		case !hasTime:
			x.addCell(when, "this row has no time", rowsFix)
		case count == "":
			x.request(when)
		case !hasValue:
			x.addCell(value, "this row has no count", rowsFix)
		default:
			if row[count].number && value.text != "" {
				// JSON's decimal sign is a point, whatever other numbers are in texts.
				if x.decimal == 0 {
					x.decimal = point
				}
				if value.text[0] == '-' {
					x.addCell(value, countRule, countFix)
					return nil
				}
			}
			x.row(when, value)
		}
		return nil
	})
}

// chooseKeys chooses the keys of times and counts. Without a key of counts, keys that
// only the log of a request has make each row a request.
func (x *reader) chooseKeys(at position, keys []string) (time, count string, ok bool) {
	switch strings.Join(keys, " ") {
	case pairKeys[0]: // a list of times
		return keys[0], "", true
	case strings.Join(pairKeys, " "):
		if x.unit == "" {
			x.unit = unitCount
		}
		return pairKeys[0], pairKeys[1], true
	}
	keys = slices.Clone(keys)
	if x.options.Column == "" && x.options.Unit == "" {
		hasCount, isRequest := false, false
		for _, k := range keys {
			last := normal(k[strings.LastIndexByte(k, '.')+1:])
			_, known := countNames[normal(k)]
			hasCount = hasCount || known
			isRequest = isRequest || slices.Contains(requestNames, last)
		}
		if isRequest && !hasCount {
			x.options.Unit = string(unitRequest)
		}
	}
	c, ok := x.choose(at, keys)
	if !ok {
		return "", "", false
	}
	if c.count >= 0 {
		count = keys[c.count]
	}
	return keys[c.time], count, true
}

// readK6JSON counts the points of http_reqs.
func readK6JSON(x *reader, _ *head, in *bufio.Reader) error {
	x.report.Column, x.report.TimeColumn = "metric http_reqs, data.value", "data.time"
	others := false
	err := x.readObjects(in, func(row map[string]scalar, _ []string, at position) error {
		if row["type"].text != "Point" || row["metric"].text != "http_reqs" {
			others = true
			return nil
		}
		when, hasTime := cellOf(row, "data.time", at)
		value, hasValue := cellOf(row, "data.value", at)
		if !hasTime || !hasValue {
			x.addCell(when, "a point has data.time and data.value", "write it again by k6 run --out json=FILE")
			return nil
		}
		x.k6(when, value)
		return nil
	})
	if others && x.report.Rows == 0 && len(x.problems) == 0 {
		x.add(position{}, "", "no point has the metric http_reqs", "give the results of a test over HTTP")
	}
	return err
}

func readVegetaJSON(x *reader, _ *head, in *bufio.Reader) error {
	x.report.TimeColumn = "timestamp"
	return x.readObjects(in, func(row map[string]scalar, _ []string, at position) error {
		when, found := cellOf(row, "timestamp", at)
		if !found {
			x.addCell(when, "this result has no timestamp", "write it again by vegeta encode")
			return nil
		}
		x.request(when)
		return nil
	})
}
