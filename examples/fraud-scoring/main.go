// Command fraud-scoring is an app for payments that wait for a score: latency stays steady, and
// a payment that cannot be scored in time is told so at once.
package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	alarms "github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
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
	image        = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/fraud:3.1.0"
	modelData    = "s3://models-eu-west-1/fraud/3.1.0/model.tar.gz"
	gatewayImage = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/gateway:1.0.0"
	certificate  = "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000001"
	onCall       = "on-call@example.com"
)

// scores is how the endpoint scales. An instance serves 8 requests of 20 ms at a time, which are
// 400 a second. Aiming at half of both leaves room for the minutes in which instances start.
var scores = autoscaling.VariantScaling{
	Capacity: autoscaling.Capacity{
		RequestsPerSecondPerInstance: 400, ConcurrencyPerInstance: 8, StartTime: 5 * time.Minute,
	},
	Scaling: autoscaling.Scaling{
		MinCapacity: 6, MaxCapacity: 30, SafetyFactor: 0.5, Zones: 3,
		Emergency: true, OfferedLoad: jsii.Bool(true),
	},
}

var queueSize, retryPercent = 16, 5

// limits are the gateway's: what it cannot score in time gets an answer that says so.
var limits = settings.Server{
	MaxConcurrency: 128,                   // requests at the endpoint; two tasks have 256, 30 instances serve 240
	QueueSize:      &queueSize,            // more wait,
	QueueTimeout:   50 * time.Millisecond, // not longer than this,
	FallbackBody:   `{"decision": "review"}`,
	MaxAttempts:    2, // a second try is still in time, a third is not
	RetryPercent:   &retryPercent,
	MaxReplyBytes:  64 << 10,
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
	stack := awscdk.NewStack(app, jsii.String("fraud"), &awscdk.StackProps{
		Env:                   &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)},
		TerminationProtection: jsii.Bool(true),
	})

	model := inference.NewModel(stack, "Model", inference.ModelProps{
		Containers: []inference.ContainerProps{{Image: image, ModelDataURL: modelData}},
	})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "fraud",
		Variants: []inference.VariantProps{{
			Model: model, InstanceType: "ml.c7i.2xlarge",
			Instances: inference.InstanceProps{RoutingStrategy: "LEAST_OUTSTANDING_REQUESTS"},
		}},
	})
	endpoint.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN)
	target := scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{
		Variant: endpoint.Variant("main"), Scaling: scores, Facts: autoscaling.Facts{Production: true},
	})

	vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{NatGateways: jsii.Number(0)})
	tasks := frontend.NewGatewaySecurityGroup(stack, "Tasks", vpc)
	gateway := frontend.NewGatewayService(stack, "Gateway", frontend.GatewayServiceProps{
		EndpointName: *endpoint.EndpointName(), Image: gatewayImage, VPC: vpc, SecurityGroup: tasks,
		RequestTimeout: time.Second, MaxRequestBytes: 64 << 10, Server: limits,
		PrivateEndpoints: frontend.NewPrivateEndpoints(stack, "PrivateEndpoints", frontend.PrivateEndpointsProps{
			VPC: vpc, Clients: tasks,
		}),
	})
	// Without InternetFacing only the VPC, and what is connected to it, can reach it.
	balancer := frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
		VPC: vpc, Gateway: gateway, CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/8"},
		DeletionProtection: true, AccessLogs: &frontend.AccessLogs{Retention: 30 * 24 * time.Hour},
	})
	monitoring.NewMonitoring(stack, "Monitoring", monitoring.MonitoringProps{
		Endpoint: endpoint, Scaling: []monitoring.Capacity{{Target: target}}, Gateway: gateway,
		LoadBalancer: *balancer.Resource.LoadBalancerFullName(),
		TargetGroup:  *balancer.TargetGroup.TargetGroupFullName(),
		Settings:     alarms.Settings{Emails: []string{onCall}, LatencyObjective: 100 * time.Millisecond},
	})
	awscdk.NewCfnOutput(stack, jsii.String("Url"), &awscdk.CfnOutputProps{Value: jsii.String(balancer.URL())})
}
