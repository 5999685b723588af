package problem

import (
	"fmt"
	"strconv"
)

// ShareFix is how a percentage is written as a share, where v is likely to be one, or else
// fix: a value under 2 may be a share that is too large.
func ShareFix(v float64, fix string) string {
	if v >= 2 && v <= 100 {
		return fromPercent(v)
	}
	return fix
}

// AddShare adds a problem for a share that is not from 0 to less than 1; what says what
// it is a share of, as in "an error rate is a share of the requests". A figure that was
// meant as a percentage is told as the share that it is.
func (ps *List) AddShare(path string, v float64, what string) {
	if v >= 0 && v < 1 {
		return
	}
	fix := "such as 0.02 for 2 %"
	if v >= 1 && v < 100 {
		fix = fromPercent(v)
	}
	ps.Add(path, v, what+", over 0 and under 1", fix)
}

// fromPercent is how a percentage is written as a share.
func fromPercent(v float64) string {
	// The division of a decimal may show its binary form: 7/100.
	share, _ := strconv.ParseFloat(fmt.Sprintf("%.6g", v/100), 64)
	return fmt.Sprintf("write %g for %g %%", share, v)
}
