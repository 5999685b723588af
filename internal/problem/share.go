package problem

import (
	"fmt"
	"strconv"
)

// ShareFix is how a percentage is written as a share, where v is likely to be one, or else
// fix: a value under 2 may be a share that is too large.
func ShareFix(v float64, fix string) string {
	if v >= 2 && v <= 100 {
		// The division of a decimal may show its binary form: 7/100.
		share, _ := strconv.ParseFloat(fmt.Sprintf("%.6g", v/100), 64)
		return fmt.Sprintf("write %g for %g %%", share, v)
	}
	return fix
}
