package plan

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// planner computes the calendars, subjects and rehearsals of settings.
type planner struct {
	input    rehearsal.Input
	forecast forecast
	margin   Margin
	name     string
	// currentSafetyFactor is that of today's tracking.
	currentSafetyFactor float64
	minAvailability     float64 // availability
	maxCapacity         int     // of capacity, 0: none
	scenarios           []scenario
	prepared            rehearsal.Prepared
}

// search tries settings in batches. Its next step depends on whole batches only, so
// that the order in which rehearsals end does not matter.
type search struct {
	*planner
	ctx     context.Context
	request Request

	// alone is the availability of settings without floors in each scenario, today
	// that of today's scaling. No plan may have less.
	alone                map[Setting][]float64
	today                []float64
	tried                map[Setting]bool
	settings, rehearsals int
	limit                int // of settings in this phase
	stopped              string
	refused              problem.List // of the last setting that AWS does not accept
}

// candidate is a setting with its score.
type candidate struct {
	Setting
	score
}

// batch is how many settings are tried at once.
const batch = 12

func newSearch(ctx context.Context, r Request) *search {
	p := &planner{input: r.Input, forecast: newForecast(r), margin: *r.Margin, name: r.Event.Name,
		minAvailability: r.MinAvailability, maxCapacity: r.MaxCapacity}
	p.currentSafetyFactor = capacity.DefaultSafetyFactor
	for _, policy := range r.Input.Subject.Target.Policies {
		if byInvocations(policy) {
			p.currentSafetyFactor = policy.TargetValue / 60 / r.Input.Service.RequestsPerSecond
		}
	}
	p.scenarios = p.forecast.scenarios(p.margin, r.Input.Subject.Facts.Zones)
	in := r.Input
	in.Trace, in.Minutes, in.NoLatency = p.scenarios[0].trace, false, true
	var err error
	if p.prepared, err = rehearsal.Prepare(in); err != nil {
		panic("plan: " + err.Error()) // Validate has refused it
	}
	return &search{planner: p, ctx: ctx, request: r, alone: map[Setting][]float64{}, tried: map[Setting]bool{}}
}

func byInvocations(p autoscaling.TargetTrackingPolicy) bool {
	return p.Metric == autoscaling.VariantInvocationsPerInstance || p.Metric == autoscaling.ComponentInvocationsPerCopy
}

// runnerFor prepares a subject for rehearsals.
func (p *planner) runnerFor(s lint.Subject) runner {
	ready, err := p.prepared.With(func(in *rehearsal.Input) { in.Subject = s })
	if err != nil {
		panic(fmt.Sprintf("plan: %+v: %v", s.Target, err)) // Validate has refused it
	}
	return runner{ready}
}

// runner rehearses a subject on scenarios.
type runner struct{ rehearsal.Prepared }

func (s runner) rehearse(sc scenario) rehearsal.Result {
	ready, err := s.Prepared, error(nil)
	if !sc.zoneLost.IsZero() {
		ready, err = s.With(func(in *rehearsal.Input) { in.Faults.ZoneLost = sc.zoneLost })
	}
	var r rehearsal.Result
	if err == nil {
		r, err = ready.Run(sc.trace)
	}
	if err != nil {
		panic("plan: " + err.Error()) // Validate has refused it
	}
	return r
}

// evaluate scores a setting, and gives up once it is worse than the best so far.
// alone is the availability of its tracking alone.
func (s *search) evaluate(stage runner, alone []float64, best score) (score, int) {
	var got score
	for i, sc := range s.scenarios {
		r := stage.rehearse(sc)
		a := s.availability(r)
		asked := 0.0
		switch sc.kind {
		case promised:
			asked = s.minAvailability
		case compared:
			asked = min(s.minAvailability, alone[i])
		}
		if short := asked - a; short > 1e-12 {
			got.short += short
		}
		got.regret += regret(r.Cost.OverOracle, a) / float64(len(s.scenarios))
		if best.short < got.short-1e-9 || best.short <= got.short && best.regret < got.regret {
			return worst, i + 1
		}
	}
	return got, len(s.scenarios)
}

// each calls do for every index, on Workers goroutines.
func (s *search) each(n int, do func(i int)) {
	next := make(chan int)
	var wait sync.WaitGroup
	for range min(n, s.request.Workers) {
		wait.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wait.Wait()
}

// trial is a setting that is tried.
type trial struct {
	Setting
	stage  runner
	wrong  problem.List // why AWS does not accept it
	score  score
	played int
}

// try tries the settings that are new, and returns the best of them and best.
func (s *search) try(best candidate, settings []Setting) candidate {
	var trials []trial
	for _, set := range settings {
		if !s.tried[set] {
			s.tried[set] = true
			trials = append(trials, trial{Setting: set})
		}
	}
	for len(trials) > 0 && s.mayContinue() {
		now := trials[:min(batch, len(trials), s.limit-s.settings)]
		trials = trials[len(now):]
		s.each(len(now), func(i int) { now[i].stage, now[i].wrong = s.prepare(now[i].Setting) })
		s.settings += len(now)
		now = slices.DeleteFunc(now, func(t trial) bool {
			if len(t.wrong) > 0 {
				s.refused = t.wrong
			}
			return len(t.wrong) > 0
		})
		s.measureAlone(now)
		s.each(len(now), func(i int) {
			now[i].score, now[i].played = s.evaluate(now[i].stage, s.alone[now[i].withoutFloors()], best.score)
		})
		for _, t := range now {
			s.rehearsals += t.played
			if t.score.before(best.score) {
				best = candidate{t.Setting, t.score}
			}
		}
		if s.request.Progress != nil {
			s.request.Progress(s.settings, s.request.Budget)
		}
	}
	return best
}

// prepare prepares a setting for rehearsals, or says why AWS does not accept it.
func (s *search) prepare(set Setting) (runner, problem.List) {
	ps := s.calendar(set).Validate()
	subject := s.subject(set)
	ready, err := s.prepared.With(func(in *rehearsal.Input) { in.Subject = subject })
	return runner{ready}, append(ps, problem.From(err)...).In("Plan")
}

// mayContinue reports whether another batch may be tried, and records why not.
func (s *search) mayContinue() bool {
	switch {
	case s.ctx.Err() != nil:
		s.stopped = fmt.Sprintf("the time was up after %d settings", s.settings)
	case s.settings >= s.request.Budget:
		s.stopped = fmt.Sprintf("the budget of %d settings was used up", s.request.Budget)
	}
	return s.stopped == "" && s.settings < s.limit
}

// measureAlone measures the availability of each setting without its floors in the
// compared scenarios.
func (s *search) measureAlone(trials []trial) {
	var missing []Setting
	for _, t := range trials {
		alone := t.withoutFloors()
		if _, known := s.alone[alone]; !known {
			s.alone[alone] = make([]float64, len(s.scenarios))
			missing = append(missing, alone)
		}
	}
	s.each(len(missing), func(i int) {
		stage := s.runnerFor(s.subject(missing[i]))
		for at, sc := range s.scenarios {
			if sc.kind == compared {
				s.alone[missing[i]][at] = max(s.today[at], s.availability(stage.rehearse(sc)))
			}
		}
	})
	for _, sc := range s.scenarios {
		if sc.kind == compared {
			s.rehearsals += len(missing)
		}
	}
}
