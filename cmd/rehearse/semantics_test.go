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
	Reading     string
	Readings    []struct {
		If                                 string
		AvailabilityPercent, InstanceHours float64
		RestsOn                            bool
	}
	Requests struct{ AvailabilityPercent, Arrived, Failed float64 }
	Cost     rehearsal.Cost
	Capacity struct{ Least, Most int }
	Changes  []string
	Events   []struct {
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

// Instances are what cost counts, whatever number of copies they hold.
func TestCopiesCostInstances(t *testing.T) {
	t.Parallel()
	flat := rates(800, 60) // 8 copies of 100 a second, and as the oracle at full load
	for copies, hours := range map[string]float64{"0": 8, "2": 4, "4": 2} {
		p, status, text := tryPlay(t, "component-flat", flat, "--requests-per-second", "100", "--utilization", "1",
			"--copies-per-instance", copies, "--max-cost-ratio", "0.5")
		if p.Cost.InstanceHours != hours || p.Cost.OverOracle != 1 || p.Cost.OverStaticPeak != 1 ||
			status != statusRefused {
			t.Errorf("%s copies: status %d, %+v\n%s", copies, status, p.Cost, text)
		}
	}
}

// The routing of the template is played, unless the facts have another.
func TestRoutingOfTheTemplate(t *testing.T) {
	t.Parallel()
	p := playOf(t, "routing", rates(100, 30), "--requests-per-second", "100")
	if !strings.Contains(p.Assumptions, "routing LEAST_OUTSTANDING_REQUESTS") {
		t.Errorf("got %s", p.Assumptions)
	}
	p = playOf(t, "routing", rates(100, 30), "--requests-per-second", "100", "--routing", "RANDOM")
	if !strings.Contains(p.Assumptions, "routing RANDOM in place of the template's LEAST_OUTSTANDING_REQUESTS") {
		t.Errorf("got %s", p.Assumptions)
	}
}

// A variant gets its share of the requests by the weights.
func TestWeights(t *testing.T) {
	t.Parallel()
	traffic := rates(50, 10, 100, 30)
	total := float64(60*50*10 + 60*100*30)
	p := playOf(t, "weights", traffic, "--requests-per-second", "10")
	if got := p.Requests.Arrived; got < total/10-1 || got > total/10+1 ||
		!strings.Contains(p.Assumptions, "10 % of the traffic comes to the variant, by the template's weights") {
		t.Errorf("got %g of %g requests\n%s", got, total, p.Assumptions)
	}
	p = playOf(t, "weights", traffic, "--requests-per-second", "10", "--traffic-share", "1")
	if p.Requests.Arrived != total ||
		!strings.Contains(p.Assumptions, "100 % of the traffic comes to the variant, in place of the template's 10 %") {
		t.Errorf("got %g of %g requests\n%s", p.Requests.Arrived, total, p.Assumptions)
	}
}

// Without RetainAllVariantProperties a deployment resets the count.
func TestDeploymentResetsTheCount(t *testing.T) {
	t.Parallel()
	p := playOf(t, "routing", rates(30, 80), "--requests-per-second", "10", "--fault",
		"deployment=2027-05-29T12:40:00Z/10m")
	reset := false
	for _, e := range p.Events {
		reset = reset || e.What == "a deployment ends" && e.From > 2 && e.To == 2
	}
	if !reset || p.Requests.Failed == 0 {
		t.Errorf("got %+v, %+v", p.Requests, p.Events)
	}
}

// Copies find a place on as many instances as SageMaker's own scaling may have, each
// with the copies that its accelerators and memory hold.
func TestPlacesOfCopies(t *testing.T) {
	t.Parallel()
	p := playOf(t, "component-hosts", rates(5, 20, 150, 60), "--requests-per-second", "10")
	if p.Capacity.Most != 8 || p.Cost.InstanceHours > 2*80/60.0+0.1 {
		t.Errorf("got %+v, %+v", p.Capacity, p.Cost)
	}
	for _, want := range []string{"an instance of ml.g5.12xlarge holds 4 copies, by their accelerators and memory",
		"at least 1 instance", "at most 2 instances", "routing RANDOM in place of the template's PREFIX_AWARE"} {
		if !strings.Contains(p.Assumptions, want) {
			t.Errorf("%q is not in %s", want, p.Assumptions)
		}
	}
	p = playOf(t, "component-hosts", rates(5, 20, 150, 60), "--requests-per-second", "10", "--max-instances", "3",
		"--copies-per-instance", "2")
	if p.Capacity.Most != 6 || !strings.Contains(p.Assumptions, "holds 2 copies in place of the template's 4") ||
		!strings.Contains(p.Assumptions, "at most 3 instances in place of the template's 2") {
		t.Errorf("got %+v, %s", p.Capacity, p.Assumptions)
	}
}

// The result names the readings that it rests on, and a gate holds under each of them.
func TestReadings(t *testing.T) {
	t.Parallel()
	var rising []float64
	for i := range 90 {
		rising = append(rising, min(10+2*float64(i), 50))
	}
	args := []string{"--requests-per-second", "6", "--client-timeout", "2s", "--reading", "evaluation-delay=0s"}
	p, _, text := tryPlay(t, "routing", rising, args...)
	if !strings.Contains(p.Assumptions, "alarms are evaluated at once") {
		t.Errorf("got %q", p.Assumptions)
	}
	if len(p.Readings) != 3 || !strings.Contains(p.Reading, "multiplies the capacity before it") {
		t.Fatalf("got %q, %+v", p.Reading, p.Readings)
	}
	worst, named := p.Readings[0], false
	for _, r := range p.Readings {
		if r.AvailabilityPercent < worst.AvailabilityPercent {
			worst = r
		}
		named = named || r.RestsOn
		if r.RestsOn != says(text, "if "+r.If+": ") {
			t.Errorf("%+v and\n%s", r, text)
		}
	}
	if !named || worst.AvailabilityPercent >= p.Requests.AvailabilityPercent {
		t.Fatalf("got %+v, %+v", p.Requests, p.Readings)
	}
	gate := fmt.Sprintf("%.4f", (worst.AvailabilityPercent+p.Requests.AvailabilityPercent)/2)
	_, status, text := tryPlay(t, "routing", rising, append(args, "--min-availability", gate)...)
	if status != statusRefused || !strings.Contains(text, "gate failed     if "+worst.If+": availability") {
		t.Errorf("status %d\n%s", status, text)
	}
	other, _, _ := tryPlay(t, "routing", rising, append(args, "--reading", "cooldown-base=present", "--reading",
		"evaluation-delay=30s", "--reading", "refused-floor=retried")...)
	if !strings.Contains(other.Reading, "present capacity") || !strings.Contains(other.Reading, "30s late") ||
		!strings.Contains(other.Reading, "raised after the update") {
		t.Errorf("got %q", other.Reading)
	}
	if _, status, text := tryPlay(t, "routing", rising, "--reading", "cooldown-base=largest"); status != statusBadInput ||
		!strings.Contains(text, "--reading") {
		t.Errorf("status %d\n%s", status, text)
	}
}

// At the minimum, explain says why nothing scales in.
func TestExplainAtTheMinimum(t *testing.T) {
	t.Parallel()
	for _, template := range []string{"routing", "steps-at-threshold"} {
		status, out, problems := call("explain", "--template", "testdata/semantics/"+template+".json", "--shape",
			"step,start=2027-05-29T12:00:00Z,length=1h,from=0,to=0,at=30m", "--requests-per-second", "10", "--start-time",
			"5m", "--service-time", "100ms")
		if status != statusOK || !strings.Contains(out, ": already at the minimum") {
			t.Errorf("%s: status %d\n%s%s", template, status, out, problems)
		}
		if n := strings.Count(out, "policy p: already at the minimum"); template == "routing" && n != 1 {
			t.Errorf("it is said %d times", n)
		}
	}
}
