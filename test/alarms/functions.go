package alarms

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// functions are those of AWS's page that alarms use.
var functions map[string]func(*calculation, node) (result, error)

func init() {
	functions = map[string]func(*calculation, node) (result, error){
		"IF": (*calculation).ifElse, "FILL": (*calculation).fill, "METRICS": (*calculation).metrics,
		"PERIOD": (*calculation).periodOf, "TIME_SERIES": (*calculation).timeSeries,
		"SUM": reduced(func(v []float64, _ int) float64 { return sum(v) }),
		"MAX": reduced(func(v []float64, _ int) float64 { return slices.Max(v) }),
		"MIN": reduced(func(v []float64, _ int) float64 { return slices.Min(v) }),
		"AVG": reduced(func(v []float64, of int) float64 { return sum(v) / float64(of) }),
		"ABS": mapped(math.Abs), "CEIL": mapped(math.Ceil), "FLOOR": mapped(math.Floor),
		"LOG": mapped(math.Log), "LOG10": mapped(math.Log10),
		"DIFF": changes(func(difference, _ float64) float64 { return difference }),
		"RATE": changes(func(difference, seconds float64) float64 { return difference / seconds }),
		// "These functions … return a new non-sparse time series where each value is based on its timestamp."
		"EPOCH":  clock(func(t time.Time) int { return int(t.Unix()) }),
		"MINUTE": clock(time.Time.Minute), "HOUR": clock(time.Time.Hour), "DATE": clock(time.Time.Day),
		"MONTH": clock(func(t time.Time) int { return int(t.Month()) }), "YEAR": clock(time.Time.Year),
		// Monday is 1, Sunday 7: on the page DAY(m1)<6 is Monday to Friday.
		"DAY": clock(func(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }),
	}
}

func (c *calculation) arguments(n node, least, most int) ([]result, error) {
	if len(n.args) < least || len(n.args) > most {
		return nil, fmt.Errorf("%s: got %d arguments, want %d to %d", n.name, len(n.args), least, most)
	}
	return c.evalAll(n.args)
}

// series is the argument of a function that takes series only.
func (c *calculation) series(n node) (result, error) {
	args, err := c.arguments(n, 1, 1)
	if err != nil {
		return result{}, err
	}
	if args[0].isScalar() {
		return result{}, fmt.Errorf("%s: got a number, want a series", n.name)
	}
	return args[0], nil
}

func mapped(f func(float64) float64) func(*calculation, node) (result, error) {
	return func(c *calculation, n node) (result, error) {
		args, err := c.arguments(n, 1, 1)
		if err != nil {
			return result{}, err
		}
		return each(args[0], f), nil
	}
}

// reduced makes a number of a series, and a series of an array: f gets what
// values there are, and how many there could be. "Missing values are treated as 0" in AVG.
func reduced(f func(values []float64, of int) float64) func(*calculation, node) (result, error) {
	return func(c *calculation, n node) (result, error) {
		arg, err := c.series(n)
		if err != nil {
			return result{}, err
		}
		one := func(values []float64) float64 {
			there := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
			switch {
			case len(there) == 0:
				return math.NaN()
			case c.gaps == GapsAreZero:
				return point(f(there, len(values)))
			}
			return point(f(there, len(there)))
		}
		if !arg.array {
			return result{scalar: one(arg.series[0])}, nil
		}
		across := make([]float64, c.count)
		for i := range across {
			values := []float64{}
			for _, s := range arg.series {
				values = append(values, s[i])
			}
			across[i] = one(values)
		}
		return result{series: [][]float64{across}}, nil
	}
}

// changes compares each value with the one before it, of the last period that has one.
func changes(f func(difference, seconds float64) float64) func(*calculation, node) (result, error) {
	return func(c *calculation, n node) (result, error) {
		arg, err := c.series(n)
		if err != nil {
			return result{}, err
		}
		out := result{array: arg.array, series: [][]float64{}}
		for _, s := range arg.series {
			changed, before := make([]float64, len(s)), -1
			for i, v := range s {
				changed[i] = math.NaN()
				if math.IsNaN(v) {
					continue
				}
				if before >= 0 {
					changed[i] = point(f(v-s[before], float64(i-before)*c.period.Seconds()))
				}
				before = i
			}
			out.series = append(out.series, changed)
		}
		return out, nil
	}
}

func clock(f func(time.Time) int) func(*calculation, node) (result, error) {
	return func(c *calculation, n node) (result, error) {
		if _, err := c.series(n); err != nil {
			return result{}, err
		}
		return c.everywhere(func(i int) float64 {
			return float64(f(c.start.Add(time.Duration(i) * c.period).UTC()))
		}), nil
	}
}

// everywhere is a series without a gap.
func (c *calculation) everywhere(f func(i int) float64) result {
	s := make([]float64, c.count)
	for i := range s {
		s[i] = point(f(i))
	}
	return result{series: [][]float64{s}}
}

func (c *calculation) timeSeries(n node) (result, error) {
	args, err := c.arguments(n, 1, 1)
	if err != nil || !args[0].isScalar() {
		return result{}, orError(err, "TIME_SERIES: want a number")
	}
	return c.everywhere(func(int) float64 { return args[0].scalar }), nil
}

// periodOf takes "metrics, not the results of other expressions".
func (c *calculation) periodOf(n node) (result, error) {
	if len(n.args) == 1 && n.args[0].kind == kindID {
		for _, q := range c.alarm.Queries {
			if q.ID == n.args[0].name && q.Expression == "" {
				return result{scalar: c.period.Seconds()}, nil
			}
		}
	}
	return result{}, fmt.Errorf("PERIOD: want the id of a metric")
}

// metrics are all metrics, or those whose id contains a text.
func (c *calculation) metrics(n node) (result, error) {
	part := ""
	switch {
	case len(n.args) == 1 && n.args[0].kind == kindText:
		part = n.args[0].name
	case len(n.args) > 0:
		return result{}, fmt.Errorf("METRICS: want a text in quotes, or nothing")
	}
	all := result{array: true, series: [][]float64{}}
	for _, q := range c.alarm.Queries {
		if q.Expression != "" || !strings.Contains(q.ID, part) {
			continue
		}
		r, err := c.id(q.ID)
		if err != nil {
			return result{}, err
		}
		all.series = append(all.series, r.series...)
	}
	return all, nil
}

func orError(err error, text string) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("%s", text)
}
