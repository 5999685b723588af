package rehearsal

import (
	"math"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// A gateway's queue carries over what a moment has too much.
func TestGatewayQueue(t *testing.T) {
	t.Parallel()
	in := variant(trace.Grid{Start: noon, Length: 10 * time.Minute}.Of(func(at time.Duration) float64 {
		if at > 5*time.Minute && at < 5*time.Minute+2*time.Second {
			return 600
		}
		return 200
	}))
	in.Gateway = Gateway{ConcurrencyPerInstance: 5}
	without := play(t, in)
	in.Gateway.Queue = 1000
	with := play(t, in)
	if without.Requests.Failed < 300 || with.Requests.Failed > 1 {
		t.Errorf("got %g failed without a queue, %g with one", without.Requests.Failed, with.Requests.Failed)
	}
	in.Gateway.Concurrency = 1 // 20 requests a second of 50 ms
	if r := play(t, in); r.Requests.Availability > 0.2 {
		t.Errorf("a limit of 1 at a time: got %g", r.Requests.Availability)
	}
}

func TestQueueLimitAndTimeout(t *testing.T) {
	t.Parallel()
	in := variant(flat(800, 10*time.Minute))
	in.InitialCapacity, in.Subject.Target.MaxCapacity = 4, 4
	patient := play(t, in)
	if a := patient.Requests.Availability; math.Abs(a-0.5) > 0.01 || patient.Latency.P99 < 900*time.Millisecond {
		t.Errorf("at twice the capacity: got %g, p99 %s", a, patient.Latency.P99)
	}
	in.Service.QueueLimit = 10
	if r := play(t, in); r.Latency.P99 > 500*time.Millisecond || math.Abs(r.Requests.Availability-0.5) > 0.01 {
		t.Errorf("with a short queue: got %+v", r.Latency)
	}
	in.Objective = Objective{Latency: 300 * time.Millisecond}
	if r := play(t, in); r.Requests.Late == 0 {
		t.Errorf("nothing is late: %+v", r.Requests)
	}
}

// Random routing queues at every instance: it waits longer, and a new instance
// does not help those that wait at another.
func TestRouting(t *testing.T) {
	t.Parallel()
	in := variant(flat(330, time.Hour))
	in.InitialCapacity, in.Subject.Target.MaxCapacity = 4, 4
	pooled := play(t, in)
	in.Service.Routing = Random
	spread := play(t, in)
	if spread.Latency.P99 <= pooled.Latency.P99 {
		t.Errorf("p99 %s at random, %s where least is outstanding", spread.Latency.P99, pooled.Latency.P99)
	}
}

// A moment that is too much comes again, and a part of it is served then.
func TestRetriesComeAgain(t *testing.T) {
	t.Parallel()
	in := variant(trace.Grid{Start: noon, Length: 10 * time.Minute}.Of(func(at time.Duration) float64 {
		if at > 5*time.Minute && at < 5*time.Minute+time.Second {
			return 2000
		}
		return 100
	}))
	// 400 are served, 400 wait for their second, and 1200 fail.
	without := play(t, in).Requests.Failed
	in.Faults.Retries, in.Faults.RetryAfter = 1, 30*time.Second
	with := play(t, in).Requests.Failed
	// 1200 and 100 come 30 s later: 400 are served, 400 wait.
	if math.Abs(without-1200) > 1 || with < 400 || with > 600 {
		t.Errorf("got %g failed, with a retry %g", without, with)
	}
}

// Clients try again when they do, also where nothing else happens meanwhile.
func TestRetriesComeInTheirSecond(t *testing.T) {
	t.Parallel()
	evening := flat(350, 20*time.Minute)
	evening.Counts[5] = 500 * 60
	in := variant(evening)
	in.InitialCapacity, in.Subject.Target.MaxCapacity = 4, 4
	in.Faults.Retries, in.Faults.RetryAfter = 1, 3*time.Minute
	byMinute := play(t, in)
	in.Trace = perSecond(evening)
	bySecond := play(t, in)
	if bySecond.Requests.Failed < 100 {
		t.Errorf("got %g failed", bySecond.Requests.Failed)
	}
	for i := range byMinute.Minutes {
		if a, b := byMinute.Minutes[i], bySecond.Minutes[i]; math.Abs(a.Failed-b.Failed) > 1e-6 || a.P99 != b.P99 {
			t.Errorf("minute %d: %+v with a count a minute, %+v with the same every second", i, a, b)
		}
	}
}
