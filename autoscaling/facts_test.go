package autoscaling_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
)

func TestFactsInJSON(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(autoscalingtest.EveryFact())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{`"startTime":"6m0s"`, `"serviceTime":"50ms"`, `"leadTime":"27m0s"`, `"kind":"lambda"`} {
		if strings.Count(string(data), text) != 1 {
			t.Errorf("no %s in %s", text, data)
		}
	}
	var back autoscaling.Facts
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(autoscalingtest.EveryFact(), back); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if data, err = json.Marshal(autoscaling.Facts{}); err != nil || string(data) != "{}" {
		t.Errorf("no facts are %s (%v)", data, err)
	}
}

func TestFactsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"startTime": "6 minutes"}`:           `"6 minutes" is not a duration such as 90s or 6m0s`,
		`{"startTime": 360}`:                   "cannot unmarshal number",
		`{"startime": "6m"}`:                   `unknown field "startime"`,
		`{"events": [{"lead": "6m"}]}`:         `unknown field "lead"`,
		`{"frontend": {"memory": 512}}`:        `unknown field "memory"`,
		`{"events": [{"leadTime": "a while"}]`: "unexpected end",
	} {
		var f autoscaling.Facts
		if err := json.Unmarshal([]byte(text), &f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

func TestValidateFacts(t *testing.T) {
	t.Parallel()
	if ps := autoscalingtest.EveryFact().Validate(); ps != nil {
		t.Error(ps)
	}
	if ps := (autoscaling.Facts{}).Validate(); ps != nil {
		t.Error(ps)
	}
	f := autoscalingtest.EveryFact()
	f.Zones, f.StartTime, f.ServiceTime, f.PeakRequestsPerSecond = 7, -1, 13*time.Hour, -1
	f.Events[0].LeadTime = -time.Minute
	f.Frontend.Kind, f.Frontend.PeakRequestsPerSecond, f.Frontend.ReservedConcurrency = "nginx", -1, -1
	want := `Zones: got 7: instances are spread over 1 to 6 Availability Zones; leave it out where it is not known
StartTime: got -1ns: a measured time is over 0s and at most 12h; leave it out where it is not known
ServiceTime: got 13h: a measured time is over 0s and at most 12h; leave it out where it is not known
PeakRequestsPerSecond: got -1: a measured figure is over 0 and at most a billion; leave it out where it is not known
Events[0].LeadTime: got -1m: a lead time is 0s or more; leave it out where it is not known
Frontend.Kind: got "nginx": a gateway runs on lambda or fargate; give one of the two
Frontend.PeakRequestsPerSecond: got -1: a measured figure is over 0 and at most a billion; leave it out where it is not known
Frontend.ReservedConcurrency: got -1: a concurrency is 1 or more; leave it out where it is not known`
	if diff := cmp.Diff(want, f.Validate().Error()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestFactsOfVariantsAndComponents: a surer figure of an event is its peak as many
// times as it may come.
func TestFactsOfVariantsAndComponents(t *testing.T) {
	t.Parallel()
	s := autoscaling.VariantScaling{
		Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100, StartTime: 9 * time.Minute},
		Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 40, Zones: 3},
		ScheduledActions: []autoscaling.ScheduledAction{
			{Name: "night", MaxCapacity: ptr(20), AllowLowerMax: true},
			{Name: "more"},
		},
		Events: []events.Event{
			{Name: "final", Timezone: "UTC", Starts: "2027-05-29T20:00", Ends: "2027-05-29T22:00", PeakRequestsPerSecond: 1000, Uncertainty: 1.5},
			{Name: "friendly", Timezone: "UTC", Starts: "2027-06-02T20:00", Ends: "2027-06-02T22:00", PeakInstances: 1, LeadTime: ptr(time.Hour)},
			{Name: "sale", Timezone: "UTC", Starts: "2027-08-01T08:00", Ends: "2027-08-03T20:00", PeakInstances: 4},
			{Name: "sale by the hour", Timezone: "UTC", Starts: "2027-09-01T08:00", Ends: "2027-09-03T20:00", PeakInstances: 4,
				Shape: []events.ShapeStep{{Share: 1}, {After: 12 * time.Hour, Share: 0.1}}},
			{Name: "opening", Timezone: "UTC", Starts: "2027-10-01T08:00", Ends: "2027-10-03T20:00", PeakInstances: 4,
				FloorUntil: 24 * time.Hour},
		},
	}
	want := autoscaling.Facts{
		Zones: 3, StartTime: 9 * time.Minute, RequestsPerSecondPerInstance: 100, PeakRequestsPerSecond: 1500, LoweredMaximums: []string{"night"},
		Events: []autoscaling.EventFacts{
			{Name: "final", Floor: 23, LeadTime: 30 * time.Minute},
			{Name: "friendly", Floor: 2, LeadTime: time.Hour},
			{Name: "sale", Floor: 5, LeadTime: 30 * time.Minute, Stands: 60 * time.Hour},
			{Name: "sale by the hour", Floor: 5, LeadTime: 30 * time.Minute},
			{Name: "opening", Floor: 5, LeadTime: 30 * time.Minute},
		},
	}
	if diff := cmp.Diff(want, s.Facts()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	component := autoscaling.ComponentScaling{
		CopyCapacity: autoscaling.CopyCapacity{
			RequestsPerSecondPerCopy: 100, ConcurrencyPerCopy: 4, StartTime: 9 * time.Minute,
		},
		CopyScaling:      autoscaling.CopyScaling{MinCapacity: 2, MaxCapacity: 40},
		ScheduledActions: s.ScheduledActions, Events: s.Events,
	}
	want.Zones, want.ConcurrencyPerInstance = 0, 4
	for i, floor := range []int{22, 2, 4, 4, 4} { // no zone may be lost
		want.Events[i].Floor = floor
	}
	if diff := cmp.Diff(want, component.Facts()); diff != "" {
		t.Errorf("component (-want +got)\n%s", diff)
	}
}

// TestFactsOfOtherKinds: an action that may lower the maximum is named, so that no
// rule finds it.
func TestFactsOfOtherKinds(t *testing.T) {
	t.Parallel()
	actions := []autoscaling.ScheduledAction{{Name: "night", MaxCapacity: ptr(2), AllowLowerMax: true}, {Name: "more"}}
	component := autoscaling.ComponentScaling{ScheduledActions: actions}
	component.StartTime = 4 * time.Minute
	night := []string{"night"}
	for kind, test := range map[string]struct{ want, got autoscaling.Facts }{
		"asynchronous": {autoscaling.Facts{LoweredMaximums: night},
			autoscaling.AsynchronousScaling{ScheduledActions: actions}.Facts()},
		"provisioned concurrency": {autoscaling.Facts{LoweredMaximums: night},
			autoscaling.ProvisionedConcurrencyScaling{ScheduledActions: actions}.Facts()},
		"component": {autoscaling.Facts{LoweredMaximums: night, StartTime: 4 * time.Minute}, component.Facts()},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", kind, diff)
		}
	}
}
