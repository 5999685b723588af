package report

import (
	"fmt"
	"strings"
)

// money is an amount with its currency, where that is known.
func (r Report) money(amount float64) string {
	return strings.TrimSpace(fmt.Sprintf("%.2f %s", amount, r.Currency))
}

// forMoney is an amount behind what it pays, "" for none.
func (r Report) forMoney(amount float64) string {
	if amount == 0 {
		return ""
	}
	return " for " + r.money(amount)
}

// priced reports whether something has a price.
func (r Report) priced() bool {
	return r.Result.Cost.Money > 0 || r.Frontend != nil && r.Frontend.Money() > 0
}

// priceLines say of when the prices are.
func (r Report) priceLines() [][2]string {
	if r.PriceDate == "" || !r.priced() {
		return nil
	}
	return [][2]string{{"prices", "of " + r.PriceDate}}
}
