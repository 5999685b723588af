package rehearsal_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
)

var noon = time.Date(2027, time.May, 29, 12, 0, 0, 0, time.UTC)

// twoHours is two hours of so many requests a second.
func twoHours(rate float64) rehearsal.Result {
	r := rehearsal.Result{From: noon, To: noon.Add(2 * time.Hour),
		Latency: rehearsal.Latency{P50: 50 * time.Millisecond}}
	for i := range 120 {
		r.Minutes = append(r.Minutes, rehearsal.Minute{At: noon.Add(time.Duration(i) * time.Minute), Arrived: rate * 60})
	}
	return r
}

func tasksTarget(least int, actions ...autoscaling.ScheduledAction) autoscaling.ScalableTarget {
	return autoscaling.ScalableTarget{MinCapacity: least, MaxCapacity: 20, ScheduledActions: actions}
}

func asserts(schedule string, least int) autoscaling.ScheduledAction {
	return autoscaling.ScheduledAction{Name: schedule, Schedule: schedule, MinCapacity: &least}
}

func TestBill(t *testing.T) {
	t.Parallel()
	prices := rehearsal.Prices{VCPUHour: 0.03, GBHour: 0.004, FunctionGBSecond: 1e-5, ProvisionedGBSecond: 4e-6,
		MillionRequests: 0.2, LoadBalancerHour: 0.02, CapacityUnitHour: 0.01}
	for name, test := range map[string]struct {
		front rehearsal.Frontend
		rate  float64
		want  rehearsal.Bill
	}{
		"tasks at their minimum": {rehearsal.Frontend{Tasks: &rehearsal.Tasks{VCPU: 1, MemoryGB: 2, Capacity: tasksTarget(2)}},
			900,
			rehearsal.Bill{TaskHours: 4, LeastTasks: 2, MostTasks: 2, VCPUHours: 4, GBHours: 8, GatewayMoney: 0.12 + 0.032}},
		"a floor for an hour": {rehearsal.Frontend{Tasks: &rehearsal.Tasks{VCPU: 1,
			Capacity: tasksTarget(2, asserts("at(2027-05-29T12:30:00)", 8), asserts("at(2027-05-29T13:30:00)", 2))}}, 0,
			rehearsal.Bill{TaskHours: 2 + 8, LeastTasks: 2, MostTasks: 8, VCPUHours: 10, GatewayMoney: 0.3}},
		"a floor from before": {rehearsal.Frontend{Tasks: &rehearsal.Tasks{VCPU: 1,
			Capacity: tasksTarget(2, asserts("at(2027-05-28T12:30:00)", 5))}}, 0,
			rehearsal.Bill{TaskHours: 10, LeastTasks: 5, MostTasks: 5, VCPUHours: 10, GatewayMoney: 0.3}},
		"tasks that the traffic needs": {rehearsal.Frontend{Tasks: &rehearsal.Tasks{VCPU: 1, Capacity: tasksTarget(2),
			RequestsPerSecond: 100}}, 700,
			rehearsal.Bill{TaskHours: 20, LeastTasks: 10, MostTasks: 10, VCPUHours: 20, GatewayMoney: 0.6}},
		"no more than the maximum": {rehearsal.Frontend{Tasks: &rehearsal.Tasks{VCPU: 1, Capacity: tasksTarget(2),
			RequestsPerSecond: 100}}, 7000,
			rehearsal.Bill{TaskHours: 40, LeastTasks: 20, MostTasks: 20, VCPUHours: 40, GatewayMoney: 1.2}},
		"tasks of an unknown size": {rehearsal.Frontend{Tasks: &rehearsal.Tasks{Capacity: tasksTarget(2)}}, 900,
			rehearsal.Bill{TaskHours: 4, LeastTasks: 2, MostTasks: 2,
				Unpriced: []string{"tasks, of which the size is not known"}}},
		"a function": {rehearsal.Frontend{Function: &rehearsal.Function{MemoryGB: 0.25, Capacity: tasksTarget(40)}}, 100,
			rehearsal.Bill{Function: true, Calls: 720_000, FunctionGBSeconds: 720_000 * 0.05 * 0.25,
				ProvisionedGBSeconds: 40 * 7200 * 0.25,
				GatewayMoney:         0.09 + 0.144 + 0.288}},
		"a load balancer": {rehearsal.Frontend{LoadBalancer: &rehearsal.LoadBalancer{
			Traffic: frontend.LoadBalancerTraffic{BytesPerRequest: 1}}}, 100,
			rehearsal.Bill{LoadBalancerHours: 2, CapacityUnitHours: 8, LoadBalancerMoney: 0.04 + 0.08}},
		"reserved units": {rehearsal.Frontend{LoadBalancer: &rehearsal.LoadBalancer{ReservedUnits: 100,
			Traffic:      frontend.LoadBalancerTraffic{BytesPerRequest: 1},
			Reservations: []frontend.ReservationSchedule{{Schedule: "cron(0 13 29 5 ? 2027)", CapacityUnits: 300}}}},
			100,
			rehearsal.Bill{LoadBalancerHours: 2, CapacityUnitHours: 400, ReservedUnits: 300, LoadBalancerMoney: 4.04}},
		"a schedule that nobody can read": {rehearsal.Frontend{Tasks: &rehearsal.Tasks{VCPU: 1,
			Capacity: tasksTarget(2, asserts("sometimes", 8))}}, 0,
			rehearsal.Bill{TaskHours: 4, LeastTasks: 2, MostTasks: 2, VCPUHours: 4, GatewayMoney: 0.12}},
		"nothing": {rehearsal.Frontend{}, 100, rehearsal.Bill{}},
	} {
		got := test.front.Bill(twoHours(test.rate), prices)
		if diff := cmp.Diff(test.want, got, cmpopts.EquateApprox(1e-9, 0),
			cmpopts.IgnoreFields(rehearsal.Bill{}, "Assumptions")); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
		if (test.front == rehearsal.Frontend{}) != (got.Assumptions == "") {
			t.Errorf("%s rests on %q", name, got.Assumptions)
		}
	}
}

// Usage without a price is named.
func TestUnpriced(t *testing.T) {
	t.Parallel()
	f := rehearsal.Frontend{Tasks: &rehearsal.Tasks{VCPU: 1, MemoryGB: 2, Capacity: tasksTarget(2)},
		LoadBalancer: &rehearsal.LoadBalancer{}}
	got := f.Bill(twoHours(100), rehearsal.Prices{GBHour: 1})
	if diff := cmp.Diff([]string{"vCPU", "load balancer", "capacity units"}, got.Unpriced); diff != "" ||
		math.Abs(got.Money()-8) > 1e-9 {
		t.Errorf("%g, %s", got.Money(), diff)
	}
}
