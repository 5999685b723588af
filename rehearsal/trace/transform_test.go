package trace_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

var close = cmpopts.EquateApprox(0, 1e-9)

func TestChanges(t *testing.T) {
	t.Parallel()
	at := evening.Start
	for name, test := range map[string]struct{ got, want trace.Trace }{
		"twice the requests": {evening.RateScale(2), trace.Trace{Start: at, Period: time.Minute,
			Counts: []float64{200, 500, 180}}},
		"twice as fast": {evening.TimeScale(2), trace.Trace{Start: at, Period: 30 * time.Second,
			Counts: []float64{50, 125, 45}}},
		"half as fast": {evening.TimeScale(0.5), trace.Trace{Start: at, Period: 2 * time.Minute,
			Counts: []float64{200, 500, 180}}},
		"from": {evening.Between(at.Add(30*time.Second), time.Time{}),
			trace.Trace{Start: at.Add(time.Minute), Period: time.Minute, Counts: []float64{250, 90}}},
		"to": {evening.Between(time.Time{}, at.Add(time.Minute)),
			trace.Trace{Start: at, Period: time.Minute, Counts: []float64{100}}},
		"shifted": {evening.ShiftTo(at, at.Add(time.Hour)),
			trace.Trace{Start: at.Add(time.Hour), Period: time.Minute, Counts: evening.Counts}},
		"extra time": {evening.Extend(at.Add(2*time.Minute), 90*time.Second),
			trace.Trace{Start: at, Period: time.Minute, Counts: []float64{100, 250, 100, 250, 90}}},
	} {
		if diff := cmp.Diff(test.want, test.got, close); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got := evening.Between(at.Add(time.Hour), at); len(got.Counts) != 0 || got.Validate() == nil {
		t.Errorf("nothing is between: got %v", got)
	}
}

// A time scale that does not divide the period loses no request's share of time.
func TestOddTimeScale(t *testing.T) {
	t.Parallel()
	for _, times := range []float64{7, 1.1, 0.3, 90} {
		got := evening.TimeScale(times)
		if want := evening.Total() / times; math.Abs(got.Total()-want) > 1e-9*want || got.Period%time.Second != 0 {
			t.Errorf("×%g: got %g requests in periods of %s, want %g", times, got.Total(), got.Period, want)
		}
	}
}

func TestRepeated(t *testing.T) {
	t.Parallel()
	exact := trace.Repeated{Trace: evening, Times: 3}
	if diff := cmp.Diff([]float64{100, 250, 90, 100, 250, 90, 100, 250, 90}, slices.Collect(exact.All())); diff != "" {
		t.Error(diff)
	}
	noisy := trace.Repeated{Trace: evening, Times: 3, Noise: 0.1, Seed: 1}
	first, second := slices.Collect(noisy.All()), slices.Collect(noisy.All())
	if !slices.Equal(first, second) || slices.Equal(first[:3], first[3:6]) {
		t.Errorf("noise is the same each time it is played, and not each day: %v, %v", first, second)
	}
	for range noisy.All() {
		break
	}
}

func TestShapes(t *testing.T) {
	t.Parallel()
	g := trace.Grid{Start: evening.Start, Length: 4 * time.Hour, Period: time.Minute}
	rate := func(t trace.Trace, minute int) float64 { return t.Counts[minute] / 60 }
	for _, test := range []struct {
		name   string
		trace  trace.Trace
		minute int
		want   float64
	}{
		{"step before", g.Step(10, 90, time.Hour), 59, 10},
		{"step after", g.Step(10, 90, time.Hour), 60, 90},
		{"ramp before", g.Ramp(10, 90, time.Hour, 2*time.Hour), 0, 10},
		{"ramp half way", g.Ramp(10, 90, time.Hour+30*time.Second, 2*time.Hour+30*time.Second), 90, 50},
		{"ramp after", g.Ramp(10, 90, time.Hour, 2*time.Hour), 200, 90},
		{"flash before", g.Flash(10, 90, time.Hour, time.Minute, 10*time.Minute), 10, 10},
		{"flash at half", g.Flash(10, 90, time.Hour, 30*time.Second, 10*time.Minute), 70, 50},
		{"day at its highest", g.Diurnal(10, 90, 21+0.5/60), 60, 90},
		{"match before", g.Match(10, 110, time.Hour), 20, 10},
		{"match at its end", g.Match(10, 110, 30*time.Second), 105, 110},
		{"match at half-time", g.Match(10, 110, 30*time.Second), 55, 55},
	} {
		if got := rate(test.trace, test.minute); math.Abs(got-test.want) > 1e-6 {
			t.Errorf("%s: got %g a second, want %g", test.name, got, test.want)
		}
	}
	got := trace.Grid{Length: 3 * time.Second}.Of(func(time.Duration) float64 { return -1 })
	if len(got.Counts) != 3 || got.Total() != 0 {
		t.Errorf("below nothing is nothing: got %v", got)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	wrong := trace.Trace{Period: time.Millisecond, Counts: make([]float64, 30)}
	for i := range wrong.Counts {
		wrong.Counts[i] = math.NaN()
	}
	ps := wrong.Validate()
	if len(ps) != 12 || ps[0].Path != "Period" || ps[1].Path != "Counts[0]" ||
		ps[11].Rule != "20 more are no numbers of requests" {
		t.Errorf("got %v", ps)
	}
	if evening.Validate() != nil || evening.End() != evening.Start.Add(3*time.Minute) {
		t.Errorf("got %v, %s", evening.Validate(), evening.End())
	}
}
