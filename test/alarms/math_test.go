package alarms

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var none = math.NaN()

// calculated evaluates an expression over the series m1, m2, …, whose points are
// 5 minutes apart from Monday, 0:00 UTC.
func calculated(gaps Gaps, expression string, series ...[]float64) ([]float64, error) {
	d, a := &Data{}, above(1, 1, "missing")
	a.Queries = []Query{{ID: "e1", Expression: expression, ReturnData: true}}
	for i, s := range series {
		m := Metric{Namespace: "test", Name: string(rune('a' + i))}
		id := "m" + string(rune('1'+i))
		a.Queries = append(a.Queries, Query{ID: id, Metric: m, Stat: "Sum", Period: 5 * time.Minute})
		for j, v := range s {
			if !math.IsNaN(v) {
				d.Add(m, monday.Add(time.Duration(j)*5*time.Minute), v)
			}
		}
	}
	a.EvaluationRange = len(series[0])
	return Values(gaps, a, d, monday.Add(time.Duration(len(series[0]))*5*time.Minute))
}

// TestMath holds the examples and the sentences of AWS's page "Using math
// expressions with CloudWatch metrics".
func TestMath(t *testing.T) {
	t.Parallel()
	type values = []float64
	metric1, metric2 := values{30, 20, 0, 0}, values{20, none, 20, none}
	if1, if2, if3 := values{1, 1, 0, 0, none}, values{30, none, 0, 0, 30}, values{0, 0, 20, none, 20}
	epoch := float64(monday.Unix())
	for _, c := range []struct {
		expression string
		series     []values
		want       values // missing values are treated as 0
		empty      values // a time without one of the values has no result; as want where nil
	}{
		// "Comparison and logical operators"
		{"(m1 < m2)", []values{metric1, metric2}, values{0, 0, 1, 0}, values{0, none, 1, none}},
		{"(m1 >= 30)", []values{metric1, metric2}, values{1, 0, 0, 0}, nil},
		{"(m1 > 15 AND m2 > 15)", []values{metric1, metric2}, values{1, 0, 0, 0}, values{1, none, 0, none}},
		{"m1 > 15 && m2 > 15 || m1 == 0", []values{metric1, metric2}, values{1, 0, 1, 1}, values{1, none, 1, none}},
		{"m1 != 0 OR m1 <= 0", []values{metric1}, values{1, 1, 1, 1}, nil},
		// "Basic arithmetic functions"
		{"m1 + m2", []values{metric1, metric2}, values{50, 20, 20, 0}, values{50, none, 20, none}},
		{"m1 / m2", []values{metric1, metric2}, values{1.5, none, 0, none}, nil},
		{"100 / m1", []values{{10, 0, none}}, values{10, none, none}, nil},
		{"5 * m1 - 1", []values{{1, none}}, values{4, none}, nil},
		{"-m1^2", []values{{3}}, values{-9}, nil},
		{"(-m1)^2 + 2^3^2", []values{{3}}, values{521}, nil},
		{"1 - 2 - 3 + m1 / 2 / 2", []values{{8}}, values{-2}, nil},
		{"m1 + PERIOD(m1)/60", []values{{1}}, values{6}, nil},
		{"SUM(100/[m1, m2])", []values{{10, 0}, {20, 50}}, values{15, 2}, nil},
		{"AVG([m1,m2]/m3)", []values{{10}, {20}, {5}}, values{3}, nil},
		{"SUM(METRICS())", []values{metric1, metric2}, values{50, 20, 20, 0}, nil},
		{`MAX(METRICS("2")) + .5e1`, []values{metric1, metric2}, values{25, none, 25, none}, nil},
		{"SUM(-[m1, m2])", []values{{1}, {2}}, values{-3}, nil},
		// "Functions supported for metric math"
		{"AVG([m1,m2])", []values{metric1, metric2}, values{25, 10, 10, 0}, values{25, 20, 10, 0}},
		{"MIN([m1,m2])", []values{metric1, metric2}, values{20, 20, 0, 0}, nil},
		{"m1 - AVG(m1)", []values{{1, 3}}, values{-1, 1}, nil},
		{"m1 / MAX(m1) + MIN(m1) - SUM(m1)", []values{{1, 4}}, values{-3.75, -3}, nil},
		{"ABS(m1) + CEIL(m2) + FLOOR(m2)", []values{{-1}, {1.5}}, values{4}, nil},
		{"LOG10(m1) + LOG(m2)", []values{{100, 0}, {1, 1}}, values{2, 0}, values{2, none}},
		{"DIFF(m1)", []values{{1, 3, none, 9}}, values{none, 2, none, 6}, nil},
		{"RATE(m1)", []values{{0, 300, none, 900}}, values{none, 1, none, 1}, nil},
		{"FILL(m1, 10)", []values{{none, 1, none}}, values{10, 1, 10}, nil},
		{"FILL(m1, m2)", []values{{none, 1, none}, {7, 8, none}}, values{7, 1, none}, nil},
		{"FILL(m1, MIN(m1))", []values{{none, 1, 2}}, values{1, 1, 2}, nil},
		{"FILL(m1, REPEAT)", []values{{none, 1, none, none, 2}}, values{none, 1, 1, 1, 2}, nil},
		{"FILL(m1, LINEAR)", []values{{none, 1, none, 3, none}}, values{none, 1, 2, 3, none}, nil},
		{"SUM(FILL(METRICS(), 0))", []values{metric1, metric2}, values{50, 20, 20, 0}, nil},
		{"FILL(m1, 0) / FILL(m2, 1)", []values{{none, 4}, {2, none}}, values{0, 4}, nil},
		{"EPOCH(m1)", []values{{none, none}}, values{epoch, epoch + 300}, nil},
		{"HOUR(m1)*100 + MINUTE(m1)", []values{{none, none, none}}, values{0, 5, 10}, nil},
		{"YEAR(m1)*10000 + MONTH(m1)*100 + DATE(m1)", []values{{1}}, values{20270531}, nil},
		{"DAY(m1)", []values{{1}}, values{1}, nil},
		{"IF(DAY(m1)<6,m1)", []values{{1, none}}, values{1, 0}, values{1, none}},
		{"IF(MONTH(m1) == 4,m1)", []values{{1}}, values{none}, nil},
		{"TIME_SERIES(10)", []values{{none}}, values{10}, nil},
		// "Using IF expressions"
		{"IF(m1, m2, m3)", []values{if1, if2, if3}, values{30, 0, 20, none, none}, values{30, none, 20, none, none}},
		{"IF(m1, 5, m3)", []values{if1, if2, if3}, values{5, 5, 20, none, none}, nil},
		{"IF(m1, m2, 5)", []values{if1, if2, if3}, values{30, 0, 5, 5, none}, values{30, none, 5, 5, none}},
		{"IF(m1<400, 10, 2)", []values{{399, 400, none}}, values{10, 2, none}, nil},
		{"IF(m1<400, m1)", []values{{399, 400, none}}, values{399, none, none}, nil},
		{"IF(0, m1, m2)", []values{{1}, {2}}, values{2}, nil},
		{"IF(0, m1)", []values{{1}}, values{none}, nil},
		{"IF(1, m1)", []values{{1, none}}, values{1, none}, nil},
	} {
		empty := c.empty
		if empty == nil {
			empty = c.want
		}
		for gaps, want := range map[Gaps]values{GapsAreZero: c.want, GapsAreEmpty: empty} {
			got, err := calculated(gaps, c.expression, c.series...)
			if err != nil {
				t.Errorf("%s: %v", c.expression, err)
			} else if diff := cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.EquateApprox(0, 1e-9)); diff != "" {
				t.Errorf("%s, %s (-want +got)\n%s", c.expression, gaps, diff)
			}
		}
	}
}

func TestMathRefuses(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]string{
		"ANOMALY_DETECTION_BAND(m1)": "no function ANOMALY_DETECTION_BAND",
		"sum(m1)":                    "no function sum",
		"AVG(m1)":                    "e1 is a number",
		"5":                          "e1 is a number",
		"[m1, m2]":                   "an array of 2 series",
		"METRICS()":                  "an array of 2 series",
		"m3":                         `no query with the id "m3"`,
		"e1 + 1":                     "refers to itself",
		"m1 +":                       "want a number",
		"m1 m2":                      `unexpected "m2"`,
		"(m1":                        `want ")"`,
		"m1 % 2":                     `unexpected "% 2"`,
		`METRICS("m1)`:               "no end of the text",
		`m1 + "m2"`:                  "outside METRICS",
		"FILL(m1)":                   "FILL: got 1 arguments, want 2",
		"IF(m1)":                     "IF: got 1 arguments, want 2 to 3",
		"IF([m1, m2], 1, 0)":         "IF: got an array",
		"PERIOD(m1 + m2)":            "PERIOD: want the id of a metric",
		"MAX(3)":                     "MAX: got a number",
		"[m1, 3] / m2":               "a number in an array",
		"SUM([m1, m2] + [m1])":       "arrays of 2 and 1 series",
		"m1 and m2":                  `unexpected "and"`,
		"1.2.3 * m1":                 "unexpected",
		"\u00e9":                     "unexpected",
		strings.Repeat("(", 300) + "m1" + strings.Repeat(")", 300): "levels deep",
		strings.Repeat("-", 300) + "m1":                            "levels deep",
	} {
		if _, err := calculated(GapsAreZero, expression, []float64{1}, []float64{2}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: got %v, want an error with %q", expression, err, want)
		}
	}
}

// TestGapsDisagree: an alarm whose state depends on the reading of gaps is an error.
func TestGapsDisagree(t *testing.T) {
	t.Parallel()
	a := above(1, 1, "breaching")
	a.EvaluationRange = 1
	a.Queries = []Query{
		{ID: "rate", Expression: "100 * errors / requests", ReturnData: true},
		{ID: "errors", Metric: failures, Stat: "Sum", Period: time.Minute},
		{ID: "requests", Metric: requests, Stat: "Sum", Period: time.Minute},
	}
	d, at := &Data{}, monday.Add(time.Minute)
	d.Add(requests, monday, 100)
	if _, err := Evaluate(a, d, at); err == nil || !strings.Contains(err.Error(), "use FILL") {
		t.Errorf("got %v, want an error that advises FILL", err)
	}
	for gaps, want := range map[Gaps]State{GapsAreZero: OK, GapsAreEmpty: InAlarm} {
		if got, err := EvaluateWith(gaps, a, d, at); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", gaps, got, err, want)
		}
	}
	a.Queries[0].Expression = "100 * FILL(errors, 0) / requests"
	if got, err := Evaluate(a, d, at); err != nil || got != OK {
		t.Errorf("with FILL: got %s, %v, want OK", got, err)
	}
}

// TestSums: SUM of an array is + without gaps, in either reading and order.
func TestSums(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		series := rapid.SliceOfN(rapid.Map(rapid.IntRange(-9, 9), func(i int) float64 { return float64(i) }), 4, 4)
		a, b := series.Draw(t, "a"), series.Draw(t, "b")
		gaps := rapid.SampledFrom([]Gaps{GapsAreZero, GapsAreEmpty}).Draw(t, "gaps")
		want, err := calculated(gaps, "m1 + m2", a, b)
		if err != nil {
			t.Fatal(err)
		}
		for _, expression := range []string{"SUM([m1, m2])", "m2 + m1", "m1 - -m2", "2 * AVG(METRICS())", "MAX([m1,m2]) + MIN([m1,m2])"} {
			got, err := calculated(gaps, expression, a, b)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
				t.Fatalf("%s (-want +got)\n%s", expression, diff)
			}
		}
	})
}

// FuzzExpression: an expression is evaluated or an error.
func FuzzExpression(f *testing.F) {
	for _, seed := range []string{
		"IF(m1>0,m1/m2*100,0)", `SUM(METRICS("m"))`, "FILL([m1,m2],REPEAT)", "-m1^-2", "[]", "[]+m1", "AVG([])", "m1+m2",
		"RATE(DIFF(m1))", "2e", "1e999*m1", "((", "IF(1,2,3)", "[m1]+[]", "FILL([],0)", "DAY([])", "MAX(m2)", "IF(m1,m2)",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		if expression == "" {
			return
		}
		got, err := calculated(GapsAreZero, expression, []float64{1, none, 3}, []float64{none, 0, 2})
		if err == nil && len(got) != 3 {
			t.Errorf("%q: got %d values, want 3", expression, len(got))
		}
		for _, v := range got {
			if math.IsInf(v, 0) {
				t.Errorf("%q: got %v", expression, got)
			}
		}
	})
}
