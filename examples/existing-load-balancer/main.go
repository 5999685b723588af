// Command existing-load-balancer is an app for a team that has a VPC and a load balancer to
// share: its endpoint gets a host of a listener that stands, and nothing of the network is new.
package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
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
	image        = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/suggestions:2.0.1"
	modelData    = "s3://models-eu-west-1/suggestions/2.0.1/model.tar.gz"
	gatewayImage = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/gateway:1.0.0"
	onCall       = "on-call@example.com"

	// What stands: the shared load balancer, its HTTPS listener and its security group.
	loadBalancer  = "app/shared/0123456789abcdef"
	listener      = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/" + loadBalancer + "/fedcba9876543210"
	securityGroup = "sg-0123456789abcdef0"
	host          = "suggestions.example.com" // a DNS record and the certificate name it already
	priority      = 120                       // and 121: no other rule of the listener has them
)

// vpc is the VPC of the load balancer. Its private subnets reach AWS by NAT gateways.
var vpc = awsec2.VpcAttributes{
	VpcId: jsii.String("vpc-0123456789abcdef0"), VpcCidrBlock: jsii.String("10.20.0.0/16"),
	AvailabilityZones: jsii.Strings("eu-west-1a", "eu-west-1b", "eu-west-1c"),
	PrivateSubnetIds: jsii.Strings(
		"subnet-0123456789abcdef1", "subnet-0123456789abcdef2", "subnet-0123456789abcdef3"),
	PrivateSubnetRouteTableIds: jsii.Strings(
		"rtb-0123456789abcdef1", "rtb-0123456789abcdef2", "rtb-0123456789abcdef3"),
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
	stack := awscdk.NewStack(app, jsii.String("suggestions"), &awscdk.StackProps{
		Env:                   &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)},
		TerminationProtection: jsii.Bool(true),
	})

	model := inference.NewModel(stack, "Model", inference.ModelProps{
		Containers: []inference.ContainerProps{{Image: image, ModelDataURL: modelData}},
	})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "suggestions",
		Variants:     []inference.VariantProps{{Model: model, InstanceType: "ml.c7i.xlarge"}},
	})
	endpoint.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN)
	target := scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{
		Variant: endpoint.Variant("main"), Facts: autoscaling.Facts{Production: true},
		Scaling: autoscaling.VariantScaling{
			// What a load test of one instance has shown.
			Capacity: autoscaling.Capacity{
				RequestsPerSecondPerInstance: 150, ConcurrencyPerInstance: 6, StartTime: 5 * time.Minute,
			},
			Scaling: autoscaling.Scaling{MinCapacity: 3, MaxCapacity: 20, SafetyFactor: 0.6, Zones: 3},
		},
	})

	gateway := frontend.NewGatewayService(stack, "Gateway", frontend.GatewayServiceProps{
		EndpointName: *endpoint.EndpointName(), Image: gatewayImage,
		VPC:            awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Vpc"), &vpc),
		RequestTimeout: 10 * time.Second, // below the load balancer's idle time-out
	})
	route := frontend.NewRoute(stack, "Route", frontend.RouteProps{
		ListenerARN: listener, Priority: priority, Hosts: []string{host}, Gateway: gateway,
		SecurityGroup: awsec2.SecurityGroup_FromSecurityGroupId(
			stack, jsii.String("LoadBalancer"), jsii.String(securityGroup), nil),
	})
	monitoring.NewMonitoring(stack, "Monitoring", monitoring.MonitoringProps{
		Endpoint: endpoint, Scaling: []monitoring.Capacity{{Target: target}}, Gateway: gateway,
		LoadBalancer: loadBalancer, TargetGroup: *route.TargetGroup.TargetGroupFullName(),
		Settings: settings.Settings{
			Emails: []string{onCall}, LatencyObjective: 200 * time.Millisecond,
			Off: []string{"loadBalancerErrors", "rejectedConnections"}, // of all who share it
		},
	})
	awscdk.NewCfnOutput(stack, jsii.String("Url"), &awscdk.CfnOutputProps{Value: jsii.String("https://" + host)})
}
