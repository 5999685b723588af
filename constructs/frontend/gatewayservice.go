package frontend

import (
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/events"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Defaults and limits of the gateway as a Fargate service.
const (
	DefaultServiceCPU             = frontend.DefaultTaskCPU
	DefaultServiceMaxRequestBytes = 6 << 20  // SageMaker's documented payload (fact F1)
	MaxServiceMaxRequestBytes     = 25 << 20 // what some endpoints are said to take (fact F1)

	servicePort = 8080
	// drainGrace is for the last bytes of a reply after the gateway's time-out.
	drainGrace = 10 * time.Second
	// maxStopTimeout is the most that Fargate waits between SIGTERM and SIGKILL
	// (fact F30).
	maxStopTimeout = 120 * time.Second
	// What the program may take of drainGrace between the last reply and its end.
	exitGrace = 5 * time.Second
)

// GatewayServiceProps describes a GatewayService.
type GatewayServiceProps struct {
	// EndpointName is the one endpoint that the gateway may call.
	EndpointName string
	// InferenceComponents are the names of those of the endpoint's components
	// that it may call. The permission names them
	// beside the endpoint: no page was found that says which of the two
	// SageMaker asks for.
	// Default: none, the endpoint has none.
	InferenceComponents []string
	// VPC is where its tasks run.
	VPC awsec2.IVpc
	// Subnets are the subnets of VPC that its tasks run in. From them it has to
	// reach SageMaker's runtime, CloudWatch Logs, Amazon ECR and Amazon S3: by
	// PrivateEndpoints, or by a way out.
	// Default: nil, the private ones.
	Subnets *awsec2.SubnetSelection
	// SecurityGroup is that of its tasks.
	// Default: nil, a new one that lets nobody in but the load balancer.
	SecurityGroup awsec2.ISecurityGroup
	// Cluster is the ECS cluster that it runs in.
	// Default: nil, a new one.
	Cluster awsecs.ICluster
	// Image is the gateway's image in Amazon ECR, with a tag or a digest, for
	// linux/arm64.
	// Default: "", built from this module's source when it is deployed, which
	// needs a container engine.
	Image string
	// CPU is a task's share of a processor, 1024 being a whole one: 256, 512,
	// 1024, 2048, 4096, 8192 or 16384.
	// Default: 0, DefaultServiceCPU.
	CPU int
	// MemoryMB is a task's memory, in the range that Fargate has for CPU.
	// Default: 0, twice CPU.
	MemoryMB int
	// RequestTimeout bounds one request, in whole seconds, up to 15m, and one
	// stream unless Server says otherwise.
	// Default: 0, DefaultRequestTimeout.
	RequestTimeout time.Duration
	// MaxRequestBytes is the largest request body passed on, up to
	// MaxServiceMaxRequestBytes.
	// Default: 0, DefaultServiceMaxRequestBytes.
	MaxRequestBytes int
	// Scaling scales the number of tasks: as EventCalendar.ServiceTarget gives
	// it, with floors at events, and with policies as they stand there. Its
	// ResourceID is left out: the service is made here.
	// Default: nil, 2 to 10 tasks by their CPU.
	Scaling *autoscaling.ScalableTarget
	// Server is how it behaves under too much load, how long a stream may last,
	// and what it logs.
	// Default: the gateway's own defaults.
	Server settings.Server
	// LogRetention is how long the gateway's log is kept.
	// Default: "", one month.
	LogRetention awslogs.RetentionDays
}

func (p GatewayServiceProps) withDefaults() GatewayServiceProps {
	if p.CPU == 0 {
		p.CPU = DefaultServiceCPU
	}
	if p.MemoryMB == 0 {
		p.MemoryMB = 2 * p.CPU
	}
	if p.RequestTimeout == 0 {
		p.RequestTimeout = DefaultRequestTimeout
	}
	if p.MaxRequestBytes == 0 {
		p.MaxRequestBytes = DefaultServiceMaxRequestBytes
	}
	if p.Scaling == nil {
		target := frontend.ServiceTarget(events.Calendar{MinCapacity: frontend.MinTasks}, frontend.DefaultMaxTasks)
		p.Scaling = &target
	}
	if p.LogRetention == "" {
		p.LogRetention = awslogs.RetentionDays_ONE_MONTH
	}
	if p.Subnets == nil && p.VPC != nil {
		private := append(*p.VPC.PrivateSubnets(), *p.VPC.IsolatedSubnets()...)
		p.Subnets = &awsec2.SubnetSelection{Subnets: &private}
	}
	return p
}

// Validate returns everything wrong with the properties, joined.
func (p GatewayServiceProps) Validate() error {
	var ps problem.List
	p = p.withDefaults()
	ps = append(ps, validateEndpointName(p.EndpointName)...)
	if p.VPC == nil {
		ps.Add("VPC", nil, "a service runs in a VPC", "give one")
	}
	if p.Image != "" {
		if _, err := artifact.ParseImage(p.Image, artifact.ECS); err != nil {
			ps = append(ps, problem.From(err).In("Image")...)
		}
	}
	ps = append(ps, frontend.ValidateTaskSize(p.CPU, p.MemoryMB)...)
	ps = append(ps, validateRequestTimeout(p.RequestTimeout)...)
	if p.MaxRequestBytes < 1 || p.MaxRequestBytes > MaxServiceMaxRequestBytes {
		ps.Add("MaxRequestBytes", p.MaxRequestBytes, fmt.Sprintf("SageMaker takes at most %d bytes", MaxServiceMaxRequestBytes),
			fmt.Sprintf("%d is the default", DefaultServiceMaxRequestBytes))
	}
	ps = append(ps, p.Server.Validate().In("Server")...)
	return append(ps, validateServiceScaling(*p.Scaling).In("Scaling")...).Err()
}

// GatewayService is the gateway as an ECS service on Fargate, whose tasks may
// call one endpoint, write their own log, and nothing else.
type GatewayService struct {
	constructs.Construct
	// Service is the ECS service. Its count is left to scaling: a template that
	// said it would put it back with each deployment (fact F30).
	Service awsecs.FargateService
	// Scaling scales Service.
	Scaling *scaling.ScalableTarget
	// SecurityGroup is that of its tasks.
	SecurityGroup awsec2.ISecurityGroup
	// LogGroup holds its log.
	LogGroup awslogs.LogGroup
	// RequestTimeout is what bounds one request.
	RequestTimeout time.Duration

	endpointName string
	vpc          awsec2.IVpc
	// longestReply is how long a request or a stream may last.
	longestReply time.Duration
}

// ToString makes the struct itself usable as a construct.
func (g *GatewayService) ToString() *string { return g.Construct.ToString() }

// NewGatewayService makes a GatewayService. It panics with what props.Validate
// returns, and, without an image, with what keeps one from being built.
func NewGatewayService(scope constructs.Construct, id string, props GatewayServiceProps) *GatewayService {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	props = props.withDefaults()
	g := &GatewayService{RequestTimeout: props.RequestTimeout, endpointName: props.EndpointName, vpc: props.VPC,
		longestReply: max(props.RequestTimeout, props.Server.StreamTimeout)}
	constructs.NewConstruct_Override(g, scope, jsii.String(id))

	g.LogGroup = awslogs.NewLogGroup(g, jsii.String("Log"), &awslogs.LogGroupProps{
		Retention: props.LogRetention, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	cluster := props.Cluster
	if cluster == nil {
		cluster = awsecs.NewCluster(g, jsii.String("Cluster"), &awsecs.ClusterProps{
			Vpc: props.VPC, ContainerInsightsV2: awsecs.ContainerInsights_ENABLED,
		})
	}
	g.SecurityGroup = props.SecurityGroup
	if g.SecurityGroup == nil {
		g.SecurityGroup = NewGatewaySecurityGroup(g, "SecurityGroup", props.VPC)
	}
	reachCollector(g.SecurityGroup, props.Server.OTLPEndpoint)
	g.Service = awsecs.NewFargateService(g, jsii.String("Service"), &awsecs.FargateServiceProps{
		Cluster:        cluster,
		TaskDefinition: g.task(props),
		VpcSubnets:     props.Subnets,
		SecurityGroups: &[]awsec2.ISecurityGroup{g.SecurityGroup},
		// CDK's default of 50 halves the service in each deployment (fact F30).
		MinHealthyPercent: jsii.Number(100),
		MaxHealthyPercent: jsii.Number(200),
		CircuitBreaker:    &awsecs.DeploymentCircuitBreaker{Enable: jsii.Bool(true), Rollback: jsii.Bool(true)},
		// A task serves within seconds: time to pass the first health checks.
		HealthCheckGracePeriod: seconds(30 * time.Second),
		PropagateTags:          awsecs.PropagatedTagSource_SERVICE,
		EnableECSManagedTags:   jsii.Bool(true),
	})
	g.scale(cluster, *props.Scaling)
	return g
}

// task is one container: no shell, no root, nothing to write to.
func (g *GatewayService) task(props GatewayServiceProps) awsecs.FargateTaskDefinition {
	task := awsecs.NewFargateTaskDefinition(g, jsii.String("Task"), &awsecs.FargateTaskDefinitionProps{
		Cpu: jsii.Number(props.CPU), MemoryLimitMiB: jsii.Number(props.MemoryMB),
		RuntimePlatform: &awsecs.RuntimePlatform{
			CpuArchitecture:       awsecs.CpuArchitecture_ARM64(),
			OperatingSystemFamily: awsecs.OperatingSystemFamily_LINUX(),
		},
	})
	stack := awscdk.Stack_Of(g)
	task.TaskRole().AddToPrincipalPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings("sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"),
		Resources: invocable(stack, props.EndpointName, props.InferenceComponents),
	}))
	task.AddContainer(jsii.String("gateway"), &awsecs.ContainerDefinitionOptions{
		Image:                  gatewayImage(g, props.Image),
		User:                   jsii.String("65532:65532"),
		ReadonlyRootFilesystem: jsii.Bool(true),
		StopTimeout:            seconds(stopTimeout(props.RequestTimeout)),
		PortMappings:           &[]*awsecs.PortMapping{{ContainerPort: jsii.Number(servicePort)}},
		Ulimits: &[]*awsecs.Ulimit{{
			Name: awsecs.UlimitName_NOFILE, SoftLimit: jsii.Number(65536), HardLimit: jsii.Number(65536),
		}},
		// A log that is slow must not hold up requests.
		Logging: awsecs.LogDriver_AwsLogs(&awsecs.AwsLogDriverProps{
			StreamPrefix: jsii.String("gateway"), LogGroup: g.LogGroup,
			Mode: awsecs.AwsLogDriverMode_NON_BLOCKING, MaxBufferSize: awscdk.Size_Mebibytes(jsii.Number(25)),
		}),
		Environment: serviceEnvironment(props),
	})
	return task
}

func (g *GatewayService) calls() (endpointName string, timeout time.Duration) {
	return g.endpointName, g.RequestTimeout
}

func (g *GatewayService) streams() bool { return true }

// targetGroup asks each task whether its process serves, and not how the
// endpoint is: that would empty the group in a brown-out (fact F31).
func (g *GatewayService) targetGroup(scope constructs.Construct, id string) elb.ApplicationTargetGroup {
	return elb.NewApplicationTargetGroup(scope, jsii.String(id), &elb.ApplicationTargetGroupProps{
		Vpc:        g.vpc,
		TargetType: elb.TargetType_IP,
		Port:       jsii.Number(servicePort),
		Protocol:   elb.ApplicationProtocol_HTTP,
		Targets:    &[]elb.IApplicationLoadBalancerTarget{g.Service},
		// The task of a stream must stand until it ends (fact F30).
		DeregistrationDelay: seconds((g.longestReply + drainGrace).Round(time.Second)),
		// Least outstanding requests would send most to the task that sheds
		// fastest (fact F31).
		LoadBalancingAlgorithmType: elb.TargetGroupLoadBalancingAlgorithmType_WEIGHTED_RANDOM,
		EnableAnomalyMitigation:    jsii.Bool(true),
		HealthCheck: &elb.HealthCheck{
			Enabled: jsii.Bool(true), Path: jsii.String("/ping"), HealthyHttpCodes: jsii.String("200"),
			Interval: seconds(5 * time.Second), Timeout: seconds(2 * time.Second),
			HealthyThresholdCount: jsii.Number(2), UnhealthyThresholdCount: jsii.Number(3),
		},
	})
}

// stopTimeout is between SIGTERM and SIGKILL.
func stopTimeout(requestTimeout time.Duration) time.Duration {
	return min(requestTimeout+drainGrace, maxStopTimeout)
}

// serviceEnvironment is what the program reads when it starts. It has drained
// before it is killed, its streams end before its target is taken away, and the
// bodies that it holds leave most of its memory to everything else.
func serviceEnvironment(props GatewayServiceProps) *map[string]*string {
	environment := map[string]*string{
		"ENDPOINT_NAME":   jsii.String(props.EndpointName),
		"MAX_BODY_BYTES":  jsii.String(strconv.Itoa(props.MaxRequestBytes)),
		"MAX_HELD_BYTES":  jsii.String(strconv.Itoa(props.MemoryMB << 20 / 4)),
		"REQUEST_TIMEOUT": jsii.String(props.RequestTimeout.String()),
		"DRAIN_TIMEOUT":   jsii.String((stopTimeout(props.RequestTimeout) - exitGrace).String()),
		"LISTEN_ADDRESS":  jsii.String(fmt.Sprintf(":%d", servicePort)),
	}
	for name, value := range props.Server.Environment(props.RequestTimeout) {
		environment[name] = jsii.String(value)
	}
	return &environment
}
