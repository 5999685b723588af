package report

// verdict says at the top of a page whether what was asked for holds.
type verdict struct {
	// Class is "holds", "fails", or "" where nothing was asked for.
	Class, Heading string
	// Asked is the gate in words, Failures why it fails, Figures the result in a sentence.
	Asked    string
	Failures []string
	Figures  string
	// Assumed is what the verdict rests on.
	Assumed string
}

// verdict is the gate's, or the figures alone without a gate.
func (r Report) verdict() verdict {
	out := verdict{Heading: "The result", Asked: r.Asked, Failures: r.Failures,
		Figures: thousands(r.Result.Requests.Arrived) + " requests, " + r.inShort(r.Result), Assumed: r.assumptions()}
	switch {
	case len(r.Failures) > 0:
		out.Class, out.Heading = "fails", "The gate does not hold"
	case r.Asked != "":
		out.Class, out.Heading = "holds", "The gate holds"
	}
	return out
}

// verdict names the cheapest row that passes the gate. Without a gate there is none.
func (c Comparison) verdict() *verdict {
	if c.Asked == "" {
		return nil
	}
	i, any := c.Best()
	if !any {
		return &verdict{Class: "fails", Heading: "None of these holds", Asked: c.Asked}
	}
	best := c.Rows[i]
	return &verdict{Class: "holds", Heading: "The cheapest that holds: " + best.Scaling + ", " + best.Facts,
		Asked: c.Asked, Figures: best.inShort(best.Result), Assumed: best.assumptions()}
}
