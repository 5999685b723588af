package rehearsal

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// never is after every instant.
const never = math.MaxInt64

// engine plays one rehearsal. Time is Unix seconds; every step is one second,
// and seconds that are all the same are taken together.
type engine struct {
	in     Input
	target autoscaling.ScalableTarget
	now    int64

	scaler
	front   front
	fleet   fleet
	retries retries
	oracle  oracle
	plan    calendar

	incidents []incident
	bounds    [2]int
	desired   int
	// activity is the change of capacity under way, and deployed when an update
	// of the endpoint ends; while either lasts nothing scales (fact C10).
	activity activity
	deployed int64
	resetTo  int
	cooldown cooldown

	book book
}

// activity is a change of capacity that has not succeeded yet.
type activity struct {
	ends     int64 // never: none is under way
	before   int
	out      bool
	cooldown int64
}

// cooldown is the wait after a policy's activity.
type cooldown struct {
	until  int64
	before int
	out    bool
}

// engine is ready to play traffic.
func (p Prepared) engine(traffic trace.Source) *engine {
	in := p.in
	in.Trace = traffic
	start, _ := in.Trace.Grid()
	e := &engine{
		in: in, target: in.Subject.Target, now: start.Unix(),
		front:    front{service: in.Service, gateway: in.Gateway, pooled: in.Service.Routing == LeastOutstanding, waits: waits{service: in.Service}},
		fleet:    fleet{service: in.Service, timing: in.Timing, faults: in.Faults, random: rand.New(rand.NewPCG(in.Seed, 0x5eed)), variant: in.Service.CopiesPerInstance == 0},
		retries:  newRetries(in.Faults),
		oracle:   newOracle(in, start.Unix()),
		plan:     newCalendar(p.actions, start),
		activity: activity{ends: never}, deployed: never,
	}
	e.oracle.shared, e.front.waits.shared = p.shared, p.shared
	e.scaler, _ = newScaler(in)
	e.bounds = [2]int{e.target.MinCapacity, e.target.MaxCapacity}
	e.book = newBook(in, start)
	e.front.total = &e.book.waits
	if in.Minutes {
		e.front.minute = &e.book.minuteWaits
	}
	if s := e.target.SuspendedState; s == nil || !s.Scheduled {
		for _, r := range e.plan.between(e.now-int64(lookBack/time.Second), e.now, nil) {
			e.overwrite(&e.target.ScheduledActions[r.action])
		}
	} else {
		e.plan.finished = true
	}
	for _, at := range in.Faults.Overwritten {
		e.incidents = append(e.incidents, incident{at: at.Unix(), kind: overwritten})
	}
	for _, d := range in.Faults.Deployments {
		e.incidents = append(e.incidents, incident{at: d.At.Unix(), kind: deployment, capacity: d.ResetTo, takes: int64(d.Takes / time.Second)})
	}
	if at := in.Faults.ZoneLost; !at.IsZero() {
		e.incidents = append(e.incidents, incident{at: at.Unix(), kind: zoneLost})
	}
	e.incidents = slices.DeleteFunc(e.incidents, func(i incident) bool { return i.at < e.now })
	slices.SortStableFunc(e.incidents, func(a, b incident) int { return int(a.at - b.at) })
	return e
}

// settle brings the capacity into service with which the trace begins: what
// scaling would have come to under its first rate.
func (e *engine) settle(rate float64) {
	n := e.in.InitialCapacity
	if n == 0 {
		n = e.oracle.needed(rate)
		for _, t := range e.trackers {
			perMinute := e.sources[e.watches[t.high].source].queries[0]
			if perMinute.expression == nil && e.series[perMinute.series].signal == invocationsPerInstance {
				n = max(n, ceilTo(rate*60/t.policy.TargetValue))
			}
		}
		n = clamp(n, e.bounds[0], e.bounds[1])
	}
	e.desired, e.fleet.serving = n, n
	e.fleet.hosts = (n + e.fleet.perHost() - 1) / e.fleet.perHost()
	e.front.resize(0, n, false)
	e.book.least, e.book.most = n, n
}

// overwrite sets the bounds that an action names; they stay (fact B6). It
// reports false where they would cross: such an action fails (fact B8).
func (e *engine) overwrite(a *autoscaling.ScheduledAction) bool {
	low, high := e.bounds[0], e.bounds[1]
	if a.MinCapacity != nil {
		low = *a.MinCapacity
	}
	if a.MaxCapacity != nil {
		high = *a.MaxCapacity
	}
	if low > high {
		return false
	}
	e.bounds = [2]int{low, high}
	return true
}

// updating reports whether the endpoint is, so that it refuses changes (facts
// C10 and C35).
func (e *engine) updating() bool { return e.activity.ends != never || e.deployed != never }

// next is the next instant at which something may happen, at most until.
func (e *engine) next(until int64) int64 {
	next := min(until, e.plan.due(), e.fleet.due(), e.activity.ends, e.deployed, e.book.minuteEnds)
	if len(e.incidents) > 0 {
		next = min(next, e.incidents[0].at)
	}
	for i := range e.sources {
		period := e.sources[i].period
		next = min(next, (e.now/period+1)*period)
	}
	for i := range e.watches {
		next = min(next, e.watches[i].due())
	}
	return next
}

// instant does what is due now, in the order in which AWS would be asked.
func (e *engine) instant() {
	if n := e.fleet.arrive(e.now); n > 0 {
		e.front.resize(e.fleet.serving-n, e.fleet.serving, false)
	}
	if e.deployed <= e.now {
		e.endDeployment()
	}
	if e.activity.ends <= e.now {
		e.succeed()
	}
	for len(e.incidents) > 0 && e.incidents[0].at <= e.now {
		e.suffer(e.incidents[0])
		e.incidents = e.incidents[1:]
	}
	for {
		i, due := e.plan.take(e.now)
		if !due {
			break
		}
		e.runAction(i)
	}
	if e.look() {
		e.decide()
	}
}

// look ends periods and shows alarms the datapoints that they can see by now.
// It reports whether there was one.
func (e *engine) look() (looked bool) {
	for i := range e.sources {
		s := &e.sources[i]
		if e.now%s.period != 0 || e.now == e.book.start {
			continue
		}
		value := s.value(e.series)
		// A period that had begun before the trace is not known.
		if _, gap := within(e.in.Faults.MetricGaps, e.now-1); gap || e.now-s.period < e.book.start {
			value = math.NaN()
		}
		for w := range e.watches {
			if e.watches[w].source != i {
				continue
			}
			if e.watches[w].blind {
				e.watches[w].push(e.now, math.NaN())
			} else {
				e.watches[w].push(e.now, value)
			}
		}
	}
	for i := range e.series {
		if e.now%e.series[i].period == 0 {
			e.series[i].reset()
		}
	}
	for i := range e.watches {
		w := &e.watches[i]
		for w.due() <= e.now {
			looked = true
			if w.alarm.see(w.pop()) {
				e.book.event(Event{Kind: AlarmEvent, Name: w.name, Value: w.alarm.value, What: w.alarm.state.String()}, e.now)
			}
		}
	}
	return looked
}
