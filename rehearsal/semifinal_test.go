package rehearsal

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// wc98 is the two days of the semi-finals, read once.
var wc98 = sync.OnceValues(func() (trace.Trace, error) {
	t, _, err := trace.ReadFile("testdata/wc98_semifinals_1998-07-07_08.csv", trace.Options{})
	return t, err
})

// semifinal is 17:00 to 24:00 GMT of a day in July 1998, times as fast.
func semifinal(day int, times float64) trace.Trace {
	t, err := wc98()
	if err != nil {
		panic(err)
	}
	from := time.Date(1998, time.July, day, 17, 0, 0, 0, time.UTC)
	return t.Between(from, from.Add(7*time.Hour)).TimeScale(times)
}

// evening is a semi-final on instances of 100 requests a second, 4 or more of
// them, tracked at a share of that.
func evening(day int, times, share float64, start, outCooldown time.Duration) Input {
	in := variant(semifinal(day, times)).cooldowns(outCooldown, 5*time.Minute)
	in.Subject.Target.MaxCapacity = 1000
	in.Subject.Target.Policies[0].TargetValue = share * 6000
	in.Service.Start = Fixed(start)
	in.Minutes = false
	return in
}

// needs is the instances that a share of what each completes carries, by the period.
func needs(t trace.Trace, share float64) []int {
	out := make([]int, len(t.Counts))
	for i, n := range t.Counts {
		out[i] = ceilTo(n / t.Period.Seconds() / (100 * share))
	}
	return out
}

// learned sets floors as another evening would have needed them: the highest
// need of each half hour, from a start time and 5 minutes before it, asserted
// three times.
func learned(in Input, other trace.Trace, start time.Duration) Input {
	from, _ := in.Trace.Grid()
	need := needs(other, 0.7)
	per := int(30 * time.Minute / other.Period)
	for i := 0; i < len(need); i += per {
		highest := slices.Max(need[i:min(i+per, len(need))])
		for again := range 3 {
			at := from.Add(time.Duration(i)*other.Period - start + time.Duration(again-1)*5*time.Minute)
			in.Subject.Target.ScheduledActions = append(in.Subject.Target.ScheduledActions,
				floor(fmt.Sprintf("floor %d %d", i, again), at.Format("at(2006-01-02T15:04:05)"), max(4, highest)))
		}
	}
	return in
}

// half sets one floor, half of the highest need, an hour before kick-off until
// half past midnight of the source's clock would come.
func half(in Input, times float64) Input {
	t := in.Trace.(trace.Trace)
	highest := slices.Max(needs(t, 0.7))
	at := func(hours float64) string {
		return t.Start.Add(time.Duration(hours / times * float64(time.Hour))).Format("at(2006-01-02T15:04:05)")
	}
	in.Subject.Target.ScheduledActions = []autoscaling.ScheduledAction{
		floor("kick-off", at(1), (highest+1)/2), floor("over", at(5.5), 4)}
	return in
}

// static is as many instances as the evening's peak just needs, all the time.
func static(in Input) Input {
	peak := slices.Max(needs(in.Trace.(trace.Trace), 1))
	in.Subject.Target.MinCapacity, in.Subject.Target.MaxCapacity, in.Subject.Target.Policies = peak, peak, nil
	return in
}

// table is the lines of docs/rehearsal.md on the semi-finals.
func table(t *testing.T) []string {
	var lines []string
	for _, times := range []float64{1, 2, 4} {
		for _, start := range []time.Duration{5 * time.Minute, 10 * time.Minute} {
			for _, policy := range []struct {
				name string
				of   func(day int) Input
			}{
				{"tracking at 70 %", func(day int) Input { return evening(day, times, 0.7, start, 0) }},
				{"tracking at 70 %, AWS's cooldowns",
					func(day int) Input { return evening(day, times, 0.7, start, 5*time.Minute) }},
				{"tracking at 50 %", func(day int) Input { return evening(day, times, 0.5, start, 0) }},
				{"learned floors, tracking at 70 %", func(day int) Input {
					return learned(evening(day, times, 0.7, start, 0), semifinal(15-day, times), start)
				}},
				{"half of the need from before kick-off, tracking at 70 %",
					func(day int) Input { return half(evening(day, times, 0.7, start, 0), times) }},
				{"static peak", func(day int) Input { return static(evening(day, times, 0.7, start, 0)) }},
			} {
				a, b := play(t, policy.of(7)), play(t, policy.of(8))
				lines = append(lines, fmt.Sprintf("| ×%g, %.0f min | %s | %.3f / %.3f | %.2f / %.2f |", times, start.Minutes(),
					policy.name,
					a.Requests.Availability*100, b.Requests.Availability*100, a.Cost.OverOracle, b.Cost.OverOracle))
			}
		}
	}
	return lines
}

// The semi-finals, as docs/rehearsal.md has them.
func TestSemifinals(t *testing.T) {
	t.Parallel()
	for _, line := range table(t) {
		t.Log(line)
		shown(t, line)
	}
}

// An independent sketch of the same evenings, fluid and by the minute, came to
// these figures, with an oracle that has instances at no notice: ours starts
// them and pays for it. Its alarms are evaluated at once.
func TestSemifinalsAgainstASketch(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name         string
		in           Input
		availability float64
		overOracle   float64
	}{
		{"7 July, tracking at 70 %", evening(7, 1, 0.7, 5*time.Minute, 0), 99.981, 1.14},
		{"8 July, tracking at 70 %", evening(8, 1, 0.7, 5*time.Minute, 0), 99.889, 1.16},
		{"7 July, tracking at 50 %", evening(7, 1, 0.5, 5*time.Minute, 0), 100, 1.59},
		{"8 July, tracking at 50 %", evening(8, 1, 0.5, 5*time.Minute, 0), 100, 1.62},
		{"7 July, static peak", static(evening(7, 1, 0.7, 5*time.Minute, 0)), 100, 2.16},
		{"8 July, static peak", static(evening(8, 1, 0.7, 5*time.Minute, 0)), 100, 2.69},
	} {
		test.in.Reading.EvaluationDelay = late(0)
		r := play(t, test.in)
		at := r.Cost.InstanceHours / withoutNotice(t, test.in)
		line := fmt.Sprintf("| %s | %.3f | %.3f | %.2f | %.2f |", test.name, test.availability,
			r.Requests.Availability*100, test.overOracle, at)
		t.Log(line)
		shown(t, line)
		if d := r.Requests.Availability*100 - test.availability; d > 0.005 || d < -0.005 || at/test.overOracle > 1.02 ||
			at/test.overOracle < 0.98 {
			t.Error(line)
		}
	}
}

// withoutNotice is the cost of the oracle if instances needed no start.
func withoutNotice(t *testing.T, in Input) float64 {
	in.Service.Start = Fixed(time.Second)
	return play(t, in).Cost.OracleInstanceHours
}
