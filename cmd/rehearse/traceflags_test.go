package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The options of a trace reach its reader, in each command that takes one, and what
// was taken is printed and in the JSON.
func TestTraceOptions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "t.csv")
	const rows = "Datum;Uhr;Last;Ort\n28.05.2027 19:00;x;10,5;a\n28.05.2027 19:05;x;12,5;a\n"
	if err := os.WriteFile(file, []byte(rows), 0o644); err != nil {
		t.Fatal(err)
	}
	subject := []string{"--template", variant, "--facts", "testdata/facts.yaml"}
	options := []string{"--trace", file, "--column", "Last", "--time-column", "datum", "--unit", "rate", "--period", "5m",
		"--date-order", "dmy", "--decimal", "comma"}
	const reading = "CSV: requests a second in column Last, times in Datum; periods of 5m; times without a zone taken as " +
		"Europe/Berlin; the comma is read as the decimal sign; 2 rows, 28 May 2027 17:00 to 28 May 2027 17:10 UTC"
	out := filepath.Join(dir, "out.json")
	for _, command := range []string{"run", "compare", "explain"} {
		args := append(append([]string{command, "--timezone", "Europe/Berlin"}, subject...), options...)
		if command != "explain" {
			args = append(args, "--json", out)
		}
		if command == "compare" {
			args = append(args, "--template", prod)
		}
		status, text, problems := call(args...)
		if status != statusOK || !says(text, reading) {
			t.Errorf("%s: exit status %d\n%s%s", command, status, text, problems)
		}
		var document struct{ TraceRead string }
		if data, err := os.ReadFile(out); command != "explain" && (err != nil || json.Unmarshal(data, &document) != nil ||
			document.TraceRead != reading) {
			t.Errorf("%s: the JSON says %q, %v", command, document.TraceRead, err)
		}
	}
	if _, text, _ := call(append(append([]string{"run", "--timezone", "Europe/Berlin"}, subject...), options...)...); !strings.Contains(
		text, " 6,900, ") {
		t.Errorf("23 a second for 5 minutes are 6,900:\n%s", text)
	}
	_, _, problems := call(append(append([]string{"run", "--timezone", "Berlin", "--period", "1ms", "--date-order", "ymd",
		"--unit", "kilo", "--decimal", ",", "--trace-begin", "now"}, subject...), "--trace", file)...)
	for _, want := range []string{"--timezone: ", "--period: ", "--date-order: ", "--unit: ", "--decimal: ", "--trace-begin: "} {
		if !strings.Contains(problems, want) {
			t.Errorf("%s is not refused:\n%s", want, problems)
		}
	}
}

func TestStandardInput(t *testing.T) {
	t.Parallel()
	o := newOptions()
	o.trace = "-"
	o.stdin = bytes.NewBufferString("2027-05-28T17:00:00Z,600\n2027-05-28T17:01:00Z,x\n")
	_, _, err := o.readTrace()
	if err == nil || !strings.HasPrefix(err.Error(), "standard input:2:22: got x: ") {
		t.Errorf("got %v", err)
	}
}

// Of a folder that the load balancer logs into, every entry is a request.
func TestLogsOfTheLoadBalancer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := os.ReadFile("../../rehearsal/trace/testdata/formats/load-balancer.log.gz")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.log.gz", "b.log.gz"} {
		if err := os.WriteFile(filepath.Join(dir, name), log, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	status, out, problems := call("run", "--template", variant, "--facts", "testdata/facts.yaml", "--trace", dir)
	if status != statusOK || !strings.Contains(out, "requests        6, ") ||
		!says(out, "2 requests that the load balancer answered itself left out; 6 rows") {
		t.Errorf("exit status %d\n%s%s", status, out, problems)
	}
}
