package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// prepared is testdata/valid/events.yaml with a front end that its events prepare.
func prepared(t *testing.T) Environment {
	t.Helper()
	e := valid(t, "events")
	e.Frontend.Capacity = &FrontendCapacity{
		RequestLatency: Latency(120 * time.Millisecond), ReservedConcurrency: 200, ProvisionedConcurrency: true, BytesPerRequest: 4096,
	}
	e.Frontend.ReserveLoadBalancerCapacity = true
	return e
}

func TestEventsPrepareTheFrontEnd(t *testing.T) {
	t.Parallel()
	e := prepared(t)
	environments, ok := e.GatewayEnvironments()
	if got := environments.HighestFloor(); !ok || got != 86 { // 500 × 0.12 s ÷ 0.7
		t.Errorf("got %d environments, %v", got, ok)
	}
	units, ok := e.CapacityUnits()
	if got := units.Reservations(); !ok || len(got) == 0 || got[0].CapacityUnits != autoscaling.MinReservedUnits {
		t.Errorf("got %v, %v", got, ok)
	}
	if got := units.HighestFloor(); got != 20 { // 500 connections a second ÷ 25
		t.Errorf("got %d capacity units, want 20", got)
	}
	later := prepared(t)
	later.Events[0].Starts, later.Events[0].Ends = "2027-05-30T20:00", "2027-05-30T22:00"
	for name, calendar := range map[string]func(Environment) (autoscaling.EventCalendar, bool){
		"environments": Environment.GatewayEnvironments, "capacity units": Environment.CapacityUnits,
	} {
		before, _ := calendar(e)
		after, _ := calendar(later)
		if cmp.Equal(before.Floors(), after.Floors()) {
			t.Errorf("%s do not move with the event", name)
		}
	}
}

func TestFrontEndIsPreparedOnlyWhereAskedFor(t *testing.T) {
	t.Parallel()
	e := valid(t, "events")
	if _, ok := e.GatewayEnvironments(); ok {
		t.Error("environments are kept ready")
	}
	if _, ok := e.CapacityUnits(); ok {
		t.Error("capacity units are reserved")
	}
}

// TestVariantsShareAFrontEnd: two fleets of which each has an event at the same
// time are behind one gateway.
func TestVariantsShareAFrontEnd(t *testing.T) {
	t.Parallel()
	e := prepared(t)
	e.Events = e.Events[:1]
	one, two := e.onlyVariant(), e.onlyVariant()
	one.Name, two.Name = "one", "two"
	e.Variants = []ProductionVariant{one, two}
	environments, _ := e.GatewayEnvironments()
	if got := environments.HighestFloor(); got != 172 { // 2 × 500 × 0.12 s ÷ 0.7
		t.Errorf("got %d environments, want those of both", got)
	}
}
