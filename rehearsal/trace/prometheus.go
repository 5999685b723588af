package trace

import (
	"bufio"
	"errors"
	"strings"
)

func isPrometheus(h *head) bool { return !h.array && h.has("status", "data") }

const prometheusFix = "write it by curl …/api/v1/query_range with query, start, end and step"

// promSeries is a series of Prometheus.
type promSeries struct {
	labels string
	name   string
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
