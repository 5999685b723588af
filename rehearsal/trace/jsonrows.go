package trace

import (
	"bufio"
	"errors"
	"slices"
	"strings"
)

const (
	rowsShape = "an object for each row, one a line or in a list"
	rowsFix   = `write {"time": "2027-05-29T20:00:00Z", "count": 1200}`
)

var errStop = errors.New("enough problems")

func isK6JSON(h *head) bool     { return !h.array && h.has("metric", "type", "data") }
func isVegetaJSON(h *head) bool { return h.has("attack", "seq", "code", "timestamp", "latency") }

// isJSONRows recognises rows of JSON: objects that no other format claims.
func isJSONRows(h *head) bool {
	if len(h.keys) == 0 || isK6JSON(h) || isVegetaJSON(h) || isPrometheus(h) {
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

func isPrometheus(h *head) bool { return !h.array && h.has("status", "data") }

const prometheusFix = "write it by curl …/api/v1/query_range with query, start, end and step"

// promSeries is a series of Prometheus.
type promSeries struct {
	labels string
	name   string
	found  problemList
	rows   *reader
}

// readPrometheus reads one series of a matrix.
func readPrometheus(x *reader, _ *head, in *bufio.Reader) error {
	j := newJSONReader(in)
	var all []*promSeries
	kind := ""
	err := j.object(func(key string) error {
		switch key {
		case "status":
			s, err := j.scalar()
			if err == nil && s.text != "success" {
				x.add(s.at, s.text, "the query did not succeed", prometheusFix)
			}
			return err
		case "data":
			return j.object(func(key string) error {
				switch key {
				case "resultType":
					s, err := j.scalar()
					if kind = s.text; err == nil && kind != "matrix" {
						x.add(s.at, kind, "a result of values over time is a matrix", prometheusFix)
						return errStop
					}
					return err
				case "result":
					return j.array(func() error {
						s, err := x.promSeries(j)
						all = append(all, s)
						return err
					})
				}
				return j.skip()
			})
		}
		return j.skip()
	})
	if errors.Is(err, errStop) {
		return nil
	}
	if err != nil || len(x.problems) > 0 {
		return x.jsonProblem(j, err, "what query_range answers", prometheusFix)
	}
	return x.selectSeries(all)
}

// promSeries reads a series into a reader of its own.
func (x *reader) promSeries(j *jsonReader) (*promSeries, error) {
	s := &promSeries{}
	o := x.options
	o.Unit = string(unitRate) // rows are not converted here
	s.rows = newReader(o)
	s.rows.name, s.rows.decimal = x.name, point
	var labels []string
	err := j.object(func(key string) error {
		switch key {
		case "metric":
			return j.object(func(key string) error {
				v, err := j.scalar()
				if key == "__name__" {
					s.name = v.text
				} else {
					labels = append(labels, key+"="+v.text)
				}
				return err
			})
		case "values":
			return j.array(func() error {
				var pair [2]scalar
				n := 0
				err := j.array(func() (err error) {
					if n > 1 {
						return errShape
					}
					pair[n], err = j.scalar()
					n++
					return err
				})
				if err == nil && n < 2 {
					err = errShape
				}
				if err == nil && !s.rows.full() {
					s.rows.row(cell{pair[0].at, "", pair[0].text}, cell{pair[1].at, "", pair[1].text})
				}
				return err
			})
		}
		return j.skip()
	})
	s.labels = s.name + "{" + strings.Join(labels, ", ") + "}"
	return s, err
}

// selectSeries takes the rows of the series to read.
func (x *reader) selectSeries(all []*promSeries) error {
	var names []string
	var chosen []*promSeries
	for _, s := range all {
		names = append(names, s.labels)
		if m := x.options.Metric; m == "" || m == s.name || m == s.labels || strings.Contains(s.labels, "="+m+",") ||
			strings.Contains(s.labels, "="+m+"}") {
			chosen = append(chosen, s)
		}
	}
	there := "there is " + strings.Join(names[:min(len(names), 10)], "; ")
	switch {
	case len(all) == 0:
		x.add(position{}, "", "the result has no series", "look at the query and its start and end")
		return nil
	case len(chosen) != 1:
		x.add(position{}, x.options.Metric, "one series is read, and "+quoted(there),
			"name one by --metric, the value of a label, or add them up in the query: sum(rate(…))")
		return nil
	}
	s := chosen[0]
	u := x.unit
	switch {
	case u != "":
	case strings.HasSuffix(s.name, "_total"):
		u = unitCounter
	case strings.Contains(s.name, ":rate"):
		u = unitRate
	default:
		x.add(position{}, "", "the answer does not say whether "+quoted(s.labels)+" are requests a second, as of rate(), "+
			"requests of each step, as of increase(), or a counter", "say --unit rate, count or counter")
		return nil
	}
	if u == unitRequest {
		x.add(position{}, string(u), "a series has no single requests", "say --unit rate, count or counter")
		return nil
	}
	from := s.rows
	x.problems, x.omitted = append(x.problems, from.problems...), x.omitted+from.omitted
	x.rows, x.direction, x.held, x.clock = from.rows, from.direction, from.held, from.clock
	x.report.Rows, x.report.Duplicates, x.report.FirstDuplicate = from.report.Rows, from.report.Duplicates,
		from.report.FirstDuplicate
	x.report.Column, x.unit = s.labels, u
	return nil
}
