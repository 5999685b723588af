package autoscaling

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

func percent(n int) FleetShare   { return FleetShare{Percent: n} }
func instances(n int) FleetShare { return FleetShare{Instances: n} }

// TestUpdateSizes: how long an update of 12 instances waits, how many exist at once,
// then in a rollback, and the time-out that is sent.
func TestUpdateSizes(t *testing.T) {
	t.Parallel()
	all := percent(100)
	type sizes struct {
		Kind                UpdateKind
		Steps               int
		Waits               time.Duration
		Instances, Rollback int
		Timeout             time.Duration
	}
	const m, h = time.Minute, time.Hour
	for name, test := range map[string]struct {
		of   *Update
		want sizes
	}{
		"at once":        {&Update{TerminationWait: 5 * m}, sizes{UpdateAllAtOnce, 1, 5 * m, 24, 24, 2*h + 5*m}},
		"canary":         {&Update{Canary: &Canary{percent(20), 10 * m}, TerminationWait: 5 * m}, sizes{UpdateCanary, 2, 15 * m, 24, 24, 2*h + 15*m}},
		"linear":         {&Update{Linear: &Linear{percent(30), 10 * m}}, sizes{UpdateLinear, 4, 40 * m, 24, 24, 2*h + 40*m}},
		"counted linear": {&Update{Linear: &Linear{instances(5), 10 * m}}, sizes{UpdateLinear, 3, 30 * m, 24, 24, 8 * h}},
		"rolling":        {&Update{Rolling: &Rolling{Batch: percent(50), Wait: 5 * m}}, sizes{UpdateRolling, 2, 10 * m, 18, 24, 4*h + 10*m}},
		"small batches":  {&Update{Rolling: &Rolling{Batch: percent(5), Wait: 5 * m}}, sizes{UpdateRolling, 20, 100 * m, 13, 24, 8 * h}},
		"rolling back in batches": {&Update{Rolling: &Rolling{Batch: instances(2), RollbackBatch: &FleetShare{Percent: 25}}},
			sizes{UpdateRolling, 6, 0, 14, 17, 8 * h}},
		"rolling back at once": {&Update{Rolling: &Rolling{Batch: instances(2), RollbackBatch: &all}, Timeout: h}, sizes{UpdateRolling, 6, 0, 14, 24, h}},
	} {
		u := test.of
		got := sizes{u.Kind(), u.Steps(12), u.Waits(12), u.Instances(12), u.RollbackInstances(12), u.EffectiveTimeout()}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	var none *Update
	if none.Kind() != UpdateAllAtOnce || none.Waits(12) != 0 || none.Instances(12) != 24 || none.RollbackInstances(12) != 24 {
		t.Error("no update is not all at once")
	}
}

func TestUpdateValidate(t *testing.T) {
	t.Parallel()
	main := UpdatedVariant{Variant: Variant{EndpointName: "predictions", Name: "main", InstanceType: "ml.c6i.large"}}
	sized := main
	sized.MinInstances, sized.MaxInstances = 4, 20
	next := main
	next.Name = "next"
	queued := main
	queued.Asynchronous = true
	const m = time.Minute
	canary := &Canary{percent(20), 10 * m}
	rate := func(r float64) *Rollback { return &Rollback{RollbackThresholds: RollbackThresholds{ErrorRate: r}} }
	for name, test := range map[string]struct {
		of       Update
		variants []UpdatedVariant
		want     []string
	}{
		"nothing":                {Update{}, []UpdatedVariant{main}, nil},
		"canary":                 {Update{Canary: canary, Rollback: rate(0.02)}, []UpdatedVariant{sized, next}, nil},
		"counted":                {Update{Linear: &Linear{instances(2), m}}, []UpdatedVariant{sized}, nil},
		"counted, unknown":       {Update{Linear: &Linear{instances(9), m}}, []UpdatedVariant{main}, nil},
		"rolling":                {Update{Rolling: &Rolling{Batch: percent(5)}}, []UpdatedVariant{sized}, nil},
		"asynchronous":           {Update{Canary: canary, Rollback: &Rollback{Alarms: []string{"failures"}}}, []UpdatedVariant{queued}, nil},
		"all that is wrong":      {Update{Canary: &Canary{percent(51), -m}, Linear: &Linear{percent(9), 0}, Rolling: &Rolling{Wait: 61 * m}, TerminationWait: 90 * m}, []UpdatedVariant{main, next}, []string{"Linear: ", "Rolling: an update is of one kind", "TerminationWait: got 1h30m: a rolling", "Rolling: an endpoint of several", "Canary.Size.Percent: got 51", "Canary.Wait: got -1m", "Linear.Step.Percent: got 9", "Rolling.Batch: neither Percent nor Instances", "Rolling.Wait: got 1h1m", "TerminationWait: got 1h30m: a wait"}},
		"parts of a second":      {Update{TerminationWait: 1500 * time.Millisecond}, []UpdatedVariant{main}, []string{"write 2s"}},
		"a rollback batch":       {Update{Rolling: &Rolling{Batch: percent(10), RollbackBatch: &FleetShare{Percent: 101}}}, []UpdatedVariant{main}, []string{"Rolling.RollbackBatch.Percent: got 101"}},
		"too many and few":       {Update{Linear: &Linear{instances(1), m}}, []UpdatedVariant{sized}, []string{"has 4 to 20 instances; raise it to 2 or more"}},
		"no room":                {Update{Linear: &Linear{instances(1), 0}}, []UpdatedVariant{{MinInstances: 2, MaxInstances: 30}}, []string{"; give Percent"}},
		"the timeout's end":      {Update{Canary: canary, Timeout: 10 * m}, []UpdatedVariant{main}, []string{"Timeout: got 10m: the waits add up to 10m: 2 steps with a wait of 10m after the first"}},
		"a wait and the timeout": {Update{TerminationWait: 61 * m, Timeout: m}, []UpdatedVariant{main}, []string{"TerminationWait: got 1h1m", "Timeout: got 1m: a time-out is"}},
		"over the waits":         {Update{Canary: canary, Timeout: 10*m + time.Second}, []UpdatedVariant{main}, nil},
		"8h of waits":            {Update{Linear: &Linear{percent(12), time.Hour}, Timeout: 8 * time.Hour}, []UpdatedVariant{main}, []string{"the waits add up to 9h: 9 steps"}},
		"over the canary":        {Update{Canary: canary, Rollback: rate(0.2)}, []UpdatedVariant{main}, []string{"Rollback.ErrorRate: got 0.2: the canary serves 20 % of the requests: where all of them fail, the rate is 0.2; lower it, such as to 0.1"}},
		"a counted canary":       {Update{Canary: &Canary{instances(2), 10 * m}, Rollback: rate(0.1)}, []UpdatedVariant{sized}, []string{"the canary serves 10 %"}},
		"a variant's own":        {Update{Canary: canary, Rollback: &Rollback{Variants: map[string]RollbackThresholds{"next": {ErrorRate: 0.3}}}}, []UpdatedVariant{main, next}, []string{`Rollback.Variants["next"].ErrorRate: got 0.3`}},
		"linear sees it":         {Update{Linear: &Linear{percent(10), m}, Rollback: rate(0.5)}, []UpdatedVariant{main}, nil},
		"given, without wait":    {Update{Rollback: &Rollback{Alarms: []string{"a"}}}, []UpdatedVariant{main}, []string{"TerminationWait: alarms are watched during the waits"}},
		"given, a short wait":    {Update{TerminationWait: time.Second, Rollback: &Rollback{Alarms: []string{"a"}}}, []UpdatedVariant{main}, nil},
		"ten alarms":             {Update{Canary: canary, Rollback: &Rollback{Alarms: strings.Fields("a b c d e f g h"), RollbackThresholds: RollbackThresholds{0.02, time.Second}}}, []UpdatedVariant{main}, nil},
		"eleven alarms":          {Update{Canary: canary, Rollback: &Rollback{Alarms: strings.Fields("a b c d e f g h i"), RollbackThresholds: RollbackThresholds{0.02, time.Second}}}, []UpdatedVariant{main}, []string{"here are 11: 9 are given and 2 made of 1 variants"}},
		"names of alarms":        {Update{Canary: canary, Rollback: &Rollback{Alarms: []string{"", "a", "a"}}}, []UpdatedVariant{main}, []string{"Alarms[0]: an alarm's name", "Alarms[2]: got \"a\": Alarms[1] is the same"}},
		"negative thresholds":    {Update{Canary: canary, Rollback: &Rollback{RollbackThresholds: RollbackThresholds{-1, -1}, LatencyPercentile: -1}}, []UpdatedVariant{main}, []string{"ErrorRate: got -1", "ModelLatency: got -1ns", "LatencyPercentile: got -1"}},
		"resets":                 {Update{ExcludeRetainedVariantProperties: []string{"DesiredInstanceCount", "DesiredWeight"}}, []UpdatedVariant{main}, nil},
	} {
		got := test.of.Validate(test.variants)
		if len(got) != len(test.want) {
			t.Errorf("%s: got %d problems, want %d\n%v", name, len(got), len(test.want), got)
			continue
		}
		for i, p := range got {
			if !strings.Contains(p.String(), test.want[i]) {
				t.Errorf("%s: got %s, want %q in it", name, p, test.want[i])
			}
		}
	}
}

// TestRollbackAlarms: the alarms are CloudWatch's, each with its variant's threshold.
func TestRollbackAlarms(t *testing.T) {
	t.Parallel()
	r := Rollback{
		RollbackThresholds: RollbackThresholds{0.02, 400 * time.Millisecond}, LatencyPercentile: 99.5,
		Variants: map[string]RollbackThresholds{"large": {ModelLatency: 900 * time.Millisecond}},
	}
	thresholds := map[string]float64{}
	for _, name := range []string{"main", "large"} {
		for _, a := range r.AlarmsOf(Variant{EndpointName: "predictions", Name: name}) {
			if err := problem.List(a.validate()).Err(); err != nil {
				t.Errorf("%s of %s: %v", a.Name, name, err)
			}
			thresholds[name+" "+a.Name] = a.Threshold
			if a.Name == "ModelLatency" && a.Metric.(Metric).Statistic != "p99.5" {
				t.Errorf("%s of %s is the statistic %s", a.Name, name, a.Metric.(Metric).Statistic)
			}
		}
	}
	want := map[string]float64{"main ErrorRate": 0.02, "main ModelLatency": 400_000, "large ErrorRate": 0.02, "large ModelLatency": 900_000}
	if diff := cmp.Diff(want, thresholds); diff != "" {
		t.Errorf("thresholds (-want +got)\n%s", diff)
	}
	if none := (Rollback{Alarms: []string{"a"}}).AlarmsOf(Variant{}); len(none) != 0 {
		t.Errorf("got %d alarms without a threshold", len(none))
	}
}
