package rehearsal

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
)

// surge is a step that 4 instances cannot carry.
func surge() Input { return variant(step(200, 1500, 10*time.Minute, time.Hour)) }

func floor(name, schedule string, capacity int) autoscaling.ScheduledAction {
	return autoscaling.ScheduledAction{Name: name, Schedule: schedule, MinCapacity: &capacity}
}

func TestSameInputSameResult(t *testing.T) {
	t.Parallel()
	in := surge()
	in.Service.Start = StartTime{Median: 4 * time.Minute, P95: 9 * time.Minute}
	in.Faults = Faults{Retries: 3, RetryAfter: 2 * time.Second, SlowStart: 0.01}
	in.Seed = 1
	text := func(in Input) string {
		out, err := json.Marshal(play(t, in))
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	if first, second := text(in), text(in); first != second {
		t.Error("two rehearsals of one input differ")
	}
	other := in
	other.Seed = 2
	if text(in) == text(other) {
		t.Error("the seed changes nothing")
	}
}

// Totals are the sums of minutes.
func TestMinutesAddUp(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]Input{
		"a surge": surge(), "from zero": fromZero(),
		"retries":   func() Input { in := surge(); in.Faults.Retries, in.Faults.RetryAfter = 3, time.Second; return in }(),
		"at random": func() Input { in := surge(); in.Service.Routing = Random; return in }(),
	} {
		r := play(t, in)
		arrived, failed := 0.0, 0.0
		for _, m := range r.Minutes {
			arrived += m.Arrived
			failed += m.Failed
			if m.Failed > 0 && m.Availability >= 1 || m.InService > 100 {
				t.Errorf("%s: %+v", name, m)
			}
		}
		sum := in.Trace.(trace.Trace).Total()
		if math.Abs(arrived-sum) > 1e-6*sum || math.Abs(failed-r.Requests.Failed) > 1e-6*sum ||
			r.Requests.Arrived != arrived && math.Abs(r.Requests.Arrived-arrived) > 1e-6*sum {
			t.Errorf("%s: %g arrived and %g failed by the minute, %g and %g in all, of %g", name, arrived, failed,
				r.Requests.Arrived, r.Requests.Failed, sum)
		}
		if len(r.Minutes) != int(r.To.Sub(r.From).Minutes()) {
			t.Errorf("%s: %d minutes from %s to %s", name, len(r.Minutes), r.From, r.To)
		}
		summary := in
		summary.Minutes = false
		s := play(t, summary)
		r.Minutes, r.Events = nil, nil
		if diff := cmp.Diff(r.Requests, s.Requests); diff != "" {
			t.Errorf("%s: without minutes the totals differ: %s", name, diff)
		}
	}
}

// Equal seconds are simulated in one step: that changes no figure.
func TestEqualSecondsInOneStep(t *testing.T) {
	t.Parallel()
	byMinute := variant(semifinal(7, 1))
	bySecond := byMinute
	bySecond.Trace = perSecond(semifinal(7, 1))
	a, b := play(t, byMinute), play(t, bySecond)
	if math.Abs(a.Requests.Failed-b.Requests.Failed) > 1e-6*a.Requests.Arrived ||
		math.Abs(a.Cost.InstanceHours-b.Cost.InstanceHours) > 1e-6 || a.Capacity != b.Capacity {
		t.Errorf("by the minute %+v %+v, by the second %+v %+v", a.Requests, a.Capacity, b.Requests, b.Capacity)
	}
}

func TestNothingIsAllocatedPerStep(t *testing.T) {
	// Not parallel: allocations are counted over the whole process.
	in := variant(trace.Repeated{Trace: semifinal(8, 1), Times: 1, Noise: 0.05}).cooldowns(0, 5*time.Minute)
	in.Minutes = false
	in.Subject.Target.StepPolicies = []autoscaling.StepScalingPolicy{
		autoscaling.EmergencyPolicy(autoscaling.Variant{EndpointName: "odds", Name: "main"}, 8)}
	in.Subject.Target.ScheduledActions = []autoscaling.ScheduledAction{floor("evening", "cron(0 18 * * ? *)", 10),
		floor("night", "cron(0 23 * * ? *)", 4)}
	allocations := func(times int) float64 {
		long := in
		long.Trace = trace.Repeated{Trace: semifinal(8, 1), Times: times, Noise: 0.05}
		return testing.AllocsPerRun(2, func() {
			if _, err := Run(long); err != nil {
				t.Error(err)
			}
		})
	}
	once, often := allocations(2), allocations(20)
	// 18 more evenings of 25,200 steps: what grows is the calendar, week by week.
	if perStep := (often - once) / (18 * 25_200); perStep > 0.001 {
		t.Errorf("%.0f allocations for 2 evenings, %.0f for 20: %.4f a step", once, often, perStep)
	}
}

func TestASchedule(t *testing.T) {
	t.Parallel()
	in := variant(flat(100, 2*time.Hour))
	in.Subject.Target.ScheduledActions = []autoscaling.ScheduledAction{
		floor("morning", "cron(0 8 * * ? *)", 6), // before the trace: its bounds are still there (fact B6)
		floor("floor", "at(2027-05-29T12:30:00)", 20),
		floor("floor again", "at(2027-05-29T12:33:00)", 25), // while the endpoint is updating (fact C35)
		floor("release", "at(2027-05-29T13:00:00)", 4),
		{Name: "crossed", Schedule: "at(2027-05-29T13:10:00)", MaxCapacity: new(int)},
	}
	*in.Subject.Target.ScheduledActions[4].MaxCapacity, in.Subject.Target.ScheduledActions[4].AllowLowerMax = 4, true
	high := 30
	in.Subject.Target.ScheduledActions = append(in.Subject.Target.ScheduledActions,
		autoscaling.ScheduledAction{Name: "up again", Schedule: "at(2027-05-29T13:05:00)", MinCapacity: &high,
			MaxCapacity: &high, AllowLowerMax: true})
	r := play(t, in)
	at := func(minute int) Minute { return r.Minutes[minute] }
	if m := at(0); m.InService != 6 || m.Min != 6 {
		t.Errorf("the trace begins within the bounds of the morning: got %+v", m)
	}
	if m := at(30); m.Desired != 20 || m.InService != 6 || !m.Updating {
		t.Errorf("a raised minimum starts all at once (fact B7): got %+v", m)
	}
	if m := at(34); m.Desired != 20 || m.Min != 25 || r.Capacity.Refused != 1 {
		t.Errorf("a floor is refused while the endpoint is updating: got %+v, %d refused", m, r.Capacity.Refused)
	}
	if m := at(35); m.InService != 20 || m.Updating {
		t.Errorf("they serve 5 minutes later: got %+v", m)
	}
	// A lowered minimum removes nothing, target tracking does.
	if m := at(60); m.Desired < 4 || m.Min != 4 {
		t.Errorf("released: got %+v", m)
	}
	if e, _ := first(r, ScheduleEvent, "failed, the minimum would exceed the maximum"); e.Name != "crossed" {
		t.Errorf("got %+v", e) // fact B8
	}
	in.Timing = DefaultTiming()
	in.Reading.RefusedFloorRetried = true
	if m := play(t, in).Minutes[35]; m.Desired != 25 {
		t.Errorf("a floor that is retried: got %+v", m)
	}
	in.Subject.Target.SuspendedState = &autoscaling.SuspendedState{Scheduled: true}
	if r := play(t, in); r.Capacity.Actions != 0 {
		t.Errorf("suspended: got %d actions", r.Capacity.Actions)
	}
}

func TestSuspendedScaling(t *testing.T) {
	t.Parallel()
	in := surge()
	in.Subject.Target.SuspendedState = &autoscaling.SuspendedState{ScaleOut: true, ScaleIn: true}
	if r := play(t, in); r.Capacity.Actions != 0 || r.Capacity.Most != 4 {
		t.Errorf("got %+v", r.Capacity)
	}
}

// Fact A20: what has just been added counts, so that datapoints from before it
// add nothing once more. Without a cooldown they do.
func TestCooldownOut(t *testing.T) {
	t.Parallel()
	if r := play(t, surge()); r.Capacity.Most != 22 || r.Capacity.Actions != 1 {
		t.Errorf("with a cooldown: got %+v, want 22, once", r.Capacity)
	}
	if r := play(t, surge().cooldowns(0, 5*time.Minute)); r.Capacity.Most <= 22 {
		t.Errorf("without: got %+v, want more than 22", r.Capacity)
	}
}

// Facts A21 and A22: the cooldown begins when the activity has succeeded.
func TestCooldownIn(t *testing.T) {
	t.Parallel()
	ramp := trace.Grid{Start: noon, Length: 3 * time.Hour}.Ramp(4000, 300, 10*time.Minute, 150*time.Minute)
	for _, cooldown := range []time.Duration{5 * time.Minute, 20 * time.Minute} {
		var last time.Time
		ins := 0
		for _, e := range play(t, variant(ramp).cooldowns(0, cooldown)).Events {
			if e.What != "scale in" {
				continue
			}
			if gap := e.At.Sub(last); ins > 0 && gap < cooldown+DefaultTiming().Drain {
				t.Errorf("cooldown %s: a scale-in %s after the one before", cooldown, gap)
			}
			last = e.At
			ins++
		}
		if ins < 3 {
			t.Errorf("cooldown %s: got %d scale-ins", cooldown, ins)
		}
	}
}

// Facts A29 and A32: all policies have to agree to scale in.
func TestAllAgreeToScaleIn(t *testing.T) {
	t.Parallel()
	in := variant(step(2000, 200, 10*time.Minute, 90*time.Minute))
	// 200 a second are 2.5 at a time on 4
	in.Subject.Target.Policies = append(in.Subject.Target.Policies, autoscaling.ConcurrencyPolicy(0.2))
	if r := play(t, in); r.Capacity.Least < 20 {
		t.Errorf("one of two would stay, and %d are left", r.Capacity.Least)
	}
	in.Subject.Target.Policies[1].DisableScaleIn = true // fact A30
	if r := play(t, in); r.Minutes[80].Desired > 60 && r.Capacity.Actions == 0 {
		t.Errorf("got %+v", r.Capacity)
	}
}

// Fact D4: 10 minutes after the last copy the instances go too.
func TestToZero(t *testing.T) {
	t.Parallel()
	in := fromZero()
	in.Trace = step(5, 0, 10*time.Minute, time.Hour)
	in.InitialCapacity = 2
	r := play(t, in)
	if r.Capacity.Least != 0 {
		t.Fatalf("got %+v", r.Capacity)
	}
	e, at := first(r, PolicyEvent, "scale in")
	want := 2 * (at + 10*time.Minute).Hours()
	if e.To != 0 || math.Abs(r.Cost.InstanceHours-want) > 0.01 {
		t.Errorf("got %g instance hours, want %g: %+v", r.Cost.InstanceHours, want, e)
	}
}

func TestCost(t *testing.T) {
	t.Parallel()
	in := variant(flat(280, 2*time.Hour))
	in.Service.PricePerHour = 0.5
	r := play(t, in)
	want := Cost{InstanceHours: 8, Money: 4, OracleInstanceHours: 8, StaticPeakInstanceHours: 8, OverOracle: 1,
		OverStaticPeak: 1}
	if diff := cmp.Diff(want, r.Cost); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Elasticity{Over: 1.0 / 3, TimeOver: 1}, r.Elasticity); diff != "" { // 3 complete 280 a second
		t.Error(diff)
	}
}

func TestTimeToCapacity(t *testing.T) {
	t.Parallel()
	r := play(t, surge())
	_, served := first(r, ActivityEvent, "in service")
	if r.Capacity.LongestShortage != served-10*time.Minute || !r.Capacity.ShortageAt.Equal(noon.Add(10*time.Minute)) ||
		r.Capacity.Shortages != 1 {
		t.Errorf("covered %s after the step, got %+v", served-10*time.Minute, r.Capacity)
	}
	if r.Requests.LongestBadRun < 8*time.Minute || r.Requests.WorstMinuteAvailability > 0.3 {
		t.Errorf("got %+v", r.Requests)
	}
}

func TestPoliciesOnUtilization(t *testing.T) {
	t.Parallel()
	in := surge()
	in.Subject.Target.Policies = []autoscaling.TargetTrackingPolicy{
		autoscaling.Tracking("cpu", autoscalingtest.VariantMetric("CPUUtilization", autoscaling.Variant{EndpointName: "odds", Name: "main"}),
			140)}
	if _, err := Run(in); err == nil || !strings.Contains(err.Error(), "FullUtilization") {
		t.Errorf("got %v", err)
	}
	in.Service.FullUtilization = 200
	if r := play(t, in); r.Capacity.Most < 6 {
		t.Errorf("got %+v", r.Capacity)
	}
}

// An alarm that stays repeats its action every minute, also where it is looked
// at every 10 s.
func TestAlarmsRepeatTheirActionEveryMinute(t *testing.T) {
	t.Parallel()
	in := variant(flat(2000, 20*time.Minute))
	in.InitialCapacity, in.Subject.Target.MaxCapacity = 4, 4
	in.Subject.Target.Policies = []autoscaling.TargetTrackingPolicy{autoscaling.ConcurrencyPolicy(1)}
	asked := 0
	for _, e := range play(t, in).Events {
		if e.What == "already at the maximum" {
			asked++
		}
	}
	if asked < 18 || asked > 20 {
		t.Errorf("asked %d times in 20 minutes", asked)
	}
}

// The minute that had begun before the trace has no datapoint.
func TestTheFirstMinuteIsNotKnown(t *testing.T) {
	t.Parallel()
	in := variant(flat(2000, 20*time.Minute).Shift(30 * time.Second))
	in.InitialCapacity = 4
	e, _ := first(play(t, in), PolicyEvent, "scale out")
	if want := noon.Add(6 * time.Minute); !e.At.Equal(want) {
		t.Errorf("scaled out at %s, want %s: three whole minutes, one until the last of them is published, and one until "+
			"its alarm is evaluated", e.At, want)
	}
}

// The queue of a removed instance moves to the others, unless there is none or the
// instance is lost.
func TestResize(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		pooled        bool
		before, after int
		lost          bool
		failed        float64
		left          []float64
	}{
		{"pooled, in", true, 4, 3, false, 0, []float64{40}},
		{"pooled, lost", true, 4, 3, true, 10, []float64{30}},
		{"pooled, to none", true, 4, 0, false, 40, nil},
		{"at each, in", false, 4, 2, false, 0, []float64{20, 20}},
		{"at each, lost", false, 4, 2, true, 20, []float64{10, 10}},
		{"at each, to none", false, 4, 0, false, 40, nil},
		{"at each, out", false, 4, 5, false, 0, []float64{10, 10, 10, 10, 0}},
	} {
		f := stations{pooled: test.pooled, backlog: []float64{10, 10, 10, 10}}
		if test.pooled {
			f.backlog = []float64{40}
		}
		failed := f.resize(test.before, test.after, test.lost)
		if failed != test.failed || cmp.Diff(test.left, f.backlog, cmpopts.EquateEmpty()) != "" {
			t.Errorf("%s: %g failed, %v is left", test.name, failed, f.backlog)
		}
	}
}
