package report

import (
	"encoding/json"
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

// measuredDocument is the JSON of what was measured. What was not is left out.
type measuredDocument struct {
	SchemaVersion int                     `json:"schemaVersion"`
	Title         string                  `json:"title"`
	From          time.Time               `json:"from"`
	To            time.Time               `json:"to"`
	PeriodSeconds float64                 `json:"periodSeconds"`
	Lines         [][2]string             `json:"lines"`
	Scaled        []partDocument          `json:"scaled"`
	Traffic       []trafficDocument       `json:"traffic"`
	Events        []measuredEventDocument `json:"events"`
}

type partDocument struct {
	Name    string             `json:"name"`
	Unit    string             `json:"unit"`
	Lines   [][2]string        `json:"lines"`
	Periods []capacityAtMinute `json:"periods"`
}

type capacityAtMinute struct {
	At        time.Time `json:"at"`
	Planned   *int      `json:"planned,omitempty"`
	Min       *int      `json:"min,omitempty"`
	Desired   *int      `json:"desired,omitempty"`
	InService *int      `json:"inService,omitempty"`
}

type trafficDocument struct {
	At         time.Time `json:"at"`
	Arrived    *float64  `json:"arrived,omitempty"`
	Failed     *float64  `json:"failed,omitempty"`
	P99Seconds *float64  `json:"p99Seconds,omitempty"`
}

type measuredEventDocument struct {
	At    time.Time `json:"at"`
	Kind  string    `json:"kind"`
	Name  string    `json:"name,omitempty"`
	What  string    `json:"what"`
	Value *float64  `json:"value,omitempty"`
	Min   *int      `json:"min,omitempty"`
	Max   *int      `json:"max,omitempty"`
}

// JSON is the report as JSON.
func (m Measured) JSON() ([]byte, error) {
	d := measuredDocument{SchemaVersion: schemaVersion, Title: m.Title, From: m.From.UTC(), To: m.To.UTC(),
		PeriodSeconds: m.Period.Seconds(), Lines: lines(append(m.trafficLines(), m.Lines...)), Scaled: []partDocument{},
		Traffic: []trafficDocument{}, Events: []measuredEventDocument{}}
	for _, p := range m.Parts {
		one := partDocument{p.Name, p.Unit, lines(p.Lines), []capacityAtMinute{}}
		for _, at := range p.Periods {
			one.Periods = append(one.Periods, capacityAtMinute{at.At.UTC(), measuredCount(at.Needed), measuredCount(at.Min),
				measuredCount(at.Desired), measuredCount(at.InService)})
		}
		d.Scaled = append(d.Scaled, one)
	}
	for _, at := range m.Traffic {
		one := trafficDocument{At: at.At.UTC(), Arrived: figure(at.Arrived), Failed: figure(at.Failed)}
		if at.P99 >= 0 {
			one.P99Seconds = figure(at.P99.Seconds())
		}
		d.Traffic = append(d.Traffic, one)
	}
	for _, e := range m.Events {
		one := measuredEventDocument{At: e.At.UTC(), Kind: string(e.Kind), Name: e.Name, What: e.What}
		switch {
		case e.Kind == rehearsal.AlarmEvent && e.From != NotMeasured:
			one.Value = figure(e.Value)
		case e.Kind == rehearsal.ScheduleEvent:
			one.Min, one.Max = measuredCount(e.From), measuredCount(e.To)
		}
		d.Events = append(d.Events, one)
	}
	out, err := json.MarshalIndent(d, "", "  ")
	return append(out, '\n'), err
}

// lines are labels and figures, never null.
func lines(all [][2]string) [][2]string { return append([][2]string{}, all...) }

// figure is a figure, nil where it was not measured.
func figure(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil // JSON has no such number
	}
	return &x
}

// measuredCount is a count, nil where it was not measured.
func measuredCount(n int) *int {
	if n < 0 {
		return nil
	}
	return &n
}
