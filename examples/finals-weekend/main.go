// Command finals-weekend is an app for two evenings whose traffic is known beforehand: floors
// hold what tracking alone would see too late, and alarms tell who is on call.
package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	capacity "github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	settings "github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
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
	image        = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1.4.2"
	modelData    = "s3://models-eu-west-1/odds/1.4.2/model.tar.gz"
	gatewayImage = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/gateway:1.0.0"
	certificate  = "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000001"
	onCall       = "on-call@example.com"
)

// Times that were measured, or chosen.
var (
	startTime        = 9 * time.Minute  // of an instance, until it serves
	scaleOutCooldown = time.Duration(0) // while instances start, AWS refuses another scale-out
)

// odds is how the endpoint scales: figures of a load test, and the weekend.
var odds = autoscaling.VariantScaling{
	Capacity: autoscaling.Capacity{
		RequestsPerSecondPerInstance: 200, ConcurrencyPerInstance: 10, StartTime: startTime,
	},
	Scaling: autoscaling.Scaling{
		MinCapacity: 6, MaxCapacity: 60, SafetyFactor: 0.65, Zones: 3, Align: 5 * time.Minute,
		ScaleOutCooldown: &scaleOutCooldown, ScaleInCooldown: &startTime,
	},
	Events: []events.Event{match("semi-final", "2027-05-29"), match("final", "2027-05-30")},
}

// match is an evening with kick-off at eight in London: it begins an hour before, and has its
// peak from the second half until forty minutes after the end.
func match(name, date string) events.Event {
	return events.Event{
		Name: name, Timezone: "Europe/London", Starts: date + "T19:00", Ends: date + "T23:00",
		PeakRequestsPerSecond: 4000,
		Shape: []events.ShapeStep{
			{Share: 0.5}, {After: 2 * time.Hour, Share: 1}, {After: 3*time.Hour + 30*time.Minute, Share: 0.5},
		},
	}
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
	stack := awscdk.NewStack(app, jsii.String("finals"), &awscdk.StackProps{
		Env:                   &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)},
		TerminationProtection: jsii.Bool(true),
	})

	model := inference.NewModel(stack, "Model", inference.ModelProps{
		Containers: []inference.ContainerProps{{Image: image, ModelDataURL: modelData}},
	})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds-finals",
		Variants:     []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.2xlarge"}},
	})
	endpoint.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN)
	target := scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{
		Variant: endpoint.Variant("main"), Scaling: odds, Facts: autoscaling.Facts{Production: true},
	})

	// The gateway's tasks get the floors of the same evenings, in tasks.
	tasks := capacity.ServiceTasks(1500, 3).Calendar(odds.Calendar())
	gateway, balancer := newFrontend(stack, *endpoint.EndpointName(), tasks)
	monitoring.NewMonitoring(stack, "Monitoring", monitoring.MonitoringProps{
		Endpoint: endpoint, Scaling: []monitoring.Capacity{{Target: target, Calendar: odds.Calendar()}},
		Gateway: gateway, GatewayCalendar: tasks,
		LoadBalancer: *balancer.Resource.LoadBalancerFullName(),
		TargetGroup:  *balancer.TargetGroup.TargetGroupFullName(),
		Settings:     settings.Settings{Emails: []string{onCall}, LatencyObjective: 300 * time.Millisecond},
	})
	awscdk.NewCfnOutput(stack, jsii.String("Url"), &awscdk.CfnOutputProps{Value: jsii.String(balancer.URL())})
}

// newFrontend makes a gateway whose tasks reach AWS by private endpoints, and a load balancer.
func newFrontend(
	stack awscdk.Stack, endpointName string, tasks events.Calendar,
) (*frontend.GatewayService, *frontend.LoadBalancer) {
	vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{NatGateways: jsii.Number(0)})
	group := frontend.NewGatewaySecurityGroup(stack, "Tasks", vpc)
	target := capacity.ServiceTarget(tasks, 20)
	gateway := frontend.NewGatewayService(stack, "Gateway", frontend.GatewayServiceProps{
		EndpointName: endpointName, Image: gatewayImage, VPC: vpc, SecurityGroup: group, Scaling: &target,
		PrivateEndpoints: frontend.NewPrivateEndpoints(stack, "PrivateEndpoints", frontend.PrivateEndpointsProps{
			VPC: vpc, Clients: group,
		}),
	})
	return gateway, frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
		VPC: vpc, Gateway: gateway, CertificateARN: certificate, InternetFacing: true,
		AllowedCIDRs: []string{"0.0.0.0/0"}, DeletionProtection: true,
		AccessLogs: &frontend.AccessLogs{Retention: 30 * 24 * time.Hour},
	})
}
