package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// Money has its currency, and the date of its prices, where they are known.
func TestMoney(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, currency, date string
		price                float64
		want, not            []string
	}{
		{"a price, a currency and a date", "EUR", "2026-11", 0.5,
			[]string{"instance hours for MONEY EUR, ", "prices          of 2026-11\n", ">76.5 · MONEY EUR</text>",
				`<th scope="col">EUR</th>`, "<td>MONEY</td>", "total           TOTAL EUR", `"currency": "EUR"`,
				`"priceDate": "2026-11"`}, nil},
		{"a price alone", "", "", 0.5, []string{"instance hours for MONEY, ", ">76.5 · MONEY</text>",
			`<th scope="col">money</th>`}, []string{"EUR", "  prices ", "priceDate"}},
		{"no price", "EUR", "2026-11", 0, []string{"76.5 instance hours, ", ">76.5</text>"},
			[]string{"  prices ", `<th scope="col">EUR</th>`}},
	} {
		r := evening(t, func(in *rehearsal.Input) { in.Service.PricePerHour = test.price })
		r.Currency, r.PriceDate = test.currency, test.date
		if test.price > 0 {
			r.Frontend = &rehearsal.Bill{TaskHours: 1, GatewayMoney: 2}
		}
		data, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		all := r.Summary() + string(r.HTML()) + string(data)
		money, total := fmt.Sprintf("%.2f", r.Result.Cost.Money), fmt.Sprintf("%.2f", r.Result.Cost.Money+2)
		for _, want := range test.want {
			want = strings.NewReplacer("MONEY", money, "TOTAL", total).Replace(want)
			if !strings.Contains(all, want) {
				t.Errorf("%s: it lacks %q", test.name, want)
			}
		}
		for _, not := range test.not {
			if strings.Contains(all, not) {
				t.Errorf("%s: it has %q", test.name, not)
			}
		}
	}
}

// A comparison has money where all have a price in one currency.
func TestMoneyOfComparisons(t *testing.T) {
	t.Parallel()
	c := compared(t, 0.5)
	for i := range c.Rows {
		c.Rows[i].Currency, c.Rows[i].PriceDate = "USD", "2026"
	}
	c.Rows[1].PriceDate = "2026-03"
	text := c.Text()
	if !strings.Contains(text, "  USD ") || strings.Contains(text, "MONEY") || !c.priced() ||
		!strings.Contains(text, "prices           of 2026, 2026-03\n") ||
		!strings.Contains(string(c.HTML()), "Cost in USD at the facts&#39; prices") {
		t.Errorf("got\n%s", text)
	}
	c.Rows[1].Currency = "EUR"
	if text := c.Text(); c.priced() || !strings.Contains(text, "MONEY") {
		t.Errorf("got\n%s", text)
	}
}
