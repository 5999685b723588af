package alarms

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var (
	// monday is a Monday.
	monday   = time.Date(2027, 5, 31, 0, 0, 0, 0, time.UTC)
	requests = Metric{Namespace: "AWS/ApplicationELB", Name: "RequestCount", Dimensions: map[string]string{"LoadBalancer": "a"}}
	failures = Metric{Namespace: "AWS/ApplicationELB", Name: "Errors", Dimensions: map[string]string{"LoadBalancer": "a"}}
)

// above is an alarm on the sum of requests, more than 10.
func above(m, n int, treat string) Alarm {
	return Alarm{
		Name:              "above",
		Queries:           []Query{{ID: "m1", Metric: requests, Stat: "Sum", Period: 5 * time.Minute, ReturnData: true}},
		Comparison:        "GreaterThanThreshold",
		Threshold:         10,
		DatapointsToAlarm: m, EvaluationPeriods: n,
		TreatMissingData: treat,
	}
}

// drawn puts a value in for each 0 and X of a row such as "0 - X - X", 5 minutes
// apart, and returns when the last of the periods has ended.
func drawn(t *testing.T, row string) (*Data, time.Time) {
	t.Helper()
	d, at := &Data{}, monday
	for _, sign := range strings.Fields(row) {
		switch sign {
		case "0":
			d.Add(requests, at, 10)
		case "X":
			d.Add(requests, at, 11)
		case "-":
		default:
			t.Fatalf("%q: want 0, X or -", sign)
		}
		at = at.Add(5 * time.Minute)
	}
	return d, at
}

const retain State = "Retain current state"

// TestMissingData holds the tables of AWS's page "Configuring how CloudWatch alarms
// treat missing data" (AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html).
func TestMissingData(t *testing.T) {
	t.Parallel()
	treatments := []string{"missing", "ignore", "breaching", "notBreaching"}
	for _, c := range []struct {
		source string
		m      int
		row    string
		want   [4]State // of the treatments, in their order on the page
	}{
		{"3 of 3, row 1", 3, "0 - X - X", [4]State{OK, OK, OK, OK}},
		{"3 of 3, row 2", 3, "0 - - - -", [4]State{OK, OK, OK, OK}},
		{"3 of 3, row 3", 3, "- - - - -", [4]State{InsufficientData, retain, InAlarm, OK}},
		{"3 of 3, row 4", 3, "0 X X - X", [4]State{InAlarm, InAlarm, InAlarm, InAlarm}},
		{"3 of 3, row 5", 3, "- - X - -", [4]State{InAlarm, retain, InAlarm, OK}},
		{"2 of 3, row 1", 2, "0 - X - X", [4]State{InAlarm, InAlarm, InAlarm, InAlarm}},
		{"2 of 3, row 2", 2, "0 0 X 0 X", [4]State{InAlarm, InAlarm, InAlarm, InAlarm}},
		{"2 of 3, row 3", 2, "0 - X - -", [4]State{OK, OK, InAlarm, OK}},
		{"2 of 3, row 4", 2, "- - - - 0", [4]State{OK, OK, InAlarm, OK}},
		{"2 of 3, row 5", 2, "- - - X -", [4]State{InAlarm, retain, InAlarm, OK}},
		// Rows of editions of the page before 2020.
		{"3 of 3, earlier row", 3, "- - - - X", [4]State{InsufficientData, retain, InAlarm, OK}},
		{"3 of 3, earlier row", 3, "X - - - -", [4]State{InAlarm, retain, InAlarm, OK}},
		{"2 of 3, earlier row", 2, "- - - - X", [4]State{InsufficientData, retain, InAlarm, OK}},
		// "the alarm does not go immediately into ALARM state when the data is either …"
		{"premature transitions", 3, "- - - X -", [4]State{InsufficientData, retain, InAlarm, OK}},
		{"premature transitions", 3, "- - - X 0", [4]State{OK, OK, OK, OK}},
		{"premature transitions", 3, "- - X - 0", [4]State{OK, OK, OK, OK}},
		// "The next time this alarm is evaluated … it will go to ALARM", of row 2.
		{"below the first table", 3, "0 - - - - -", [4]State{InsufficientData, retain, InAlarm, OK}},
		// What is missing is not filled where there are enough values.
		{"the page's rules", 3, "X X X 0 -", [4]State{OK, OK, OK, OK}},
		{"the page's rules", 1, "X - - 0 -", [4]State{InAlarm, InAlarm, InAlarm, InAlarm}},
	} {
		data, at := drawn(t, c.row)
		for i, treat := range treatments {
			for _, before := range []State{OK, InAlarm, InsufficientData} {
				want := c.want[i]
				if want == retain {
					want = before
				}
				a := above(c.m, 3, treat)
				a.State = before
				got, err := Evaluate(a, data, at)
				if err != nil || got != want {
					t.Errorf("%s: %s %s after %s: got %s, %v, want %s", c.source, c.row, treat, before, got, err, want)
				}
			}
		}
	}
}

// TestMoreBreaching: where a point that there is breaches instead, an alarm
// does not come nearer to OK.
func TestMoreBreaching(t *testing.T) {
	t.Parallel()
	rank := map[State]int{OK: 0, InsufficientData: 1, InAlarm: 2}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "N")
		a := above(rapid.IntRange(1, n).Draw(t, "M"), n, rapid.SampledFrom(treatments).Draw(t, "treat"))
		a.State = rapid.SampledFrom([]State{OK, InAlarm}).Draw(t, "before")
		size := n + rapid.IntRange(0, 4).Draw(t, "more")
		points := rapid.SliceOfN(rapid.SampledFrom([]datapoint{good, breaching, gap}), size, size).Draw(t, "points")
		before := a.judge(points)
		i := rapid.IntRange(0, size-1).Draw(t, "which")
		if points[i] == gap {
			return
		}
		points[i] = breaching
		if after := a.judge(points); rank[after] < rank[before] {
			t.Fatalf("%s became %s", before, after)
		}
	})
}

// TestNothingMissing: without a gap only M, N and the last N points count.
func TestNothingMissing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "N")
		a := above(rapid.IntRange(1, n).Draw(t, "M"), n, rapid.SampledFrom(treatments).Draw(t, "treat"))
		points := rapid.SliceOfN(rapid.SampledFrom([]datapoint{good, breaching}), n+2, n+2).Draw(t, "points")
		bad := 0
		for _, p := range points[2:] {
			bad += int(p)
		}
		want := OK
		if bad >= a.DatapointsToAlarm {
			want = InAlarm
		}
		if got := a.judge(points); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	})
}

func TestTimeline(t *testing.T) {
	t.Parallel()
	d := &Data{}
	d.Constant(requests, monday, monday.Add(10*time.Minute), 5*time.Minute, 1)
	d.Constant(requests, monday.Add(10*time.Minute), monday.Add(20*time.Minute), 5*time.Minute, 20)
	for treat, want := range map[string][]Moment{
		// The last values are evaluated again until they are older than the range.
		"missing": {{monday, InsufficientData}, {monday.Add(5 * time.Minute), OK}, {monday.Add(20 * time.Minute), InAlarm},
			{monday.Add(40 * time.Minute), InsufficientData}},
		"ignore":       {{monday, InsufficientData}, {monday.Add(5 * time.Minute), OK}, {monday.Add(20 * time.Minute), InAlarm}},
		"notBreaching": {{monday, OK}, {monday.Add(20 * time.Minute), InAlarm}, {monday.Add(35 * time.Minute), OK}},
	} {
		got, err := Timeline(above(2, 2, treat), d, monday, monday.Add(time.Hour))
		if err != nil || len(got) != 13 {
			t.Fatalf("%s: got %d moments, %v, want 13", treat, len(got), err)
		}
		if diff := cmp.Diff(want, Changes(got)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", treat, diff)
		}
	}
}

func TestPeriods(t *testing.T) {
	t.Parallel()
	d, end := drawn(t, "X")
	for _, c := range []struct {
		name  string
		at    time.Time
		delay time.Duration
		want  State
	}{
		{"a period that has ended", end, 0, InAlarm},
		{"a period that has not", end.Add(-time.Second), 0, OK},
		{"within the next period", end.Add(299 * time.Second), 0, InAlarm},
		{"a value that cannot be seen yet", end, 6 * time.Minute, OK},
		{"a value that can be seen late", end.Add(5 * time.Minute), 6 * time.Minute, InAlarm},
	} {
		d.Delay = c.delay
		if got, err := Evaluate(above(1, 1, "notBreaching"), d, c.at); err != nil || got != c.want {
			t.Errorf("%s: got %s, %v, want %s", c.name, got, err, c.want)
		}
	}
}

func TestStatistics(t *testing.T) {
	t.Parallel()
	d := &Data{}
	for i := range 100 {
		d.Add(requests, monday.Add(time.Duration(i)*time.Second), float64(i+1))
	}
	other := requests
	other.Dimensions = map[string]string{"LoadBalancer": "b"}
	d.Add(other, monday, 1000)
	d.Add(Metric{Namespace: requests.Namespace, Name: requests.Name}, monday, 1000)
	for stat, want := range map[string]float64{
		"Sum": 5050, "Average": 50.5, "Minimum": 1, "Maximum": 100, "SampleCount": 100,
		"p50": 50, "p99": 99, "p99.9": 100, "p0": 1, "p100": 100, "p10": 10,
	} {
		got, err := d.Points(requests, stat, 5*time.Minute, monday, 2, end(monday))
		if err != nil || got[0] != want || !math.IsNaN(got[1]) {
			t.Errorf("%s: got %v, %v, want %v and nothing", stat, got, err, want)
		}
	}
	for _, stat := range []string{"", "p", "p101", "p-1", "tm99", "sum", "pinf"} {
		if _, err := d.Points(requests, stat, time.Minute, monday, 1, end(monday)); err == nil {
			t.Errorf("the statistic %q: got no error", stat)
		}
	}
	kilobytes := requests
	kilobytes.Unit = "Kilobytes"
	if got, err := d.Points(kilobytes, "Sum", time.Minute, monday, 1, end(monday)); err != nil || !math.IsNaN(got[0]) {
		t.Errorf("another unit: got %v, %v, want nothing", got, err)
	}
}

func end(start time.Time) time.Time { return start.Add(24 * time.Hour) }

// TestLowSamples: with ignore, an alarm on a percentile keeps its state while there are
// fewer than 10/(1-p) values, 100 for p90 ("Percentile-based alarms and low data samples").
func TestLowSamples(t *testing.T) {
	t.Parallel()
	for samples, want := range map[int]State{99: OK, 100: InAlarm} {
		for treat, want := range map[string]State{"ignore": want, "evaluate": InAlarm} {
			d, a := &Data{}, above(1, 1, "missing")
			a.Queries[0].Stat, a.LowSamples, a.State = "p90", treat, OK
			for range samples {
				d.Add(requests, monday, 20)
			}
			if got, err := Evaluate(a, d, monday.Add(5*time.Minute)); err != nil || got != want {
				t.Errorf("%d values, %s: got %s, %v, want %s", samples, treat, got, err, want)
			}
		}
	}
}
