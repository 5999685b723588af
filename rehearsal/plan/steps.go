package plan

import "math"

// leastStep is how many steps of the grid a stair lasts at least: each new one
// keeps the endpoint updating for a start time, in which tracking may not act
// (facts C10 and C35).
const minStepLength = 2

// stair is a rate from a step of the grid on.
type step struct {
	at   int
	rate float64
}

// stairs cover the rates from above, in at most so many stairs, with the least
// area between.
func stepCover(rates []float64, most int) []step {
	n := len(rates)
	most = max(1, min(most, n/minStepLength))
	// area[k][e] is the least area of k stairs over the first e rates, and
	// begin[k][e] where the last of them begins.
	area, begin := make([][]float64, most+1), make([][]int, most+1)
	for k := range area {
		area[k], begin[k] = make([]float64, n+1), make([]int, n+1)
		for e := range area[k] {
			area[k][e] = math.Inf(1)
		}
	}
	area[0][0] = 0
	for k := 1; k <= most; k++ {
		for e := 1; e <= n; e++ {
			high := 0.0
			for b := e - 1; b >= 0; b-- {
				high = max(high, rates[b])
				if whole := b == 0 && e == n; e-b < minStepLength && !whole {
					continue
				}
				if a := area[k-1][b] + high*float64(e-b); a < area[k][e] {
					area[k][e], begin[k][e] = a, b
				}
			}
		}
	}
	best := 1
	for k := 2; k <= most; k++ {
		if area[k][n] < area[best][n]*(1-1e-9) {
			best = k
		}
	}
	out := make([]step, best)
	for k, e := best, n; k > 0; k-- {
		b := begin[k][e]
		for _, r := range rates[b:e] {
			out[k-1].rate = max(out[k-1].rate, r)
		}
		out[k-1].at, e = b, b
	}
	return out
}
