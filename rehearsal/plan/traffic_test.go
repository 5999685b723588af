package plan

import (
	"sync"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// wc98 is the two days of the semi-finals, read once.
var wc98 = sync.OnceValues(func() (trace.Trace, error) {
	t, _, err := trace.ReadFile("../testdata/wc98_semifinals_1998-07-07_08.csv", trace.Options{})
	return t, err
})

// final is when the match comes that is planned for.
var final = time.Date(2027, time.May, 29, 19, 0, 0, 0, time.UTC)

// semifinal is 17:00 to 24:00 GMT of a day in July 1998, times as fast.
func semifinal(day int, times float64) Evening {
	t, err := wc98()
	if err != nil {
		panic(err)
	}
	from := time.Date(1998, time.July, day, 17, 0, 0, 0, time.UTC)
	return Evening{t.Between(from, from.Add(7*time.Hour)).TimeScale(times),
		from.Add(time.Duration(2 / times * float64(time.Hour)))}
}

// odds is instances of 100 requests a second, 4 or more of them, tracked at 70 %.
func odds(start time.Duration) rehearsal.Input {
	p := autoscaling.Tracking("invocations", autoscaling.VariantInvocationsPerInstance, 4200)
	p.ScaleOutCooldown, p.ScaleInCooldown = 0, 5*time.Minute
	return rehearsal.Input{
		Service: rehearsal.Service{RequestsPerSecond: 100, ServiceTime: 50 * time.Millisecond, Variation: 1,
			Start: rehearsal.Fixed(start), ClientTimeout: time.Second, Routing: rehearsal.LeastOutstanding},
		Subject: lint.Subject{Target: autoscaling.ScalableTarget{ResourceID: "endpoint/odds/variant/main",
			Dimension: autoscaling.VariantInstanceCount, MinCapacity: 4, MaxCapacity: 1000,
			Policies: []autoscaling.TargetTrackingPolicy{p}}},
	}
}
