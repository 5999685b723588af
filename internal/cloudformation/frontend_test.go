package cloudformation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/cloudformation"
)

func TestFrontends(t *testing.T) {
	t.Parallel()
	r, err := cloudformation.ReadFile("testdata/frontends/template.yaml", cloudformation.Options{})
	if err != nil {
		t.Fatal(err)
	}
	evening := 9
	reservations := []frontend.ReservationSchedule{
		{Name: "Reserve", Schedule: "cron(0 18 29 5 ? 2027)", Timezone: "Europe/London", CapacityUnits: 240},
		{Name: "Release", Schedule: "cron(0 23 29 5 ? 2027)"},
	}
	source := cloudformation.Source{File: "testdata/frontends/template.yaml"}
	want := []cloudformation.Frontend{
		{
			Source: source, LogicalID: "Service", EndpointName: "odds", VCPU: 0.5, MemoryGB: 1,
			Capacity: autoscaling.ScalableTarget{
				ResourceID: "service/main/${Service.Name}", Dimension: autoscaling.ServiceTaskCount, MinCapacity: 2, MaxCapacity: 24,
				ScheduledActions: []autoscaling.ScheduledAction{{Name: "evening", Schedule: "cron(0 18 29 5 ? 2027)", MinCapacity: &evening}},
			},
			LoadBalancer: true, ReservedUnits: 120, Reservations: reservations,
		},
		{
			Source: source, LogicalID: "Function", EndpointName: "chat", Function: true, MemoryGB: 0.25,
			Capacity:     autoscaling.ScalableTarget{Dimension: autoscaling.FunctionProvisionedConcurrency, MinCapacity: 40, MaxCapacity: 40},
			LoadBalancer: true, ReservedUnits: 120, Reservations: reservations,
		},
	}
	if diff := cmp.Diff(want, r.Frontends); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(r.Unresolved) > 0 {
		t.Errorf("what stands before an endpoint is no matter of what scales: %v", r.Unresolved)
	}
}

// The front ends that this project deploys are found as they are.
func TestOwnFrontends(t *testing.T) {
	t.Parallel()
	for name, function := range map[string]bool{"prod": false, "staging": true, "dev": true} {
		r, err := cloudformation.ReadFile("../../test/snapshots/"+name+"/frontend.json", cloudformation.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Frontends) != 1 {
			t.Fatalf("%s: got %+v", name, r.Frontends)
		}
		f := r.Frontends[0]
		if f.EndpointName != "predictions-"+name || f.Function != function || !f.LoadBalancer || f.MemoryGB == 0 || function == (f.VCPU > 0) {
			t.Errorf("%s: got %+v", name, f)
		}
		if !function && (f.Capacity.MinCapacity < 2 || len(f.Capacity.ScheduledActions) == 0) {
			t.Errorf("%s: got %+v", name, f.Capacity)
		}
	}
}
