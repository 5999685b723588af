package monitoring_test

import (
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
)

// The alarms of an endpoint that clients call directly.
func ExampleSubject_Alarms() {
	subject := monitoring.Subject{EndpointName: "odds", Variants: []monitoring.Variant{{
		Name: "main", InstanceType: "ml.c6i.2xlarge",
		Capacity: &monitoring.Capacity{Target: autoscaling.ScalableTarget{ResourceID: "endpoint/odds/variant/main",
			Dimension: autoscaling.VariantInstanceCount, MinCapacity: 2, MaxCapacity: 20}},
	}}}
	settings := monitoring.Settings{LatencyObjective: 300 * time.Millisecond, Off: []string{"diskUsed"}}
	if err := subject.Validate(settings).Err(); err != nil {
		fmt.Println(err)
	}
	for _, a := range subject.Alarms(settings) {
		fmt.Println(a.Severity, a.Kind, a.Of, a.DatapointsToAlarm, "of", a.EvaluationPeriods)
	}
	// Output:
	// critical errorRate main 3 of 5
	// warning modelErrors main 3 of 5
	// critical latency main 3 of 5
	// warning atMaximum main 10 of 13
	// warning floorMissing main 10 of 13
	// notice cpuUsed main 10 of 13
	// warning memoryUsed main 5 of 8
}
