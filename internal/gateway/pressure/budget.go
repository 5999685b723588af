package pressure

import "sync/atomic"

// budgetBurst is the most retries that can be saved up.
const budgetBurst = 10

// Budget bounds retries to a share of the requests, so that retries cannot multiply
// the load of an overload.
type Budget struct {
	percent int64
	credit  atomic.Int64 // hundredths of a retry
}

// NewBudget returns a budget of percent retries for each hundred requests, and ten
// at the start.
func NewBudget(percent int) *Budget {
	b := &Budget{percent: int64(percent)}
	if percent > 0 {
		b.credit.Store(100 * budgetBurst)
	}
	return b
}

// Earn adds a request's share of a retry.
func (b *Budget) Earn() {
	if b.credit.Load() < 100*budgetBurst {
		b.credit.Add(b.percent)
	}
}

// Spend takes one retry, and reports whether the budget allows it.
func (b *Budget) Spend() bool {
	for {
		credit := b.credit.Load()
		if credit < 100 {
			return false
		}
		if b.credit.CompareAndSwap(credit, credit-100) {
			return true
		}
	}
}
