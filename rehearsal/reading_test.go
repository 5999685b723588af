package rehearsal

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// A load that rises for as long as instances start is scaled out further, in fewer
// steps, from the present capacity than from the one before (fact I6).
func TestCooldownBase(t *testing.T) {
	t.Parallel()
	in := variant(trace.Grid{Start: noon, Length: time.Hour}.Of(func(at time.Duration) float64 {
		return 250 + 1000*min(1, at.Minutes()/30)
	}))
	in.Subject.Target.Policies[0].ScaleOutCooldown = 5 * time.Minute
	outs := func(base CooldownBase) (n, most int) {
		in.Reading.CooldownBase = base
		for _, e := range play(t, in).Events {
			if e.Kind == PolicyEvent && e.What == "scale out" {
				n, most = n+1, max(most, e.To)
			}
		}
		return n, most
	}
	before, least := outs(CapacityBefore)
	present, most := outs(PresentCapacity)
	if present >= before || most <= least {
		t.Errorf("got %d scale-outs to %d from the present capacity, %d to %d from the one before", present, most, before,
			least)
	}
	if n, same := outs(""); n != before || same != least {
		t.Errorf("the default is the capacity before: got %d to %d", n, same)
	}
}

// Alarms are evaluated late by the jitter, the same for the same seed.
func TestEvaluationJitter(t *testing.T) {
	t.Parallel()
	at := func(jitter time.Duration, seed uint64) time.Duration {
		in := variant(step(10, 1000, 10*time.Minute, 30*time.Minute))
		in.Reading.EvaluationJitter, in.Seed = jitter, seed
		_, when := first(play(t, in), PolicyEvent, "scale out")
		return when - 10*time.Minute
	}
	seen := map[time.Duration]bool{}
	for seed := range uint64(20) {
		got := at(time.Minute, seed)
		seen[got] = true
		if got < 240*time.Second || got > 300*time.Second || got != at(time.Minute, seed) {
			t.Errorf("seed %d: the action comes after %s", seed, got)
		}
	}
	if len(seen) < 5 {
		t.Errorf("got %v", seen)
	}
}

func TestReadingsDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range Readings() {
		if ps := r.validate(); len(ps) > 0 || seen[r.String()] {
			t.Errorf("%s: %v", r, ps)
		}
		seen[r.String()] = true
	}
	in := surge()
	in.Reading = Reading{CooldownBase: "Largest", EvaluationJitter: time.Millisecond}
	got := in.Validate().Err()
	if got == nil || !strings.Contains(got.Error(), "Reading.CooldownBase") ||
		!strings.Contains(got.Error(), "Reading.EvaluationJitter") {
		t.Errorf("got %v", got)
	}
}

// The table of assumptions in docs/rehearsal.md has every parameter of what AWS does.
func TestAssumptionsAreListed(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/rehearsal.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "## What is assumed\n")
	table, _, _ = strings.Cut(table, "\n## ")
	for name, of := range map[string]any{"Timing": Timing{}, "Reading": Reading{}} {
		kind := reflect.TypeOf(of)
		for i := range kind.NumField() {
			if field := "`" + name + "." + kind.Field(i).Name + "`"; !strings.Contains(table, field) {
				t.Errorf("%s is not in the table", field)
			}
		}
	}
	for _, row := range strings.Split(table, "\n") {
		if cells := strings.Split(strings.Trim(row, "|"), "|"); strings.HasPrefix(row, "|") && len(cells) != 5 {
			t.Errorf("%d cells in %s", len(cells), row)
		}
	}
}
