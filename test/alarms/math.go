package alarms

import (
	"fmt"
	"math"
	"time"
)

// Gaps says what arithmetic makes of a time at which only one of two series has
// a value. AWS's page "Using math expressions with CloudWatch metrics" says that
// missing values are treated as 0; users report that such a time has no result.
// An alarm that is right under both does not depend on it.
type Gaps string

// The readings of a gap.
const (
	GapsAreZero  Gaps = "missing values are treated as 0"
	GapsAreEmpty Gaps = "a time without one of the values has no result"
)

// result is a scalar, a series or an array of series. A series has one number for
// each period of the evaluation range, the oldest first; NaN is a missing value.
type result struct {
	series []([]float64)
	array  bool
	scalar float64 // where there is no series
}

func (r result) isScalar() bool { return r.series == nil && !r.array }

// calculation evaluates the expressions of one alarm over one range of periods.
type calculation struct {
	alarm  Alarm
	source Source
	gaps   Gaps
	at     time.Time
	start  time.Time
	period time.Duration
	count  int
	known  map[string]result
	open   map[string]bool // ids under evaluation
}

// id returns what stands behind the id of a query.
func (c *calculation) id(id string) (result, error) {
	if r, ok := c.known[id]; ok {
		return r, nil
	}
	for _, q := range c.alarm.Queries {
		if q.ID != id {
			continue
		}
		r, err := c.query(q)
		c.known[id] = r
		return r, err
	}
	return result{}, fmt.Errorf("no query with the id %q", id)
}

func (c *calculation) query(q Query) (result, error) {
	if q.Expression == "" {
		points, err := c.source.Points(q.Metric, q.Stat, c.period, c.start, c.count, c.at)
		return result{series: [][]float64{points}}, err
	}
	if c.open[q.ID] {
		return result{}, fmt.Errorf("%s refers to itself", q.ID)
	}
	c.open[q.ID] = true
	defer delete(c.open, q.ID)
	n, err := parse(q.Expression)
	if err != nil {
		return result{}, err
	}
	r, err := c.eval(n)
	if err != nil {
		return result{}, fmt.Errorf("%s: %w", q.ID, err)
	}
	return r, nil
}

func (c *calculation) eval(n node) (result, error) {
	switch n.kind {
	case kindNumber:
		return result{scalar: n.number}, nil
	case kindID:
		return c.id(n.name)
	case kindText:
		return result{}, fmt.Errorf("the text %q stands outside METRICS", n.name)
	case kindCall:
		return functions[n.name](c, n)
	}
	args, err := c.evalAll(n.args)
	if err != nil {
		return result{}, err
	}
	switch n.kind {
	case kindArray:
		joined := result{array: true, series: [][]float64{}}
		for _, r := range args {
			if r.isScalar() {
				return result{}, fmt.Errorf("a number in an array of series")
			}
			joined.series = append(joined.series, r.series...)
		}
		return joined, nil
	case kindNegate:
		return each(args[0], func(v float64) float64 { return -v }), nil
	}
	return c.combine(args[0], args[1], binaries[n.kind])
}

func (c *calculation) evalAll(nodes []node) (all []result, err error) {
	for _, n := range nodes {
		r, err := c.eval(n)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

var binaries = map[string]func(a, b float64) float64{
	"+":  func(a, b float64) float64 { return a + b },
	"-":  func(a, b float64) float64 { return a - b },
	"*":  func(a, b float64) float64 { return a * b },
	"/":  func(a, b float64) float64 { return a / b },
	"^":  math.Pow,
	"==": func(a, b float64) float64 { return truth(a == b) },
	"!=": func(a, b float64) float64 { return truth(a != b) },
	"<":  func(a, b float64) float64 { return truth(a < b) },
	">":  func(a, b float64) float64 { return truth(a > b) },
	"<=": func(a, b float64) float64 { return truth(a <= b) },
	">=": func(a, b float64) float64 { return truth(a >= b) },
	"AND": func(a, b float64) float64 {
		return truth(a != 0 && b != 0)
	},
	"OR": func(a, b float64) float64 { return truth(a != 0 || b != 0) },
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// point is v, or a missing value where v is none, as after a division by 0: the
// page says that CloudWatch drops such a point.
func point(v float64) float64 {
	if math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}

// each applies f to every value; a missing value stays missing.
func each(r result, f func(float64) float64) result {
	if r.isScalar() {
		return result{scalar: f(r.scalar)}
	}
	mapped := result{array: r.array, series: make([][]float64, len(r.series))}
	for i, s := range r.series {
		mapped.series[i] = make([]float64, len(s))
		for j, v := range s {
			mapped.series[i][j] = math.NaN()
			if !math.IsNaN(v) {
				mapped.series[i][j] = point(f(v))
			}
		}
	}
	return mapped
}

// combine applies f to the values of the same time. An array combines with a
// number or a series one by one, and with an array of the same length.
func (c *calculation) combine(a, b result, f func(a, b float64) float64) (result, error) {
	switch {
	case a.isScalar() && b.isScalar():
		return result{scalar: f(a.scalar, b.scalar)}, nil
	case a.isScalar():
		return each(b, func(v float64) float64 { return f(a.scalar, v) }), nil
	case b.isScalar():
		return each(a, func(v float64) float64 { return f(v, b.scalar) }), nil
	case a.array && b.array && len(a.series) != len(b.series):
		return result{}, fmt.Errorf("arrays of %d and %d series", len(a.series), len(b.series))
	}
	out := result{array: a.array || b.array, series: [][]float64{}}
	for i := range max(len(a.series), len(b.series)) {
		left, right := a.series, b.series
		if out.array && (a.array && len(a.series) == 0 || b.array && len(b.series) == 0) {
			break
		}
		l, r := left[i%len(left)], right[i%len(right)]
		series := make([]float64, c.count)
		for j := range series {
			series[j] = c.pair(l[j], r[j], f)
		}
		out.series = append(out.series, series)
	}
	return out, nil
}

func (c *calculation) pair(a, b float64, f func(a, b float64) float64) float64 {
	none, other := math.IsNaN(a), math.IsNaN(b)
	if none && other || (none || other) && c.gaps == GapsAreEmpty {
		return math.NaN()
	}
	if none {
		a = 0
	}
	if other {
		b = 0
	}
	return point(f(a, b))
}
