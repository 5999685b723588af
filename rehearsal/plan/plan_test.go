package plan

import (
	"bytes"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// small is a request that takes little time.
func small() Request {
	on := semifinal(7, 1)
	return Request{Input: odds(5 * time.Minute), Evenings: []Evening{semifinal(8, 1)}, Check: &on, Margin: &Margin{},
		Event: Event{Name: "final", KickOff: final, Peak: on.Trace.Peak()}}
}

// many is a request with eight evenings.
func many() Request {
	r := small()
	r.Evenings = slices.Clone(matches()[:len(matches())-2])
	return r
}

// planOf is the plan of a request that is sound.
func planOf(t *testing.T, r Request) Plan {
	t.Helper()
	p, err := Make(r)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// released: after its event a plan's minimum is the target's own.
func released(t *testing.T, p Plan) {
	t.Helper()
	floors := p.Calendar.Floors()
	if last := floors[len(floors)-1]; last.MinCapacity != p.Setting.MinCapacity {
		t.Errorf("the last floor is %d, and the minimum %d", last.MinCapacity, p.Setting.MinCapacity)
	}
}

// The same request gives the same plan, in any order of its evenings, on any number of
// cores, and its text has 80 columns.
func TestSame(t *testing.T) {
	r := many()
	cores := runtime.GOMAXPROCS(1)
	first := planOf(t, r)
	runtime.GOMAXPROCS(cores)
	slices.Reverse(r.Evenings)
	again := planOf(t, r)
	a, err := first.JSON()
	if err != nil {
		t.Fatal(err)
	}
	b, err := again.JSON()
	if err != nil || !bytes.Equal(a, b) || first.Summary() != again.Summary() {
		t.Errorf("%s\n%s\n%v", first.Summary(), again.Summary(), err)
	}
	for line := range strings.Lines(first.Summary()) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > columns {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

// What is planned is asked for in the event's own zone, stays in its quota, and
// leaves alone what the plan is not about.
func TestSubject(t *testing.T) {
	t.Parallel()
	most, least := 2000, 9
	r := small()
	target := &r.Input.Subject.Target
	target.ScheduledActions = []autoscaling.ScheduledAction{
		{Name: "night", Schedule: "cron(0 22 * * ? *)", MinCapacity: &least},
		{Name: "weekend", Schedule: "cron(0 22 ? * SAT *)", MaxCapacity: &most},
	}
	target.Policies = append(target.Policies, autoscaling.Tracking("own", autoscaling.Metric{
		Namespace: "AWS/SageMaker", Name: "Invocations", Statistic: autoscaling.Sum,
		Dimensions: map[string]string{"EndpointName": "odds", "VariantName": "main"},
	}, 1e9))
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	r.Event.KickOff = final.In(london)
	p := planOf(t, r)
	for _, a := range p.Subject.Target.ScheduledActions {
		switch {
		case a.Name == "weekend":
		case !strings.HasPrefix(a.Name, "final floor ") || a.Timezone != "Europe/London" || a.MaxCapacity != nil:
			t.Errorf("%+v", a)
		}
	}
	if got := p.Subject.Target.Policies[1]; got.TargetValue != 1e9 ||
		got.ScaleInCooldown != target.Policies[1].ScaleInCooldown {
		t.Errorf("%+v", got)
	}
	if len(target.ScheduledActions) != 2 || target.Policies[0].TargetValue != 4200 {
		t.Error("the request was changed")
	}
	if ps := p.Subject.Target.Validate(); ps != nil {
		t.Error(ps)
	}
	released(t, p)
}

// A peak told 3 % higher moves floors by an instance or 3 %, and no other key than the
// peak and the maximum, which follows it.
func TestStable(t *testing.T) {
	t.Parallel()
	r := many().withDefaults()
	rapid.Check(t, func(t *rapid.T) {
		r := r
		r.Event.Peak = roundPeak(rapid.Float64Range(400, 8000).Draw(t, "peak"))
		higher := r
		higher.Event.Peak = roundPeak(1.03 * r.Event.Peak)
		a, b := newPlanner(r), newPlanner(higher)
		low, high := a.calendar(a.withFloors(a.setting(0.7), 1)), b.calendar(b.withFloors(b.setting(0.7), 1))
		before, after := low.Floors(), high.Floors()
		for at := final.Add(-2 * time.Hour); at.Before(final.Add(4 * time.Hour)); at = at.Add(grid) {
			n, m := floorAt(before, at, 4), floorAt(after, at, 4)
			if most := max(n+1, int(float64(n)*1.04)+1); m < n || m > most {
				t.Fatalf("at %s the floor moves from %d to %d", at, n, m)
			}
		}
		if len(low.Events) != len(high.Events) {
			t.Fatalf("%d events become %d", len(low.Events), len(high.Events))
		}
		for i := range low.Events {
			e, f := low.Events[i], high.Events[i]
			f.PeakRequestsPerSecond = e.PeakRequestsPerSecond
			same := *e.LeadTime == *f.LeadTime
			e.LeadTime, f.LeadTime = nil, nil
			if !same || !reflect.DeepEqual(e, f) {
				t.Fatalf("%+v becomes %+v", e, f)
			}
		}
	})
}

func floorAt(floors []events.Floor, at time.Time, otherwise int) int {
	for _, f := range floors {
		if !f.From.After(at) && f.To.After(at) {
			return f.MinCapacity
		}
	}
	return otherwise
}

// Few evenings, and one unlike the others, are warned of.
func TestWarnings(t *testing.T) {
	t.Parallel()
	if p := planOf(t, small()); len(p.Warnings) == 0 || !strings.Contains(p.Summary(), "held to nothing") ||
		p.FromOthers {
		t.Errorf("%q", p.Warnings)
	}
	r := many()
	if p := planOf(t, r); len(p.Warnings) != 0 || !p.FromOthers || len(p.Evenings) != mostEvenings {
		t.Errorf("%q", p.Warnings)
	}
	flash := r.Evenings[0]
	flash.Trace = flash.Trace.RateScale(1)
	for i := range 10 {
		flash.Trace.Counts[20+i] = 2 * flash.Trace.Peak() * 60
	}
	r.Check = &flash
	p := planOf(t, r)
	if len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "minutes before kick-off it is at") {
		t.Errorf("%q", p.Warnings)
	}
	if p.Holds || p.Checked.Plan.Failed == 0 {
		t.Error("a flash was held")
	}
}

// A higher peak at another time of a trace is not the event's, and what is less
// available than tracking alone is named.
func TestPeakOfTheEvent(t *testing.T) {
	t.Parallel()
	e := semifinal(7, 1)
	want := e.peak()
	e.Trace.Counts = append(slices.Clone(e.Trace.Counts), 1e6)
	if got := e.peak(); got != want || e.at(Event{KickOff: final, Peak: want}, 1).Total() != e.Trace.Total() {
		t.Errorf("the peak is %g, want %g", got, want)
	}
	p := Plan{Wrong: []Row{{Name: "a", Plan: Outcome{Failed: 2}, Alone: Outcome{Failed: 1}, Today: Outcome{Failed: 3}},
		{Name: "b", Plan: Outcome{Failed: 1}, Alone: Outcome{Failed: 1}, Today: Outcome{Failed: 3}}}}
	if got := p.less(); !slices.Equal(got, []string{"a"}) {
		t.Errorf("%q", got)
	}
}

// Where nothing rises, there is no floor, and the plan says why.
func TestNoFloor(t *testing.T) {
	t.Parallel()
	r := small()
	r.Check = nil
	start := final.Add(-2 * time.Hour)
	flat := trace.Grid{Start: start, Length: 5 * time.Hour, Period: time.Minute}.Of(
		func(time.Duration) float64 { return 500 })
	r.Evenings, r.Event.Peak = []Evening{{flat, final}}, 500
	p := planOf(t, r)
	if p.NoFloor == "" || len(p.Calendar.Events) > 0 || !p.Holds || !strings.Contains(p.Summary(), "no floor: ") {
		t.Errorf("%q\n%s", p.NoFloor, p.YAML())
	}
}

// A plan is never less available than its tracking alone and today's setting with the
// demand that is likely, together over its evenings: where the rule's floors are, it
// takes larger or earlier ones.
func TestNeverLess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		evenings []Evening
		target   float64
		rule     bool // its floors hold
	}{
		"the rule":        {matches()[3:11], 0.7, true},
		"earlier floors":  {matches()[:5], 0.7, false},
		"a higher target": {matches()[3:11], 0.8, true},
		"a lower target":  {matches()[3:11], 0.65, true},
	} {
		r := many()
		r.Evenings = c.evenings
		r.Event.Peak = 3000
		r.Input.Subject.Target.Policies = slices.Clone(r.Input.Subject.Target.Policies)
		r.Input.Subject.Target.Policies[0].TargetValue = 6000 * c.target
		p := newPlanner(r.withDefaults())
		of, s, noFloor, err := p.choose()
		if err != nil {
			t.Fatal(err)
		}
		if rule := of.rule.early == 0 && s.SafetyFactor == 0.7 && s.FloorShare == ruleShare; rule != c.rule || noFloor != "" {
			t.Errorf("%s: %+v, early by %s", name, s, of.rule.early)
		}
		tried := likely(p.evenings, p.event)
		lost := of.lost(of.subject(s), tried)
		for than, others := range map[string][]float64{"tracking alone": of.lost(of.subject(s.withoutFloors()), tried),
			"today": p.lost(p.todaysSubject(), tried)} {
			for i := range lost {
				if lost[i] > others[i]+halfRequest {
					t.Errorf("%s: %+v %s loses %g with %s, %s %g", name, s, noFloor, lost[i], tried[i%len(tried)].name, than,
						others[i])
				}
			}
		}
	}
}

// BenchmarkPlan plans from eight evenings, on all cores.
func BenchmarkPlan(b *testing.B) {
	r := many()
	for b.Loop() {
		if _, err := Make(r); err != nil {
			b.Fatal(err)
		}
	}
}

func TestRequestMistakes(t *testing.T) {
	t.Parallel()
	if ps := small().Validate(); ps != nil {
		t.Fatal(ps)
	}
	for want, spoil := range map[string]func(*Request){
		"Evenings":            func(r *Request) { r.Evenings = nil },
		"Evenings[0].KickOff": func(r *Request) { r.Evenings[0].KickOff = final },
		"Evenings[0].Trace": func(r *Request) {
			r.Evenings[0].Trace = r.Evenings[0].Trace.RateScale(0)
		},
		"Check.Trace": func(r *Request) {
			t, _ := wc98()
			r.Check.Trace = trace.Trace{Start: t.Start, Period: t.Period, Counts: append(t.Counts, t.Counts...)}
		},
		"MaxCapacity":     func(r *Request) { r.MaxCapacity = 3 },
		"Event.KickOff":   func(r *Request) { r.Event.KickOff = final.In(time.FixedZone("", 3600)) },
		"Event.Peak":      func(r *Request) { r.Event.Peak = -1 },
		"Event.Name":      func(r *Request) { r.Event.Name = "a|b" },
		"MinAvailability": func(r *Request) { r.MinAvailability = 99.9 },
		"Margin.Peak":     func(r *Request) { r.Margin.Peak = 0.5 },
		"Margin.Early":    func(r *Request) { r.Margin.Early = 3 * time.Hour },
		"Margin.Start":    func(r *Request) { r.Margin.Start = 11 },
		"Input.Service.RequestsPerSecond": func(r *Request) {
			r.Input.Service.RequestsPerSecond, r.Input.Service.ServiceTime = 0, 0
		},
		"Input.Subject.Target.Policies":    func(r *Request) { r.Input.Subject.Target.Policies = nil },
		"Input.Subject.Target.MinCapacity": func(r *Request) { r.Input.Subject.Target.MinCapacity = 0 },
		"Input.Subject.Target.ResourceID":  func(r *Request) { r.Input.Subject.Target.ResourceID = "endpoint" },
	} {
		r := small()
		spoil(&r)
		ps := r.Validate()
		found := false
		for _, p := range ps {
			found = found || p.Path == want
			if p.Rule == "" || p.Fix == "" {
				t.Errorf("%v has no rule or fix", p)
			}
		}
		if !found {
			t.Errorf("want a problem with %s, got %v", want, ps)
		}
		if _, err := Make(r); err == nil {
			t.Errorf("%s: planned nevertheless", want)
		}
	}
}

// No plan has more than the quota, and one that the quota is too small for says so.
func TestQuota(t *testing.T) {
	t.Parallel()
	r := small()
	r.MaxCapacity = 20
	p := planOf(t, r)
	if p.Setting.MaxCapacity > 20 || p.Calendar.HighestFloor() > 20 || p.Holds {
		t.Errorf("%+v, floors up to %d, holds: %v", p.Setting, p.Calendar.HighestFloor(), p.Holds)
	}
	if summary := p.Summary(); !strings.Contains(summary, "does not hold") {
		t.Error(summary)
	}
}

// The copies of an inference component are planned as instances are.
func TestComponent(t *testing.T) {
	t.Parallel()
	r := small()
	component := autoscaling.ComponentScaling{
		CopyCapacity: autoscaling.CopyCapacity{
			RequestsPerSecondPerCopy: 100,
		}, CopyScaling: autoscaling.CopyScaling{MinCapacity: 4, MaxCapacity: 100}}
	r.Input.Subject.Target = component.Target("odds")
	p := planOf(t, r)
	if ps := p.Subject.Target.Validate(); ps != nil {
		t.Error(ps)
	}
	if p.Subject.Target.Policies[0].TargetValue == r.Input.Subject.Target.Policies[0].TargetValue &&
		p.Setting.SafetyFactor != 0.7 {
		t.Errorf("%+v is tracked at %g", p.Setting, p.Subject.Target.Policies[0].TargetValue)
	}
	for _, key := range []string{"align", "releaseSteps"} {
		if strings.Contains(p.YAML(), key) {
			t.Errorf("a component has no %s\n%s", key, p.YAML())
		}
	}
}
