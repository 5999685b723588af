package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	capacity "github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

var frontends = []func(awscdk.Stack){
	FunctionBehindLoadBalancer, ServiceBehindLoadBalancer, ClientsWithTokens, Firewall, GatewayCanary,
	TwoEndpointsBehindOneLoadBalancer, ReserveCapacity,
}

func newVPC(stack awscdk.Stack) awsec2.Vpc {
	return awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{
		NatGateways: jsii.Number(0), MaxAzs: jsii.Number(2),
		SubnetConfiguration: &[]*awsec2.SubnetConfiguration{
			{Name: jsii.String("public"), SubnetType: awsec2.SubnetType_PUBLIC},
			{Name: jsii.String("private"), SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED},
		},
	})
}

// publicly is a load balancer for everybody, with a certificate of the app.
func publicly(stack awscdk.Stack, vpc awsec2.IVpc, gateway frontend.Gateway) frontend.LoadBalancerProps {
	certificate := awscertificatemanager.NewCertificate(stack, jsii.String("Certificate"),
		&awscertificatemanager.CertificateProps{DomainName: jsii.String("odds.example.com")})
	return frontend.LoadBalancerProps{
		VPC: vpc, Gateway: gateway, CertificateARN: *certificate.CertificateArn(), InternetFacing: true,
		AllowedCIDRs: []string{"0.0.0.0/0"}, AccessLogs: &frontend.AccessLogs{Retention: 30 * 24 * time.Hour},
	}
}

func function(stack awscdk.Stack, id, endpointName string) *frontend.GatewayFunction {
	return frontend.NewGatewayFunction(stack, id, frontend.GatewayFunctionProps{EndpointName: endpointName})
}

// FunctionBehindLoadBalancer serves one endpoint over HTTPS, from a Lambda function.
func FunctionBehindLoadBalancer(stack awscdk.Stack) {
	gateway := function(stack, "Gateway", *serve(stack, odds(stack)).EndpointName())
	frontend.NewLoadBalancer(stack, "LoadBalancer", publicly(stack, newVPC(stack), gateway))
}

// ServiceBehindLoadBalancer serves response streams, from tasks without a way out of the
// VPC but to AWS.
func ServiceBehindLoadBalancer(stack awscdk.Stack) {
	vpc := newVPC(stack)
	private := &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED}
	tasks := frontend.NewGatewaySecurityGroup(stack, "Tasks", vpc)
	endpoints := frontend.NewPrivateEndpoints(stack, "PrivateEndpoints", frontend.PrivateEndpointsProps{
		VPC: vpc, Subnets: private, Clients: tasks,
	})
	gateway := frontend.NewGatewayService(stack, "Gateway", frontend.GatewayServiceProps{
		EndpointName: *serve(stack, odds(stack)).EndpointName(), VPC: vpc, Subnets: private, SecurityGroup: tasks,
		Image:  "123456789012.dkr.ecr.eu-west-1.amazonaws.com/gateway:1.0.0",
		Server: settings.Server{StreamTimeout: 10 * time.Minute},
	})
	gateway.Node().AddDependency(endpoints)
	frontend.NewLoadBalancer(stack, "LoadBalancer", publicly(stack, vpc, gateway))
}

// ClientsWithTokens lets in who has a token of the issuer.
func ClientsWithTokens(stack awscdk.Stack) {
	props := publicly(stack, newVPC(stack), function(stack, "Gateway", "odds"))
	props.Authentication = &settings.Authentication{JWT: &settings.JWT{
		Issuer: "https://login.example.com", JWKSEndpoint: "https://login.example.com/jwks.json", Audience: "odds",
	}}
	frontend.NewLoadBalancer(stack, "LoadBalancer", props)
}

// Firewall limits the requests of an address and of a session.
func Firewall(stack awscdk.Stack) {
	props := publicly(stack, newVPC(stack), function(stack, "Gateway", "odds"))
	props.WAF = &settings.WAF{
		SessionHeader: "X-Session", RequestsPerSession: 600, RequireSession: jsii.Bool(true), RequestsPerAddress: 6000,
	}
	frontend.NewLoadBalancer(stack, "LoadBalancer", props)
}

// GatewayCanary sends a tenth of the requests through a second gateway.
func GatewayCanary(stack awscdk.Stack) {
	props := publicly(stack, newVPC(stack), function(stack, "Gateway", "odds"))
	props.Canary = &frontend.Canary{Gateway: function(stack, "Canary", "odds"), WeightPercent: 10}
	frontend.NewLoadBalancer(stack, "LoadBalancer", props)
}

// TwoEndpointsBehindOneLoadBalancer gives a second endpoint a host of its own.
func TwoEndpointsBehindOneLoadBalancer(stack awscdk.Stack) {
	balancer := frontend.NewLoadBalancer(stack, "LoadBalancer",
		publicly(stack, newVPC(stack), function(stack, "Odds", "odds")))
	frontend.NewRoute(stack, "Route", frontend.RouteProps{
		Listener: balancer.Listener, Priority: 100, Hosts: []string{"scores.example.com"},
		Gateway: function(stack, "Scores", "scores"),
	})
}

// ReserveCapacity has the load balancer's capacity for a final before it begins. An account may
// reserve none until AWS has raised its quota.
func ReserveCapacity(stack awscdk.Stack) {
	balancer := frontend.NewLoadBalancer(stack, "LoadBalancer",
		publicly(stack, newVPC(stack), function(stack, "Gateway", "odds")))
	odds := autoscaling.VariantScaling{
		Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 200, StartTime: 5 * time.Minute},
		Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 60},
		Events: []events.Event{{
			Name: "final", Starts: "2035-05-26T20:00", Ends: "2035-05-26T22:00", Timezone: "Europe/London",
			PeakRequestsPerSecond: 8000,
		}},
	}
	units := capacity.LoadBalancerTraffic{BytesPerRequest: 8000, FunctionTarget: true}.CapacityUnits()
	frontend.NewCapacitySchedule(stack, "Capacity", frontend.CapacityScheduleProps{
		LoadBalancer: balancer.Resource, Calendar: units.Calendar(odds.Calendar()),
	})
}
