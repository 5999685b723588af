package plan

import (
	"encoding/json"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// schemaVersion is the version of the plan's JSON. It rises when a key is
// removed or changes its meaning; new keys may come without it.
const schemaVersion = 2

// JSON is the plan as JSON, with units in the key names.
func (p Plan) JSON() ([]byte, error) {
	type outcome struct {
		Availability  float64 `json:"availability"`
		Failed        float64 `json:"failedRequests"`
		InstanceHours float64 `json:"instanceHours"`
		Money         float64 `json:"money,omitempty"`
		OverOracle    float64 `json:"costOverOracle"`
	}
	of := func(o Outcome) outcome { return outcome(o) }
	type setting struct {
		SafetyFactor float64 `json:"safetyFactor"`
		MinCapacity  int     `json:"minCapacity"`
		MaxCapacity  int     `json:"maxCapacity"`
		Out          float64 `json:"scaleOutCooldownSeconds"`
		In           float64 `json:"scaleInCooldownSeconds"`
		FloorShare   float64 `json:"floorShare,omitempty"`
	}
	set := p.Setting
	type row struct {
		Name  string  `json:"name"`
		Plan  outcome `json:"plan"`
		Alone outcome `json:"trackingAlone"`
		Today outcome `json:"today"`
	}
	type action struct {
		Name        string `json:"name"`
		Schedule    string `json:"schedule"`
		Timezone    string `json:"timezone"`
		MinCapacity int    `json:"minCapacity"`
	}
	type harder struct {
		Name      string  `json:"name"`
		Peak      float64 `json:"marginPeak"`
		Early     float64 `json:"marginEarlySeconds"`
		Start     float64 `json:"marginStart"`
		Plan      outcome `json:"plan"`
		Held      outcome `json:"withFloorsForIt"`
		Usual     outcome `json:"planAsForecast"`
		HeldUsual outcome `json:"withFloorsForItAsForecast"`
	}
	d := struct {
		SchemaVersion int       `json:"schemaVersion"`
		TraceRead     string    `json:"traceRead,omitempty"`
		Event         string    `json:"event"`
		KickOff       time.Time `json:"kickOff"`
		Peak          float64   `json:"peakRequestsPerSecond"`
		MarginPeak    float64   `json:"marginPeak"`
		MarginEarly   float64   `json:"marginEarlySeconds"`
		MarginStart   float64   `json:"marginStart"`
		Plan          setting   `json:"plan"`
		NoFloor       string    `json:"noFloor,omitempty"`
		Warnings      []string  `json:"warnings"`
		Holds         bool      `json:"holds"`
		FromOthers    bool      `json:"eveningsPlannedFromTheOthers"`
		Evenings      []row     `json:"evenings"`
		Checked       *row      `json:"onTheEveningToCheckBy,omitempty"`
		Wrong         []row     `json:"wrong"`
		Harder        []harder  `json:"harder"`
		Actions       []action  `json:"scheduledActions"`
		YAML          string    `json:"yaml"`
	}{
		SchemaVersion: schemaVersion, TraceRead: p.TraceRead, Event: p.event.Name, KickOff: p.event.KickOff,
		Peak: p.event.Peak, MarginPeak: p.margin.Peak, MarginEarly: p.margin.Early.Seconds(), MarginStart: p.margin.Start,
		Plan: setting{set.SafetyFactor, set.MinCapacity, set.MaxCapacity, set.ScaleOutCooldown.Seconds(),
			set.ScaleInCooldown.Seconds(), set.FloorShare},
		NoFloor: p.NoFloor, Warnings: append([]string{}, p.Warnings...), Holds: p.Holds, FromOthers: p.FromOthers,
		YAML: p.YAML(),
	}
	rowOf := func(r Row) row { return row{r.Name, of(r.Plan), of(r.Alone), of(r.Today)} }
	for _, r := range p.Evenings {
		d.Evenings = append(d.Evenings, rowOf(r))
	}
	if p.Checked != nil {
		checked := rowOf(*p.Checked)
		d.Checked = &checked
	}
	for _, r := range p.Wrong {
		d.Wrong = append(d.Wrong, rowOf(r))
	}
	for _, h := range p.Harder {
		d.Harder = append(d.Harder, harder{h.Name, h.Margin.Peak, h.Margin.Early.Seconds(), h.Margin.Start, of(h.Plan),
			of(h.Held), of(h.Usual), of(h.HeldUsual)})
	}
	for _, a := range autoscaling.FloorActions(p.Calendar) {
		d.Actions = append(d.Actions, action{a.Name, a.Schedule, a.Timezone, *a.MinCapacity})
	}
	return json.MarshalIndent(d, "", "  ")
}
