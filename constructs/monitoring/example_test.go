package monitoring_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	settings "github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/monitoring"
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
