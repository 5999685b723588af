package report

import (
	"encoding/json"
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// schemaVersion is the version of the JSON documents of a rehearsal and a
// comparison. It rises when a key is removed or changes its meaning; new keys
// may come without it.
const schemaVersion = 1

// document is the JSON of a report, with units in the key names.
type document struct {
	SchemaVersion int       `json:"schemaVersion"`
	ResourceID    string    `json:"resourceId"`
	Template      string    `json:"template,omitempty"`
	Trace         string    `json:"trace,omitempty"`
	TraceRead     string    `json:"traceRead,omitempty"`
	TraceNotes    string    `json:"traceNotes,omitempty"`
	From          time.Time `json:"from"`
	To            time.Time `json:"to"`
	Assumptions   string    `json:"assumptions"`
	// Reading is how AWS is read where it documents nothing, Readings are the figures
	// under others.
	Reading  string            `json:"reading"`
	Readings []readingDocument `json:"readings"`
	totals
	// Currency and PriceDate are of all prices.
	Currency   string               `json:"currency,omitempty"`
	PriceDate  string               `json:"priceDate,omitempty"`
	Elasticity rehearsal.Elasticity `json:"elasticity"`
	// Frontend is absent where the gateway and load balancer are not counted.
	Frontend *frontendDocument `json:"frontend,omitempty"`
	// Unscaled is absent unless the trace was scaled.
	Unscaled *totals `json:"unscaled,omitempty"`
	// Unscheduled is absent unless a scheduled action fell due.
	Unscheduled  *totals           `json:"unscheduled,omitempty"`
	Changes      []string          `json:"changes"`
	Asked        string            `json:"asked,omitempty"`
	GateFailures []string          `json:"gateFailures"`
	Findings     []findingDocument `json:"findings"`
	Minutes      []minuteDocument  `json:"minutes"`
	Events       []eventDocument   `json:"events"`
}

// totals are the figures of a rehearsal as a whole.
type totals struct {
	Requests requestsDocument `json:"requests"`
	Latency  latencyDocument  `json:"latency"`
	Capacity capacityDocument `json:"capacity"`
	Cost     rehearsal.Cost   `json:"cost"`
}

type requestsDocument struct {
	Arrived              float64   `json:"arrived"`
	Failed               float64   `json:"failed"`
	AvailabilityPercent  float64   `json:"availabilityPercent"`
	Late                 float64   `json:"late"`
	Shed                 float64   `json:"shed"`
	WorstMinute          time.Time `json:"worstMinute"`
	WorstMinutePercent   float64   `json:"worstMinuteAvailabilityPercent"`
	LongestBadRunSeconds float64   `json:"longestBadRunSeconds"`
}

type latencyDocument struct {
	P50Seconds float64 `json:"p50Seconds"`
	P95Seconds float64 `json:"p95Seconds"`
	P99Seconds float64 `json:"p99Seconds"`
}

type capacityDocument struct {
	Least                  int     `json:"least"`
	Most                   int     `json:"most"`
	Changes                int     `json:"changes"`
	RefusedFloors          int     `json:"refusedFloors"`
	Shortages              int     `json:"shortages"`
	LongestShortageSeconds float64 `json:"longestShortageSeconds"`
}

type findingDocument struct {
	Rule string `json:"rule"`
	Said string `json:"said"`
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

type minuteDocument struct {
	At         time.Time `json:"at"`
	Arrived    float64   `json:"arrived"`
	Failed     float64   `json:"failed"`
	P99Seconds float64   `json:"p99Seconds"`
	Needed     int       `json:"needed"`
	InService  int       `json:"inService"`
	Desired    int       `json:"desired"`
	Min        int       `json:"min"`
	Max        int       `json:"max"`
	Updating   bool      `json:"updating,omitempty"`
}

type eventDocument struct {
	At    time.Time `json:"at"`
	Kind  string    `json:"kind"`
	Name  string    `json:"name,omitempty"`
	What  string    `json:"what"`
	Value float64   `json:"value,omitempty"`
	From  int       `json:"from"`
	To    int       `json:"to"`
}

// JSON is the report as JSON, with the series of minutes and all events.
func (r Report) JSON() ([]byte, error) {
	res := r.Result
	d := document{
		SchemaVersion: schemaVersion,
		ResourceID:    r.Input.Subject.Target.ResourceID, Template: r.Template, Trace: r.Trace,
		TraceRead: r.TraceRead, TraceNotes: r.TraceNotes,
		From: res.From, To: res.To, Assumptions: r.assumptions(),
		Reading: r.Input.WithDefaults().Reading.String(), Readings: r.readingDocuments(),
		totals:   totalsOf(res),
		Currency: r.Currency, PriceDate: r.PriceDate,
		Elasticity: res.Elasticity,
		Frontend:   frontendOf(r.Frontend), Unscaled: other(r.Unscaled), Unscheduled: other(r.Unscheduled),
		Changes:      r.recommendations(),
		Asked:        r.Asked,
		GateFailures: append([]string{}, r.Failures...),
		Findings:     []findingDocument{}, Minutes: minuteDocuments(res.Minutes), Events: eventDocuments(res.Events),
	}
	for _, f := range r.Findings {
		d.Findings = append(d.Findings, findingDocument{f.Rule, f.Problem.String(), f.File, f.Line})
	}
	out, err := json.MarshalIndent(d, "", "  ")
	return append(out, '\n'), err
}

// other is the totals of a further result, nil without one.
func other(r *rehearsal.Result) *totals {
	if r == nil {
		return nil
	}
	t := totalsOf(*r)
	return &t
}

func totalsOf(r rehearsal.Result) totals {
	q, l, c := r.Requests, r.Latency, r.Capacity
	return totals{
		Requests: requestsDocument{
			Arrived: q.Arrived, Failed: q.Failed, AvailabilityPercent: q.Availability * 100, Late: q.Late, Shed: q.Shed,
			WorstMinute: q.WorstMinute, WorstMinutePercent: q.WorstMinuteAvailability * 100,
			LongestBadRunSeconds: q.LongestBadRun.Seconds(),
		},
		Latency: latencyDocument{l.P50.Seconds(), l.P95.Seconds(), l.P99.Seconds()},
		Capacity: capacityDocument{
			Least: c.Least, Most: c.Most, Changes: c.Actions, RefusedFloors: c.Refused,
			Shortages: c.Shortages, LongestShortageSeconds: c.LongestShortage.Seconds(),
		},
		Cost: r.Cost,
	}
}

func minuteDocuments(minutes []rehearsal.Minute) []minuteDocument {
	out := make([]minuteDocument, len(minutes))
	for i, m := range minutes {
		out[i] = minuteDocument{m.At, m.Arrived, m.Failed, m.P99.Seconds(), m.Needed, m.InService, m.Desired, m.Min,
			m.Max, m.Updating}
	}
	return out
}

func eventDocuments(events []rehearsal.Event) []eventDocument {
	out := make([]eventDocument, len(events))
	for i, e := range events {
		if math.IsNaN(e.Value) || math.IsInf(e.Value, 0) {
			e.Value = 0 // JSON has no such number
		}
		out[i] = eventDocument{e.At, string(e.Kind), e.Name, e.What, e.Value, e.From, e.To}
	}
	return out
}
