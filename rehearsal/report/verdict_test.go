package report

import (
	"html"
	"strings"
	"testing"
)

// The page begins with what holds of what was asked, and what that rests on.
func TestVerdict(t *testing.T) {
	t.Parallel()
	r := evening(t, nil)
	figures := thousands(r.Result.Requests.Arrived) + " requests, " + r.inShort(r.Result)
	for _, test := range []struct {
		name, asked string
		failures    []string
		want        []string
		text        string
	}{
		{"fails", "99.99 % <answered>", []string{"availability is <low>"}, []string{`class="verdict fails"`,
			"The gate does not hold", "99.99 % &lt;answered&gt;", "availability is &lt;low&gt;"},
			"  gate failed     availability is <low>\n"},
		{"holds", "99.99 % answered", nil, []string{`class="verdict holds"`, "The gate holds", "Asked: 99.99 % answered"},
			"  gate held       99.99 % answered\n"},
		{"is not given", "", nil, []string{`class="verdict"`, "The result", "No gate was given."}, ""},
	} {
		r.Asked, r.Failures = test.asked, test.failures
		page := string(r.HTML())
		top, _, _ := strings.Cut(page, "<svg")
		for _, want := range append(test.want, html.EscapeString(figures), "Assumed: an instance completes 100 requests/s") {
			if !strings.Contains(top, want) {
				t.Errorf("the gate %s, and the page does not begin with %q:\n%s", test.name, want, top)
			}
		}
		text := r.Summary()
		if said := strings.Contains(text, "  gate "); said != (test.text != "") || !strings.Contains(text, test.text) {
			t.Errorf("the gate %s: got\n%s", test.name, text)
		}
	}
}

func TestVerdictOfComparisons(t *testing.T) {
	t.Parallel()
	c := compared(t, 0)
	best, _ := c.Best()
	if got := c.verdict(); got == nil || got.Class != "holds" || !strings.Contains(got.Heading, c.Rows[best].Scaling) {
		t.Errorf("got %+v", got)
	}
	for i := range c.Rows {
		c.Rows[i].Failures = []string{"too little"}
	}
	if page := string(c.HTML()); !strings.Contains(page, "None of these holds") {
		t.Errorf("got %.2000s", page)
	}
	c.Asked = ""
	if got := c.verdict(); got != nil {
		t.Errorf("nothing is asked, and got %+v", got)
	}
}
