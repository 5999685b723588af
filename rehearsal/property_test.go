package rehearsal

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// anything is an arbitrary rehearsal.
func anything(r *rand.Rand) Input {
	whole := func(most int) time.Duration { return time.Duration(1+r.IntN(most)) * time.Second }
	t := trace.Trace{Start: noon.Add(whole(1000)), Period: whole(100)}
	for range 1 + r.IntN(100) {
		t.Counts = append(t.Counts, math.Floor(math.Pow(10, r.Float64()*5))*float64(r.IntN(3)))
	}
	least := 1 + r.IntN(5)
	in := variant(t).cooldowns(whole(400), whole(400))
	in.Subject.Target.MinCapacity, in.Subject.Target.MaxCapacity = least, least+r.IntN(60)
	in.Subject.Target.Policies[0].DisableScaleIn = r.IntN(4) == 0
	if r.IntN(2) == 0 {
		in.Subject.Target.Policies = append(in.Subject.Target.Policies, autoscaling.ConcurrencyPolicy(1+r.Float64()*5))
	}
	if r.IntN(2) == 0 {
		in.Subject.Target.StepPolicies = append(in.Subject.Target.StepPolicies,
			autoscaling.EmergencyPolicy(autoscaling.Variant{EndpointName: "odds", Name: "main"}, 8),
			autoscaling.OfferedLoadPolicy("odds"))
	}
	for i := range r.IntN(5) {
		in.Subject.Target.ScheduledActions = append(in.Subject.Target.ScheduledActions,
			floor(fmt.Sprint("floor ", i), fmt.Sprintf("cron(%d/%d * * * ? *)", r.IntN(20), 1+r.IntN(20)),
				least+r.IntN(1+in.Subject.Target.MaxCapacity-least)))
	}
	in.Service.Start = StartTime{Median: whole(600), P95: 601 * time.Second}
	in.Service.Routing = []Routing{Random, LeastOutstanding}[r.IntN(2)]
	in.Service.QueueLimit = float64(r.IntN(2) * r.IntN(100))
	in.Gateway = Gateway{ConcurrencyPerInstance: float64(r.IntN(2) * r.IntN(10)),
		Concurrency: float64(r.IntN(2) * r.IntN(100)), Queue: float64(r.IntN(100))}
	in.Faults = Faults{Fulfilled: r.Float64(), SlowStart: r.Float64() / 10, Retries: r.IntN(4), RetryAfter: whole(10)}
	at := func() time.Time { return t.Start.Add(whole(1 + int(t.End().Sub(t.Start).Seconds()))) }
	if r.IntN(2) == 0 {
		from := at()
		in.Faults.ZoneLost = at()
		in.Faults.NoCapacity = []Window{{from, from.Add(whole(2000))}}
		in.Faults.MetricGaps = []Window{{from, from.Add(whole(500))}}
		in.Faults.Deployments = []Deployment{{At: at(), Takes: whole(600), ResetTo: r.IntN(3)}}
		in.Faults.Overwritten = []time.Time{at()}
	}
	in.Timing = DefaultTiming()
	in.Timing.StandardDelay, in.Timing.HighResolutionDelay, in.Timing.Drain = whole(200)-time.Second,
		whole(60)-time.Second, whole(100)-time.Second
	in.Reading = Readings()[r.IntN(len(Readings()))]
	in.Seed = r.Uint64()
	return in
}

// Every rehearsal ends, and its figures add up.
func TestAnythingAddsUp(t *testing.T) {
	t.Parallel()
	for seed := range uint64(150) {
		in := anything(rand.New(rand.NewPCG(seed, 1)))
		r, err := Run(in)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		total := in.Trace.(trace.Trace).Total()
		failed, arrived, served := 0.0, 0.0, 0.0
		for _, m := range r.Minutes {
			failed, arrived = failed+m.Failed, arrived+m.Arrived
			if m.InService < 0 || m.Availability < 0 || m.Availability > 1 || m.Min > m.Max {
				t.Errorf("seed %d: %+v", seed, m)
			}
		}
		served = r.Requests.Arrived - r.Requests.Failed
		near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-6*math.Max(1, total) }
		if !near(arrived, total) || !near(failed, r.Requests.Failed) || served < -1e-6*total {
			t.Errorf("seed %d: %g of %g requests, %g failed by the minute and %g in all", seed, arrived, total, failed,
				r.Requests.Failed)
		}
		hours := r.To.Sub(r.From).Hours()
		if c := r.Cost; c.InstanceHours < 0 || c.InstanceHours > 2*hours*maxInstances ||
			c.OracleInstanceHours > c.StaticPeakInstanceHours+1e-9 {
			t.Errorf("seed %d: %+v", seed, c)
		}
		if e := r.Elasticity; e.TimeUnder+e.TimeOver > 1+1e-9 || e.Instability < 0 || e.Instability > 1 {
			t.Errorf("seed %d: %+v", seed, e)
		}
		if l := r.Latency; l.P50 > l.P95 || l.P95 > l.P99 {
			t.Errorf("seed %d: %+v", seed, l)
		}
	}
}
