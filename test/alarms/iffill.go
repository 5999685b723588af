package alarms

import (
	"fmt"
	"math"
)

// ifElse follows the page's section "Using IF expressions".
func (c *calculation) ifElse(n node) (result, error) {
	args, err := c.arguments(n, 2, 3)
	if err != nil {
		return result{}, err
	}
	for _, a := range args {
		if a.array {
			return result{}, fmt.Errorf("IF: got an array, want a series or a number")
		}
	}
	condition, then := args[0], args[1]
	otherwise := result{scalar: math.NaN()}
	if len(args) == 3 {
		otherwise = args[2]
	}
	if condition.isScalar() && then.isScalar() && otherwise.isScalar() {
		if condition.scalar != 0 {
			return then, nil
		}
		return otherwise, nil
	}
	return c.everywhere(func(i int) float64 {
		switch is := at(condition, i); {
		case math.IsNaN(is):
			return math.NaN()
		case is == 0:
			return at(otherwise, i)
		}
		v := at(then, i)
		// "has the value of 0, if the corresponding data point of metric1 is TRUE and the
		// corresponding data point does not exist in metric2", of a condition that is a series.
		if math.IsNaN(v) && !condition.isScalar() && c.gaps == GapsAreZero {
			return 0
		}
		return v
	}), nil
}

// at is the value of a series in a period, or a number.
func at(r result, i int) float64 {
	if r.isScalar() {
		return r.scalar
	}
	return r.series[0][i]
}

// fill takes a number, a series, REPEAT or LINEAR for what is missing.
func (c *calculation) fill(n node) (result, error) {
	if len(n.args) != 2 {
		return result{}, fmt.Errorf("FILL: got %d arguments, want 2", len(n.args))
	}
	sparse, err := c.series(node{name: "FILL", args: n.args[:1]})
	if err != nil {
		return result{}, err
	}
	how, filler := "", result{}
	if word := n.args[1]; word.kind == kindID && (word.name == "REPEAT" || word.name == "LINEAR") {
		how = word.name
	} else if filler, err = c.eval(word); err != nil {
		return result{}, err
	} else if filler.array {
		return result{}, fmt.Errorf("FILL: got an array to fill with, want a number or a series")
	}
	out := result{array: sparse.array, series: [][]float64{}}
	for _, s := range sparse.series {
		filled := make([]float64, len(s))
		for i, v := range s {
			filled[i] = v
			if !math.IsNaN(v) {
				continue
			}
			switch before, after := nearest(s, i, -1), nearest(s, i, 1); {
			case how == "":
				filled[i] = point(at(filler, i))
			case before < 0: // nothing to repeat, and no line to the first value
			case how == "REPEAT":
				filled[i] = s[before]
			case after >= 0:
				filled[i] = point(s[before] + (s[after]-s[before])*float64(i-before)/float64(after-before))
			}
		}
		out.series = append(out.series, filled)
	}
	return out, nil
}

// nearest is the place of the value next to i in a direction, or -1.
func nearest(s []float64, i, step int) int {
	for i += step; i >= 0 && i < len(s); i += step {
		if !math.IsNaN(s[i]) {
			return i
		}
	}
	return -1
}
