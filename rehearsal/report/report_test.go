package report

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

var kickOff = time.Date(2027, time.May, 29, 19, 0, 0, 0, time.UTC)

// evening is a match on a fleet that is too small for it.
func evening(t *testing.T, change func(*rehearsal.Input)) Report {
	t.Helper()
	in := rehearsal.Input{
		Subject: lint.Subject{Target: autoscaling.ScalableTarget{
			ResourceID: "endpoint/odds/variant/main", Dimension: autoscaling.VariantInstanceCount, MinCapacity: 4,
			MaxCapacity: 30,
			Policies: []autoscaling.TargetTrackingPolicy{autoscaling.Tracking("a <b> & \"c\"",
				autoscaling.VariantInvocationsPerInstance, 4200)},
		}},
		Service: rehearsal.Service{RequestsPerSecond: 100, ServiceTime: 50 * time.Millisecond, Variation: 1,
			Start: rehearsal.Fixed(10 * time.Minute), ClientTimeout: time.Second},
		Trace: trace.Grid{Start: kickOff.Add(-time.Hour), Length: 5 * time.Hour, Period: time.Minute}.Match(300, 4000,
			time.Hour),
		Minutes: true,
	}
	if change != nil {
		change(&in)
	}
	result, err := rehearsal.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	return Report{Input: in, Result: result, Template: "odds.yaml", Trace: "<final>.csv", MaxP99: 300 * time.Millisecond,
		Findings: found(in.Subject), Failures: []string{"availability is below 99.99 %"}}
}

// found are the lint's findings, without places.
func found(s lint.Subject) (out []Finding) {
	for _, f := range lint.Lint(s) {
		out = append(out, Finding{Finding: f})
	}
	return out
}

func TestTheSameBytes(t *testing.T) {
	t.Parallel()
	a, b := evening(t, nil), evening(t, nil)
	if diff := cmp.Diff(string(a.HTML()), string(b.HTML())); diff != "" {
		t.Error(diff)
	}
	first, err := a.JSON()
	if err != nil {
		t.Fatal(err)
	}
	second, err := b.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(first), string(second)); diff != "" || !json.Valid(first) {
		t.Error(diff)
	}
}

func TestThePageNeedsNothingBesideIt(t *testing.T) {
	t.Parallel()
	page := string(evening(t, nil).HTML())
	for _, not := range []string{"<script src", "http:", "https:", "@import", "url(", "<link", "<img", "<b>", "NaN", "Inf",
		"ZgotmplZ"} {
		if strings.Contains(page, not) {
			t.Errorf("the page has %q", not)
		}
	}
	for _, want := range []string{"prefers-color-scheme: dark", "width=device-width", "&lt;final&gt;.csv",
		"The gate does not hold", "availability is below 99.99 %",
		"needed", "in service", "desired", "minimum", "99th percentile of latency, ms", "limit", "failed", "static peak",
		"oracle", "UTC", "a &lt;b&gt; &amp;"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// Lines differ by their dashes as well as their colours.
func TestLinesDifferWithoutColour(t *testing.T) {
	t.Parallel()
	for _, classes := range [][]string{{"need", "have", "want", "floor", "fail"}, {"s0", "s1", "s2", "s3"}} {
		differ(t, classes)
	}
}

func differ(t *testing.T, classes []string) {
	t.Helper()
	dashes := map[string]string{}
	for _, class := range classes {
		rule := regexp.MustCompile(`(?m)^\.` + class + ` \{(.*)\}$`).FindStringSubmatch(chartStyle)
		if rule == nil {
			t.Fatalf("no rule for %s", class)
		}
		look := regexp.MustCompile(`stroke-(width|dasharray): [^;]+`).FindString(rule[1])
		if other, same := dashes[look]; same || look == "" {
			t.Errorf("%s looks like %s: %q", class, other, look)
		}
		dashes[look] = class
	}
}

func TestChartsAreWellFormed(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]Report{
		"evening": evening(t, nil),
		"a minute": evening(t, func(in *rehearsal.Input) {
			in.Trace = trace.Trace{Start: kickOff, Period: time.Minute, Counts: []float64{0}}
		}),
		"a week": evening(t, func(in *rehearsal.Input) {
			in.Trace = trace.Grid{Start: kickOff, Length: 7 * 24 * time.Hour, Period: time.Minute}.Diurnal(100, 2000, 20)
		}),
	} {
		for _, f := range r.charts() {
			for _, width := range []float64{wide, narrow} {
				svg := f.svg(width)
				if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") || len(svg) > 200_000 {
					t.Errorf("%s: %d bytes\n%.2000s", name, len(svg), svg)
				}
				d := xml.NewDecoder(strings.NewReader(svg))
				for {
					if _, err := d.Token(); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						t.Fatalf("%s: %v\n%s", name, err, svg)
					}
				}
			}
		}
	}
}

// Times in which there is no capacity, or no metric, are drawn as far as they
// are on the page.
func TestFaultWindows(t *testing.T) {
	t.Parallel()
	r := evening(t, func(in *rehearsal.Input) {
		hour := func(from time.Duration) rehearsal.Window {
			return rehearsal.Window{From: kickOff.Add(from), To: kickOff.Add(from + time.Hour)}
		}
		in.Faults.NoCapacity = []rehearsal.Window{hour(-90 * time.Minute), hour(48 * time.Hour)}
		in.Faults.MetricGaps = []rehearsal.Window{hour(time.Hour)}
	})
	svg := eventsChart{r}.svg(wide)
	if strings.Count(svg, `<rect class="m-fault"`) != 2 || !strings.Contains(svg, "17:30 to 18:30 no capacity") ||
		!strings.Contains(svg, "20:00 to 21:00 no metric") || !strings.Contains(svg, `<rect class="m-fault" x="60"`) {
		t.Error(svg)
	}
}

func TestLabelsDoNotCoverEachOther(t *testing.T) {
	t.Parallel()
	c := newChart(wide, 200, axis{from: kickOff, to: kickOff.Add(time.Hour)}, 0, 10, "Things")
	at := func(v float64) func(point) float64 { return func(point) float64 { return v } }
	for range 5 {
		c.steps("floor", "limit", []point{{from: kickOff}}, at(0.1))
	}
	c.steps("have", "top", []point{{from: kickOff}}, at(10))
	c.svg()
	for i, l := range c.labels {
		if l.y > 200-below || l.y < 0 || i > 0 && l.y-c.labels[i-1].y < textHeight {
			t.Errorf("label %d at %g", i, l.y)
		}
	}
}

func TestPointsLoseNoExtreme(t *testing.T) {
	t.Parallel()
	minutes := make([]rehearsal.Minute, 2000)
	for i := range minutes {
		minutes[i] = rehearsal.Minute{At: kickOff.Add(time.Duration(i) * time.Minute), Arrived: 60, InService: 5, Needed: 3}
	}
	minutes[777] = rehearsal.Minute{At: minutes[777].At, Arrived: 60, Failed: 30, InService: 1, Needed: 9,
		P99: time.Second}
	got := points(minutes, kickOff.Add(2000*time.Minute))
	least, most, failing, arrived := 99, 0, 0.0, 0.0
	for _, p := range got {
		least, most = min(least, p.serving), max(most, p.needed)
		failing += p.failing * p.to.Sub(p.from).Seconds()
		arrived += p.rate * p.to.Sub(p.from).Seconds()
	}
	if len(got) > maxPoints || least != 1 || most != 9 || math.Abs(failing-30) > 1e-6 ||
		math.Abs(arrived-120_000) > 1e-3 {
		t.Errorf("%d points, %d to %d, %g of %g failed", len(got), least, most, failing, arrived)
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	floor := 60
	for _, test := range []struct {
		name   string
		change func(*rehearsal.Input)
		first  string
	}{
		{"too small", nil, "raise MaxCapacity to 40 or more"},
		{"too slow", func(in *rehearsal.Input) { in.Subject.Target.MaxCapacity = 200 }, "a scheduled floor of"},
		{"no policy", func(in *rehearsal.Input) { in.Subject.Target.Policies, in.Subject.Target.MaxCapacity = nil, 200 },
			"nothing ever scaled out"},
		{"too dear", func(in *rehearsal.Input) {
			in.Subject.Target.MaxCapacity = 60
			in.Subject.Target.ScheduledActions = []autoscaling.ScheduledAction{{Name: "early",
				Schedule: "at(2027-05-29T10:00:00)", MinCapacity: &floor}}
		}, "the minimum holds"},
		{"too slow a model", func(in *rehearsal.Input) {
			in.Service.ServiceTime, in.Subject.Target.MinCapacity, in.Subject.Target.MaxCapacity = 500*time.Millisecond, 100,
				100
		}, "it is the service time and its variation"},
	} {
		got := evening(t, test.change).recommendations()
		if len(got) == 0 || len(got) > maxRecommendations || !strings.Contains(got[0], test.first) {
			t.Errorf("%s: got %q, want first %q", test.name, got, test.first)
		}
	}
}

// Over several days each message has its day, and advice is grouped by days.
func TestSeveralDays(t *testing.T) {
	t.Parallel()
	r := evening(t, func(in *rehearsal.Input) {
		in.Trace = trace.Grid{Start: kickOff, Length: 7 * 24 * time.Hour, Period: time.Minute}.Diurnal(100, 6000, 20)
		in.Subject.Target.MaxCapacity = 30
	})
	text := r.Summary()
	date := `[0-9]{1,2} (May|Jun) [0-9]{2}:[0-9]{2}`
	for _, want := range []string{
		`requests failed on [0-9] days, [0-9,]+ of them from ` + date + ` to ([0-9]+ Jun )?[0-9]{2}:[0-9]{2} UTC and the others on ` +
			`[0-9]+ (May|Jun), .*[0-9] more, at the maximum`,
		`worst minute ` + date, `longest for .* from ` + date,
	} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("it does not say %s:\n%s", want, text)
		}
	}
	if bare := regexp.MustCompile(`(from|minute|at) [0-9]{2}:[0-9]{2}`).FindString(text); bare != "" {
		t.Errorf("%q is of which day?\n%s", bare, text)
	}
	if svg := (eventsChart{r}).svg(wide); !regexp.MustCompile(`<title>[0-9]+ (May|Jun) [0-9:]+ `).MatchString(svg) {
		t.Errorf("marks have no day: %.3000s", svg)
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ got, want string }{
		{number(0), "0"}, {number(0.256), "0.26"}, {number(9.5), "9.5"}, {number(43.66), "43.7"},
		{number(999.6), "1,000"}, {number(1234567), "1,234,567"}, {number(-1500), "-1,500"},
		{number(math.NaN()), "none"}, {percent(1), "100 %"}, {percent(0.99999999), "99.9999 %"}, {percent(0), "0 %"},
		{percent(0.5), "50 %"},
		{duration(0), "0 s"}, {duration(51500 * time.Microsecond), "51.5 ms"},
		{duration(1100 * time.Millisecond), "1.1 s"}, {duration(6 * time.Minute), "6m"},
		{duration(2 * time.Hour), "2h"}, {duration(90 * time.Second), "1m30s"}, {duration(10 * time.Second), "10s"},
		{frequency(0), "never"}, {frequency(1), "once"}, {frequency(1200), "1,200 times"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
	for _, top := range []float64{0, 1, 7, 10, 38, 5423, 1e9} {
		if step := niceStep(top, 5); !(step > 0) || top/step > 5.001 {
			t.Errorf("%g is divided by %g", top, step)
		}
	}
}
