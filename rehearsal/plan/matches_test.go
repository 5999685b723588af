package plan

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

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

// Plans hold on matches, too, that nothing here was chosen by.
func TestMadeUpMatches(t *testing.T) {
	t.Parallel()
	for _, pair := range []struct {
		site  uint64
		times float64
		start time.Duration
		held  held
	}{
		{3, 1, 5 * time.Minute, held{1, 1.25, 1.8}},
		{5, 2, 10 * time.Minute, held{0.999, 1.5, 0}},
	} {
		t.Run(fmt.Sprintf("site %d, ×%g", pair.site, pair.times), func(t *testing.T) {
			t.Parallel()
			on := madeUp(pair.site, 2, pair.times)
			p := planOf(t, learning(madeUp(pair.site, 1, pair.times), on, pair.start, nil))
			holdsTo(t, p, on.at(p.event, 1), pair.start, pair.held)
		})
	}
}

// BenchmarkMadeUpMatches says of how many pairs of matches the plan learned from
// one holds on the other, as the semi-finals' do, and at what cost.
func BenchmarkMadeUpMatches(b *testing.B) {
	for _, regime := range []struct {
		times        float64
		start        time.Duration
		availability float64
	}{{1, 5 * time.Minute, 1}, {2, 10 * time.Minute, 0.999}} {
		b.Run(fmt.Sprintf("×%g", regime.times), func(b *testing.B) {
			const pairs = 30
			for b.Loop() {
				held, cost := 0.0, 0.0
				for site := range uint64(pairs) {
					p, err := Make(context.Background(), learning(madeUp(site, 1, regime.times), madeUp(site, 2, regime.times),
						regime.start, nil))
					if err != nil {
						b.Fatal(err)
					}
					if p.Checked.Failed < halfRequest || p.Checked.Availability >= regime.availability && regime.availability < 1 {
						held++
					}
					cost += p.Checked.OverOracle
				}
				b.ReportMetric(100*held/pairs, "%held")
				b.ReportMetric(cost/pairs, "×oracle")
			}
		})
	}
}

// BenchmarkPlan tries 1,000 settings on a match evening, on all cores.
func BenchmarkPlan(b *testing.B) {
	for b.Loop() {
		r := learning(semifinal(8, 1), semifinal(7, 1), 5*time.Minute, nil).withDefaults()
		s := newSearch(context.Background(), r)
		s.limit, s.request.Budget = 1000, 1000
		s.measureToday()
		s.try(candidate{score: worst}, s.all(1000))
		b.ReportMetric(float64(s.settings), "settings")
		b.ReportMetric(float64(s.rehearsals), "rehearsals")
	}
}

// all is many settings, whichever.
func (s *search) all(n int) []Setting {
	c := s.searchSpace()
	var out []Setting
	for _, u := range c.safetyFactors {
		for _, share := range c.shares {
			for _, until := range c.untils {
				for _, lead := range c.leadTimes {
					set := s.with(s.initial(c), u, 2)
					set.Floors = Floors{Share: share, Steps: 4, Until: until, LeadTime: lead}
					out = append(out, set)
				}
			}
		}
	}
	return out[:min(n, len(out))]
}
