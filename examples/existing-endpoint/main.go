// Command existing-endpoint is an app for an endpoint that something else has made: it adds
// scaling, a schedule with an event, and alarms, and leaves the endpoint as it is.
package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	settings "github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/policy"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
)

// Replace these by your own.
const (
	account      = "123456789012"
	region       = "eu-west-1"
	endpointName = "Ticket-Prices" // as SageMaker lists it, with its capitals
	variantName  = "AllTraffic"    // the name that the SageMaker Python SDK gives
	instanceType = "ml.m7i.xlarge"
	onCall       = "on-call@example.com"
)

var startTime = 6 * time.Minute // of an instance, until it serves, as measured

// prices is how the endpoint scales: figures of a load test, the hours in which people work, and
// the minute at which tickets go on sale.
var prices = autoscaling.VariantScaling{
	Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 60, StartTime: startTime},
	Scaling: autoscaling.Scaling{
		MinCapacity: 3, MaxCapacity: 40, SafetyFactor: 0.65, Zones: 3, ScaleInCooldown: &startTime,
	},
	Events: []events.Event{{
		Name: "office-hours", Timezone: "Europe/Paris", Starts: "08:00", Ends: "19:00",
		Weekdays: []string{"MON", "TUE", "WED", "THU", "FRI"}, From: "2027-01-01", Until: "2027-12-31",
		PeakRequestsPerSecond: 240,
	}, {
		Name: "on-sale", Timezone: "Europe/Paris", Starts: "2027-03-13T10:00", Ends: "2027-03-13T13:00",
		PeakRequestsPerSecond: 1200, FloorUntil: time.Hour, // then tracking follows
	}},
}

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	build(app)
	app.Synth(nil)
}

// build adds the stack to app, and the rules that judge its template.
func build(app awscdk.App) {
	awscdk.Validations_Of(app).AddPlugins(
		lint.NewPlugin(lint.PluginProps{}), policy.NewPlugin(policy.PluginProps{Production: true}))
	stack := awscdk.NewStack(app, jsii.String("ticket-prices-scaling"), &awscdk.StackProps{
		Env:                   &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)},
		TerminationProtection: jsii.Bool(true),
	})

	endpoint := inference.EndpointFromAttributes(stack, "Endpoint", inference.EndpointAttributes{
		EndpointName: endpointName, Variants: map[string]string{variantName: instanceType},
	})
	target := scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{
		Variant: endpoint.Variant(variantName), Scaling: prices, Facts: autoscaling.Facts{Production: true},
	})
	monitoring.NewMonitoring(stack, "Monitoring", monitoring.MonitoringProps{
		Endpoint: endpoint, Scaling: []monitoring.Capacity{{Target: target, Calendar: prices.Calendar()}},
		Settings: settings.Settings{Emails: []string{onCall}},
	})
}
