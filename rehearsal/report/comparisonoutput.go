package report

import "encoding/json"

// comparisonDocument is the JSON of a comparison, with units in the key names.
type comparisonDocument struct {
	SchemaVersion int    `json:"schemaVersion"`
	Trace         string `json:"trace,omitempty"`
	TraceRead     string `json:"traceRead,omitempty"`
	Asked         string `json:"asked,omitempty"`
	// Cheapest is the index of the cheapest row that passes the gate.
	Cheapest *int          `json:"cheapest,omitempty"`
	Flips    []string      `json:"flips,omitempty"`
	Rows     []rowDocument `json:"rows"`
}

type rowDocument struct {
	Scaling     string `json:"scaling"`
	Facts       string `json:"facts"`
	TraceNotes  string `json:"traceNotes,omitempty"`
	Assumptions string `json:"assumptions"`
	totals
	Currency     string   `json:"currency,omitempty"`
	PriceDate    string   `json:"priceDate,omitempty"`
	Unscaled     *totals  `json:"unscaled,omitempty"`
	GateFailures []string `json:"gateFailures"`
}

// JSON is the comparison as JSON.
func (c Comparison) JSON() ([]byte, error) {
	d := comparisonDocument{SchemaVersion: schemaVersion, Asked: c.Asked, Flips: c.Flips, Rows: []rowDocument{}}
	if best, any := c.Best(); any {
		d.Cheapest = &best
	}
	for _, r := range c.Rows {
		d.Trace, d.TraceRead = r.Trace, r.TraceRead
		d.Rows = append(d.Rows, rowDocument{
			Scaling: r.Scaling, Facts: r.Facts, TraceNotes: r.TraceNotes, Assumptions: r.assumptions(),
			totals: totalsOf(r.Result), Currency: r.Currency, PriceDate: r.PriceDate,
			Unscaled: other(r.Unscaled), GateFailures: append([]string{}, r.Failures...),
		})
	}
	out, err := json.MarshalIndent(d, "", "  ")
	return append(out, '\n'), err
}

// HTML is the comparison as a self-contained page.
func (c Comparison) HTML() []byte {
	said := []string{}
	for _, r := range c.Rows {
		said = append(said, r.Scaling+", "+r.Facts+": "+r.assumptions())
	}
	charts := append([]pageChart{{barChart{c}, anchor{"cost", "Cost"}}}, c.lineCharts()...)
	contents := append(anchors(charts), anchor{"table", "All figures"}, anchor{"assumptions", "What each rests on"})
	data := struct {
		Trace       string
		Contents    []anchor
		Verdict     *verdict
		Lines       [][2]string
		Charts      []pageChart
		Assumptions []string
	}{"", contents, c.verdict(), c.footer(), charts, said}
	if len(c.Rows) > 0 {
		data.Trace = c.Rows[0].Trace
	}
	return render("comparison.html", data)
}
