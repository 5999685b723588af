package rehearsal

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
	"github.com/sagemaker-autoscaling-inference/cdk/test/exact"
)

// surges are the windows in which the flow of requests is held against an exact
// simulation of each of them.
func surges() []struct {
	name  string
	input Input
} {
	grid := trace.Grid{Start: noon, Length: 40 * time.Minute}
	small := func(t trace.Trace) Input { // a fifth of the usual instance, for as many fewer requests
		in := variant(t)
		in.Service.RequestsPerSecond = 20
		in.Subject.Target.Policies[0].TargetValue = 0.7 * 20 * 60
		return in
	}
	ramp := small(grid.Ramp(50, 390, 5*time.Minute, 25*time.Minute))
	flash := small(grid.Flash(50, 500, 5*time.Minute, 2*time.Minute, 8*time.Minute))
	flash.Service.ClientTimeout = 5 * time.Second
	kickOff := time.Date(1998, time.July, 8, 18, 0, 0, 0, time.UTC) // an hour after 17:00, twice as fast
	match := small(perSecond(semifinal(8, 2).Between(kickOff.Add(-5*time.Minute),
		kickOff.Add(35*time.Minute)).RateScale(0.2)))
	match.Service.Start = Fixed(10 * time.Minute)
	match.Service.ServiceTime, match.Service.Variation = 200*time.Millisecond, 0.5
	return []struct {
		name  string
		input Input
	}{{"a ramp to 8 times the load in 20 minutes", ramp}, {"a flash of 10 times in 2 minutes", flash},
		{"8 July, kick-off, twice as fast, 10-minute starts", match}}
}

// perSecond is a trace with a count for every second.
func perSecond(t trace.Trace) trace.Trace {
	out := trace.Trace{Start: t.Start, Period: time.Second}
	for _, n := range t.Counts {
		for range int(t.Period.Seconds()) {
			out.Counts = append(out.Counts, n/t.Period.Seconds())
		}
	}
	return out
}

// agreement is a line of the table in docs/rehearsal.md.
type agreement struct {
	name                  string
	arrived               float64
	failed, exactFailed   float64
	p99, exactP99         time.Duration
	covered, exactCovered time.Duration
}

func (a agreement) String() string {
	return fmt.Sprintf("| %s | %.0f | %.0f / %.0f | %.0f / %.0f ms | %.0f / %.0f s |", a.name, a.arrived, a.failed,
		a.exactFailed,
		a.p99.Seconds()*1000, a.exactP99.Seconds()*1000, a.covered.Seconds(), a.exactCovered.Seconds())
}

// compare simulates an input by seconds and by single requests, on the same
// instances.
func compare(t *testing.T, name string, in Input) agreement {
	t.Helper()
	full := in.WithDefaults()
	e := prepare(full).engine(full.Trace)
	w := exact.Window{Concurrency: full.Service.Concurrency, ServiceTime: full.Service.ServiceTime,
		Variation:     full.Service.Variation,
		ClientTimeout: full.Service.ClientTimeout, Seed: 7}
	start, _ := in.Trace.Grid()
	now, covered := start.Unix(), 0
	for count := range in.Trace.All() {
		if now == start.Unix() {
			e.warmUp(count)
		}
		e.processDue()
		before := e.totals.failed
		e.advance(now+1, count, 0)
		if e.totals.failed-before > exact.FailureThreshold*count {
			covered = int(now-start.Unix()) + 1
		}
		w.Rates = append(w.Rates, count)
		w.Instances = append(w.Instances, e.fleet.serving)
		now++
	}
	e.oracle.add(start.Unix(), now, 1)
	r := e.result()
	x := exact.SharedQueue(w)
	if full.Service.Routing == Random {
		x = exact.QueuePerInstance(w)
	}
	// Arrivals are random there; here the flow has their mean.
	scale := r.Requests.Arrived / float64(x.Arrived)
	return agreement{name, r.Requests.Arrived, r.Requests.Failed, float64(x.Failed) * scale, r.Latency.P99, x.P99,
		time.Duration(covered) * time.Second, time.Duration(x.Covered) * time.Second}
}

func TestAgreesWithSingleRequests(t *testing.T) {
	t.Parallel()
	for _, s := range surges() {
		a := compare(t, s.name, s.input)
		t.Log(a)
		if most := math.Max(0.1*a.exactFailed, 1e-5*a.arrived); math.Abs(a.failed-a.exactFailed) > most {
			t.Errorf("%s: %.0f failed, %.0f by itself, and %.0f are allowed between them", s.name, a.failed, a.exactFailed,
				most)
		}
		if math.Abs(a.p99.Seconds()/a.exactP99.Seconds()-1) > 0.1 {
			t.Errorf("%s: p99 %s, %s by itself", s.name, a.p99, a.exactP99)
		}
		if d := a.covered - a.exactCovered; d.Abs() > 10*time.Second {
			t.Errorf("%s: covered after %s, %s by itself", s.name, a.covered, a.exactCovered)
		}
		shown(t, a.String())
	}
}
