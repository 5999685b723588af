package plan

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/capacity"
	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// planner is what everything about one request is computed from.
type planner struct {
	input    rehearsal.Input
	forecast forecast
	margin   Margin
	name     string
	// aimed is the safety factor of today's tracking.
	aimed     float64
	promise   float64 // availability
	quota     int     // of capacity, 0: none
	scenarios []scenario
	prepared  rehearsal.Prepared
}

// search tries settings. What it does next depends on the results of whole
// batches alone, so that the order in which rehearsals end does not matter.
type search struct {
	*planner
	ctx     context.Context
	request Request

	// alone is the availability in each scenario of settings without floors, and
	// today that of what scales now; no plan may have less.
	alone                map[Setting][]float64
	today                []float64
	tried                map[Setting]bool
	stages               map[Setting]stage // of settings that are to be tried
	settings, rehearsals int
	limit                int // of settings, for now
	stopped              string
	impossible           invalid.Problems // with the last setting that was
}

// found is a setting with its score.
type found struct {
	Setting
	score
}

// batch is how many settings are tried before the best is looked at.
const batch = 12

func newSearch(ctx context.Context, r Request) *search {
	p := &planner{input: r.Input, forecast: newForecast(r), margin: *r.Margin, name: r.Event.Name, promise: r.MinAvailability, quota: r.MaxCapacity}
	p.aimed = capacity.DefaultSafetyFactor
	for _, policy := range r.Input.Subject.Target.Policies {
		if byInvocations(policy) {
			p.aimed = policy.TargetValue / 60 / r.Input.Service.RequestsPerSecond
		}
	}
	p.scenarios = p.forecast.scenarios(p.margin, r.Input.Subject.Facts.Zones)
	in := r.Input
	in.Trace, in.Minutes, in.NoLatency = p.scenarios[0].trace, false, true
	var err error
	if p.prepared, err = rehearsal.Prepare(in); err != nil {
		panic("plan: " + err.Error()) // Validate has seen to it
	}
	return &search{planner: p, ctx: ctx, request: r, alone: map[Setting][]float64{}, tried: map[Setting]bool{}, stages: map[Setting]stage{}}
}

func byInvocations(p autoscaling.TargetTrackingPolicy) bool {
	return p.Metric == autoscaling.VariantInvocationsPerInstance || p.Metric == autoscaling.ComponentInvocationsPerCopy
}

// on is a subject, ready to be rehearsed on much traffic.
func (p *planner) on(s autoscaling.Subject) stage {
	ready, err := p.prepared.With(func(in *rehearsal.Input) { in.Subject = s })
	if err != nil {
		panic(fmt.Sprintf("plan: %+v: %v", s.Target, err)) // Validate has seen to it
	}
	return stage{ready}
}

// stage is where a subject is rehearsed.
type stage struct{ rehearsal.Prepared }

func (s stage) play(sc scenario) rehearsal.Result {
	ready, err := s.Prepared, error(nil)
	if !sc.zoneLost.IsZero() {
		ready, err = s.With(func(in *rehearsal.Input) { in.Faults.ZoneLost = sc.zoneLost })
	}
	var r rehearsal.Result
	if err == nil {
		r, err = ready.Run(sc.trace)
	}
	if err != nil {
		panic("plan: " + err.Error()) // Validate has seen to it
	}
	return r
}

// judge scores a setting, and gives up once it is worse than the best so far.
func (s *search) judge(set Setting, alone []float64, best score) (score, int) {
	stage := s.stages[set]
	var got score
	for i, sc := range s.scenarios {
		r := stage.play(sc)
		a := s.availability(r)
		asked := 0.0
		switch sc.kind {
		case promised:
			asked = s.promise
		case compared:
			asked = min(s.promise, alone[i])
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

// each does something for every index, on as many workers as there are.
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

// try tries settings that have not been, and returns the best of them and of
// what was the best before.
func (s *search) try(best found, settings []Setting) found {
	settings = slices.Clone(settings)
	settings = slices.DeleteFunc(settings, func(set Setting) bool {
		seen := s.tried[set]
		s.tried[set] = true
		return seen || !s.possible(set)
	})
	for len(settings) > 0 && s.goOn() {
		now := settings[:min(batch, len(settings), s.limit-s.settings)]
		settings = settings[len(now):]
		s.trackAlone(now)
		scores, played := make([]score, len(now)), make([]int, len(now))
		s.each(len(now), func(i int) {
			scores[i], played[i] = s.judge(now[i], s.alone[now[i].withoutFloors()], best.score)
		})
		for i := range now {
			delete(s.stages, now[i])
			s.rehearsals += played[i]
			if scores[i].before(best.score) {
				best = found{now[i], scores[i]}
			}
		}
		s.settings += len(now)
		if s.request.Progress != nil {
			s.request.Progress(s.settings, s.request.Budget)
		}
	}
	return best
}

// possible reports whether AWS takes a setting, and keeps it ready or remembers
// why not.
func (s *search) possible(set Setting) bool {
	ps := s.calendar(set).Validate()
	ready, err := s.prepared.With(func(in *rehearsal.Input) { in.Subject = s.subject(set) })
	if ps = append(ps, invalid.From(err)...); len(ps) > 0 {
		s.impossible = ps.In("Plan")
		return false
	}
	s.stages[set] = stage{ready}
	return true
}

// goOn reports whether another batch may be tried, and remembers why the search
// is over if it is.
func (s *search) goOn() bool {
	switch {
	case s.ctx.Err() != nil:
		s.stopped = fmt.Sprintf("the time was up after %d settings", s.settings)
	case s.settings >= s.request.Budget:
		s.stopped = fmt.Sprintf("the budget of %d settings was used up", s.request.Budget)
	}
	return s.stopped == "" && s.settings < s.limit
}

// trackAlone makes sure that it is known how available each setting would be
// without its floors.
func (s *search) trackAlone(settings []Setting) {
	var missing []Setting
	for _, set := range settings {
		alone := set.withoutFloors()
		if _, known := s.alone[alone]; !known {
			s.alone[alone] = make([]float64, len(s.scenarios))
			missing = append(missing, alone)
		}
	}
	n := len(s.scenarios)
	s.each(len(missing)*n, func(i int) {
		set, at := missing[i/n], i%n
		if s.scenarios[at].kind == compared {
			s.alone[set][at] = max(s.today[at], s.availability(s.on(s.subject(set)).play(s.scenarios[at])))
		}
	})
	s.rehearsals += len(missing) * n
}
