package plan

import (
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// Row is the outcomes of the plan, of its tracking without floors, and of today's
// scaling, under a forecast error or fault.
type Row struct {
	Name               string
	Plan, Alone, Today Outcome
}

// result is the plan of the best candidates.
func (s *search) result(tracking, planned candidate) Plan {
	p := Plan{
		Setting: planned.Setting, Tracking: tracking.Setting,
		Subject: s.subject(planned.Setting), Alone: s.subject(planned.withoutFloors()),
		ByTracking: s.subject(tracking.Setting), Today: s.todaysSubject(),
		Calendar: s.calendar(planned.Setting),
		Holds:    planned.short == 0, TrackingHolds: tracking.short == 0,
		Settings: s.settings, Rehearsals: s.rehearsals, Stopped: s.stopped,
		event: s.request.Event, margin: s.margin,
	}
	played := s.request.Evenings[0]
	p.Learned = s.outcome(p.Subject, s.forecast.evenings[0], nil)
	p.TrackingLearned = s.outcome(p.ByTracking, s.forecast.evenings[0], nil)
	if s.request.Check != nil {
		played = *s.request.Check
		checked := s.outcome(p.Subject, played.at(s.request.Event, 1), nil)
		p.Checked = &checked
	}
	p.Wrong = s.wrong(p, played.at(s.request.Event, 1))
	return p
}

// outcome rehearses a subject. With a change of the input it computes no latency.
func (p *planner) outcome(subject lint.Subject, t trace.Trace, change func(*rehearsal.Input)) Outcome {
	ready, err := p.prepared.With(func(in *rehearsal.Input) {
		in.Subject, in.NoLatency = subject, change != nil
		if change != nil {
			change(in)
		}
	})
	if err != nil {
		panic("plan: " + err.Error()) // Validate has refused it
	}
	r := runner{ready}.rehearse(scenario{trace: t})
	return Outcome{Availability: r.Requests.Availability, Failed: r.Requests.Failed, P99: r.Latency.P99,
		InstanceHours: r.Cost.InstanceHours, Money: r.Cost.Money, OverOracle: r.Cost.OverOracle}
}

// wrong rehearses an evening as forecast, and under each forecast error and fault.
func (s *search) wrong(p Plan, t trace.Trace) []Row {
	type variation struct {
		name   string
		trace  trace.Trace
		change func(*rehearsal.Input)
	}
	kickOff, floors := s.forecast.kickOff, p.floorActions()
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
		variations = append(variations, variation{fmt.Sprintf("starts that take %g times as long", times), t,
			func(in *rehearsal.Input) {
				for _, start := range []*rehearsal.StartTime{&in.Service.Start, &in.Service.InstanceStart} {
					start.Median = time.Duration(float64(start.Median) * times)
					start.P95 = time.Duration(float64(start.P95) * times)
				}
			}})
	}
	fault := func(name string, change func(*rehearsal.Faults)) {
		variations = append(variations, variation{name, t, func(in *rehearsal.Input) { change(&in.Faults) }})
	}
	fault("no instance to be had for 15 minutes, half an hour before kick-off",
		func(f *rehearsal.Faults) { f.NoCapacity = at(-30*time.Minute, 15*time.Minute) })
	fault("half of each scale-out fulfilled", func(f *rehearsal.Faults) { f.Fulfilled = 0.5 })
	fault("each start 2 % slower for every other at the same time", func(f *rehearsal.Faults) { f.SlowStart = 0.02 })
	fault("the template's bounds registered again at kick-off",
		func(f *rehearsal.Faults) { f.Overwritten = []time.Time{kickOff} })
	fault("a deployment of 10 minutes, a quarter of an hour before kick-off", func(f *rehearsal.Faults) {
		f.Deployments = []rehearsal.Deployment{{At: kickOff.Add(-15 * time.Minute), Takes: 10 * time.Minute}}
	})
	fault("no metric for 10 minutes from kick-off", func(f *rehearsal.Faults) { f.MetricGaps = at(0, 10*time.Minute) })
	fault("clients that try again 3 times", func(f *rehearsal.Faults) { f.Retries, f.RetryAfter = 3, time.Second })
	if s.input.Subject.Facts.Zones > 1 {
		fault("a zone lost an hour after kick-off", func(f *rehearsal.Faults) { f.ZoneLost = kickOff.Add(time.Hour) })
	}
	if len(floors) > 0 {
		variations = append(variations, variation{"the first scheduled action missed", t, func(in *rehearsal.Input) {
			if hasAction(in.Subject, floors[0]) {
				in.Faults.Missed = []string{floors[0]}
			}
		}})
	}
	rows := make([]Row, len(variations))
	for i, w := range variations {
		rows[i].Name = w.name
	}
	subjects := []lint.Subject{p.Subject, p.Alone, p.Today}
	s.each(len(variations)*len(subjects), func(i int) {
		row, who := &rows[i/len(subjects)], i%len(subjects)
		w := variations[i/len(subjects)]
		*[]*Outcome{&row.Plan, &row.Alone, &row.Today}[who] = s.outcome(subjects[who], w.trace, w.change)
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
