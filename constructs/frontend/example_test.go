package frontend_test

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
)

// count prints how many resources of each type the stack has.
func count(stack awscdk.Stack, kinds ...string) {
	for _, kind := range kinds {
		found := *assertions.Template_FromStack(stack, nil).FindResources(jsii.String(kind), nil)
		fmt.Println(kind, len(found))
	}
}

// exampleVPC is a VPC with public subnets and private ones without a way out.
func exampleVPC(stack awscdk.Stack) awsec2.IVpc {
	return awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{
		NatGateways: jsii.Number(0), MaxAzs: jsii.Number(2),
		SubnetConfiguration: &[]*awsec2.SubnetConfiguration{
			{Name: jsii.String("public"), SubnetType: awsec2.SubnetType_PUBLIC},
			{Name: jsii.String("private"), SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED},
		},
	})
}

// exampleFunction is a gateway whose program was built before. Without Code it is compiled at
// synthesis.
func exampleFunction(stack awscdk.Stack, id, endpointName string) *frontend.GatewayFunction {
	builds := awss3.Bucket_FromBucketName(stack, jsii.String(id+"Builds"), jsii.String("builds"))
	return frontend.NewGatewayFunction(stack, id, frontend.GatewayFunctionProps{
		EndpointName: endpointName, Code: awslambda.Code_FromBucketV2(builds, jsii.String("gateway.zip"), nil),
	})
}

func ExampleNewGatewayFunction() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("frontend"), nil)

	builds := awss3.Bucket_FromBucketName(stack, jsii.String("Builds"), jsii.String("builds"))
	frontend.NewGatewayFunction(stack, "Gateway", frontend.GatewayFunctionProps{
		EndpointName: "odds",
		Code:         awslambda.Code_FromBucketV2(builds, jsii.String("gateway.zip"), nil), // else it is compiled
	})

	count(stack, "AWS::Lambda::Function", "AWS::Lambda::Alias")
	// Output:
	// AWS::Lambda::Function 1
	// AWS::Lambda::Alias 1
}

func ExampleNewLoadBalancer() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("frontend"), nil)

	frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
		VPC: exampleVPC(stack), Gateway: exampleFunction(stack, "Gateway", "odds"), InternetFacing: true,
		CertificateARN: "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
		AllowedCIDRs:   []string{"0.0.0.0/0"},
	})

	count(stack, "AWS::ElasticLoadBalancingV2::Listener") // HTTPS, and a redirect from HTTP
	// Output: AWS::ElasticLoadBalancingV2::Listener 2
}

// A second endpoint shares the load balancer under a host of its own.
func ExampleNewRoute() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("frontend"), nil)
	balancer := frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
		VPC: exampleVPC(stack), Gateway: exampleFunction(stack, "Odds", "odds"),
		CertificateARN: "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
		AllowedCIDRs:   []string{"10.0.0.0/16"},
	})

	frontend.NewRoute(stack, "Route", frontend.RouteProps{
		Listener: balancer.Listener, Priority: 100, Hosts: []string{"scores.example.com"},
		Gateway: exampleFunction(stack, "Scores", "scores"),
	})

	count(stack, "AWS::ElasticLoadBalancingV2::TargetGroup")
	// Output: AWS::ElasticLoadBalancingV2::TargetGroup 2
}

// Tasks in subnets without a way out reach SageMaker, Amazon ECR and their log by private
// endpoints.
func ExampleNewGatewayService() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("frontend"), nil)
	vpc := exampleVPC(stack)
	private := &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED}

	tasks := frontend.NewGatewaySecurityGroup(stack, "Tasks", vpc)
	endpoints := frontend.NewPrivateEndpoints(stack, "PrivateEndpoints", frontend.PrivateEndpointsProps{
		VPC: vpc, Subnets: private, Clients: tasks,
	})
	frontend.NewGatewayService(stack, "Gateway", frontend.GatewayServiceProps{
		EndpointName: "odds", VPC: vpc, Subnets: private, SecurityGroup: tasks, PrivateEndpoints: endpoints,
		Image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/gateway:1.0.0",
	})

	count(stack, "AWS::ECS::Service", "AWS::EC2::VPCEndpoint")
	// Output:
	// AWS::ECS::Service 1
	// AWS::EC2::VPCEndpoint 5
}

func ExampleNewPrivateEndpoints() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("network"), nil)
	vpc := exampleVPC(stack)

	frontend.NewPrivateEndpoints(stack, "PrivateEndpoints", frontend.PrivateEndpointsProps{
		VPC: vpc, Subnets: &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED},
		Clients: frontend.NewGatewaySecurityGroup(stack, "Tasks", vpc),
	})

	count(stack, "AWS::EC2::VPCEndpoint")
	// Output: AWS::EC2::VPCEndpoint 5
}

func ExampleNewGatewaySecurityGroup() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("network"), nil)

	frontend.NewGatewaySecurityGroup(stack, "Tasks", exampleVPC(stack))

	count(stack, "AWS::EC2::SecurityGroup")
	// Output: AWS::EC2::SecurityGroup 1
}

// A load balancer of the app has capacity reserved before a final.
func ExampleNewCapacitySchedule() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("frontend"), nil)
	balancer := elb.NewApplicationLoadBalancer(stack, jsii.String("LoadBalancer"), &elb.ApplicationLoadBalancerProps{
		Vpc: exampleVPC(stack),
	})

	frontend.NewCapacitySchedule(stack, "Capacity", frontend.CapacityScheduleProps{
		LoadBalancer: balancer,
		Calendar: events.Calendar{
			MinCapacity: 100, MaxCapacity: 1500, RequestsPerSecondPerInstance: 1, StartTime: 15 * time.Minute,
			Events: []events.Event{{
				Name: "final", Starts: "2035-05-26T20:00", Ends: "2035-05-26T22:00", Timezone: "Europe/London",
				PeakInstances: 800,
			}},
		},
	})

	count(stack, "AWS::CloudWatch::Alarm")
	// Output: AWS::CloudWatch::Alarm 1
}
