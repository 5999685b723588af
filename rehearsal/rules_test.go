package rehearsal

import (
	"math"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

func TestTrackOut(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		capacity       int
		metric, target float64
		want           int
	}{
		{1, 130, 5, 26}, // fact A28, before the maximum
		{4, 4201, 4200, 5},
		{4, 4200, 4200, 4},
		{10, 8400, 4200, 20},
		{3, 0.7 * 3, 0.7, 9}, // 8.999… and 9.000…1 in binary are 9
		{0, 100, 5, 0},       // nothing comes of nothing: from zero leads a step policy (fact D2)
	} {
		if got := proportionalCapacity(test.capacity, test.metric, test.target); got != test.want {
			t.Errorf("%d at %g for %g: got %d, want %d", test.capacity, test.metric, test.target, got, test.want)
		}
	}
}

func TestTrackIn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		capacity       int
		metric, target float64
		want           int
	}{
		{10, 2000, 4200, 5}, // 4.76 is rounded up, so that less is removed
		{10, 2100, 4200, 6}, // 5 would bring it to the target exactly
		{10, 0, 4200, 0},    // the minimum holds it
		{2, 4000, 4200, 2},
	} {
		if got := scaleInCapacity(test.capacity, test.metric, test.target); got != test.want {
			t.Errorf("%d at %g for %g: got %d, want %d", test.capacity, test.metric, test.target, got, test.want)
		}
	}
}

func TestAgreeIn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		votes  []vote
		want   int
		agreed bool
	}{
		{"nobody", nil, 0, false},
		{"one", []vote{{true, 4}}, 4, true},
		{"one of two", []vote{{true, 4}, {false, 0}}, 0, false},
		{"both, and the larger wins", []vote{{true, 4}, {true, 7}}, 7, true},
	} {
		if got, agreed := unanimousScaleIn(test.votes); got != test.want || agreed != test.agreed {
			t.Errorf("%s: got %d, %v", test.name, got, agreed)
		}
	}
}

func TestOutBase(t *testing.T) {
	t.Parallel()
	// Fact A20: from 4, 36 have been added. In the cooldown the same surge asks
	// for 40 again, which is there, and one half as large again for 60.
	if got := proportionalCapacity(scaleOutBase(40, true, 4), 42000, 4200); got != 40 {
		t.Errorf("the same again: got %d", got)
	}
	if got := proportionalCapacity(scaleOutBase(40, true, 4), 63000, 4200); got != 60 {
		t.Errorf("larger: got %d", got)
	}
	if got := proportionalCapacity(scaleOutBase(40, false, 4), 6300, 4200); got != 60 {
		t.Errorf("after the cooldown: got %d", got)
	}
}

func TestSteps(t *testing.T) {
	t.Parallel()
	at := func(x float64) *float64 { return &x }
	out := autoscaling.StepScalingPolicy{AdjustmentType: autoscaling.PercentChangeInCapacity, MinAdjustmentMagnitude: 2,
		Alarm: autoscaling.Alarm{Threshold: 50},
		Steps: []autoscaling.Step{{LowerBound: at(0), UpperBound: at(10), Adjustment: 10},
			{LowerBound: at(10), Adjustment: 100}}}
	in := autoscaling.StepScalingPolicy{AdjustmentType: autoscaling.ChangeInCapacity,
		Alarm: autoscaling.Alarm{Threshold: 50},
		Steps: []autoscaling.Step{{UpperBound: at(-10), Adjustment: -3},
			{LowerBound: at(-10), UpperBound: at(0), Adjustment: -1}}}
	both := autoscaling.StepScalingPolicy{AdjustmentType: autoscaling.ChangeInCapacity,
		Alarm: autoscaling.Alarm{Threshold: 50, Comparison: autoscaling.AtLeast},
		Steps: []autoscaling.Step{{UpperBound: at(-10), Adjustment: -5},
			{LowerBound: at(-10), UpperBound: at(0), Adjustment: -1},
			{LowerBound: at(0), UpperBound: at(10), Adjustment: 1}, {LowerBound: at(10), Adjustment: 5}}}
	falling := func(p autoscaling.StepScalingPolicy) *autoscaling.StepScalingPolicy {
		p.Alarm.Comparison = autoscaling.AtMost
		return &p
	}
	exact := autoscaling.StepScalingPolicy{AdjustmentType: autoscaling.ExactCapacity,
		Alarm: autoscaling.Alarm{Threshold: 50},
		Steps: []autoscaling.Step{{LowerBound: at(0), Adjustment: 7}}}
	for _, test := range []struct {
		name     string
		policy   *autoscaling.StepScalingPolicy
		capacity int
		metric   float64
		want     int
	}{
		{"at the threshold", &out, 30, 50, 33},
		{"the least change", &out, 3, 55, 5},
		{"at a bound the higher step", &out, 30, 60, 60},
		{"below it none", &out, 30, 49, 30},
		{"in", &in, 30, 45, 29},
		{"at a bound below the lower step", &in, 30, 40, 27},
		{"far in", &in, 2, 0, 0},
		{"exact", &exact, 30, 50, 7},
		// Fact I1: with a threshold of 50, bounds 0 and 10 are 50 and more to less than
		// 60, −10 and 0 are more than 40 to 50.
		{"at the threshold of an alarm that falls", falling(in), 30, 50, 29},
		{"above the threshold of an alarm that falls", falling(in), 30, 50.1, 30},
		{"at the threshold of an alarm that falls, steps of both sides", falling(both), 30, 50, 29},
		{"at the threshold of an alarm that rises, steps of both sides", &both, 30, 50, 31},
		{"just below the upper bound", &both, 30, 59.9, 31},
		{"at the upper bound", &both, 30, 60, 35},
		{"at the lower bound", falling(both), 30, 40, 25},
		{"just above the lower bound", falling(both), 30, 40.1, 29},
	} {
		if got := stepCapacity(test.policy, test.capacity, test.metric); got != test.want {
			t.Errorf("%s: got %d, want %d", test.name, got, test.want)
		}
	}
}

func TestPercentChange(t *testing.T) {
	t.Parallel()
	// fact A43
	for change, want := range map[float64]int{1.9: 1, 0.1: 1, 0: 0, -0.1: -1, -1.9: -1, 12.7: 12, -6.67: -6} {
		if got := percentChange(change); got != want {
			t.Errorf("%g: got %d, want %d", change, got, want)
		}
	}
}

func TestAlarm(t *testing.T) {
	t.Parallel()
	none := math.NaN()
	rule := func(datapoints, toAlarm int, missing autoscaling.MissingData) alarmRule {
		return alarmRule{autoscaling.Above, 10, datapoints, toAlarm, missing}
	}
	for _, test := range []struct {
		name string
		rule alarmRule
		see  []float64
		want alarmState
	}{
		{"nothing yet", rule(3, 3, ""), nil, insufficientData},
		{"three of three", rule(3, 3, ""), []float64{11, 11, 11}, inAlarm},
		{"two of three", rule(3, 3, ""), []float64{11, 11, 10}, isOK},
		{"two of three are enough", rule(3, 2, ""), []float64{11, 1, 11}, inAlarm},
		{"over again", rule(3, 3, ""), []float64{11, 11, 11, 1}, isOK},
		{"all missing", rule(3, 3, ""), []float64{11, 11, 11, none, none, none}, insufficientData},
		{"missing is no breach", rule(3, 3, ""), []float64{11, 11, none}, isOK},
		{"missing breaches", rule(3, 3, autoscaling.MissingBreaches), []float64{11, 11, none}, inAlarm},
		{"missing is fine", rule(3, 3, autoscaling.MissingIsFine), []float64{none, none, none}, isOK},
		{"missing is ignored", rule(3, 3, autoscaling.MissingIsIgnored), []float64{11, 11, 11, none}, inAlarm},
		{"a breach that has left the window", rule(3, 1, ""), []float64{11, 1, 1, 1}, isOK},
	} {
		a := newAlarm(test.rule)
		for _, v := range test.see {
			a.observe(v)
		}
		if a.state != test.want {
			t.Errorf("%s: got %s, want %s", test.name, a.state, test.want)
		}
	}
	for comparison, want := range map[autoscaling.Comparison][3]bool{
		autoscaling.Above: {false, false, true}, autoscaling.AtLeast: {false, true, true},
		autoscaling.Below: {true, false, false}, autoscaling.AtMost: {true, true, false},
	} {
		r := alarmRule{comparison: comparison, threshold: 10}
		if got := [3]bool{r.breaches(9), r.breaches(10), r.breaches(11)}; got != want {
			t.Errorf("%s: got %v", comparison, got)
		}
	}
}

// Facts A7 and A8: in a minute in which the capacity changes the metric is what
// each request has added.
func TestInvocationsPerInstanceIsAMix(t *testing.T) {
	t.Parallel()
	s := series{metric: invocationsPerInstance, statistic: autoscaling.Sum, period: 60}
	s.reset()
	s.add(sample{value: 100.0 / 1, requests: 100}, 20)
	s.add(sample{value: 100.0 / 4, requests: 100}, 40)
	if got := s.value(); got != 20*100+40*25 {
		t.Errorf("got %g", got)
	}
	s.statistic = autoscaling.SampleCount
	if got := s.value(); got != 6000 {
		t.Errorf("samples: got %g", got)
	}
}

func TestSeries(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		signal    metric
		statistic autoscaling.Statistic
		add       []sample
		want      float64
	}{
		{"a level's average", concurrency, autoscaling.Average, []sample{{value: 2}, {value: 6}}, 4},
		{"a level's maximum", concurrency, autoscaling.Maximum, []sample{{value: 2}, {value: 6}}, 6},
		{"a level's minimum", concurrency, autoscaling.Minimum, []sample{{value: 2}, {value: 6}}, 2},
		{"no instance, no level", concurrency, autoscaling.Average, []sample{{unknown: true}}, math.NaN()},
		{"zero traffic is zero", invocationsPerInstance, autoscaling.Sum, []sample{{}}, 0}, // fact A33
		{"a quiet gateway is silent", arrived, autoscaling.Sum, []sample{{}}, math.NaN()},
		{"a refused request", noCapacity, autoscaling.Maximum, []sample{{value: 3, requests: 3}}, 1}, // fact D2
		{"nobody is refused", noCapacity, autoscaling.Maximum, []sample{{unknown: true}}, math.NaN()},
	} {
		s := series{metric: test.signal, statistic: test.statistic}
		s.reset()
		for _, m := range test.add {
			s.add(m, 1)
		}
		if got := s.value(); got != test.want && !(math.IsNaN(got) && math.IsNaN(test.want)) {
			t.Errorf("%s: got %g, want %g", test.name, got, test.want)
		}
	}
}

func TestMetricMath(t *testing.T) {
	t.Parallel()
	ids := map[string]int{"a": 0, "b": 1}
	for text, want := range map[string]float64{
		"a + b * 2":                        26,
		"(a + b) * 2":                      32,
		"-a / b":                           -0.6,
		"a - b - 1":                        -5,
		"IF(a > b, 100 * a / b, 0)":        0,
		"IF(a < b, a, b)":                  6,
		"FILL(a / 0, 7)":                   7,
		"MAX([a, b, 3])":                   10,
		"MIN([a, b]) + SUM([a, 1])":        13,
		"AVG([a, b])":                      8,
		"ABS(a - b) + CEIL(.5) + FLOOR(2)": 7,
		"a >= 6 && b != 10 || a == 6":      1,
		"1e2":                              100,
	} {
		n, err := parseMath(text, ids)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := n.eval([]float64{6, 10}); got != want {
			t.Errorf("%s: got %g, want %g", text, got, want)
		}
	}
	for _, text := range []string{"", "a +", "c", "(a", "a b", "MAX(a)", "IF(a)", "RATE(a)", "FILL(a, REPEAT)",
		"ABS([a])", "a $ b", "SUM([a)"} {
		if _, err := parseMath(text, ids); err == nil {
			t.Errorf("%q is not refused", text)
		}
	}
	if n, err := parseMath("a + b", ids); err != nil || !math.IsNaN(n.eval([]float64{math.NaN(), 1})) { // fact G12
		t.Error("what is computed from a missing value is missing")
	}
}

func FuzzParseMath(f *testing.F) {
	f.Add("IF(FILL(a, 0) > 0, 100 * FILL(b, 0) / FILL(a, 1), 0)")
	f.Add("((((")
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := parseMath(text, map[string]int{"a": 0, "b": 1}); err == nil {
			n.eval([]float64{1, 2})
		}
	})
}

func TestStartTime(t *testing.T) {
	t.Parallel()
	in := Input{Trace: flat(1, time.Minute), Service: Service{RequestsPerSecond: 1, Concurrency: 1,
		ServiceTime: time.Second}, Timing: DefaultTiming()}
	e := prepare(in).engine(in.Trace)
	s := StartTime{Median: 300 * time.Second, P95: 525 * time.Second}
	below, beyond := 0, 0
	const draws = 20_000
	for range draws {
		switch d := s.draw(e.fleet.random); {
		case d < 300:
			below++
		case d > 525:
			beyond++
		}
	}
	if math.Abs(float64(below)/draws-0.5) > 0.02 || math.Abs(float64(beyond)/draws-0.05) > 0.01 {
		t.Errorf("got %d of %d below the median and %d beyond the 95th percentile", below, draws, beyond)
	}
	if got := Fixed(5 * time.Minute).draw(nil); got != 300 {
		t.Errorf("fixed: got %d", got)
	}
	if got := slowdown(0.02, 51); got != 2 {
		t.Errorf("51 at once: got %g times as long", got)
	}
}

// The oracle has each instance from a start time before it is needed, and gives
// it back as soon as it is not.
func TestOracle(t *testing.T) {
	t.Parallel()
	o := newOracle(Input{Service: Service{RequestsPerSecond: 10, Concurrency: 1, Start: Fixed(100 * time.Second)},
		Objective: Objective{Utilization: 1}}, 0)
	for _, s := range []struct {
		from, to  int64
		instances int
	}{{0, 300, 1}, {300, 310, 5}, {310, 360, 2}, {360, 1000, 1}} {
		o.add(s.from, s.to, s.instances)
	}
	o.billUntil(1000)
	// 1 until 200, 5 until 310, 2 until 360, 1 until 1000.
	if want := 200.0*1 + 110*5 + 50*2 + 640*1; o.billed != want || o.most != 5 {
		t.Errorf("billed %g instance seconds, want %g, and at most %d", o.billed, want, o.most)
	}
	for rate, want := range map[float64]int{0: 0, 0.1: 1, 10: 1, 10.1: 2, 30: 3, 99.9: 10} {
		if got := o.needed(rate); got != want {
			t.Errorf("%g a second: got %d, want %d", rate, got, want)
		}
	}
}

// With a latency that is promised the oracle keeps more instances.
func TestOracleKeepsLatency(t *testing.T) {
	t.Parallel()
	in := Input{Service: Service{RequestsPerSecond: 10, Concurrency: 1, ServiceTime: 100 * time.Millisecond,
		Variation: 0},
		Objective: Objective{Latency: 200 * time.Millisecond, Share: 0.99, Utilization: 1}}
	o := newOracle(in, 0)
	// M/D/1: at n instances of equal shares, 1 of 100 waits longer than 0.1 s.
	n := o.needed(50)
	if n <= 5 || o.meetsObjective(n, 50) != true || o.meetsObjective(n-1, 50) {
		t.Errorf("got %d instances", n)
	}
}

func TestHistogram(t *testing.T) {
	t.Parallel()
	var h histogram
	for i := range 1000 {
		h.add(float64(i)/1000, 1)
	}
	for _, q := range []float64{0.5, 0.95, 0.99} {
		if got := h.quantile(q).Seconds(); math.Abs(got-q) > 0.03*q {
			t.Errorf("the %g quantile of 0 to 1 s: got %g", q, got)
		}
	}
	if got := h.beyond(500 * time.Millisecond); math.Abs(got-500) > 30 {
		t.Errorf("beyond half: got %g", got)
	}
	if (&histogram{}).quantile(0.5) != 0 {
		t.Error("of nothing the median is 0")
	}
	times := serviceTimes(Service{ServiceTime: 200 * time.Millisecond, Variation: 1})
	sum, square := 0.0, 0.0
	for _, x := range times {
		sum += x / float64(len(times))
		square += x * x / float64(len(times))
	}
	if math.Abs(sum-0.2) > 1e-9 || math.Abs(math.Sqrt(square-sum*sum)/sum-1) > 0.1 {
		t.Errorf("got a mean of %g and a variation of %g", sum, math.Sqrt(square-sum*sum)/sum)
	}
}

func TestLatenciesByTheirSums(t *testing.T) {
	t.Parallel()
	times := serviceTimes(Service{ServiceTime: 50 * time.Millisecond, Variation: 1})
	var h histogram
	for i := range 300 {
		h.add(float64(i*i)*1e-4, float64(i))
	}
	want, got := h.latencies(times), h.latenciesBy(latencyBins(times))
	for _, q := range []float64{0.01, 0.5, 0.95, 0.99, 0.999} {
		if a, b := want.quantile(q), got.quantile(q); a-b > time.Microsecond || b-a > time.Microsecond {
			t.Errorf("%g of latencies: got %s, want %s", q, b, a)
		}
	}
}
