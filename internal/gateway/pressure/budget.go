package pressure

import "sync/atomic"

// budgetBurst is how many retries a quiet gateway may make at once.
const budgetBurst = 10

// Budget bounds retries to a share of requests, so that they cannot multiply the
// load in the very moment in which there is too much.
type Budget struct {
	percent int64
	credit  atomic.Int64 // hundredths of a retry
}

// NewBudget returns a budget of percent retries for each hundred requests, and
// a few at the start.
func NewBudget(percent int) *Budget {
	b := &Budget{percent: int64(percent)}
	if percent > 0 {
		b.credit.Store(100 * budgetBurst)
	}
	return b
}

// Earn counts a request.
func (b *Budget) Earn() {
	if b.credit.Load() < 100*budgetBurst {
		b.credit.Add(b.percent)
	}
}

// Spend takes one retry and reports whether there was one.
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
