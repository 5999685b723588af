package rehearsal

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// never is a time after every other.
const never = math.MaxInt64

// engine is one discrete-time simulation. Time is in Unix seconds and a step is
// one second; equal seconds are simulated in one step.
type engine struct {
	in     Input
	target autoscaling.ScalableTarget
	now    int64
	// share of the trace's requests come to the subject; the gateway and the load
	// balancer have whole times as many.
	share, whole float64

	scaler
	stations stations
	fleet    fleet
	retries  retries
	oracle   oracle
	calendar calendar

	faults  []scheduledFault
	bounds  [2]int
	desired int
	// activity is the scaling activity in progress, and updateEnds the end of a
	// deployment; during either nothing else scales (fact C10).
	activity   activity
	updateEnds int64
	resetTo    int
	cooldown   cooldown
	// saidMinimum says that a scale-in at the minimum is recorded.
	saidMinimum bool

	totals totals
}

// activity is a scaling activity in progress.
type activity struct {
	ends           int64 // never: none is in progress
	capacityBefore int
	out            bool
	cooldown       int64
}

// cooldown is the period after a policy's activity.
type cooldown struct {
	until          int64
	capacityBefore int
	out            bool
}

// engine returns a simulation of traffic at its first second.
func (p Prepared) engine(traffic trace.Source) *engine {
	in := p.in
	in.Trace = traffic
	start, _ := in.Trace.Grid()
	e := &engine{
		in: in, target: in.Subject.Target, now: start.Unix(), share: in.TrafficShare(), whole: 1,
		stations: stations{service: in.Service, gateway: in.Gateway, pooled: in.Service.Routing == LeastOutstanding,
			model: waitModel{service: in.Service}},
		fleet: fleet{service: in.Service, timing: in.Timing, faults: in.Faults,
			random:  rand.New(rand.NewPCG(in.Seed, 0x5eed)),
			variant: in.Service.CopiesPerInstance == 0 && in.Service.MaxInstances == 0},
		retries:  newRetries(in.Faults),
		oracle:   newOracle(in, start.Unix()),
		calendar: newCalendar(p.actions, start),
		activity: activity{ends: never}, updateEnds: never,
	}
	if e.share > 0 {
		e.whole = 1 / e.share
	}
	e.oracle.cache, e.stations.model.cache = p.cache, p.cache
	e.scaler, _ = newScaler(in)
	e.beginPeriods(e.now)
	e.bounds = [2]int{e.target.MinCapacity, e.target.MaxCapacity}
	e.totals = newTotals(in, start)
	e.stations.total = &e.totals.waits
	if in.Minutes {
		e.stations.minute = &e.totals.minuteWaits
	}
	if s := e.target.SuspendedState; s == nil || !s.Scheduled {
		for _, r := range e.calendar.between(e.now-int64(lookBack/time.Second), e.now, nil) {
			e.registerBounds(&e.target.ScheduledActions[r.action])
		}
	} else {
		e.calendar.finished = true
	}
	for _, at := range in.Faults.Overwritten {
		e.faults = append(e.faults, scheduledFault{at: at.Unix(), kind: overwritten})
	}
	for _, d := range in.Faults.Deployments {
		e.faults = append(e.faults, scheduledFault{at: d.At.Unix(), kind: deployment,
			capacity: cmp.Or(d.ResetTo, in.Subject.Hosting.ResetCount), takes: int64(d.Takes / time.Second)})
	}
	if at := in.Faults.ZoneLost; !at.IsZero() {
		e.faults = append(e.faults, scheduledFault{at: at.Unix(), kind: zoneLost})
	}
	e.faults = slices.DeleteFunc(e.faults, func(i scheduledFault) bool { return i.at < e.now })
	slices.SortStableFunc(e.faults, func(a, b scheduledFault) int { return int(a.at - b.at) })
	return e
}

// warmUp puts the initial capacity into service: InitialCapacity, or what scaling
// would have reached under the trace's first rate.
func (e *engine) warmUp(rate float64) {
	n := e.in.InitialCapacity
	if n == 0 {
		n = e.oracle.needed(rate)
		for _, t := range e.tracking {
			perMinute := e.sources[e.alarms[t.high].source].queries[0]
			if perMinute.expression == nil && e.series[perMinute.series].metric == invocationsPerInstance {
				n = max(n, ceilTo(rate*60/t.policy.TargetValue))
			}
		}
		n = clamp(n, e.bounds[0], e.bounds[1])
	}
	if most := e.fleet.mostCopies(); n > most {
		n = most
	}
	e.desired, e.fleet.serving = n, n
	e.fleet.hosts = e.fleet.hostsFor(n)
	e.stations.resize(0, n, false)
	e.totals.least, e.totals.most = n, n
}

// registerBounds sets the bounds of an action, which stay until the next (fact
// B6). It reports false when they would cross: such an action fails (fact B8).
func (e *engine) registerBounds(a *autoscaling.ScheduledAction) bool {
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

// updating reports whether the endpoint is updating and refuses changes (facts
// C10 and C35).
func (e *engine) updating() bool { return e.activity.ends != never || e.updateEnds != never }

// nextEvent is the next time at which something may happen, at most until.
func (e *engine) nextEvent(until int64) int64 {
	next := min(until, e.calendar.nextRun(), e.fleet.nextStart(), e.activity.ends, e.updateEnds, e.totals.minuteEnds)
	if len(e.faults) > 0 {
		next = min(next, e.faults[0].at)
	}
	for i := range e.sources {
		next = min(next, e.sources[i].ends)
	}
	for i := range e.alarms {
		next = min(next, e.alarms[i].nextVisible())
	}
	return next
}

// processDue processes what is due now: starts, updates, faults, scheduled
// actions, alarms and policies.
func (e *engine) processDue() {
	if n := e.fleet.startServing(e.now); n > 0 {
		e.stations.resize(e.fleet.serving-n, e.fleet.serving, false)
	}
	if e.updateEnds <= e.now {
		e.endDeployment()
	}
	if e.activity.ends <= e.now {
		e.completeActivity()
	}
	for len(e.faults) > 0 && e.faults[0].at <= e.now {
		e.applyFault(e.faults[0])
		e.faults = e.faults[1:]
	}
	for {
		i, due := e.calendar.pop(e.now)
		if !due {
			break
		}
		e.runScheduledAction(i)
	}
	if e.evaluateAlarms() {
		e.decide()
	}
}

// evaluateAlarms closes metric periods and gives alarms the datapoints that have
// become visible. It reports whether there was one.
func (e *engine) evaluateAlarms() (evaluated bool) {
	for i := range e.sources {
		s := &e.sources[i]
		if e.now < s.ends {
			continue
		}
		s.ends += s.period
		value := s.value(e.series)
		// A period that began before the trace has no datapoint.
		if _, gap := windowAt(e.in.Faults.MetricGaps, e.now-1); gap || e.now-s.period < e.totals.start {
			value = math.NaN()
		}
		for w := range e.alarms {
			if e.alarms[w].source != i {
				continue
			}
			if e.alarms[w].noData {
				e.alarms[w].push(e.now, math.NaN())
			} else {
				e.alarms[w].push(e.now, value)
			}
		}
	}
	for i := range e.series {
		if s := &e.series[i]; e.now >= s.ends {
			s.ends += s.period
			s.reset()
		}
	}
	for i := range e.alarms {
		w := &e.alarms[i]
		for w.nextVisible() <= e.now {
			evaluated = true
			if w.alarm.observe(w.pop()) {
				e.totals.record(Event{Kind: AlarmEvent, Name: w.name, Value: w.alarm.value, What: w.alarm.state.String()}, e.now)
			}
		}
	}
	return evaluated
}
