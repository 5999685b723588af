package plan

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// small is a request that takes little time.
func small() Request {
	r := learning(semifinal(8, 1), semifinal(7, 1), 5*time.Minute, DefaultMargin())
	r.Budget = minBudget
	return r
}

// The same request gives the same plan, on any number of cores.
func TestSame(t *testing.T) {
	t.Parallel()
	var first []byte
	for _, workers := range []int{1, 3} {
		r := small()
		r.Workers = workers
		p := planOf(t, r)
		got, err := p.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, p.Summary()...); first == nil {
			first = got
		}
		if !bytes.Equal(got, first) {
			t.Errorf("with %d workers\n%s\nwith 1\n%s", workers, got, first)
		}
		if p.Settings != minBudget || p.Stopped != "the budget of 20 settings was used up" {
			t.Errorf("%d settings, stopped because %q", p.Settings, p.Stopped)
		}
	}
}

func TestTimeIsUp(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	r := small()
	r.Budget = 1000
	told := 0
	r.Progress = func(tried, budget int) {
		told = tried
		if budget != 1000 {
			t.Errorf("%d of %d", tried, budget)
		}
		if tried > 30 { // beyond the trackings
			cancel()
		}
	}
	p, err := Make(ctx, r)
	if err != nil || told != p.Settings || !strings.HasPrefix(p.Stopped, "the time was up after ") {
		t.Errorf("%d settings, %d told, stopped because %q, %v", p.Settings, told, p.Stopped, err)
	}
	if _, err := Make(ctx, r); !errors.Is(err, context.Canceled) {
		t.Error(err)
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

func TestForecast(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, time.June, 6, 17, 0, 0, 0, time.UTC)
	counts := []float64{60, 60, 600, 1200, 600, 120, 60, 60}
	low := Evening{trace.Trace{Start: start, Period: 5 * time.Minute, Counts: counts}, start.Add(10 * time.Minute)}
	later := low
	later.Trace.Counts = []float64{6, 6, 6, 60, 120, 60, 6, 6} // a tenth, and kick-off a period later
	later.KickOff = start.Add(15 * time.Minute)
	f := newForecast(Request{Evenings: []Evening{low, later}, Event: Event{KickOff: final, Peak: 8}})
	if want := []float64{4, 8, 4}; !slices.Equal(f.rates, want) || !f.starts.Equal(final) {
		t.Errorf("got %v from %s, want %v from %s", f.rates, f.starts, want, final)
	}
	for rate, want := range map[float64]float64{3625.533: 3630, 3630: 3630, 0.0123: 0.0123, 99.91: 100, 1: 1,
		1001: 1010} {
		if got := roundPeak(rate); got != want {
			t.Errorf("%g is rounded to %g, want %g", rate, got, want)
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
		"Budget":          func(r *Request) { r.Budget = 1 },
		"Workers":         func(r *Request) { r.Workers = -1 },
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
		if _, err := Make(context.Background(), r); err == nil {
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
	if p.Setting.MaxCapacity > 20 || p.Tracking.MaxCapacity > 20 || p.Calendar.HighestFloor() > 20 || p.Holds {
		t.Errorf("%+v, %+v, floors up to %d, holds: %v", p.Setting, p.Tracking, p.Calendar.HighestFloor(), p.Holds)
	}
	if summary := p.Summary(); !strings.Contains(summary, "does not hold") {
		t.Error(summary)
	}
}

// The copies of an inference component are planned as instances are.
func TestComponent(t *testing.T) {
	t.Parallel()
	r := small()
	component := autoscaling.ComponentScaling{CopyCapacity: autoscaling.CopyCapacity{RequestsPerSecondPerCopy: 100}, CopyScaling: autoscaling.CopyScaling{MinCapacity: 4, MaxCapacity: 100}}
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
