package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// played is what a rehearsal's JSON says.
type played struct {
	Assumptions string
	Requests    struct{ AvailabilityPercent, Arrived, Failed float64 }
	Cost        rehearsal.Cost
	Capacity    struct{ Least, Most int }
	Changes     []string
	Events      []struct {
		What, Name string
		From, To   int
		At         time.Time
	}
}

// playOf plays a template of testdata/semantics on requests a second of each minute.
func playOf(t *testing.T, template string, rates []float64, args ...string) played {
	t.Helper()
	p, status, text := tryPlay(t, template, rates, args...)
	if status == statusBadInput {
		t.Fatal(text)
	}
	return p
}

func tryPlay(t *testing.T, template string, rates []float64, args ...string) (played, int, string) {
	t.Helper()
	folder := t.TempDir()
	csv := "time,requests\n"
	for i, r := range rates {
		csv += fmt.Sprintf("%s,%d\n", time.Date(2027, 5, 29, 12, i, 0, 0, time.UTC).Format(time.RFC3339), int(60*r))
	}
	trace, out := filepath.Join(folder, "trace.csv"), filepath.Join(folder, "out.json")
	if err := os.WriteFile(trace, []byte(csv), 0o644); err != nil {
		t.Fatal(err)
	}
	status, text, problems := call(append([]string{"run", "--template", "testdata/semantics/" + template + ".json",
		"--trace", trace, "--json", out, "--start-time", "5m", "--service-time", "100ms"}, args...)...)
	if status == statusBadInput {
		return played{}, status, text + problems
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var p played
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	return p, status, text
}

// rates are so many minutes of each rate.
func rates(pairs ...float64) (out []float64) {
	for i := 0; i < len(pairs); i += 2 {
		for range int(pairs[i+1]) {
			out = append(out, pairs[i])
		}
	}
	return out
}

// An alarm that falls, and whose datapoint equals the threshold, takes the step that
// ends there (fact I1).
func TestStepAtTheThreshold(t *testing.T) {
	t.Parallel()
	p := playOf(t, "steps-at-threshold", rates(40, 60, 0, 180), "--requests-per-second", "10")
	last := p.Events[len(p.Events)-1]
	if p.Capacity.Most < 6 || p.Capacity.Least != 2 || last.To != 2 || p.Cost.InstanceHours > 27 {
		t.Errorf("without requests it goes back to its minimum: got %+v, %g instance hours, at last %+v", p.Capacity,
			p.Cost.InstanceHours, last)
	}
}

// The datapoints of all evaluation periods are aggregated to what chooses the step.
func TestMetricAggregationType(t *testing.T) {
	t.Parallel()
	rising := rates(2, 10, 11, 1, 12, 1, 13, 1, 14, 1, 20, 1, 8, 10) // 660 to 1200 a minute
	for template, want := range map[string]int{"aggregation-maximum": 6, "aggregation-minimum": 2} {
		p := playOf(t, template, rising, "--requests-per-second", "100")
		if p.Capacity.Most != want {
			t.Errorf("%s: got %+v, want %d", template, p.Capacity, want)
		}
	}
}

// firstChange is the first event with a text in it.
func (p played) has(what string) bool {
	for _, e := range p.Events {
		if strings.Contains(e.What, what) {
			return true
		}
	}
	return false
}
