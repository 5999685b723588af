package plan

import "math"

// minStepLength is the least length of a step on the grid: each step keeps the
// endpoint updating for a start time, in which tracking cannot act (facts C10 and
// C35).
const minStepLength = 2

// step is a rate from a grid index on.
type step struct {
	at   int
	rate float64
}

// stepCover is the step function of at most most steps that covers the rates from
// above with the least area, by dynamic programming.
func stepCover(rates []float64, most int) []step {
	n := len(rates)
	most = max(1, min(most, n/minStepLength))
	// area[k][e] is the least area of k steps over the first e rates, and
	// begin[k][e] the beginning of the last of them.
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
