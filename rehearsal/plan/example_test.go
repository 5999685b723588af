package plan_test

import (
	"context"
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/plan"
	"github.com/sagemaker-autoscaling-inference/cdk/rehearsal/trace"
)

// Last year's final is the forecast of this year's, which may be twice as large.
func ExampleMake() {
	lastYear := time.Date(2026, time.May, 30, 17, 0, 0, 0, time.UTC)
	evening := trace.Grid{Start: lastYear, Length: 6 * time.Hour, Period: time.Minute}.Match(300, 1500, 2*time.Hour)
	variant := autoscaling.Variant{EndpointName: "odds", Name: "main"}
	today := autoscaling.VariantScaling{Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100}, Scaling: autoscaling.Scaling{MinCapacity: 4, MaxCapacity: 40}}
	p, err := plan.Make(context.Background(), plan.Request{
		Input: rehearsal.Input{
			Subject: lint.Subject{Variant: &variant, Target: today.Target(variant)},
			Service: rehearsal.Service{RequestsPerSecond: 100, Start: rehearsal.Fixed(10 * time.Minute),
				ServiceTime:   50 * time.Millisecond,
				ClientTimeout: time.Second, Routing: rehearsal.LeastOutstanding},
		},
		Evenings: []plan.Evening{{Trace: evening, KickOff: lastYear.Add(2 * time.Hour)}},
		Event:    plan.Event{Name: "final", KickOff: time.Date(2027, time.May, 29, 19, 0, 0, 0, time.UTC), Peak: 3000},
		Margin:   plan.DefaultMargin(),
		Budget:   100,
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
	// 18:20 to 18:40: 14 instances
	// 18:40 to 19:00: 18 instances
	// 19:00 to 19:50: 23 instances
	// 19:50 to 20:00: 20 instances
	// 20:00 to 20:15: 4 instances
}
