package trace_test

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

var update = flag.Bool("update", false, "renew the expected errors")

func utc(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return at
}

var evening = trace.Trace{Start: utc("2027-05-29T20:00:00Z"), Period: time.Minute, Counts: []float64{100, 250, 90}}

// One evening in everything that it may come as.
func TestRead(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"ISO with a header": "time,count\n2027-05-29T20:00:00Z,100\n2027-05-29T20:01:00Z,250\n" +
			"2027-05-29T20:02:00Z,90\n",
		"GMT as in the archive": "period,count\n2027-05-29 20:00:00,100\n2027-05-29 20:01:00,250\n2027-05-29 20:02:00,90\n",
		"no header":             "2027-05-29T20:00:00Z,100\n2027-05-29T20:01:00Z,250\n2027-05-29T20:02:00Z,90",
		"an offset": "2027-05-29T22:00:00+02:00,100\n2027-05-29T22:01:00+02:00,250\n" +
			"2027-05-29T22:02:00+02:00,90\n",
		"epoch seconds":      "1811620800,100\n1811620860,250\n1811620920,90\n",
		"epoch milliseconds": "timestamp,value\n1811620800000,100\n1811620860000,250\n1811620920000,90\n",
		"HTTP dates": "Sat, 29 May 2027 20:00:00 GMT,100\nSat, 29 May 2027 20:01:00 GMT,250\nSat, 29 May " +
			"2027 20:02:00 GMT,90\n",
		"other columns": "host;requests;time\na;100;2027-05-29T20:00:00Z\na;250;2027-05-29T20:01:00Z\n" +
			"a;90;2027-05-29T20:02:00Z\n",
		"tabs and quotes": "\"2027-05-29T20:00\"\t\"100\"\r\n\"2027-05-29T20:01\"\t\"250\"\r\n" +
			"\"2027-05-29T20:02\"\t\"90\"\r\n",
		"a mark and comments": "\xef\xbb\xbf# from the load balancer\n\n2027-05-29T20:00:00Z,100\n" +
			"2027-05-29T20:01:00Z,250\n2027-05-29T20:02:00Z,90\n",
		"CloudWatch": `{"Messages": [], "MetricDataResults": [{"Id": "m1", "Label": "Invocations", "StatusCode": "Complete",
			"Timestamps": ["2027-05-29T20:02:00+00:00", "2027-05-29T20:01:00+00:00", "2027-05-29T20:00:00+00:00"], "Values": [90.0, 250.0, 100.0]}]}`,
		"CloudWatch in order, of several": `{"MetricDataResults": [{"Id": "l", "Label": "ModelLatency", "Timestamps": [], "Values": []}, {"Id": "m1", "Label": "Invocations",
			"Timestamps": [1811620800, 1811620860, 1811620920], "Values": [100, 250, 90]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, report, err := trace.Read(strings.NewReader(text), trace.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(evening, got); diff != "" {
				t.Error(diff)
			}
			if report.String() != "" || report.Rows != 3 {
				t.Errorf("got the report %q of %d rows", report, report.Rows)
			}
		})
	}
}

func TestReadRequests(t *testing.T) {
	t.Parallel()
	want := trace.Trace{Start: utc("2027-05-29T20:00:00Z"), Period: time.Second, Counts: []float64{2, 0, 1}}
	for name, text := range map[string]string{
		"a web server's log": `10.0.0.1 - - [29/May/2027:22:00:00 +0200] "POST /invocations HTTP/1.1" 200 12
10.0.0.2 - - [29/May/2027:22:00:02 +0200] "POST /invocations HTTP/1.1" 200 12
10.0.0.2 - - [29/May/2027:22:00:00 +0200] "POST /invocations HTTP/1.1" 200 12
`,
		"times alone": "2027-05-29T20:00:00.123Z\n2027-05-29T20:00:00.9Z\n2027-05-29T20:00:02Z\n",
		"a table": "2027-05-29T20:00:00.123Z,POST,200\n2027-05-29T20:00:00.9Z,POST,200\n" +
			"2027-05-29T20:00:02Z,POST,200\n",
		"epochs": "1811620800.123\n1811620800.9\n1811620802\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := trace.Read(strings.NewReader(text), trace.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	got, _, err := trace.Read(strings.NewReader("2027-05-29T20:00:00Z\n2027-05-29T20:01:59Z\n"),
		trace.Options{Period: time.Minute})
	if diff := cmp.Diff(trace.Trace{Start: evening.Start, Period: time.Minute, Counts: []float64{1, 1}},
		got); err != nil || diff != "" {
		t.Errorf("by the minute: %v %s", err, diff)
	}
}

// Gaps and duplicates are reported.
func TestGapsAndDuplicates(t *testing.T) {
	t.Parallel()
	got, report,
		err := trace.Read(strings.NewReader("2027-05-29T20:00:00Z,1\n2027-05-29T20:01:00Z,2\n"+
		"2027-05-29T20:01:00Z,5\n2027-05-29T20:04:00Z,3\n"), trace.Options{Name: "a.csv"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float64{1, 7, 0, 0, 3}, got.Counts); diff != "" {
		t.Error(diff)
	}
	want := trace.Report{Format: "CSV", Column: "2", TimeColumn: "1", Unit: "requests of each period",
		Zone: "times say their zone", From: utc("2027-05-29T20:00:00Z"), To: utc("2027-05-29T20:05:00Z"),
		Period: time.Minute, Rows: 4, GapPeriods: 2, Duplicates: 1, FirstDuplicate: "a.csv:3:1",
		Gaps: []trace.Gap{{From: utc("2027-05-29T20:02:00Z"), To: utc("2027-05-29T20:04:00Z")}}}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Error(diff)
	}
	const says = "2 periods without a row count as no requests, the first from 2027-05-29T20:02:00Z to " +
		"2027-05-29T20:04:00Z; 1 rows have the time of an earlier one and are added to it, the first at a.csv:3:1"
	if report.String() != says {
		t.Errorf("got %q", report)
	}
}

// Each mistake has a file, and its expected error beside it.
func TestMistakes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/mistakes/*.[cj]s*")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		in, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		_, _, got := trace.Read(in, trace.Options{Name: filepath.Base(file)})
		_ = in.Close()
		if got == nil {
			t.Errorf("%s: no error", file)
			continue
		}
		expected := strings.TrimSuffix(file, filepath.Ext(file)) + ".txt"
		if *update {
			if err := os.WriteFile(expected, []byte(got.Error()+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(expected)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got.Error()+"\n"); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
	}
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	got, report, err := trace.ReadFile("../testdata/wc98_semifinals_1998-07-07_08.csv", trace.Options{})
	if err != nil || report.String() != "" {
		t.Fatal(err, report)
	}
	if got.Start != utc("1998-07-07T00:00:00Z") || got.Period != time.Minute || len(got.Counts) != 2880 ||
		got.Peak() != 229426.0/60 {
		t.Errorf("got %d periods of %s from %s, peak %g", len(got.Counts), got.Period, got.Start, got.Peak())
	}
	if _, _, err := trace.ReadFile("testdata/none.csv", trace.Options{}); err == nil ||
		!strings.Contains(err.Error(), "testdata/none.csv") {
		t.Errorf("got %v", err)
	}
	for _, o := range []trace.Options{{Period: time.Millisecond}, {Unit: "bytes"}, {DateOrder: "ymd"},
		{Decimal: "."}, {Metric: "none"}} {
		if _, _, err := trace.Read(strings.NewReader(`{"MetricDataResults":[]}`), o); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
}

// A large file is read as it comes, and never held as text.
func TestReadALargeFile(t *testing.T) {
	t.Parallel()
	const rows = 200_000
	in := &generated{rows: rows}
	got, _, err := trace.Read(in, trace.Options{})
	if err != nil || len(got.Counts) != rows || got.Total() != 7*rows {
		t.Fatalf("got %d periods: %v", len(got.Counts), err)
	}
	if in.largest > 256<<10 {
		t.Errorf("asked for %d bytes at a time", in.largest)
	}
}

// generated is a file that is nowhere.
type generated struct{ rows, written, largest int }

func (g *generated) Read(b []byte) (int, error) {
	g.largest = max(g.largest, len(b))
	n := 0
	for g.written < g.rows {
		line := fmt.Sprintf("%d,7\n", 1811620800+g.written)
		if n+len(line) > len(b) {
			return n, nil
		}
		n += copy(b[n:], line)
		g.written++
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// Whatever a file has, it is read or refused with places and fixes. The seeds are files
// of every format.
func FuzzRead(f *testing.F) {
	for _, pattern := range []string{"testdata/mistakes/*.[cj]s*", "testdata/formats/*"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text, uint8(0))
			f.Add(text, uint8(0xff))
		}
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte, said uint8) {
		var o trace.Options
		for bit, say := range []func(){
			func() { o.DateOrder = "dmy" }, func() { o.Timezone = berlin }, func() { o.Column = "2" },
			func() { o.Unit = "rate" }, func() { o.Unit = "counter" }, func() { o.Decimal = "comma" },
			func() { o.Begin = evening.Start }, func() { o.From, o.To = evening.Start, evening.End() },
		} {
			if said&(1<<bit) != 0 {
				say()
			}
		}
		got, report, err := trace.Read(strings.NewReader(string(text)), o)
		if err == nil {
			if err = got.Validate().Err(); err != nil {
				t.Fatalf("what was read without a problem cannot be replayed: %v", err)
			}
			if report.Reading() == "" || strings.Contains(report.Reading(), "\n") {
				t.Errorf("it says %q", report.Reading())
			}
			return
		}
		for _, line := range strings.Split(err.Error(), "\n") {
			if !strings.HasPrefix(line, "trace") || !strings.Contains(line, "; ") {
				t.Errorf("without place or fix: %q", line)
			}
		}
	})
}
