package trace

import (
	"bufio"
	"fmt"
	"strings"
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
