// Command shop-sale is an app for a shop whose sale begins at a known minute: three endpoints,
// each of which scales by itself, behind one load balancer.
package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/policy"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
)

// Replace these by your own. The certificate names shop.example.com and the hosts below it.
const (
	account     = "123456789012"
	region      = "eu-west-1"
	registry    = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/"
	archives    = "s3://models-eu-west-1/"
	domain      = "shop.example.com"
	certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000001"
)

// service is a model of the shop, with the figures of its load test and of the sale.
type service struct {
	name, version, instanceType string
	requestsPerSecond           float64 // of an instance
	minCapacity, maxCapacity    int
	salePeak                    float64 // requests a second
}

// The first service answers for every host that no other has.
var services = []service{
	{"recommendations", "2.3.0", "ml.c7i.xlarge", 120, 3, 40, 2500},
	{"search-ranking", "5.0.1", "ml.c7i.2xlarge", 250, 3, 24, 3000},
	{"delivery-dates", "1.8.2", "ml.c6i.large", 80, 2, 12, 400},
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
		lint.NewPlugin(lint.PluginProps{}), policy.NewPlugin(policy.PluginProps{}))
	stack := awscdk.NewStack(app, jsii.String("shop"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)},
	})
	vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{NatGateways: jsii.Number(0)})
	balancer := frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
		VPC: vpc, Gateway: serve(stack, services[0]), CertificateARN: certificate,
		InternetFacing: true, AllowedCIDRs: []string{"0.0.0.0/0"},
		AccessLogs: &frontend.AccessLogs{Retention: 30 * 24 * time.Hour},
	})
	for i, s := range services[1:] {
		frontend.NewRoute(stack, s.name+"-route", frontend.RouteProps{
			Listener: balancer.Listener, Gateway: serve(stack, s), Hosts: []string{s.name + "." + domain},
			Priority: i + 1, // below 6: the load balancer's own rules come after
		})
	}
	awscdk.NewCfnOutput(stack, jsii.String("Url"), &awscdk.CfnOutputProps{Value: jsii.String(balancer.URL())})
}

// serve makes a service's endpoint, which scales, and returns the gateway in front of it.
func serve(stack awscdk.Stack, s service) *frontend.GatewayFunction {
	model := inference.NewModel(stack, s.name+"-model", inference.ModelProps{Containers: []inference.ContainerProps{{
		Image:        registry + s.name + ":" + s.version,
		ModelDataURL: archives + s.name + "/" + s.version + "/model.tar.gz",
	}}})
	endpoint := inference.NewEndpoint(stack, s.name+"-endpoint", inference.EndpointProps{
		EndpointName: s.name,
		Variants:     []inference.VariantProps{{Model: model, InstanceType: s.instanceType}},
	})
	scaling.NewVariantScaling(stack, s.name+"-scaling", scaling.VariantScalingProps{
		Variant: endpoint.Variant("main"),
		Scaling: autoscaling.VariantScaling{
			Capacity: autoscaling.Capacity{
				RequestsPerSecondPerInstance: s.requestsPerSecond, StartTime: 5 * time.Minute,
			},
			Scaling: autoscaling.Scaling{MinCapacity: s.minCapacity, MaxCapacity: s.maxCapacity},
			// The rush is at midnight: after three hours tracking goes on alone.
			Events: []events.Event{{
				Name: "sale", Timezone: "Europe/London", Starts: "2027-11-26T00:00", Ends: "2027-11-26T23:59",
				PeakRequestsPerSecond: s.salePeak, FloorUntil: 3 * time.Hour,
			}},
		},
	})
	return frontend.NewGatewayFunction(stack, s.name+"-gateway", frontend.GatewayFunctionProps{
		EndpointName: *endpoint.EndpointName(),
	})
}
