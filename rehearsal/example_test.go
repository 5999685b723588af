package rehearsal_test

import (
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

func ExampleRun() {
	kickOff := time.Date(2027, time.May, 29, 19, 0, 0, 0, time.UTC)
	evening := trace.Grid{Start: kickOff.Add(-time.Hour), Length: 5 * time.Hour, Period: time.Minute}.Match(300, 4000,
		time.Hour)
	floor := 20
	target := autoscaling.ScalableTarget{
		ResourceID: "endpoint/odds/variant/main", Dimension: autoscaling.VariantInstanceCount, MinCapacity: 4,
		MaxCapacity: 80,
		Policies: []autoscaling.TargetTrackingPolicy{autoscaling.Tracking("invocations",
			autoscaling.VariantInvocationsPerInstance, 4200)},
	}
	in := rehearsal.Input{
		Subject: lint.Subject{Target: target},
		Service: rehearsal.Service{RequestsPerSecond: 100, ServiceTime: 50 * time.Millisecond, Variation: 1,
			Start:         rehearsal.Fixed(5 * time.Minute),
			ClientTimeout: time.Second, Routing: rehearsal.LeastOutstanding},
		Trace: evening,
	}
	alone, err := rehearsal.Run(in)
	if err != nil {
		fmt.Println(err)
		return
	}
	in.Subject.Target.ScheduledActions = []autoscaling.ScheduledAction{{Name: "kick-off",
		Schedule: "at(2027-05-29T18:15:00)", MinCapacity: &floor}}
	prepared, err := rehearsal.Run(in)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("target tracking alone: %.2f %% of %.0f requests, %.2f × the oracle's cost\n",
		alone.Requests.Availability*100, alone.Requests.Arrived, alone.Cost.OverOracle)
	fmt.Printf("and with a floor:      %.2f %%, %.2f ×\n", prepared.Requests.Availability*100, prepared.Cost.OverOracle)
	// Output:
	// target tracking alone: 99.87 % of 21689250 requests, 1.03 × the oracle's cost
	// and with a floor:      100.00 %, 1.42 ×
}
