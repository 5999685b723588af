package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
)

// prepared is testdata/valid/events.yaml with a front end that its events prepare.
func prepared(t *testing.T) Environment {
	t.Helper()
	e := valid(t, "events")
	e.Frontend.Capacity = &FrontendCapacity{
		RequestLatency: 120 * time.Millisecond, ReservedConcurrency: 200, ProvisionedConcurrency: true, BytesPerRequest: 4096,
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
	if got := frontend.Reservations(units); !ok || len(got) == 0 || got[0].CapacityUnits != frontend.MinReservedUnits {
		t.Errorf("got %v, %v", got, ok)
	}
	if got := units.HighestFloor(); got != 20 { // 500 connections a second ÷ 25
		t.Errorf("got %d capacity units, want 20", got)
	}
	later := prepared(t)
	later.Events[0].Starts, later.Events[0].Ends = "2027-05-30T20:00", "2027-05-30T22:00"
	for name, calendar := range map[string]func(Environment) (events.Calendar, bool){
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

// onFargate is prepared with its gateway as a service.
func onFargate(t *testing.T) Environment {
	t.Helper()
	e := prepared(t)
	e.Frontend.Gateway = GatewayOnFargate
	e.Frontend.Capacity = &FrontendCapacity{RequestLatency: 120 * time.Millisecond, RequestsPerSecondPerTask: 250, BytesPerRequest: 4096}
	return e
}

func TestEventsPrepareTheService(t *testing.T) {
	t.Parallel()
	e := onFargate(t)
	tasks, ok := e.GatewayTasks()
	if got := tasks.HighestFloor(); !ok || got != 3 || tasks.MinCapacity != 2 { // 500 ÷ (250 × 0.7)
		t.Errorf("got up to %d tasks from %d, %v", got, tasks.MinCapacity, ok)
	}
	target, ok := e.GatewayTarget()
	if !ok || target.MaxCapacity != 7 { // 12 instances × 100 ÷ (250 × 0.7)
		t.Errorf("got at most %d tasks, want those that the whole fleet needs", target.MaxCapacity)
	}
	target.ResourceID = autoscaling.ServiceResourceID("cluster", "service")
	if ps := target.Validate(); len(ps) > 0 || len(target.ScheduledActions) == 0 || len(target.Policies) != 1 {
		t.Errorf("got %v, %v", ps, target)
	}
	units, _ := e.CapacityUnits()
	functions, _ := prepared(t).CapacityUnits()
	if got, function := units.HighestFloor(), functions.HighestFloor(); got > function {
		t.Errorf("got %d capacity units, and %d before a function", got, function)
	}
	if _, ok := e.GatewayEnvironments(); ok {
		t.Error("environments of a function are kept ready")
	}

	e.Scaling.Zones = 3
	e.Network.NewVPC.AvailabilityZones = append(e.Network.NewVPC.AvailabilityZones, "eu-west-1c")
	e.Frontend.Capacity.MaxTasks, e.Frontend.Capacity.MinTasks = 20, 3
	e.Frontend.Capacity.RequestsPerSecondPerTask = 200
	tasks, _ = e.GatewayTasks()
	if got := tasks.HighestFloor(); got != 5 { // 500 ÷ (200 × 0.7) is 4, and 500 ÷ 200 × 3 ÷ 2 is 5
		t.Errorf("got a floor of %d, want one that survives the loss of a zone", got)
	}
	if target, _ = e.GatewayTarget(); target.MinCapacity != 3 || target.MaxCapacity != 20 {
		t.Errorf("got %d to %d tasks", target.MinCapacity, target.MaxCapacity)
	}
}

// TestOfferedLoadByForm: where the gateway sheds, what it was offered scales.
func TestOfferedLoadByForm(t *testing.T) {
	t.Parallel()
	for form, want := range map[GatewayForm]bool{GatewayOnLambda: false, GatewayOnFargate: true} {
		e := valid(t, "minimal")
		e.Frontend.Gateway, e.Scaling.OfferedLoad = form, nil
		if got := *e.WithDefaults().Scaling.OfferedLoad; got != want {
			t.Errorf("%s: got %v", form, got)
		}
	}
}

func TestFargateDefaults(t *testing.T) {
	t.Parallel()
	f := valid(t, "policies").Frontend
	if f.TaskCPU != 1024 || f.TaskMemoryMB != 2048 || f.MaxRequestBytes != 6<<20 || f.GatewayMemoryMB != 0 {
		t.Errorf("got %+v", f)
	}
	facts := valid(t, "policies").Subjects()[0].Facts.Frontend
	if facts.Kind != autoscaling.FargateFrontend {
		t.Errorf("got facts %+v", facts)
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
