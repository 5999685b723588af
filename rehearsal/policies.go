package rehearsal

import (
	"math"
	"time"
)

// decide applies the policies whose alarms trigger them. Any policy scales out,
// and the largest capacity wins (fact A29).
func (e *engine) decide() {
	cooling := e.cooldown.out && e.now < e.cooldown.until
	before := scaleOutBase(e.desired, cooling, e.cooldown.capacityBefore)
	base := before
	if e.in.Reading.CooldownBase == PresentCapacity {
		base = e.desired
	}
	out, outBy, outAfter := e.desired, "", time.Duration(0)
	want := func(capacity int, name string, after time.Duration) {
		if capacity = clamp(capacity, e.bounds[0], e.bounds[1]); capacity > out {
			out, outBy, outAfter = capacity, name, after
		}
	}
	asked := false
	for i := range e.tracking {
		t := &e.tracking[i]
		if w := &e.alarms[t.high]; w.triggers(e.now) {
			w.lastAction, asked = e.now, true
			want(proportionalCapacity(base, w.alarm.value, t.policy.TargetValue), t.policy.Name, t.policy.ScaleOutCooldown)
		}
	}
	in, inBy, inAfter := math.MaxInt, "", time.Duration(0)
	falling := false
	for i := range e.stepping {
		s := &e.stepping[i]
		w := &e.alarms[s.alarm]
		if !w.triggers(e.now) {
			continue
		}
		w.lastAction, asked = e.now, true
		metric := w.alarm.aggregate(s.policy.Aggregation)
		falling = falling || s.policy.Alarm.Falls()
		want(stepCapacity(s.policy, before, metric), s.policy.Name, s.policy.Cooldown)
		// A step policy scales in without the consent of target tracking (fact A31).
		if to := clamp(stepCapacity(s.policy, e.desired, metric), e.bounds[0], e.bounds[1]); to < e.desired &&
			(inBy == "" || to > in) {
			in, inBy, inAfter = to, s.policy.Name, s.policy.Cooldown
		}
	}
	if out > e.desired {
		e.applyPolicy(out, outBy, outAfter)
		return
	}
	capacity, name, after, ready := e.trackingScaleIn()
	if ready && (inBy == "" || capacity > in) && capacity < e.desired {
		in, inBy, inAfter = capacity, name, after
	}
	e.sayMinimum(name, ready)
	if inBy != "" {
		e.applyPolicy(in, inBy, inAfter)
	} else if asked {
		what := "capacity is enough"
		switch {
		case falling && e.desired <= e.bounds[0]:
			what = atMinimum
		case e.desired >= e.bounds[1]:
			what = "already at the maximum"
		case cooling:
			what = "cooling down, and no larger scale-out"
		}
		e.totals.record(Event{Kind: PolicyEvent, From: e.desired, To: e.desired, What: what}, e.now)
	}
}

// atMinimum is what becomes of a scale-in at the minimum (fact A36).
const atMinimum = "already at the minimum"

// sayMinimum records that target tracking would scale in at the minimum, once until
// the capacity changes.
func (e *engine) sayMinimum(name string, ready bool) {
	switch {
	case e.desired > e.bounds[0]:
		e.saidMinimum = false
	case ready && !e.saidMinimum:
		e.saidMinimum = true
		e.totals.record(Event{Kind: PolicyEvent, Name: name, From: e.desired, To: e.desired, What: atMinimum}, e.now)
	}
}

// trackingScaleIn is the capacity that the tracking policies agree on. ready says
// that all of them may scale in and an alarm of one triggers it now; only then, and
// above the minimum, is the capacity computed.
func (e *engine) trackingScaleIn() (capacity int, name string, after time.Duration, ready bool) {
	asked, all := false, true
	for i := range e.tracking {
		t := &e.tracking[i]
		if t.policy.DisableScaleIn {
			continue // fact A30
		}
		w := &e.alarms[t.low]
		if w.triggers(e.now) {
			w.lastAction, asked, name = e.now, true, t.policy.Name
		}
		all = all && w.alarm.state == inAlarm
	}
	if !asked || !all || e.desired <= e.bounds[0] {
		return e.desired, name, 0, asked && all
	}
	e.votes = e.votes[:0]
	for i := range e.tracking {
		t := &e.tracking[i]
		if t.policy.DisableScaleIn {
			continue
		}
		w := &e.alarms[t.low]
		v := vote{ready: true, capacity: scaleInCapacity(e.desired, w.alarm.value, t.policy.TargetValue)}
		if len(e.votes) == 0 || v.capacity > capacity {
			capacity, name, after = v.capacity, t.policy.Name, t.policy.ScaleInCooldown
		}
		e.votes = append(e.votes, v)
	}
	capacity, agreed := unanimousScaleIn(e.votes)
	return clamp(capacity, e.bounds[0], e.bounds[1]), name, after, agreed
}

// applyPolicy scales to a policy's capacity. A scale-out ends a scale-in cooldown,
// which holds a scale-in back (fact A21).
func (e *engine) applyPolicy(to int, name string, after time.Duration) {
	out, suspended := to > e.desired, e.target.SuspendedState
	ev := Event{Kind: PolicyEvent, Name: name, From: e.desired, To: to}
	say := func(ifOut, ifIn string) {
		if ev.What = ifIn; out {
			ev.What = ifOut
		}
	}
	switch {
	case suspended != nil && (out && suspended.ScaleOut || !out && suspended.ScaleIn):
		say("scaling out is suspended", "scaling in is suspended")
	case e.updating():
		say("scale out refused, the endpoint is updating", "scale in refused, the endpoint is updating")
	case !out && !e.cooldown.out && e.now < e.cooldown.until:
		ev.What = "scale in refused, cooling down"
	default:
		say("scale out", "scale in")
		e.scale(to, true, int64(after/time.Second))
	}
	e.totals.record(ev, e.now)
}

// scale changes the capacity in one step (fact B7). Only a policy's change has a
// cooldown (fact A23), which begins when the activity has succeeded.
func (e *engine) scale(to int, policy bool, cooldown int64) {
	e.totals.actions++
	e.activity = activity{capacityBefore: e.desired, out: to > e.desired, cooldown: -1}
	if policy {
		e.activity.cooldown = cooldown
	}
	if to > e.desired {
		_, e.activity.ends = e.fleet.launch(e.now, to-e.desired)
	} else {
		e.removeInstances(e.desired - to)
		e.activity.ends = e.now + int64(e.in.Timing.Drain/time.Second)
	}
	e.activity.ends = max(e.activity.ends, e.now+1)
	e.desired = to
}

func (e *engine) removeInstances(count int) {
	before := e.fleet.serving
	e.fleet.remove(count)
	e.totals.lost += e.stations.resize(before, e.fleet.serving, false)
}

// completeActivity ends the activity and begins its cooldown (fact A22). Capacity
// that AWS did not fulfil is no longer desired.
func (e *engine) completeActivity() {
	a := e.activity
	e.activity.ends = never
	if a.cooldown >= 0 {
		e.cooldown = cooldown{until: e.now + a.cooldown, capacityBefore: a.capacityBefore, out: a.out}
	}
	e.desired = e.fleet.serving + len(e.fleet.starting)
	e.totals.record(Event{Kind: ActivityEvent, From: a.capacityBefore, To: e.desired, What: "in service"}, e.now)
	e.retryRefusedFloor()
}

// retryRefusedFloor moves the capacity into its bounds if Reading says that AWS
// repeats a refused move.
func (e *engine) retryRefusedFloor() {
	if e.in.Reading.RefusedFloorRetried && !e.updating() && clamp(e.desired, e.bounds[0], e.bounds[1]) != e.desired {
		e.scale(clamp(e.desired, e.bounds[0], e.bounds[1]), false, 0)
	}
}

// runScheduledAction registers the action's bounds and moves the capacity into
// them at once, whatever the cooldowns (facts B6, B7 and B10). An endpoint that is
// updating refuses the move (fact C35).
func (e *engine) runScheduledAction(index int) {
	a := &e.target.ScheduledActions[index]
	ev := Event{Kind: ScheduleEvent, Name: a.Name, What: "bounds set"}
	if !e.registerBounds(a) {
		ev.What = "failed, the minimum would exceed the maximum"
	} else {
		ev.What = e.moveIntoBounds()
	}
	ev.From, ev.To = e.bounds[0], e.bounds[1]
	e.totals.record(ev, e.now)
}

// moveIntoBounds moves the capacity into the bounds and says what happened.
func (e *engine) moveIntoBounds() (what string) {
	to := clamp(e.desired, e.bounds[0], e.bounds[1])
	switch {
	case to == e.desired:
		return "bounds set"
	case e.updating():
		e.totals.refused++
		return "bounds set, capacity refused, the endpoint is updating"
	}
	e.scale(to, false, 0)
	return "bounds set, capacity moved into them"
}

// applyFault plays a fault.
func (e *engine) applyFault(i scheduledFault) {
	switch i.kind {
	case overwritten: // fact C24
		e.bounds = [2]int{e.target.MinCapacity, e.target.MaxCapacity}
		e.totals.record(Event{Kind: FaultEvent, From: e.bounds[0], To: e.bounds[1],
			What: "the template's bounds are registered again: " + e.moveIntoBounds()}, e.now)
	case deployment:
		if e.updating() { // fact C35
			e.totals.record(Event{Kind: FaultEvent, What: "a deployment is refused, the endpoint is updating"}, e.now)
			return
		}
		e.updateEnds, e.resetTo = e.now+i.takes, i.capacity
		e.totals.record(Event{Kind: FaultEvent, What: "a deployment begins"}, e.now)
	case zoneLost:
		e.loseZone()
	}
}

// zones is the number of Availability Zones where Facts.Zones is not known.
const zones = 3

// loseZone removes the instances of the fullest zone and starts as many in the
// others.
func (e *engine) loseZone() {
	n := e.in.Subject.Facts.Zones
	if n < 1 {
		n = zones
	}
	before := e.fleet.serving
	lost := (before + n - 1) / n
	e.fleet.serving -= lost
	e.fleet.hosts -= min(e.fleet.hosts, (lost+e.fleet.perHost()-1)/e.fleet.perHost())
	e.totals.lost += e.stations.resize(before, e.fleet.serving, true)
	e.fleet.launch(e.now, lost)
	e.totals.record(Event{Kind: FaultEvent, From: before, To: e.fleet.serving, What: "a zone is lost"}, e.now)
}

// endDeployment puts the updated fleet into service.
func (e *engine) endDeployment() {
	e.updateEnds = never
	from := e.desired
	if to := e.resetTo; to > 0 && to != e.desired {
		before := e.fleet.serving
		if to < before {
			e.removeInstances(e.desired - to)
		} else {
			e.fleet.serving, e.fleet.starting = to, e.fleet.starting[:0]
			e.fleet.hosts = e.fleet.hostsFor(to)
			e.stations.resize(before, to, false)
		}
		e.desired = to
	}
	e.totals.record(Event{Kind: FaultEvent, From: from, To: e.desired, What: "a deployment ends"}, e.now)
	e.retryRefusedFloor()
}
