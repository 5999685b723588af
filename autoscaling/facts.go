package autoscaling

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// FactsKey is where Facts stand in a CloudFormation resource's Metadata.
const FactsKey = "SageMakerScaling"

// ConstructPathKey is where the path of a scalable target's construct stands in
// its Metadata, where CDK's own aws:cdk:path is switched off.
const ConstructPathKey = "SageMakerScalingPath"

// Facts are what the owner of an endpoint knows beyond its template. They stand
// in the metadata of the scalable target, under FactsKey, so that whoever reads
// the template reads them too. In JSON durations are texts, such as "6m0s".
type Facts struct {
	// Production says that users depend on it.
	Production bool `json:"production,omitempty"`
	// Zones is how many Availability Zones the instances are spread over.
	Zones int `json:"zones,omitempty"`
	// StartTime is how long a new instance takes until it serves, at the 95th
	// percentile.
	StartTime time.Duration `json:"startTime,omitempty"`
	// ServiceTime is how long one request takes.
	// Default: 0, ConcurrencyPerInstance ÷ RequestsPerSecondPerInstance where both
	// are known (Little's law).
	ServiceTime time.Duration `json:"serviceTime,omitempty"`
	// RequestsPerSecondPerInstance and ConcurrencyPerInstance are what one
	// instance sustains within the latency objective, from a load test.
	RequestsPerSecondPerInstance float64 `json:"requestsPerSecondPerInstance,omitempty"`
	ConcurrencyPerInstance       float64 `json:"concurrencyPerInstance,omitempty"`
	// PeakRequestsPerSecond is the highest rate that is expected.
	PeakRequestsPerSecond float64 `json:"peakRequestsPerSecond,omitempty"`
	// Events are the surges that are known beforehand.
	Events []EventFacts `json:"events,omitempty"`
	// LoweredMaximums are the scheduled actions, by name, that lower the maximum
	// because their owner has asked for it: see ScheduledAction.AllowLowerMax.
	LoweredMaximums []string `json:"loweredMaximums,omitempty"`
	// Frontend is what stands before the endpoint. Default: nil, not known.
	Frontend *FrontendFacts `json:"frontend,omitempty"`
}

// EventFacts are what is known of an event that has become scheduled actions.
type EventFacts struct {
	// Name is the event's.
	Name string `json:"name"`
	// Floor is the highest minimum that it needs.
	Floor int `json:"floor,omitempty"`
	// LeadTime is how long before the traffic its floor is raised.
	LeadTime time.Duration `json:"leadTime,omitempty"`
	// Stands is how long its floors stand at a time at one height, where that is more
	// than LongEvent. Default: 0, not that long, or not known.
	Stands time.Duration `json:"stands,omitempty"`
}

// LongEvent is how long an event's floors stand before the question is whether it is
// several events.
const LongEvent = 24 * time.Hour

// FrontendKind is what the gateway runs on.
type FrontendKind string

// What the gateway may run on.
const (
	LambdaFrontend  FrontendKind = "lambda"
	FargateFrontend FrontendKind = "fargate"
)

// FrontendFacts are what is known of the front end.
type FrontendFacts struct {
	// Kind is what the gateway runs on. The other fields are of LambdaFrontend.
	Kind FrontendKind `json:"kind"`
	// PeakRequestsPerSecond is the highest rate that is expected there, of all
	// variants together. Default: 0, Facts.PeakRequestsPerSecond.
	PeakRequestsPerSecond float64 `json:"peakRequestsPerSecond,omitempty"`
	// PayloadBytes is the largest body of a request or a reply.
	PayloadBytes int `json:"payloadBytes,omitempty"`
	// AccountConcurrency is how many environments the account's functions may
	// have at a time, together. Default: 0, what a new account has (fact F26).
	AccountConcurrency int `json:"accountConcurrency,omitempty"`
	// ReservedConcurrency is how many the gateway's function may have.
	// Default: 0, not reserved.
	ReservedConcurrency int `json:"reservedConcurrency,omitempty"`
	// ProvisionedConcurrency is how many of them wait, started, when the peak
	// comes. Default: 0, none.
	ProvisionedConcurrency int `json:"provisionedConcurrency,omitempty"`
}

// Facts are those that s says, beside what its target holds.
func (s VariantScaling) Facts() Facts {
	f := Facts{
		Zones: s.Zones, StartTime: s.StartTime,
		RequestsPerSecondPerInstance: s.RequestsPerSecondPerInstance, ConcurrencyPerInstance: s.ConcurrencyPerInstance,
	}
	f.addEvents(s.Calendar())
	f.LoweredMaximums = loweredMaximums(s.ScheduledActions)
	return f
}

// addEvents adds what is known of the events of a calendar.
func (f *Facts) addEvents(c events.Calendar) {
	for _, e := range c.Events {
		f.PeakRequestsPerSecond = max(f.PeakRequestsPerSecond, e.PeakRequestsPerSecond*max(1, e.Uncertainty))
		its := EventFacts{Name: e.Name, Floor: c.FloorOf(e), LeadTime: c.LeadTime(e)}
		if stands := c.Stands(e); stands > LongEvent {
			its.Stands = stands
		}
		f.Events = append(f.Events, its)
	}
}

// Facts returns what s says beside its target: which actions may lower the maximum.
func (s AsynchronousScaling) Facts() Facts {
	return Facts{LoweredMaximums: loweredMaximums(s.ScheduledActions)}
}

// Facts returns what s says beside its target: which actions may lower the maximum.
func (s ProvisionedConcurrencyScaling) Facts() Facts {
	return Facts{LoweredMaximums: loweredMaximums(s.ScheduledActions)}
}

// Facts are those that s says, beside what its target holds. An instance is a copy.
func (s ComponentScaling) Facts() Facts {
	f := Facts{
		StartTime:                    s.StartTime,
		RequestsPerSecondPerInstance: s.RequestsPerSecondPerCopy, ConcurrencyPerInstance: s.ConcurrencyPerCopy,
	}
	f.addEvents(s.Calendar())
	f.LoweredMaximums = loweredMaximums(s.ScheduledActions)
	return f
}

// loweredMaximums returns the names of the actions that may lower the maximum.
func loweredMaximums(actions []ScheduledAction) (names []string) {
	for _, a := range actions {
		if a.AllowLowerMax {
			names = append(names, a.Name)
		}
	}
	return names
}

// Validate returns every fact that cannot be, with the field paths of this
// struct.
func (f Facts) Validate() problem.List {
	if ps := problem.UnresolvedNumbers(f); len(ps) > 0 {
		return ps
	}
	ps := problem.UnresolvedTexts(f, "facts are read from the template")
	count := func(at string, n, most int, rule string) {
		if n < 0 || n > most {
			ps.Add(at, n, rule, "leave it out where it is not known")
		}
	}
	const many = 1_000_000_000
	count("Zones", f.Zones, 6, "instances are spread over 1 to 6 Availability Zones")
	for _, d := range []struct {
		at    string
		value time.Duration
	}{{"StartTime", f.StartTime}, {"ServiceTime", f.ServiceTime}} {
		if d.value < 0 || d.value > 12*time.Hour {
			ps.Add(d.at, d.value, "a measured time is over 0s and at most 12h", "leave it out where it is not known")
		}
	}
	for _, r := range []struct {
		at    string
		value float64
	}{
		{"RequestsPerSecondPerInstance", f.RequestsPerSecondPerInstance},
		{"ConcurrencyPerInstance", f.ConcurrencyPerInstance},
		{"PeakRequestsPerSecond", f.PeakRequestsPerSecond},
	} {
		if !(r.value >= 0 && r.value <= many) {
			ps.Add(r.at, r.value, "a measured figure is over 0 and at most a billion", "leave it out where it is not known")
		}
	}
	for i, e := range f.Events {
		at := fmt.Sprintf("Events[%d]", i)
		count(at+".Floor", e.Floor, many, "a floor is 1 or more")
		if e.LeadTime < 0 {
			ps.Add(at+".LeadTime", e.LeadTime, "a lead time is 0s or more", "leave it out where it is not known")
		}
		if e.Stands < 0 {
			ps.Add(at+".Stands", e.Stands, "floors stand for 0s or more", "leave it out where it is not known")
		}
	}
	if front := f.Frontend; front != nil {
		if front.Kind != LambdaFrontend && front.Kind != FargateFrontend && !problem.Unresolved(string(front.Kind)) {
			ps.Add("Frontend.Kind", got(string(front.Kind)), "a gateway runs on lambda or fargate", "give one of the two")
		}
		if peak := front.PeakRequestsPerSecond; !(peak >= 0 && peak <= many) {
			ps.Add("Frontend.PeakRequestsPerSecond", peak, "a measured figure is over 0 and at most a billion",
				"leave it out where it is not known")
		}
		count("Frontend.PayloadBytes", front.PayloadBytes, many, "a body has 0 bytes or more")
		count("Frontend.AccountConcurrency", front.AccountConcurrency, many, "a concurrency is 1 or more")
		count("Frontend.ReservedConcurrency", front.ReservedConcurrency, many, "a concurrency is 1 or more")
		count("Frontend.ProvisionedConcurrency", front.ProvisionedConcurrency, many, "a concurrency is 1 or more")
	}
	return ps
}

// durationText is a duration that JSON has as a text, as "6m0s".
type durationText time.Duration

// MarshalText writes it as Go does.
func (d durationText) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *durationText) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration such as 90s or 6m0s", text)
	}
	*d = durationText(v)
	return nil
}

// Of two fields with one name, JSON takes the outer: the text.
type (
	plainFacts Facts
	factsJSON  struct {
		plainFacts
		StartTime   durationText `json:"startTime,omitempty"`
		ServiceTime durationText `json:"serviceTime,omitempty"`
	}
	plainEvent EventFacts
	eventJSON  struct {
		plainEvent
		LeadTime durationText `json:"leadTime,omitempty"`
		Stands   durationText `json:"stands,omitempty"`
	}
)

// MarshalJSON writes durations as texts.
func (f Facts) MarshalJSON() ([]byte, error) {
	return json.Marshal(factsJSON{plainFacts(f), durationText(f.StartTime), durationText(f.ServiceTime)})
}

// UnmarshalJSON reads what MarshalJSON writes, and refuses what is not a fact.
func (f *Facts) UnmarshalJSON(data []byte) error {
	var in factsJSON
	if err := strictly(data, &in); err != nil {
		return err
	}
	*f = Facts(in.plainFacts)
	f.StartTime, f.ServiceTime = time.Duration(in.StartTime), time.Duration(in.ServiceTime)
	return nil
}

// MarshalJSON writes durations as texts.
func (e EventFacts) MarshalJSON() ([]byte, error) {
	return json.Marshal(eventJSON{plainEvent(e), durationText(e.LeadTime), durationText(e.Stands)})
}

// UnmarshalJSON reads what MarshalJSON writes, and refuses what is not a fact.
func (e *EventFacts) UnmarshalJSON(data []byte) error {
	var in eventJSON
	if err := strictly(data, &in); err != nil {
		return err
	}
	*e = EventFacts(in.plainEvent)
	e.LeadTime, e.Stands = time.Duration(in.LeadTime), time.Duration(in.Stands)
	return nil
}

// strictly finds a misspelt key, which would be a fact that no rule sees.
func strictly(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}
