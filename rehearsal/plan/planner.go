package plan

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/capacity"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// readings change an input to each reading of what AWS does not document. A plan holds
// under all of them.
func readings() []func(*rehearsal.Input) {
	var out []func(*rehearsal.Input)
	for _, reading := range rehearsal.Readings() {
		out = append(out, func(in *rehearsal.Input) { in.Reading = reading })
	}
	return out
}

// planner computes the floors, calendars, subjects and rehearsals of settings.
type planner struct {
	input           rehearsal.Input
	evenings        []Evening
	event           Event
	margin          Margin
	minAvailability float64
	maxCapacity     int // 0: none
	check           *Evening

	rule rule
	// traffic is what the evenings agree on, and parts are the event's with floors.
	traffic slots
	parts   []part
	// currentSafetyFactor is that of today's tracking.
	currentSafetyFactor float64
	prepared            []rehearsal.Prepared // one for each of readings
}

// newPlanner is the planner of a request with its defaults.
func newPlanner(r Request) *planner {
	p := &planner{input: r.Input, event: r.Event, minAvailability: r.MinAvailability, maxCapacity: r.MaxCapacity,
		check: r.Check, currentSafetyFactor: capacity.DefaultSafetyFactor}
	for _, policy := range r.Input.Subject.Target.Policies {
		if byInvocations(policy) {
			p.currentSafetyFactor = policy.TargetValue / 60 / r.Input.Service.RequestsPerSecond
		}
	}
	in := r.Input
	in.Trace, in.Minutes, in.NoLatency = r.Evenings[0].at(r.Event, 1), false, true
	for _, reading := range readings() {
		in := in
		reading(&in)
		ready, err := rehearsal.Prepare(in)
		if err != nil {
			panic("plan: " + err.Error()) // Validate has refused it
		}
		p.prepared = append(p.prepared, ready)
	}
	p.learn(r.Evenings, *r.Margin)
	return p
}

// learn derives the floors from evenings, for a margin.
func (p *planner) learn(evenings []Evening, m Margin) {
	p.evenings, p.margin = evenings, m
	p.rule = rule{start: time.Duration(float64(p.startTime()) * m.Start), early: m.Early}
	curves := make([]curve, len(evenings))
	for i, e := range evenings {
		curves[i] = newCurve(e)
	}
	p.traffic = expected(curves, p.event.KickOff)
	p.parts = parts(p.rule.floors(curves, p.event.KickOff), p.traffic, p.rule.leadTime())
}

// relearned is the planner with floors from other evenings, or for another margin.
func (p *planner) relearned(evenings []Evening, m Margin) *planner {
	out := *p
	out.learn(evenings, m)
	return &out
}

func byInvocations(p autoscaling.TargetTrackingPolicy) bool {
	return p.Metric == autoscaling.VariantInvocationsPerInstance || p.Metric == autoscaling.ComponentInvocationsPerCopy
}

// safetyFactors are those that a plan tries, from the cheapest on. The last is today's
// where that is lower: with it a plan is never less available than today. Those with which
// the minimum does not survive the loss of a zone are left out where others are left (rule
// floor-without-zone).
func (p *planner) safetyFactors() []float64 {
	out := []float64{ruleSafetyFactor, 0.65, 0.6}
	if u := p.currentSafetyFactor; u < 0.6 {
		out = append(out, u)
	}
	surviving := slices.DeleteFunc(slices.Clone(out), func(u float64) bool { return !p.survivesZone(p.setting(u)) })
	if len(surviving) > 0 {
		return surviving
	}
	return out
}

// attempt is floors that a plan tries: a multiple of those of the rule, for a kick-off
// that may be early.
type attempt struct {
	times float64
	early time.Duration
}

// attempts are those that a plan tries, from the cheapest on: where the rule's floors
// are worse than none, chance has them refused, and larger or earlier ones are not.
var attempts = []attempt{{1, 0}, {1 / ruleShare, 0}, {1, grid}, {1 / ruleShare, grid}, {1, 2 * grid},
	{1 / ruleShare, 2 * grid}}

// choose is the cheapest setting with floors that is nowhere less available than its
// tracking alone and today's scaling, with the planner that has its floors; or else the
// cheapest without floors that is nowhere less available than today's, and why it has
// no floors.
func (p *planner) choose() (of *planner, s Setting, noFloor string, err error) {
	tried := likely(p.evenings, p.event)
	today := p.lost(p.todaysSubject(), tried)
	factors := p.safetyFactors()
	rule := p.withFloors(p.setting(factors[0]), 1)
	switch {
	case len(p.parts) == 0:
		noFloor = "the evenings rise no faster than tracking follows"
	case len(p.calendar(rule).Floors()) == 0:
		noFloor = "the minimum carries the event"
	}
	var refused problem.List
	for _, u := range factors {
		without := p.setting(u)
		alone := p.lost(p.subject(without), tried)
		for _, a := range attempts {
			of, m := p, p.margin
			if a.early > 0 {
				m.Early += a.early
				of = p.relearned(p.evenings, m)
				of.margin = p.margin
			}
			with := of.withFloors(without, a.times)
			if len(of.calendar(with).Floors()) == 0 {
				continue
			}
			if ps := of.validate(with); len(ps) > 0 {
				refused = ps
				continue
			}
			lost := of.lost(of.subject(with), tried)
			than, by := "tracking alone", worse(lost, alone)
			if by < 0 {
				than, by = "today's setting", worse(lost, today)
			}
			if by < 0 {
				return of, with, "", nil
			}
			if noFloor == "" {
				noFloor = fmt.Sprintf("of the earlier evenings' requests, floors lose more than %s %s", than,
					tried[by%len(tried)].name)
			}
		}
	}
	if len(refused) > 0 {
		return nil, Setting{}, "", refused.Err()
	}
	for _, u := range factors {
		if s = p.setting(u); worse(p.lost(p.subject(s), tried), today) < 0 {
			break
		}
	}
	return p, s, noFloor, nil
}

// validate says why AWS does not accept a setting.
func (p *planner) validate(s Setting) problem.List {
	ps := p.calendar(s).Validate()
	subject := p.subject(s)
	_, err := p.prepared[0].With(func(in *rehearsal.Input) { in.Subject = subject })
	return append(ps, problem.From(err)...).In("Plan")
}

// worse is the first index at which lost is more than than, -1 if none is.
func worse(lost, than []float64) int {
	for i := range lost {
		if lost[i] >= than[i]+halfRequest {
			return i
		}
	}
	return -1
}

// lost is the requests that a subject loses on each forecast, under every reading.
func (p *planner) lost(s lint.Subject, on []forecast) []float64 {
	out := make([]float64, 0, len(p.prepared)*len(on))
	for _, prepared := range p.prepared {
		ready := with(prepared, s, nil)
		for _, f := range on {
			lost := make([]float64, len(f.traces))
			each(len(lost), func(i int) { lost[i] = p.lostIn(play(ready, f.traces[i])) })
			sum := 0.0
			for _, x := range lost {
				sum += x
			}
			out = append(out, sum)
		}
	}
	return out
}

// halfRequest is the number of failed requests below which none has failed: the
// distribution of waiting times leaves fractions of one.
const halfRequest = 0.5

// lostIn is the requests lost in a rehearsal. With a latency objective, late requests
// beyond the allowed share count as lost.
func (p *planner) lostIn(r rehearsal.Result) float64 {
	o, lost := p.input.Objective, r.Requests.Failed
	if o.Latency > 0 {
		lost += max(0, r.Requests.Late-(1-o.Share)*(r.Requests.Arrived-r.Requests.Failed))
	}
	if lost < halfRequest {
		return 0
	}
	return lost
}

// with is a rehearsal of a subject, with a change of its input.
func with(ready rehearsal.Prepared, s lint.Subject, change func(*rehearsal.Input)) rehearsal.Prepared {
	out, err := ready.With(func(in *rehearsal.Input) {
		if in.Subject = s; change != nil {
			change(in)
		}
	})
	if err != nil {
		panic(fmt.Sprintf("plan: %+v: %v", s.Target, err)) // Validate has refused it
	}
	return out
}

func play(ready rehearsal.Prepared, t trace.Trace) rehearsal.Result {
	r, err := ready.Run(t)
	if err != nil {
		panic("plan: " + err.Error()) // Validate has refused it
	}
	return r
}

// each calls do for every index, on all cores.
func each(n int, do func(i int)) {
	next := make(chan int)
	var wait sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
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

// latest are the latest n evenings, in order.
func latest(evenings []Evening, n int) []Evening {
	out := slices.Clone(evenings)
	slices.SortStableFunc(out, func(a, b Evening) int { return a.KickOff.Compare(b.KickOff) })
	return out[max(0, len(out)-n):]
}
