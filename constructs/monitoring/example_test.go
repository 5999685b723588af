package monitoring_test

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	settings "github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
)

// An endpoint that exists already gets alarms, a topic and a dashboard.
func ExampleNewMonitoring() {
	stack := awscdk.NewStack(awscdk.NewApp(nil), jsii.String("monitoring"), nil)
	made := monitoring.NewMonitoring(stack, "Monitoring", monitoring.MonitoringProps{
		Endpoint: inference.EndpointFromAttributes(stack, "Endpoint", inference.EndpointAttributes{
			EndpointName: "predictions", Variants: map[string]string{"main": "ml.c6i.xlarge"},
		}),
		Settings: settings.Settings{Emails: []string{"on-call@example.com"}, Off: []string{"cpuUsed"}},
	})
	for _, alarm := range made.Alarms {
		fmt.Println(alarm.Severity, alarm.Kind, alarm.Of)
	}
	// Output:
	// critical errorRate main
	// warning modelErrors main
	// warning memoryUsed main
	// warning diskUsed main
}

// An endpoint that exists already gets scaling, events, a schedule and alarms: what
// docs/existing-endpoint.md shows.
func Example_existingEndpoint() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("odds-scaling"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("eu-west-1")},
	})

	endpoint := inference.EndpointFromAttributes(stack, "Endpoint", inference.EndpointAttributes{
		EndpointName: "odds-live",
		Variants:     map[string]string{"main": "ml.c6i.2xlarge"},
	})

	cooldown := 10 * time.Minute
	scale := autoscaling.VariantScaling{
		Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100, StartTime: 6 * time.Minute},
		Scaling:  autoscaling.Scaling{MinCapacity: 4, MaxCapacity: 60, ScaleInCooldown: &cooldown},
		Events: []events.Event{{
			Name: "final", Timezone: "Europe/London", Starts: "2027-05-28T19:00", Ends: "2027-05-28T23:00",
			PeakRequestsPerSecond: 3000,
		}},
	}
	target := scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{
		Variant: endpoint.Variant("main"), Scaling: scale,
	})

	monitoring.NewMonitoring(stack, "Monitoring", monitoring.MonitoringProps{
		Endpoint: endpoint,
		Scaling:  []monitoring.Capacity{{Target: target, Calendar: scale.Calendar()}},
		Settings: settings.Settings{Emails: []string{"on-call@example.com"}},
	})

	first := target.Model.ScheduledActions[0]
	fmt.Println(*first.MinCapacity, "instances by", first.Schedule, first.Timezone)
	// Output: 43 instances by cron(30/5 18 28 5 ? 2027) Europe/London
}
