package plan

import (
	"encoding/json"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// schemaVersion is the version of the plan's JSON. It rises when a key is
// removed or changes its meaning; new keys may come without it.
const schemaVersion = 1

// JSON is the plan as JSON, with units in the key names.
func (p Plan) JSON() ([]byte, error) {
	type outcome struct {
		Availability  float64 `json:"availability"`
		Failed        float64 `json:"failedRequests"`
		P99           float64 `json:"p99Seconds,omitempty"`
		InstanceHours float64 `json:"instanceHours"`
		Money         float64 `json:"money,omitempty"`
		OverOracle    float64 `json:"costOverOracle"`
	}
	of := func(o Outcome) outcome {
		return outcome{o.Availability, o.Failed, o.P99.Seconds(), o.InstanceHours, o.Money, o.OverOracle}
	}
	type floors struct {
		Share    float64 `json:"share"`
		Steps    int     `json:"steps"`
		Until    float64 `json:"untilSeconds"`
		LeadTime float64 `json:"leadTimeSeconds"`
	}
	type setting struct {
		SafetyFactor float64 `json:"safetyFactor"`
		MinCapacity  int     `json:"minCapacity"`
		MaxCapacity  int     `json:"maxCapacity"`
		Out          float64 `json:"scaleOutCooldownSeconds"`
		In           float64 `json:"scaleInCooldownSeconds"`
		Floors       *floors `json:"floors,omitempty"`
	}
	said := func(s Setting) setting {
		out := setting{s.SafetyFactor, s.MinCapacity, s.MaxCapacity, s.ScaleOutCooldown.Seconds(),
			s.ScaleInCooldown.Seconds(), nil}
		if f := s.Floors; f.Share > 0 {
			out.Floors = &floors{f.Share, f.Steps, f.Until.Seconds(), f.LeadTime.Seconds()}
		}
		return out
	}
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
	d := struct {
		SchemaVersion   int       `json:"schemaVersion"`
		Event           string    `json:"event"`
		KickOff         time.Time `json:"kickOff"`
		Peak            float64   `json:"peakRequestsPerSecond"`
		MarginPeak      float64   `json:"marginPeak"`
		MarginEarly     float64   `json:"marginEarlySeconds"`
		Plan            setting   `json:"plan"`
		Holds           bool      `json:"holds"`
		Learned         outcome   `json:"onTheEveningLearnedFrom"`
		Checked         *outcome  `json:"onTheEveningToCheckBy,omitempty"`
		Tracking        setting   `json:"withoutFloors"`
		TrackingHolds   bool      `json:"withoutFloorsHolds"`
		TrackingLearned outcome   `json:"withoutFloorsOnTheEveningLearnedFrom"`
		Wrong           []row     `json:"wrong"`
		Actions         []action  `json:"scheduledActions"`
		Settings        int       `json:"settingsTried"`
		Rehearsals      int       `json:"rehearsals"`
		Stopped         string    `json:"stopped,omitempty"`
		YAML            string    `json:"yaml"`
	}{
		SchemaVersion: schemaVersion, Event: p.event.Name, KickOff: p.event.KickOff, Peak: p.event.Peak,
		MarginPeak: p.margin.Peak, MarginEarly: p.margin.Early.Seconds(),
		Plan: said(p.Setting), Holds: p.Holds, Learned: of(p.Learned),
		Tracking: said(p.Tracking), TrackingHolds: p.TrackingHolds, TrackingLearned: of(p.TrackingLearned),
		Settings: p.Settings, Rehearsals: p.Rehearsals, Stopped: p.Stopped, YAML: p.YAML(),
	}
	if p.Checked != nil {
		checked := of(*p.Checked)
		d.Checked = &checked
	}
	for _, r := range p.Wrong {
		d.Wrong = append(d.Wrong, row{r.Name, of(r.Plan), of(r.Alone), of(r.Today)})
	}
	for _, a := range autoscaling.FloorActions(p.Calendar) {
		d.Actions = append(d.Actions, action{a.Name, a.Schedule, a.Timezone, *a.MinCapacity})
	}
	return json.MarshalIndent(d, "", "  ")
}
