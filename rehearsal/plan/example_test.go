package plan_test

import (
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/plan"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// Three matches are the forecast of a final that may be twice as large.
func ExampleMake() {
	var evenings []plan.Evening
	for day := range 3 {
		start := time.Date(2026, time.May, 10+7*day, 17, 0, 0, 0, time.UTC)
		evenings = append(evenings, plan.Evening{KickOff: start.Add(2 * time.Hour),
			Trace: trace.Grid{Start: start, Length: 6 * time.Hour, Period: time.Minute}.Match(300, 1500, 2*time.Hour)})
	}
	variant := autoscaling.Variant{EndpointName: "odds", Name: "main"}
	today := autoscaling.VariantScaling{Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100},
		Scaling: autoscaling.Scaling{MinCapacity: 4, MaxCapacity: 40}}
	p, err := plan.Make(plan.Request{
		Input: rehearsal.Input{
			Subject: lint.Subject{Variant: &variant, Target: today.Target(variant)},
			Service: rehearsal.Service{RequestsPerSecond: 100, Start: rehearsal.Fixed(10 * time.Minute),
				ServiceTime:   50 * time.Millisecond,
				ClientTimeout: time.Second, Routing: rehearsal.LeastOutstanding},
		},
		Evenings: evenings,
		Event:    plan.Event{Name: "final", KickOff: time.Date(2027, time.May, 29, 19, 0, 0, 0, time.UTC), Peak: 3000},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("holds:", p.Holds)
	for _, f := range p.Calendar.Floors() {
		fmt.Printf("%s to %s: %d instances\n", f.From.Format("15:04"), f.To.Format("15:04"), f.MinCapacity)
	}
	// Output:
	// holds: true
	// 18:15 to 18:30: 14 instances
	// 18:30 to 19:05: 20 instances
	// 19:05 to 19:35: 27 instances
	// 19:35 to 19:50: 4 instances
	// 19:50 to 20:10: 32 instances
	// 20:10 to 22:25: 4 instances
}
