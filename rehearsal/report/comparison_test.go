package report

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// compared are two ways on two files of facts, of which the first fails.
func compared(t *testing.T, price float64) Comparison {
	t.Helper()
	row := func(way, facts string, most int, failures ...string) Compared {
		r := evening(t, func(in *rehearsal.Input) {
			in.Subject.Target.MaxCapacity, in.Service.PricePerHour = most, price
		})
		r.Failures = failures
		return Compared{Scaling: way, Facts: facts, Report: r}
	}
	return Comparison{Asked: "99.9 % answered", Rows: []Compared{
		row("fixed", "slow <b>", 20, "too little"), row("autoscaled", "slow <b>", 100),
		row("fixed", "fast", 60), row("autoscaled and of a long name", "fast", 50, "too little"),
	}}
}

func TestComparison(t *testing.T) {
	t.Parallel()
	c := compared(t, 0.5)
	best, any := c.Best()
	if !any || best != 1 && best != 2 || c.Rows[3-best].Result.Cost.Money < c.Rows[best].Result.Cost.Money {
		t.Errorf("the cheapest is %d, %t", best, any)
	}
	text := c.Text()
	for _, want := range []string{"SCALING", "HOLDS", "asked            99.9 % answered",
		"cheapest         " + c.Rows[best].Scaling} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "UNSCALED") {
		t.Error("nothing was scaled")
	}
	unscaled := c.Rows[0].Result
	for i := range c.Rows {
		c.Rows[i].Unscaled = &unscaled
	}
	if !strings.Contains(c.Text(), "UNSCALED") {
		t.Error("the unscaled result is not beside the scaled one")
	}
	c.Asked = ""
	if _, any := c.Best(); any || strings.Contains(c.Text(), "cheapest") {
		t.Error("nothing is asked, and something is the best")
	}
}

func TestComparisonForMachines(t *testing.T) {
	t.Parallel()
	c := compared(t, 0)
	data, err := c.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Asked    string
		Cheapest *int
		Rows     []struct {
			Scaling      string
			GateFailures []string
		}
	}
	if err := json.Unmarshal(data, &d); err != nil || d.Cheapest == nil || len(d.Rows) != 4 ||
		len(d.Rows[0].GateFailures) != 1 || d.Rows[1].GateFailures == nil {
		t.Errorf("%v: %+v", err, d)
	}
}

// Bars are told apart by more than colour: each way has its own hatching, and a
// row that fails is marked in words.
func TestComparisonDrawing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Comparison{"money": compared(t, 0.5), "hours": compared(t, 0), "nothing": {}} {
		for _, svg := range []string{barChart{c}.svg(wide), barChart{c}.svg(narrow), string(c.SVG())} {
			d := xml.NewDecoder(strings.NewReader(svg))
			for {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s: %v\n%s", name, err, svg)
				}
			}
			if strings.Contains(svg, "NaN") || strings.Contains(svg, "<b>") {
				t.Errorf("%s: %s", name, svg)
			}
			if name == "nothing" {
				continue
			}
			if strings.Count(svg, "✕") != 3 || strings.Count(svg, "✓") != 2 || !strings.Contains(svg, `class="b0"`) ||
				!strings.Contains(svg, `fill="url(#hatch-`) {
				t.Errorf("%s: rows that fail are not marked, or ways look the same:\n%s", name, svg)
			}
		}
	}
	if svg := string(compared(t, 1).SVG()); !strings.HasPrefix(svg, `<svg xmlns="http://www.w3.org/2000/svg"`) ||
		!strings.Contains(svg, "prefers-color-scheme: dark") {
		t.Error("the picture does not stand by itself in light and dark")
	}
}

func TestComparisonPage(t *testing.T) {
	t.Parallel()
	c := compared(t, 0.5)
	c.Flips = []string{"slow is the cheapest up to 2"}
	page := string(c.HTML())
	for _, not := range []string{"<script", "http:", "https:", "@import", "<link", "<img", "<b>", "NaN", "ZgotmplZ"} {
		if strings.Contains(page, not) {
			t.Errorf("the page has %q", not)
		}
	}
	for _, want := range []string{"prefers-color-scheme: dark", "width=device-width", "slow &lt;b&gt;",
		"slow is the cheapest up to 2", "hatch-880-1", "hatch-360-1", "rests on"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if page != string(c.HTML()) {
		t.Error("the same comparison gives another page")
	}
}

func TestFrontendLines(t *testing.T) {
	t.Parallel()
	for want, bill := range map[string]rehearsal.Bill{
		"2 to 9 tasks, 39.5 task hours for 1.5": {TaskHours: 39.5, LeastTasks: 2, MostTasks: 9, GatewayMoney: 1.5},
		"2 tasks, 14 task hours":                {TaskHours: 14, LeastTasks: 2, MostTasks: 2},
		"1,000,000 calls, 12,500 GB-seconds, 9 kept": {Function: true, Calls: 1e6, FunctionGBSeconds: 12500,
			ProvisionedGBSeconds: 9},
		"7 hours, 144 capacity unit hours, up to 100": {LoadBalancerHours: 7, CapacityUnitHours: 144, ReservedUnits: 100},
		"3.00, without the instances":                 {TaskHours: 1, GatewayMoney: 1, LoadBalancerMoney: 2},
	} {
		r := Report{Frontend: &bill}
		var said []string
		for _, line := range r.frontendLines() {
			said = append(said, line[1])
		}
		if !strings.Contains(strings.Join(said, "\n"), want) {
			t.Errorf("got %q, want %q", said, want)
		}
		if d := frontendOf(&bill); (d.Kind == "lambda") != bill.Function {
			t.Errorf("got %+v", d)
		}
	}
	priced := Report{Frontend: &rehearsal.Bill{GatewayMoney: 1, Unpriced: []string{"memory"}}}
	priced.Result.Cost.Money = 2
	if lines := priced.frontendLines(); !strings.Contains(lines[len(lines)-1][1], "3.00, without memory") {
		t.Errorf("got %q", lines)
	}
	if got := (Report{}).frontendLines(); got != nil || frontendOf(nil) != nil {
		t.Errorf("nothing is counted, and it says %q", got)
	}
}
