package trace

import (
	"bufio"
	"cmp"
	"fmt"
	"slices"
)

// metricResult is a series of a CloudWatch export.
type metricResult struct {
	id, label, status string
	at                position
	points            []datapoint
	times, values     int
	found             problemList // of its points
}

// datapoint is a datapoint: the text of a time is read at once.
type datapoint struct {
	at    int64
	value float64
}

const (
	metricShape = "what get-metric-data prints"
	exportAgain = "export it again with --output json"
)

// addTime and addValue add the next time and the next value, in either order.
func (x *reader) addTime(r *metricResult, c cell) {
	at, wrong := x.clock.parse(c.text, 0)
	if wrong != nil {
		r.found.addColumn(c.at, "", c.text, wrong.rule, exportAgain)
	}
	r.grow(max(r.times, r.values) + 1)
	r.points[r.times].at = at.Unix()
	r.times++
}

func (r *metricResult) addValue(c cell, number bool) {
	n, ok := parseNumber(c.text, point)
	switch {
	case !number:
		r.found.add(c.at, `"`+c.text+`"`, "a value is a number", exportAgain)
	case !ok || n.suffix != "" || n.thousands:
		r.found.add(c.at, c.text, countRule, countFix)
	}
	r.grow(r.values + 1)
	r.points[r.values].value = n.value
	r.values++
}

func (r *metricResult) grow(n int) {
	for len(r.points) < n {
		r.points = append(r.points, datapoint{})
	}
}

// readMetricData reads the output of get-metric-data.
func readMetricData(x *reader, _ *head, in *bufio.Reader) error {
	j := newJSONReader(in)
	var results []*metricResult
	next := false
	err := j.object(func(key string) error {
		switch key {
		case "NextToken":
			s, err := j.scalar()
			next = s.text != "" && s.text != "null"
			return err
		case "MetricDataResults":
			return j.array(func() error {
				r, err := x.metricResult(j)
				results = append(results, r)
				return err
			})
		}
		return j.skip()
	})
	if err != nil {
		return x.jsonProblem(j, err, metricShape, exportAgain)
	}
	x.metricResults(results, next)
	return nil
}

func (x *reader) metricResult(j *jsonReader) (*metricResult, error) {
	r := &metricResult{found: problemList{name: x.name}}
	r.at = j.here()
	text := func(to *string) error {
		s, err := j.scalar()
		*to = s.text
		return err
	}
	err := j.object(func(key string) error {
		switch key {
		case "Id":
			return text(&r.id)
		case "Label":
			return text(&r.label)
		case "StatusCode":
			return text(&r.status)
		case "Timestamps":
			return j.array(func() error {
				s, err := j.scalar()
				if err == nil {
					x.addTime(r, cell{at: s.at, text: s.text})
				}
				return err
			})
		case "Values":
			return j.array(func() error {
				s, err := j.scalar()
				if err == nil {
					r.addValue(cell{at: s.at, text: s.text}, s.number)
				}
				return err
			})
		}
		return j.skip()
	})
	return r, err
}

// metricResults takes the rows of the result to read. Pages of one result, which the
// CLI prints one after another, are one result. next says that more pages are missing.
func (x *reader) metricResults(results []*metricResult, next bool) {
	var merged []*metricResult
	for _, r := range results {
		i := slices.IndexFunc(merged, func(m *metricResult) bool { return m.id == r.id && m.label == r.label })
		if i < 0 || r.id == "" {
			merged = append(merged, r)
			continue
		}
		m := merged[i]
		if m.times != m.values || r.times != r.values {
			m.times, m.values = m.times+r.times, m.values+r.values
		} else {
			m.points, m.times, m.values = append(m.points, r.points...), m.times+r.times, m.values+r.values
		}
		m.status = r.status
		m.found.problems = append(m.found.problems, r.found.problems...)
	}
	r := x.selectResult(merged)
	switch {
	case r == nil:
		return
	case next:
		x.add(position{}, "", "the output has a NextToken: datapoints are missing",
			"export all pages, without --max-items, or a shorter time")
		return
	case r.status != "" && r.status != "Complete":
		x.add(r.at, r.status, "the result is not complete: datapoints are missing",
			"export it again, a shorter time or with a longer period, until it says Complete")
		return
	case r.times != r.values:
		x.add(r.at, "", fmt.Sprintf("%d times and %d values do not go together", r.times, r.values), "export it again")
		return
	}
	x.take(r)
}

// take adds the rows of a result, oldest first.
func (x *reader) take(r *metricResult) {
	x.problems, x.omitted = append(x.problems, r.found.problems...), x.omitted+r.found.omitted
	if len(x.problems) > 0 {
		return
	}
	x.report.Column, x.unit = r.name(), unitCount
	if u := unit(x.options.Unit); u != "" && u != unitCount {
		x.add(r.at, x.options.Unit, "the Sum of a CloudWatch metric is a count", "leave --unit out")
		return
	}
	slices.SortStableFunc(r.points, func(a, b datapoint) int { return cmp.Compare(a.at, b.at) })
	for _, p := range r.points {
		x.report.Rows++
		x.put(p.at, p.value, cell{at: r.at, text: formatTime(p.at)}, cell{at: r.at, text: formatNumber(p.value)})
	}
	if len(r.points) == 0 {
		x.add(r.at, "", r.name()+" has no datapoints", "look at its dimensions, and at the start and the end")
	}
}

// name is the result's label and ID.
func (r *metricResult) name() string {
	switch {
	case r.id == "":
		return r.label
	case r.label == "":
		return r.id
	}
	return fmt.Sprintf("%s (%s)", r.id, r.label)
}
