package problem

import "fmt"

// AddShare adds a problem for a share that is not from 0 to less than 1; what says what
// it is a share of, as in "an error rate is a share of the requests". A figure that was
// meant as a percentage is told as the share that it is.
func (ps *List) AddShare(path string, v float64, what string) {
	if v >= 0 && v < 1 {
		return
	}
	fix := "such as 0.02 for 2 %"
	if v >= 1 && v < 100 {
		fix = fmt.Sprintf("write %g for %g %%", v/100, v)
	}
	ps.Add(path, v, what+", over 0 and under 1", fix)
}
