package plan

import (
	"fmt"
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/schedule"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// Limits of a request.
const (
	// maxLength limits an evening.
	maxLength = 48 * time.Hour
	maxEarly  = 2 * time.Hour
	// maxMargin limits the factors of a margin.
	maxMargin = 10
)

// Validate returns every problem of the request, with the field paths of Request.
func (r Request) Validate() problem.List {
	ps := r.validateEvenings()
	in := r.Input
	in.Trace, in.Faults = trace.Grid{Start: time.Unix(0, 0), Length: time.Minute, Period: time.Minute}.Step(1, 1, 0),
		rehearsal.Faults{}
	ps = append(ps, in.Validate().In("Input")...)
	tracks := false
	for _, p := range in.Subject.Target.Policies {
		tracks = tracks || byInvocations(p)
	}
	if !tracks {
		ps.Add("Input.Subject.Target.Policies", nil,
			"a plan is made for a target tracking policy on invocations per instance or copy, and there is none",
			"track "+string(autoscaling.VariantInvocationsPerInstance))
	}
	if in.Subject.Target.MinCapacity == 0 {
		ps.Add("Input.Subject.Target.MinCapacity", 0, "a plan is for what has capacity in service all the time",
			"set it to 1 or more")
	}
	ps = append(ps, r.Event.validate().In("Event")...)
	if a := r.MinAvailability; a != 0 && !(a > 0 && a <= 1) {
		ps.Add("MinAvailability", a, "an availability is a share over 0 and at most 1", "such as 0.9999")
	}
	if least := r.Input.Subject.Target.MinCapacity; r.MaxCapacity != 0 && r.MaxCapacity < least {
		ps.Add("MaxCapacity", r.MaxCapacity, fmt.Sprintf("it is below the minimum, %d", least),
			"give the account's quota, or leave it out")
	}
	if m := r.Margin; m != nil {
		if m.Peak != 0 && !(m.Peak >= 1 && m.Peak <= maxMargin) {
			ps.Add("Margin.Peak", m.Peak, "the peak may come 1 to 10 times as high", "such as 1.3")
		}
		if m.Early < 0 || m.Early > maxEarly {
			ps.Add("Margin.Early", m.Early, "a kick-off is 0 to 2 hours early", "such as 10m")
		}
		if m.Start != 0 && !(m.Start >= 1 && m.Start <= maxMargin) {
			ps.Add("Margin.Start", m.Start, "starts take 1 to 10 times as long", "such as 2")
		}
	}
	return ps
}

func (r Request) validateEvenings() problem.List {
	var ps problem.List
	if len(r.Evenings) == 0 {
		ps.Add("Evenings", nil, "a plan is learned from an earlier evening", "give its traffic and when it began")
	}
	evening := func(at string, e Evening) {
		wrong := e.Trace.Validate().In(at + ".Trace")
		if ps = append(ps, wrong...); len(wrong) > 0 {
			return
		}
		switch length := e.Trace.End().Sub(e.Trace.Start); {
		case e.Trace.Total() == 0:
			ps.Add(at+".Trace", nil, "there is no traffic in it to learn from", "choose another time of it")
		case length > maxLength:
			ps.Add(at+".Trace", length, fmt.Sprintf("an evening is at most %s long", problem.Duration(maxLength)),
				"choose the time around the event")
		case e.KickOff.Before(e.Trace.Start) || !e.KickOff.Before(e.Trace.End()):
			ps.Add(at+".KickOff", e.KickOff.Format(time.RFC3339), "the kick-off is not in the trace",
				fmt.Sprintf("it goes from %s to %s", e.Trace.Start.Format(time.RFC3339), e.Trace.End().Format(time.RFC3339)))
		}
	}
	for i, e := range r.Evenings {
		evening(fmt.Sprintf("Evenings[%d]", i), e)
	}
	if r.Check != nil {
		evening("Check", *r.Check)
	}
	return ps
}

func (e Event) validate() problem.List {
	var ps problem.List
	if _, err := schedule.ParseZone(e.KickOff.Location().String()); err != nil || e.KickOff.Location().String() == "" {
		ps.Add("KickOff", e.KickOff.Location().String(), "its zone is not one of the IANA database",
			"give the time in one such as Europe/London, or in UTC")
	}
	if e.KickOff.Truncate(time.Minute) != e.KickOff || e.KickOff.Year() < 2000 || e.KickOff.Year() > 2198 {
		ps.Add("KickOff", e.KickOff.Format(time.RFC3339), "an event begins on a whole minute, from 2000 to 2198",
			"such as 2027-05-29T20:00:00Z")
	}
	if !(e.Peak >= 0) || math.IsInf(e.Peak, 1) {
		ps.Add("Peak", e.Peak, "a peak is a number of requests a second", "leave it out for the highest of the evenings")
	}
	c := events.Calendar{MinCapacity: 1, MaxCapacity: 1, Events: []events.Event{
		{Name: e.name(), Timezone: "UTC", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", PeakInstances: 1}}}
	for _, p := range c.Validate() {
		p.Path = "Name"
		ps = append(ps, p)
	}
	return ps
}

func (e Event) name() string {
	if e.Name == "" {
		return "event"
	}
	return e.Name
}

func (r Request) withDefaults() Request {
	r.Input = r.Input.WithDefaults()
	r.Input.Faults, r.Input.InitialCapacity = rehearsal.Faults{}, 0
	r.Event.Name = r.Event.name()
	if r.Event.Peak == 0 {
		for _, e := range r.Evenings {
			r.Event.Peak = max(r.Event.Peak, e.peak())
		}
	}
	r.Event.Peak = roundPeak(r.Event.Peak)
	if r.MinAvailability == 0 {
		r.MinAvailability = 1
	}
	m := Margin{Peak: 1, Start: 1}
	if r.Margin != nil {
		m = Margin{Peak: max(1, r.Margin.Peak), Early: r.Margin.Early, Start: max(1, r.Margin.Start)}
	}
	r.Margin, r.Evenings = &m, latest(r.Evenings, mostEvenings)
	return r
}
