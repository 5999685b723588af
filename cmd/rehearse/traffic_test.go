package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

const match = "match,start=2027-05-28T16:00:00Z,length=7h,base=300,peak=3000,kick-off=3h"

func TestShapeInsteadOfATrace(t *testing.T) {
	t.Parallel()
	status, out, problems := call("run", "--template", variant, "--facts", "testdata/facts.yaml", "--shape", match)
	if status != statusOK || problems != "" {
		t.Fatalf("exit status %d\n%s", status, problems)
	}
	golden(t, "testdata/shape.txt", out)
}

// A scaled rehearsal says beside it what had come of the traffic as it came.
func TestUnscaledBesideScaled(t *testing.T) {
	t.Parallel()
	args := []string{"run", "--template", variant, "--facts", "testdata/facts.yaml", "--shape", match}
	line := func(out, label string) string {
		for text := range strings.Lines(out) {
			if strings.HasPrefix(strings.TrimSpace(text), label) {
				return text
			}
		}
		return ""
	}
	_, plain, _ := call(args...)
	for _, scale := range []string{"--rate-scale", "--time-scale"} {
		_, scaled, problems := call(append(args, scale, "1.5")...)
		if line(plain, "unscaled") != "" || line(scaled, "unscaled") == "" {
			t.Fatalf("%s%s%s", plain, scaled, problems)
		}
		came := strings.TrimSuffix(strings.Fields(line(plain, "requests"))[1], ",")
		if !strings.Contains(line(scaled, "unscaled"), " "+came+" requests") ||
			line(scaled, "requests") == line(plain, "requests") {
			t.Errorf("%s: %s and %s beside %s", scale, line(scaled, "requests"), line(scaled, "unscaled"),
				line(plain, "requests"))
		}
	}
}

// TestFaultsOnTheCommandLine: everything that goes wrong can be said, and is
// played: the result is another one.
func TestFaultsOnTheCommandLine(t *testing.T) {
	t.Parallel()
	args := []string{"run", "--template", variant, "--facts", "testdata/facts.yaml", "--shape", match}
	_, without, _ := call(args...)
	said := map[string]bool{}
	for _, fault := range []string{
		"no-capacity=2027-05-28T18:30:00Z/90m", "metric-gap=2027-05-28T18:30:00Z/90m", "no-data=invocations",
		"deployment=2027-05-28T18:30:00Z/90m", "deployment=2027-05-28T17:45:00Z/10m/2", "zone-lost=2027-05-28T20:40:00Z",
		"overwritten=2027-05-28T17:00:00Z", "missed=evening", "fulfilled=0.5", "slow-start=0.2", "retries=3/1s",
		"kick-off=-10m", "kick-off=+1h",
		"extra-time=2027-05-28T20:45:00Z/30m",
	} {
		name, _, _ := strings.Cut(fault, "=")
		said[name] = true
		status, out, problems := call(append(args, "--fault", fault)...)
		if status != statusOK || problems != "" {
			t.Errorf("%s: exit status %d\n%s", fault, status, problems)
			continue
		}
		figures := func(s string) string { before, _, _ := strings.Cut(s, "  trace"); return before }
		if figures(out) == figures(without) {
			t.Errorf("%s changes nothing:\n%s", fault, out)
		}
	}
	for _, k := range faultTable {
		if !said[k.name] {
			t.Errorf("--fault %s is not tried", k.name)
		}
	}
}

func TestReadFaults(t *testing.T) {
	t.Parallel()
	f, ps := parseFaults([]string{"deployment=2027-05-28T18:30:00Z/10m/2", "kick-off=-10m",
		"extra-time=2027-05-28T20:45:00Z/30m"})
	at := time.Date(2027, time.May, 28, 18, 30, 0, 0, time.UTC)
	if len(ps) > 0 || f.kickOff != -10*time.Minute ||
		f.Deployments[0] != (rehearsal.Deployment{At: at, Takes: 10 * time.Minute, ResetTo: 2}) {
		t.Errorf("got %+v, %v", f, ps)
	}
	for _, wrong := range []string{"deployment=2027-05-28T18:30:00Z/10m/0", "deployment=2027-05-28T18:30:00Z",
		"kick-off=0s", "kick-off=soon", "extra-time=30m", "no-data="} {
		if _, ps := parseFaults([]string{wrong}); len(ps) != 1 || ps[0].Fix == "" {
			t.Errorf("%s: got %v", wrong, ps)
		}
	}
}

// TestLongTrace: what a trace of 100 MB takes depends on its rows, not its bytes.
func TestLongTrace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "long.csv")
	write(t, file, 100<<20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	status, out, problems := call("run", "--template", variant, "--facts", "testdata/facts.yaml", "--trace", file,
		"--to", "1998-07-08T00:00:00Z")
	runtime.ReadMemStats(&after)
	if status != statusOK || !strings.Contains(out, " answered") {
		t.Fatalf("exit status %d\n%s", status, problems)
	}
	if got := after.Sys - before.Sys; got > 150<<20 {
		t.Errorf("it took %d MB", got>>20)
	}
}

func write(t *testing.T, file string, bytes int) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b []byte
	row := ",10." + strings.Repeat("0", 100) + "\n"
	at := time.Date(1998, time.July, 7, 0, 0, 0, 0, time.UTC).Unix()
	for n := 0; n < bytes; at++ {
		b = append(strconv.AppendInt(b, at, 10), row...)
		if len(b) > 1<<20 {
			if _, err := f.Write(b); err != nil {
				t.Fatal(err)
			}
			n, b = n+len(b), b[:0]
		}
	}
}

// TestFromZero: a step policy wakes an inference component of somebody else's
// template up when the first request comes.
func TestFromZero(t *testing.T) {
	t.Parallel()
	_, out, problems := call("run", "--template", component, "--facts", "testdata/facts.yaml", "--requests-per-second",
		"200",
		"--shape", "step,start=2027-05-29T17:00:00Z,length=1h,from=0,to=150,at=10m")
	golden(t, "testdata/from-zero.txt", strings.ReplaceAll(out+problems, "../../", ""))
}

// Gaps and duplicates are reported, in the text and in the JSON, and not smoothed over.
func TestGapsAndDuplicates(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, out := filepath.Join(dir, "t.csv"), filepath.Join(dir, "r.json")
	const rows = "2027-05-28T17:00:00Z,600\n2027-05-28T17:01:00Z,600\n2027-05-28T17:01:00Z,60\n" +
		"2027-05-28T17:02:00Z,600\n2027-05-28T17:06:00Z,600\n"
	if err := os.WriteFile(file, []byte(rows), 0o644); err != nil {
		t.Fatal(err)
	}
	_, text, problems := call("run", "--template", variant, "--facts", "testdata/facts.yaml", "--trace", file,
		"--json", out)
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"3 periods without a row count as no requests, the first from " +
		"2027-05-28T17:03:00Z to 2027-05-28T17:06:00Z",
		"1 rows have the time of an earlier one and are added to it, the first at " + file + ":3:1"} {
		if !says(text, want) || !strings.Contains(string(data), want) {
			t.Errorf("it does not say %q:\n%s%s", want, text, problems)
		}
	}
	if !strings.Contains(text, "2,460, 100 %") {
		t.Errorf("it has smoothed something over:\n%s", text)
	}
}
