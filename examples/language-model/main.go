// Command language-model is an app for a language model that answers token by token: copies on
// GPU instances, which stop when nobody asks, and a gateway that streams.
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

// Replace these by your own. The image is AWS's; the weights are files as they are, not compressed.
const (
	account      = "123456789012"
	region       = "eu-west-1"
	image        = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/vllm:server-sagemaker-cuda-v1"
	weights      = "s3://models-eu-west-1/qwen3-8b/"
	gatewayImage = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/gateway:1.0.0"
	certificate  = "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000001"
	onCall       = "on-call@example.com"

	instanceType = "ml.g6.2xlarge" // one GPU: one copy
	maxCopies    = 8
)

// Times that were measured, or chosen.
var (
	startTime     = 9 * time.Minute // of an instance and the copy on it
	workday, rest = 2, 0            // copies at least
)

// assistant is how the copies scale: 16 answers at a time, of 8 seconds each, are 2 a second.
var assistant = autoscaling.ComponentScaling{
	CopyCapacity: autoscaling.CopyCapacity{
		RequestsPerSecondPerCopy: 2, ConcurrencyPerCopy: 16, StartTime: startTime,
	},
	CopyScaling: autoscaling.CopyScaling{
		MaxCapacity: maxCopies, SafetyFactor: 0.5, WakeUpCopies: 1, ScaleInCooldown: &startTime,
	},
	ScheduledActions: []autoscaling.ScheduledAction{
		{Name: "workday", Schedule: "cron(30 7 ? * MON-FRI *)", Timezone: "Europe/Dublin", MinCapacity: &workday},
		{Name: "rest", Schedule: "cron(0 19 ? * MON-FRI *)", Timezone: "Europe/Dublin", MinCapacity: &rest},
	},
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
	stack := awscdk.NewStack(app, jsii.String("assistant"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)},
	})

	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "assistant",
		Variants: []inference.VariantProps{{
			InstanceType:     instanceType,
			ManagedInstances: &inference.ManagedInstancesProps{MaxInstanceCount: maxCopies},
			Instances: inference.InstanceProps{
				RoutingStrategy:     "LEAST_OUTSTANDING_REQUESTS",
				InferenceAMIVersion: "al2023-ami-sagemaker-inference-gpu-4-1",
			},
		}},
	})
	component := inference.NewInferenceComponent(stack, "Component", inference.InferenceComponentProps{
		InferenceComponentName: "assistant", Endpoint: endpoint, Accelerators: 1, MinMemoryMB: 16 << 10, CacheData: true,
		Model: inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{
			Image: image, ModelDataURL: weights,
			Environment: map[string]string{"SM_VLLM_MAX_MODEL_LEN": "8192", "SM_VLLM_MAX_NUM_SEQS": "16"},
		}}}),
		ModelDataDownloadTimeout: 15 * time.Minute, ContainerStartupHealthCheckTimeout: 15 * time.Minute,
	})
	target := scaling.NewComponentScaling(stack, "Scaling", scaling.ComponentScalingProps{
		InferenceComponent: component, Scaling: assistant,
	})

	vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{NatGateways: jsii.Number(0)})
	tasks := frontend.NewGatewaySecurityGroup(stack, "Tasks", vpc)
	gateway := frontend.NewGatewayService(stack, "Gateway", frontend.GatewayServiceProps{
		EndpointName: *endpoint.EndpointName(), InferenceComponents: []string{component.InferenceComponentName()},
		Image: gatewayImage, VPC: vpc, SecurityGroup: tasks,
		Server: settings.Server{OpenAI: true, StreamTimeout: 8 * time.Minute},
		PrivateEndpoints: frontend.NewPrivateEndpoints(stack, "PrivateEndpoints", frontend.PrivateEndpointsProps{
			VPC: vpc, Clients: tasks,
		}),
	})
	balancer := frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
		VPC: vpc, Gateway: gateway, CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/8"},
		AccessLogs: &frontend.AccessLogs{Retention: 30 * 24 * time.Hour},
	})
	monitoring.NewMonitoring(stack, "Monitoring", monitoring.MonitoringProps{
		Endpoint: endpoint, Scaling: []monitoring.Capacity{{Target: target}}, Gateway: gateway,
		LoadBalancer: *balancer.Resource.LoadBalancerFullName(),
		TargetGroup:  *balancer.TargetGroup.TargetGroupFullName(),
		// Whoever asks at night is refused for the minutes of the start: nobody is called for that.
		Settings: alarms.Settings{Emails: []string{onCall}, Off: []string{"noCapacity"}},
	})
	awscdk.NewCfnOutput(stack, jsii.String("Url"), &awscdk.CfnOutputProps{Value: jsii.String(balancer.URL())})
}
