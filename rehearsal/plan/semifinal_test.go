package plan

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
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

// learning is a plan learned from one evening, told the peak of another, on
// which it is rehearsed.
func learning(from, on Evening, start time.Duration, m *Margin) Request {
	return Request{Input: odds(start), Evenings: []Evening{from}, Check: &on, Margin: m,
		Event: Event{Name: "final", KickOff: final, Peak: on.Trace.Peak()}}
}

// planOf is the plan of a request that is sound.
func planOf(t *testing.T, r Request) Plan {
	t.Helper()
	p, err := Make(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// held is what a plan is held to in its nominal form, on an evening that it has
// not learned from.
type held struct {
	availability, overOracle float64
	// halfOverOracle is at half the demand, 0 where nothing is asked. Where it is,
	// the plan is never less available than its tracking alone with 0.5 to 1.3
	// times the demand.
	halfOverOracle float64
}

// holdsTo rehearses a plan as it comes, with 0.5 to 1.5 times the demand, and
// returns its lines.
func holdsTo(t *testing.T, p Plan, on trace.Trace, start time.Duration, h held) (availability, cost []string) {
	t.Helper()
	for _, times := range []float64{0.5, 0.75, 1, 1.3, 1.5} {
		run := func(s lint.Subject) rehearsal.Result {
			in := odds(start)
			in.Subject, in.Trace = s, on.RateScale(times)
			r, err := rehearsal.Run(in)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		planned, alone := run(p.Subject), run(p.Alone)
		availability = append(availability, percent(planned))
		cost = append(cost, fmt.Sprintf("%.2f", planned.Cost.OverOracle))
		if times == 1 && (planned.Requests.Availability < h.availability-1e-9 || h.availability == 1 &&
			planned.Requests.Failed >= halfRequest || planned.Cost.OverOracle > h.overOracle) {
			t.Errorf("%+v\navailability %s %% at %.3f times the oracle, want %g and %g", p.Setting, percent(planned),
				planned.Cost.OverOracle, 100*h.availability, h.overOracle)
		}
		if h.halfOverOracle > 0 && times <= 1.3 && planned.Requests.Availability < alone.Requests.Availability-1e-9 {
			t.Errorf("%+v\nwith %g times the demand: availability %s %%, and by tracking alone %s", p.Setting, times,
				percent(planned), percent(alone))
		}
		if h.halfOverOracle > 0 && times == 0.5 && planned.Cost.OverOracle > h.halfOverOracle {
			t.Errorf("%+v\nwith half the demand: %.3f times the oracle, want %g at most", p.Setting, planned.Cost.OverOracle,
				h.halfOverOracle)
		}
	}
	if n := len(p.Subject.Target.ScheduledActions); n > events.MaxScheduledActions {
		t.Errorf("%d scheduled actions", n)
	}
	released(t, p)
	return availability, cost
}

func percent(r rehearsal.Result) string {
	return fmt.Sprintf("%.3f", Outcome{Availability: r.Requests.Availability, Failed: r.Requests.Failed}.percent())
}

// released: after its event a plan's minimum is the target's own.
func released(t *testing.T, p Plan) {
	t.Helper()
	floors := p.Calendar.Floors()
	if last := floors[len(floors)-1]; last.MinCapacity != p.Setting.MinCapacity {
		t.Errorf("the last floor is %d, and the minimum %d", last.MinCapacity, p.Setting.MinCapacity)
	}
}

// shown: docs/plan.md has the line.
func shown(t *testing.T, line string) {
	t.Helper()
	page, err := os.ReadFile("../../docs/plan.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), line+"\n") {
		t.Errorf("docs/plan.md does not have\n%s", line)
	}
}

// Plans learned from one semi-final and rehearsed on the other, as docs/plan.md
// has them.
func TestSemifinals(t *testing.T) {
	t.Parallel()
	for _, regime := range []struct {
		times float64
		start time.Duration
		held  held
	}{
		{1, 5 * time.Minute, held{1, 1.25, 1.8}},
		{2, 10 * time.Minute, held{0.999, 1.5, 0}},
	} {
		for _, day := range []int{7, 8} {
			for form, margin := range map[string]*Margin{"nominal": nil, "robust": DefaultMargin()} {
				if form == "robust" && regime.times > 1 && day == 8 {
					continue // it takes its time
				}
				t.Run(fmt.Sprintf("×%g from %d July, %s", regime.times, day, form), func(t *testing.T) {
					t.Parallel()
					on := semifinal(15-day, regime.times)
					p := planOf(t, learning(semifinal(day, regime.times), on, regime.start, margin))
					if !p.Holds {
						t.Errorf("%+v does not hold what was learned", p.Setting)
					}
					h := regime.held
					if form == "robust" {
						h.overOracle, h.halfOverOracle = 100, 0 // no cap
					}
					availability, cost := holdsTo(t, p, on.at(p.event, 1), regime.start, h)
					line := fmt.Sprintf("| %d → %d July, ×%g, %.0f min, %s | %s | %s | %s |", day, 15-day, regime.times,
						regime.start.Minutes(), form,
						p.Setting.describe(), strings.Join(availability, " / "), strings.Join(cost, " / "))
					t.Log(line)
					shown(t, line)
					if form == "robust" && day == 7 && regime.times == 1 {
						for _, r := range p.Wrong {
							line := fmt.Sprintf("| %s | %.3f | %.2f | %.3f | %.2f |", r.Name, r.Plan.percent(), r.Plan.OverOracle,
								r.Alone.percent(), r.Alone.OverOracle)
							t.Log(line)
							shown(t, line)
						}
					}
				})
			}
		}
	}
}

// What the settings of the nominal plans do, changed one at a time, as
// docs/plan.md has it.
func TestWhatMovesTheFigures(t *testing.T) {
	t.Parallel()
	searches, settings, evenings := map[int]*search{}, map[int]Setting{}, map[int]trace.Trace{}
	for _, day := range []int{7, 8} {
		on := semifinal(15-day, 1)
		r := learning(semifinal(day, 1), on, 5*time.Minute, nil).withDefaults()
		s := newSearch(context.Background(), r)
		searches[day], evenings[day] = s, on.at(r.Event, 1)
		settings[day] = s.with(s.initial(s.searchSpace()), 0.7, 2)
		settings[day] = with(settings[day], func(set *Setting) {
			set.Floors = Floors{Share: 0.8, Steps: 4, Until: 30 * time.Minute, LeadTime: 15 * time.Minute}
		})
	}
	for _, change := range []struct {
		name string
		of   func(*Setting)
	}{
		{"70 % aimed at, floors of 80 % in 4 steps for 30m", func(*Setting) {}},
		{"no floors", func(s *Setting) { s.Floors = Floors{} }},
		{"floors until the end", func(s *Setting) { s.Floors.Until = 7 * time.Hour }},
		{"floors of all that is needed", func(s *Setting) { s.Floors.Share = 1 }},
		{"floors of 40 %", func(s *Setting) { s.Floors.Share = 0.4 }},
		{"one step", func(s *Setting) { s.Floors.Steps = 1 }},
		{"half an hour's lead", func(s *Setting) { s.Floors.LeadTime = 30 * time.Minute }},
		{"80 % aimed at", func(s *Setting) { s.SafetyFactor = 0.8 }},
		{"60 % aimed at", func(s *Setting) { s.SafetyFactor = 0.6 }},
		{"a scale-out cooldown of 5m", func(s *Setting) { s.ScaleOutCooldown = 5 * time.Minute }},
		{"a scale-in cooldown of 15m", func(s *Setting) { s.ScaleInCooldown = 15 * time.Minute }},
	} {
		line := "| " + change.name + " |"
		for _, day := range []int{7, 8} {
			stage := searches[day].runnerFor(searches[day].subject(with(settings[day], change.of)))
			whole := stage.rehearse(scenario{trace: evenings[day]})
			half := stage.rehearse(scenario{trace: evenings[day].RateScale(0.5)})
			line += fmt.Sprintf(" %s | %.2f | %.2f |", percent(whole), whole.Cost.OverOracle, half.Cost.OverOracle)
		}
		t.Log(line)
		shown(t, line)
	}
}

func with(s Setting, change func(*Setting)) Setting {
	change(&s)
	return s
}
