package trace_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

const formatsDir = "testdata/formats/"

// Each format is read from a file as its tool writes it.
func TestFormats(t *testing.T) {
	t.Parallel()
	requests := trace.Trace{Start: evening.Start, Period: time.Second, Counts: []float64{2, 0, 1}}
	berlin, _ := time.LoadLocation("Europe/Berlin")
	german := evening
	german.Counts = []float64{1000, 2500.5, 900}
	grafana := evening
	grafana.Counts = []float64{90, 255, 90}
	for file, test := range map[string]struct {
		options trace.Options
		want    trace.Trace
		format  string
		says    string // a part of the line on how it was read
	}{
		"get-metric-data.json": {trace.Options{}, evening, "CloudWatch get-metric-data", "column m1 (Invocations)"},
		"get-metric-data.txt":  {trace.Options{}, evening, "CloudWatch text", "column m1 (Invocations)"},
		"get-metric-data.yaml": {trace.Options{Metric: "m1"}, evening, "CloudWatch YAML", "times say their zone"},
		"get-metric-statistics.json": {trace.Options{}, evening, "CloudWatch get-metric-statistics",
			"requests of each period in column Invocations"},
		"get-metric-statistics.txt":  {trace.Options{Column: "Sum"}, evening, "CloudWatch text", "periods of 1m"},
		"get-metric-statistics.yaml": {trace.Options{}, evening, "CloudWatch YAML", "column Invocations"},
		"console.csv": {trace.Options{}, evening, "CloudWatch console CSV",
			"column m1 (Invocations calls of odds); periods of 1m; times without a zone taken as UTC"},
		"load-balancer.log": {trace.Options{}, requests, "Application Load Balancer log",
			"1 requests that the load balancer answered itself left out"},
		"load-balancer.log.gz": {trace.Options{}, requests, "Application Load Balancer log", "times in request_creation_time"},
		"nginx.log":            {trace.Options{}, requests, "web server log", "each row a request"},
		"apache.log":           {trace.Options{}, requests, "web server log", "3 rows"},
		"counts.jsonl":         {trace.Options{}, evening, "JSON rows", "column count, times in time"},
		"counts.json":          {trace.Options{}, evening, "JSON rows", "column requests, times in @timestamp"},
		"pairs.json":           {trace.Options{}, evening, "JSON rows", "requests of each period in column 2, times in 1"},
		"times.json":           {trace.Options{Metric: "x"}, requests, "JSON rows", "--metric is not used, since the format says it"},
		"date-and-time.csv": {trace.Options{TimeColumn: "Date+Time", DateOrder: "dmy"}, evening, "CSV",
			"column Requests, times in Date and Time"},
		"requests.jsonl": {trace.Options{}, requests, "JSON rows", "each row a request"},
		"prometheus.json": {trace.Options{}, evening, "Prometheus query_range",
			"a counter of requests in column http_requests_total{job=gateway}"},
		"prometheus-rate.json": {trace.Options{Unit: "rate", Metric: "odds"}, trace.Trace{Start: evening.Start,
			Period: time.Minute, Counts: []float64{150, 375, 135}}, "Prometheus query_range", "requests a second in column {endpoint=odds}"},
		"grafana.csv": {trace.Options{Column: "odds", Timezone: berlin}, grafana, "CSV",
			"requests a second in column odds, times in Time; periods of 1m; times without a zone taken as Europe/Berlin; " +
				"numbers are in req/s"},
		"k6.csv":      {trace.Options{}, requests, "k6 CSV", "http_reqs"},
		"k6.json":     {trace.Options{}, requests, "k6 JSON", "http_reqs"},
		"vegeta.csv":  {trace.Options{}, requests, "vegeta CSV", "each row a request"},
		"vegeta.json": {trace.Options{}, requests, "vegeta JSON", "times in timestamp"},
		"locust.csv":  {trace.Options{}, requests, "locust stats_history", "column Total Request Count, Aggregated"},
		"hey.csv":     {trace.Options{Begin: evening.Start}, requests, "hey CSV", "times in offset"},
		"azure.csv":   {trace.Options{}, requests, "Azure LLM inference trace", "times in TIMESTAMP"},
		"times.txt":   {trace.Options{}, requests, "times", "each row a request"},
		"german.csv": {trace.Options{TimeColumn: "datum", Column: "anfragen", DateOrder: "dmy", Timezone: berlin}, german, "CSV",
			"the point is read as between thousands"},
		"american.csv":     {trace.Options{DateOrder: "mdy"}, evening, "CSV", "column Hits, times in Time"},
		"excel.csv":        {trace.Options{}, evening, "CSV", "column count, times in time"},
		"big-endian.csv":   {trace.Options{}, evening, "CSV", "column count, times in time"},
		"newest-first.csv": {trace.Options{}, evening, "CSV", "column requests"},
		"three-columns.csv": {trace.Options{Column: "3"}, evening, "CSV",
			"requests of each period in column 3, times in 1; periods of 1m; times say their zone; 3 rows, " +
				"29 May 2027 20:00 to 29 May 2027 20:03 UTC"},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			got, report, err := trace.ReadFile(formatsDir+file, test.options)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if report.Format != test.format || !strings.Contains(report.Reading(), test.says) {
				t.Errorf("got %q, want %s and %q", report.Reading(), test.format, test.says)
			}
		})
	}
}

// A folder of logs is read as one, in any order; standard input needs no name.
func TestFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	copyTo := func(file, to string) {
		data, err := os.ReadFile(formatsDir + file)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(dir, to)), 0o755)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, to), data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	copyTo("load-balancer.log.gz", "2027/05/29/b.log.gz")
	copyTo("load-balancer.log", "2027/05/30/a.log")
	copyTo("german.csv", ".hidden")
	got, report, err := trace.ReadFile(dir, trace.Options{Period: time.Minute})
	if err != nil || got.Total() != 6 || len(got.Counts) != 1 || report.Rows != 6 {
		t.Errorf("got %v, %v, %v", got, report, err)
	}
	copyTo("nginx.log", "c.log")
	copyTo("german.csv", "d.csv")
	_, _, err = trace.ReadFile(dir, trace.Options{})
	for _, want := range []string{"of a folder only logs of requests are read", "put logs of one kind into the folder"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
