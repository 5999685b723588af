// Command shortest is the shortest useful app: a model behind an endpoint that scales, and a
// load balancer in front of it.
package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/policy"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
)

// Replace these by your own.
const (
	account     = "123456789012"
	region      = "eu-west-1"
	image       = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1.4.2"
	modelData   = "s3://models-eu-west-1/odds/1.4.2/model.tar.gz"
	certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000001"
)

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
	stack := awscdk.NewStack(app, jsii.String("odds"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)},
	})

	model := inference.NewModel(stack, "Model", inference.ModelProps{
		Containers: []inference.ContainerProps{{Image: image, ModelDataURL: modelData}},
	})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds",
		Variants:     []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge"}},
	})
	scaling.NewVariantScaling(stack, "Scaling", scaling.VariantScalingProps{
		Variant: endpoint.Variant("main"),
		Scaling: autoscaling.VariantScaling{
			// What a load test of one instance has shown.
			Capacity: autoscaling.Capacity{RequestsPerSecondPerInstance: 100, StartTime: 5 * time.Minute},
			Scaling:  autoscaling.Scaling{MinCapacity: 2, MaxCapacity: 12},
		},
	})

	vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{
		NatGateways: jsii.Number(0), MaxAzs: jsii.Number(2),
	})
	balancer := frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
		VPC: vpc, CertificateARN: certificate, InternetFacing: true, AllowedCIDRs: []string{"0.0.0.0/0"},
		AccessLogs: &frontend.AccessLogs{Retention: 30 * 24 * time.Hour},
		Gateway: frontend.NewGatewayFunction(stack, "Gateway", frontend.GatewayFunctionProps{
			EndpointName: *endpoint.EndpointName(),
		}),
	})
	awscdk.NewCfnOutput(stack, jsii.String("Url"), &awscdk.CfnOutputProps{Value: jsii.String(balancer.URL())})
}
