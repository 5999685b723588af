package plan

import (
	"math"
	"math/rand/v2"
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

// madeUp is a match that never was, of 7 hours with its kick-off after 2, times
// as fast. Matches of one site have their crowd in common; half-time, extra time,
// height and end are each match's own.
func madeUp(site, match uint64, times float64) Evening {
	random := rand.New(rand.NewPCG(site, 2))
	between := func(a, b float64) float64 { return a + (b-a)*random.Float64() }
	base, peak := between(150, 500), between(1500, 6000)
	begins, atKickOff, byHalf := between(-50, -12), between(0.1, 0.33), between(0.35, 0.5)
	random = rand.New(rand.NewPCG(site*1000+match, 1))
	base, peak = base*between(0.85, 1.15), peak*between(0.85, 1.15)
	points := [][2]float64{ // minute, share of the way from base to peak
		{-120, 0}, {begins * between(0.8, 1.25), between(0, 0.03)}, {0, atKickOff * between(0.8, 1.2)},
		{between(20, 30), byHalf * between(0.9, 1.1)}, {45, between(0.5, 0.65)},
	}
	half, dip := points[4][1], between(0, 0.3)
	points = append(points, [2]float64{between(48, 53), half * (1 - dip)},
		[2]float64{60, half * (1 - dip*between(0.5, 1))},
		[2]float64{between(63, 70), half * between(0.95, 1.15)}, [2]float64{85, between(0.7, 0.85)},
		[2]float64{105, between(0.85, 1)})
	ends := 108.0
	if random.IntN(3) == 0 { // extra time
		points = append(points, [2]float64{110, between(0.65, 0.8)}, [2]float64{125, between(0.75, 0.9)},
			[2]float64{145, between(0.9, 1)})
		ends = 150
	}
	last, halves := points[len(points)-1], between(5, 20)
	points = append(points, [2]float64{ends, 0.9 * last[1]})
	share := func(minute float64) float64 {
		for i := 1; i < len(points); i++ {
			if a, b := points[i-1], points[i]; minute < b[0] {
				return a[1] + (b[1]-a[1])*(minute-a[0])/(b[0]-a[0])
			}
		}
		return 0.9 * last[1] * math.Exp2((ends-minute)/halves)
	}
	start := time.Date(2026, time.June, 6, 17, 0, 0, 0, time.UTC)
	t := trace.Grid{Start: start, Length: 7 * time.Hour, Period: time.Minute}.Of(func(at time.Duration) float64 {
		return (base + (peak-base)*share(at.Minutes()-120)) * (1 + 0.03*random.NormFloat64())
	})
	return Evening{t.TimeScale(times), start.Add(time.Duration(2 / times * float64(time.Hour)))}
}
