package rehearsal

import (
	"fmt"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// season is 88 days of both semi-finals in turn, with noise: target tracking, a
// step policy and 200 scheduled actions, a floor and its release for each of
// 100 evenings.
func season(b *testing.B, period time.Duration) Input {
	days, err := wc98()
	if err != nil {
		b.Fatal(err)
	}
	if period == time.Second {
		days = perSecond(days)
	}
	in := variant(trace.Repeated{Trace: days, Times: 44, Noise: 0.05, Seed: 1}).cooldowns(time.Minute, 5*time.Minute)
	in.Minutes = false
	in.Subject.Target.StepPolicies = []autoscaling.StepScalingPolicy{
		autoscaling.EmergencyPolicy(autoscaling.Variant{EndpointName: "odds", Name: "main"}, 8)}
	for i := range 100 {
		evening := days.Start.Add(time.Duration(i)*21*time.Hour + 18*time.Hour)
		in.Subject.Target.ScheduledActions = append(in.Subject.Target.ScheduledActions,
			floor(fmt.Sprintf("floor %d", i), evening.Format("at(2006-01-02T15:04:05)"), 20),
			floor(fmt.Sprintf("release %d", i), evening.Add(3*time.Hour).Format("at(2006-01-02T15:04:05)"), 4))
	}
	return in
}

func benchmark(b *testing.B, in Input) {
	b.ReportAllocs()
	for b.Loop() {
		r, err := Run(in)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(r.To.Sub(r.From).Seconds(), "steps")
	}
}

// BenchmarkSeason has a count for every minute, as an archive has.
func BenchmarkSeason(b *testing.B) { benchmark(b, season(b, time.Minute)) }

// BenchmarkSeasonBySecond has a count, and its noise, for every second.
func BenchmarkSeasonBySecond(b *testing.B) { benchmark(b, season(b, time.Second)) }

// BenchmarkEvening is what a plan tries a thousand times.
func BenchmarkEvening(b *testing.B) { benchmark(b, evening(8, 1, 0.7, 5*time.Minute, 0)) }
