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

// Alarms are evaluated late by the delay: a minute unless something else is said, and 0
// is something else.
func TestEvaluationDelay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		delay *time.Duration
		after time.Duration
	}{
		{"default", nil, 300 * time.Second},
		{"at once", late(0), 240 * time.Second},
		{"half a minute", late(30 * time.Second), 270 * time.Second},
		{"longer than a period", late(150 * time.Second), 390 * time.Second},
	} {
		for seed := range uint64(2) {
			in := variant(step(10, 1000, 10*time.Minute, 30*time.Minute))
			in.Reading.EvaluationDelay, in.Seed = test.delay, seed
			if _, at := first(play(t, in), PolicyEvent, "scale out"); at-10*time.Minute != test.after {
				t.Errorf("%s: the action comes after %s, want %s", test.name, at-10*time.Minute, test.after)
			}
		}
	}
}

// late is a delay of alarms.
func late(d time.Duration) *time.Duration { return &d }

// What an input leaves out of its reading is pessimistic, and a delay of 0 stays.
func TestReadingDefaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		of   Reading
		want string
	}{
		{Reading{}, DefaultReading().String()},
		{Reading{RefusedFloorRetried: true}, "raised after the update; alarms are evaluated 1m late"},
		{Reading{EvaluationDelay: late(0)}, "is lost; alarms are evaluated at once"},
	} {
		if got := (Input{Reading: test.of}).WithDefaults().Reading.String(); !strings.HasSuffix(got, test.want) {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
	for _, r := range []Reading{DefaultReading(), {EvaluationDelay: late(0)}} {
		if got := r.Others()[2].String(); got == r.withDefaults().String() || r.Others()[2].Others()[2].String() !=
			r.withDefaults().String() {
			t.Errorf("beside %q stands %q", r, got)
		}
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
	in.Reading = Reading{CooldownBase: "Largest", EvaluationDelay: late(time.Millisecond)}
	got := in.Validate().Err()
	if got == nil || !strings.Contains(got.Error(), "Reading.CooldownBase") ||
		!strings.Contains(got.Error(), "Reading.EvaluationDelay") {
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
