package rehearsal

import (
	"encoding/json"
	"iter"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
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

// Totals are the sums of minutes, and nothing is lost between the books.
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
		if math.Abs(arrived-sum) > 1e-6*sum || math.Abs(failed-r.Requests.Failed) > 1e-6*sum || r.Requests.Arrived != arrived && math.Abs(r.Requests.Arrived-arrived) > 1e-6*sum {
			t.Errorf("%s: %g arrived and %g failed by the minute, %g and %g in all, of %g", name, arrived, failed, r.Requests.Arrived, r.Requests.Failed, sum)
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

// Seconds that are the same are taken together: that must not change anything.
func TestTogetherOrOneByOne(t *testing.T) {
	t.Parallel()
	byMinute := variant(semifinal(7, 1))
	bySecond := byMinute
	bySecond.Trace = perSecond(semifinal(7, 1))
	a, b := play(t, byMinute), play(t, bySecond)
	if math.Abs(a.Requests.Failed-b.Requests.Failed) > 1e-6*a.Requests.Arrived || math.Abs(a.Cost.InstanceHours-b.Cost.InstanceHours) > 1e-6 || a.Capacity != b.Capacity {
		t.Errorf("by the minute %+v %+v, by the second %+v %+v", a.Requests, a.Capacity, b.Requests, b.Capacity)
	}
}

func TestNothingIsAllocatedPerStep(t *testing.T) {
	// Not parallel: allocations are counted over the whole process.
	in := variant(trace.Repeated{Trace: semifinal(8, 1), Times: 1, Noise: 0.05}).cooldowns(0, 5*time.Minute)
	in.Minutes = false
	in.Subject.Target.StepPolicies = []autoscaling.StepScalingPolicy{autoscaling.EmergencyPolicy(autoscaling.Variant{EndpointName: "odds", Name: "main"}, 8)}
	in.Subject.Target.ScheduledActions = []autoscaling.ScheduledAction{floor("evening", "cron(0 18 * * ? *)", 10), floor("night", "cron(0 23 * * ? *)", 4)}
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
		autoscaling.ScheduledAction{Name: "up again", Schedule: "at(2027-05-29T13:05:00)", MinCapacity: &high, MaxCapacity: &high, AllowLowerMax: true})
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
	in.Timing.RefusedFloorRetried = true
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
	in.Subject.Target.Policies = append(in.Subject.Target.Policies, autoscaling.ConcurrencyPolicy(0.2)) // 200 a second are 2.5 at a time on 4
	if r := play(t, in); r.Capacity.Least < 20 {
		t.Errorf("one of two would stay, and %d are left", r.Capacity.Least)
	}
	in.Subject.Target.Policies[1].DisableScaleIn = true // fact A30
	if r := play(t, in); r.Minutes[80].Desired > 60 && r.Capacity.Actions == 0 {
		t.Errorf("got %+v", r.Capacity)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	base := play(t, surge())
	window := func(from, to int) []Window {
		return []Window{{noon.Add(time.Duration(from) * time.Minute), noon.Add(time.Duration(to) * time.Minute)}}
	}
	_, decided := first(base, PolicyEvent, "scale out")
	for name, test := range map[string]struct {
		faults Faults
		check  func(r Result) bool
	}{
		"no capacity": {Faults{NoCapacity: window(0, 30)}, func(r Result) bool {
			_, served := first(r, ActivityEvent, "in service")
			return served == 35*time.Minute && r.Requests.Failed > base.Requests.Failed
		}},
		"half of it": {Faults{Fulfilled: 0.5}, func(r Result) bool {
			e, _ := first(r, ActivityEvent, "in service")
			b, _ := first(base, ActivityEvent, "in service")
			return e.To-4 == (b.To-4+1)/2
		}},
		"slow starts": {Faults{SlowStart: 0.05}, func(r Result) bool {
			_, served := first(r, ActivityEvent, "in service")
			return served > decided+7*time.Minute
		}},
		"a zone lost": {Faults{ZoneLost: noon.Add(40 * time.Minute)}, func(r Result) bool {
			return r.Minutes[40].InService < base.Minutes[40].InService && r.Minutes[46].InService == base.Minutes[46].InService
		}},
		"a deployment": {Faults{Deployments: []Deployment{{At: noon.Add(12 * time.Minute), Takes: 10 * time.Minute}}}, func(r Result) bool {
			_, at := first(r, PolicyEvent, "scale out")
			return at >= 22*time.Minute // fact C10
		}},
		"a deployment that forgets the count": {Faults{Deployments: []Deployment{{At: noon.Add(40 * time.Minute), Takes: 5 * time.Minute, ResetTo: 2}}}, func(r Result) bool {
			return r.Minutes[45].InService == 2 && r.Requests.Failed > base.Requests.Failed // fact C7
		}},
		"a metric gap": {Faults{MetricGaps: window(5, 25)}, func(r Result) bool {
			_, at := first(r, PolicyEvent, "scale out")
			return at >= 28*time.Minute
		}},
		"retries": {Faults{Retries: 3, RetryAfter: 20 * time.Second}, func(r Result) bool {
			return r.Requests.Arrived == base.Requests.Arrived && r.Requests.Failed > 0 && r.Requests.Failed != base.Requests.Failed
		}},
	} {
		in := surge()
		in.Faults = test.faults
		if r := play(t, in); !test.check(r) {
			t.Errorf("%s: got %+v %+v, without it %+v", name, r.Requests, r.Capacity, base.Requests)
		}
	}
}

func TestFaultsOfSchedules(t *testing.T) {
	t.Parallel()
	in := variant(flat(100, 2*time.Hour))
	in.Subject.Target.ScheduledActions = []autoscaling.ScheduledAction{floor("floor", "at(2027-05-29T12:30:00)", 20)}
	in.Faults.Missed = []string{"floor"}
	if r := play(t, in); r.Capacity.Most != 4 {
		t.Errorf("a missed floor: got %+v", r.Capacity)
	}
	in.Faults = Faults{Overwritten: []time.Time{noon.Add(40 * time.Minute)}}
	if r := play(t, in); r.Minutes[39].Min != 20 || r.Minutes[41].Min != 4 {
		t.Errorf("an overwritten floor: got %+v and %+v", r.Minutes[39], r.Minutes[41])
	}
}

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
	want := Cost{InstanceHours: 8, Money: 4, OracleInstanceHours: 8, StaticPeakInstanceHours: 8, OverOracle: 1, OverStaticPeak: 1}
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
	if r.Capacity.LongestShortage != served-10*time.Minute || !r.Capacity.ShortageAt.Equal(noon.Add(10*time.Minute)) || r.Capacity.Shortages != 1 {
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
		autoscaling.Tracking("cpu", autoscaling.CPUUtilization(autoscaling.Variant{EndpointName: "odds", Name: "main"}), 140)}
	if _, err := Run(in); err == nil || !strings.Contains(err.Error(), "FullUtilization") {
		t.Errorf("got %v", err)
	}
	in.Service.FullUtilization = 200
	if r := play(t, in); r.Capacity.Most < 6 {
		t.Errorf("got %+v", r.Capacity)
	}
}

// Whatever is wrong is said at once, with its place.
func TestValidate(t *testing.T) {
	t.Parallel()
	in := surge()
	in.Service = Service{Variation: -1, Routing: "BEST"}
	in.Subject.Target.MaxCapacity = 1
	in.Trace = trace.Trace{Period: time.Minute}
	in.Timing = Timing{StandardDelay: -time.Second}
	in.Faults = Faults{Missed: []string{"none"}, Fulfilled: 2, Retries: 1, SlowStart: -1,
		NoCapacity: []Window{{noon, noon}}, Deployments: []Deployment{{ResetTo: -1}}}
	in.Gateway.Queue = -1
	in.InitialCapacity = -1
	_, err := Run(in)
	if err == nil {
		t.Fatal("no error")
	}
	for _, path := range []string{"Subject.Target.MaxCapacity", "Service.RequestsPerSecond", "Service.Variation", "Service.Start", "Service.Routing", "Trace.Counts",
		"Timing.StandardDelay", "Timing.TrackingDatapoints", "Timing.TrackingInAfter", "Faults.NoCapacity[0]", "Faults.Fulfilled", "Faults.SlowStart",
		"Faults.Deployments[0].Takes", "Faults.Deployments[0].ResetTo", "Faults.Missed[0]", "Faults.RetryAfter", "Gateway", "InitialCapacity"} {
		if !strings.Contains("\n"+err.Error(), "\n"+path+": ") {
			t.Errorf("nothing is said of %s in\n%v", path, err)
		}
	}
	for name, test := range map[string]struct {
		change func(*Input)
		says   string
	}{
		"another endpoint's metric": {func(in *Input) {
			in.Subject.Target.StepPolicies = []autoscaling.StepScalingPolicy{autoscaling.OfferedLoadPolicy("other")}
		}, `is of the endpoint "other", and this one is "odds"`},
		"a metric that is not played": {func(in *Input) {
			in.Subject.Target.Policies[0].Metric = autoscaling.Metric{Namespace: "Mine", Name: "Queue", Statistic: autoscaling.Average}
		}, "the metric Mine Queue is not played"},
		"an impossible objective": {func(in *Input) { in.Objective.Latency = time.Millisecond }, "also where none waits"},
		"no trace":                {func(in *Input) { in.Trace = nil }, "a rehearsal replays traffic"},
	} {
		in := surge()
		test.change(&in)
		if _, err := Run(in); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := surge().Validate().Err(); err != nil {
		t.Error(err)
	}
}

// What a load test has shown may stand in the template, as facts.
func TestFactsStandIn(t *testing.T) {
	t.Parallel()
	in := surge()
	in.Service = Service{}
	in.Subject.Facts = autoscaling.Facts{RequestsPerSecondPerInstance: 100, StartTime: 5 * time.Minute}
	if r := play(t, in); r.Capacity.Most < 15 {
		t.Errorf("got %+v", r.Capacity)
	}
}

// A trace with no period of its own but what is read as it goes is checked then.
func TestWrongCountsOfASource(t *testing.T) {
	t.Parallel()
	in := surge()
	in.Trace = trace.Repeated{Trace: trace.Trace{Start: noon, Period: time.Minute, Counts: []float64{1}}, Times: 0}
	if _, err := Run(in); err == nil || !strings.Contains(err.Error(), "nothing to replay") {
		t.Errorf("got %v", err)
	}
	in.Trace = endless{}
	if _, err := Run(in); err == nil || !strings.Contains(err.Error(), "0 or more") {
		t.Errorf("got %v", err)
	}
}

// endless is a source with a count that is none.
type endless struct{}

func (endless) Grid() (time.Time, time.Duration) { return noon, time.Second }
func (endless) All() iter.Seq[float64] {
	return func(yield func(float64) bool) {
		for yield(1) && yield(math.NaN()) {
		}
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
	if want := noon.Add(5 * time.Minute); !e.At.Equal(want) {
		t.Errorf("scaled out at %s, want %s: three whole minutes, and one until the last of them is published", e.At, want)
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

// What waits at an instance that goes is served by the others, if there are
// any and it is not lost with it.
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
		f := front{pooled: test.pooled, backlog: []float64{10, 10, 10, 10}}
		if test.pooled {
			f.backlog = []float64{40}
		}
		failed := f.resize(test.before, test.after, test.lost)
		if failed != test.failed || cmp.Diff(test.left, f.backlog, cmpopts.EquateEmpty()) != "" {
			t.Errorf("%s: %g failed, %v is left", test.name, failed, f.backlog)
		}
	}
}
