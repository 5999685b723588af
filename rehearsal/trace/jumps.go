package trace

import (
	"fmt"
	"math"
)

// jumps finds a change of unit: five rows on a line, and from the next row five on the
// line that goes on from there, but 60, 1000 or 3600 times as high or as low. Each side
// must be smooth and above 0. Real surges that jump within one period, by exactly such
// a factor, and then go on as before, are rare; noisier files are not judged at all.
type jumps struct {
	values [2 * jumpRows]float64
	n      int
	found  bool
}

// jumpRows is the rows on each side; jumpSmooth is the largest ratio of neighbours on a
// side; jumpExact is how far from its factor a jump may be.
const (
	jumpRows   = 5
	jumpSmooth = 1.2
	jumpExact  = 0.04
)

// unitFactors are the factors between units: seconds, minutes, hours, and thousands.
var unitFactors = []float64{60, 1000, 3600}

// at is the time of the row of the jump, when at is that of the last row.
func (j *jumps) at(at, period int64, direction int) int64 {
	if direction < 0 {
		period = -period
	}
	return at - (jumpRows-1)*period
}

// add takes a value, and reports the first jump.
func (j *jumps) add(v float64) (factor string, found bool) {
	copy(j.values[:], j.values[1:])
	j.values[2*jumpRows-1] = v
	if j.n++; j.n < 2*jumpRows || j.found {
		return "", false
	}
	before, after := j.values[:jumpRows], j.values[jumpRows:]
	if !smooth(before) || !smooth(after) {
		return "", false
	}
	forward := after[0] / extrapolate(before)
	backward := extrapolateBack(after) / before[jumpRows-1]
	for _, f := range unitFactors {
		near := func(ratio float64) bool { return math.Abs(ratio/f-1) < jumpExact }
		switch {
		case near(forward) && near(backward):
			j.found = true
			return fmt.Sprintf("%g times as high", f), true
		case near(1/forward) && near(1/backward):
			j.found = true
			return fmt.Sprintf("%g times as low", f), true
		}
	}
	return "", false
}

func smooth(values []float64) bool {
	for i, v := range values {
		if v <= 0 || i > 0 && max(v/values[i-1], values[i-1]/v) > jumpSmooth {
			return false
		}
	}
	return true
}

// extrapolate is the next value on the line through the values.
func extrapolate(v []float64) float64 {
	mean, slope := 0.0, 0.0
	for i, y := range v {
		x := float64(i) - float64(len(v)-1)/2
		mean += y / float64(len(v))
		slope += x * y
	}
	slope /= 10 // the sum of the squares of -2 to 2
	return mean + slope*3
}

// extrapolateBack is the value before the values on their line.
func extrapolateBack(v []float64) float64 {
	var reversed [jumpRows]float64
	for i, y := range v {
		reversed[len(v)-1-i] = y
	}
	return extrapolate(reversed[:])
}
