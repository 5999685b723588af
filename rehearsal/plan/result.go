package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// result is the plan of a setting.
func (p *planner) result(s Setting, noFloor string) Plan {
	out := Plan{
		Setting: s, Subject: p.subject(s), Alone: p.subject(s.withoutFloors()), Today: p.todaysSubject(),
		Calendar: p.calendar(s), NoFloor: noFloor, Warnings: p.warnings(), FromOthers: len(p.evenings) > leastEvenings,
		event: p.event, margin: p.margin,
	}
	on := p.evenings[len(p.evenings)-1]
	for i, e := range p.evenings {
		of := p
		if out.FromOthers {
			of = p.relearned(slices.Delete(slices.Clone(p.evenings), i, i+1), p.margin)
		}
		out.Evenings = append(out.Evenings, of.row(e.name(), s, e))
	}
	out.Holds = !slices.ContainsFunc(out.Evenings, func(r Row) bool { return !p.keeps(r.Plan) })
	if p.check != nil {
		on = *p.check
		checked := p.row(on.name(), s, on)
		out.Checked, out.Holds = &checked, p.keeps(checked.Plan)
	}
	out.Wrong = p.wrong(out, on.at(p.event, 1))
	out.Harder = p.harder(s, on.at(p.event, 1))
	return out
}

// keeps reports whether an outcome has the availability that is asked for.
func (p *planner) keeps(o Outcome) bool { return o.Availability >= p.minAvailability-1e-12 }

// row rehearses a setting on an evening.
func (p *planner) row(name string, s Setting, e Evening) Row {
	t := e.at(p.event, 1)
	out := Row{Name: name}
	subjects := []lint.Subject{p.subject(s), p.subject(s.withoutFloors()), p.todaysSubject()}
	each(len(subjects), func(i int) {
		*[]*Outcome{&out.Plan, &out.Alone, &out.Today}[i] = p.outcome(subjects[i], t, nil)
	})
	return out
}

// outcome rehearses a subject, under the reading that answers least.
func (p *planner) outcome(subject lint.Subject, t trace.Trace, change func(*rehearsal.Input)) Outcome {
	var out Outcome
	for i, prepared := range p.prepared {
		r := play(with(prepared, subject, change), t)
		o := Outcome{Availability: 1, Failed: p.lostIn(r), InstanceHours: r.Cost.InstanceHours, Money: r.Cost.Money,
			OverOracle: r.Cost.OverOracle}
		if o.Failed > 0 {
			o.Availability = max(0, 1-o.Failed/r.Requests.Arrived)
		}
		if i == 0 || o.Availability < out.Availability {
			out = o
		}
	}
	return out
}

// slower makes starts take times as long.
func slower(times float64) func(*rehearsal.Input) {
	return func(in *rehearsal.Input) {
		for _, start := range []*rehearsal.StartTime{&in.Service.Start, &in.Service.InstanceStart} {
			start.Median = time.Duration(float64(start.Median) * times)
			start.P95 = time.Duration(float64(start.P95) * times)
		}
	}
}

// harder plans for a kick-off that is early and for slow starts as well.
func (p *planner) harder(s Setting, t trace.Trace) []Harder {
	early, slow := p.margin, p.margin
	early.Early += 20 * time.Minute
	slow.Start *= 2
	if early.Early > maxEarly || slow.Start > maxMargin {
		return nil
	}
	out := []Harder{{Name: "kick-off 20 minutes early", Margin: early},
		{Name: "starts 2 times as long", Margin: slow}}
	for i := range out {
		h := &out[i]
		under, change := t.Shift(-20*time.Minute), func(*rehearsal.Input) {}
		if h.Margin.Start > p.margin.Start {
			under, change = t, slower(2)
		}
		of := p.relearned(p.evenings, h.Margin)
		held := of.withFloors(s.withoutFloors(), s.FloorShare*ruleSafetyFactor/(ruleShare*s.SafetyFactor))
		if len(of.validate(held)) > 0 {
			held = s.withoutFloors()
		}
		plan, other := p.subject(s), of.subject(held)
		each(4, func(k int) {
			switch k {
			case 0:
				h.Plan = p.outcome(plan, under, change)
			case 1:
				h.Held = p.outcome(other, under, change)
			case 2:
				h.Usual = p.outcome(plan, t, nil)
			case 3:
				h.HeldUsual = p.outcome(other, t, nil)
			}
		})
	}
	return out
}

// wrong rehearses an evening as forecast, and under each forecast error and fault.
func (p *planner) wrong(made Plan, t trace.Trace) []Row {
	type variation struct {
		name   string
		trace  trace.Trace
		change func(*rehearsal.Input)
	}
	kickOff, floors := p.event.KickOff, made.floorActions()
	at := func(after, lasts time.Duration) []rehearsal.Window {
		return []rehearsal.Window{{From: kickOff.Add(after), To: kickOff.Add(after + lasts)}}
	}
	unchanged := func(*rehearsal.Input) {}
	variations := []variation{{"as forecast", t, unchanged}}
	for _, times := range []float64{0.5, 0.75, 1.3, 1.5, 2} {
		variations = append(variations, variation{fmt.Sprintf("%g times the peak", times), t.RateScale(times), unchanged})
	}
	for _, early := range []time.Duration{20 * time.Minute, 10 * time.Minute, -10 * time.Minute, -20 * time.Minute} {
		what := "early"
		if early < 0 {
			what = "late"
		}
		variations = append(variations, variation{fmt.Sprintf("kick-off %d minutes %s", int(early.Abs().Minutes()), what),
			t.Shift(-early), unchanged})
	}
	variations = append(variations, variation{"half an hour of extra time", t.Extend(top(t), 30*time.Minute), unchanged})
	for _, times := range []float64{1.5, 2} {
		variations = append(variations, variation{fmt.Sprintf("starts %g times as long", times), t,
			slower(times)})
	}
	fault := func(name string, change func(*rehearsal.Faults)) {
		variations = append(variations, variation{name, t, func(in *rehearsal.Input) { change(&in.Faults) }})
	}
	fault("no capacity before kick-off",
		func(f *rehearsal.Faults) { f.NoCapacity = at(-30*time.Minute, 15*time.Minute) })
	fault("half of each scale-out comes", func(f *rehearsal.Faults) { f.Fulfilled = 0.5 })
	fault("starts slow one another", func(f *rehearsal.Faults) { f.SlowStart = 0.02 })
	fault("bounds registered again",
		func(f *rehearsal.Faults) { f.Overwritten = []time.Time{kickOff} })
	fault("a deployment before kick-off", func(f *rehearsal.Faults) {
		f.Deployments = []rehearsal.Deployment{{At: kickOff.Add(-15 * time.Minute), Takes: 10 * time.Minute}}
	})
	fault("no metric after kick-off", func(f *rehearsal.Faults) { f.MetricGaps = at(0, 10*time.Minute) })
	fault("clients that try again 3 times", func(f *rehearsal.Faults) { f.Retries, f.RetryAfter = 3, time.Second })
	if p.input.Subject.Facts.Zones > 1 {
		fault("a zone lost after an hour", func(f *rehearsal.Faults) { f.ZoneLost = kickOff.Add(time.Hour) })
	}
	if len(floors) > 0 {
		variations = append(variations, variation{"the first action missed", t, func(in *rehearsal.Input) {
			if hasAction(in.Subject, floors[0]) {
				in.Faults.Missed = []string{floors[0]}
			}
		}})
	}
	rows := make([]Row, len(variations))
	for i, w := range variations {
		rows[i].Name = w.name
	}
	subjects := []lint.Subject{made.Subject, made.Alone, made.Today}
	each(len(variations)*len(subjects), func(i int) {
		row, who := &rows[i/len(subjects)], i%len(subjects)
		w := variations[i/len(subjects)]
		*[]*Outcome{&row.Plan, &row.Alone, &row.Today}[who] = p.outcome(subjects[who], w.trace, w.change)
	})
	return rows
}

// floorActions are the names of the plan's scheduled actions.
func (p Plan) floorActions() []string {
	var names []string
	for _, a := range autoscaling.FloorActions(p.Calendar) {
		names = append(names, a.Name)
	}
	return names
}

func hasAction(s lint.Subject, name string) bool {
	for _, a := range s.Target.ScheduledActions {
		if a.Name == name {
			return true
		}
	}
	return false
}
