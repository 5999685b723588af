package frontend

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
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
	DefaultServiceMaxRequestBytes = 6 << 20  // fact F1: the payload that AWS documents
	MaxServiceMaxRequestBytes     = 25 << 20 // fact F1: the payload that some vendors report

	servicePort = 8080
	// drainGrace is the time for the rest of a reply after the request's time-out.
	drainGrace = 10 * time.Second
	// maxStopTimeout is Fargate's longest time between SIGTERM and SIGKILL (fact F30).
	maxStopTimeout = 120 * time.Second
	// exitGrace is the part of drainGrace for the program's exit after the last reply.
	exitGrace = 5 * time.Second
)

// GatewayServiceProps describes a GatewayService.
type GatewayServiceProps struct {
	// EndpointName is the endpoint that the gateway may call. A name that is known only
	// at deployment has to be in lower case: the permission names the endpoint's ARN,
	// where SageMaker lower-cases it.
	EndpointName string
	// InferenceComponents are the names of the endpoint's inference components that
	// the gateway may call. The permission names them and the endpoint: AWS does not
	// document which of the two SageMaker checks. Names that are known only at
	// deployment have to be in lower case, as EndpointName.
	// Default: none, the endpoint has no components.
	InferenceComponents []string
	// VPC is the VPC of the tasks.
	VPC awsec2.IVpc
	// Subnets are the subnets of the tasks. The tasks have to reach SageMaker's
	// runtime, CloudWatch Logs, Amazon ECR and Amazon S3: through PrivateEndpoints,
	// or through a NAT gateway.
	// Default: nil, the private and isolated subnets.
	Subnets *awsec2.SubnetSelection
	// SecurityGroup is the security group of the tasks.
	// Default: nil, a new one that admits the load balancer only.
	SecurityGroup awsec2.ISecurityGroup
	// PrivateEndpoints are there before the service, whose first tasks need them to
	// pull the image. They admit the security group that is given to both: make it
	// with NewGatewaySecurityGroup, in the stack of PrivateEndpoints or in one before.
	// Default: nil, the tasks reach AWS in another way.
	PrivateEndpoints *PrivateEndpoints
	// Cluster is the ECS cluster of the service.
	// Default: nil, a new one.
	Cluster awsecs.ICluster
	// Image is the URI of the gateway's image in Amazon ECR, with a tag or a digest,
	// for linux/arm64. Where the repository is known only at deployment, the task's
	// execution role gets no permission to pull from it, and a warning says so: grant it
	// by the repository's GrantPull.
	// Default: "", built at deployment from this module's source, which needs a
	// container engine (see FindContainerEngine).
	Image string
	// CPU is a task's CPU units, 1024 for one vCPU: 256, 512, 1024, 2048, 4096, 8192
	// or 16384.
	// Default: 0, DefaultServiceCPU.
	CPU int
	// MemoryMB is a task's memory, within Fargate's range for CPU.
	// Default: 0, twice CPU.
	MemoryMB int
	// RequestTimeout is the time-out of a request, in whole seconds, 1s to 15m. It
	// is the time-out of a stream too, unless Server.StreamTimeout is set.
	// Default: 0, DefaultRequestTimeout.
	RequestTimeout time.Duration
	// MaxRequestBytes is the largest request body, up to MaxServiceMaxRequestBytes.
	// Default: 0, DefaultServiceMaxRequestBytes.
	MaxRequestBytes int
	// Scaling scales the number of tasks. Make it with ServiceTarget of
	// autoscaling/frontend; ResourceID has to be empty.
	// Default: nil, 2 to 10 tasks by CPU utilization.
	Scaling *autoscaling.ScalableTarget
	// Server is the gateway's overload protection, stream time-out, logs and traces.
	// Default: the gateway's own defaults.
	Server settings.Server
	// LogRetention is the retention of the gateway's log group.
	// Default: "", one month.
	LogRetention awslogs.RetentionDays
	// LogKey encrypts the log group. Its policy has to let CloudWatch Logs of the Region,
	// logs.REGION.amazonaws.com, use it: AWS refuses to make the log group otherwise.
	// Default: nil, a key that AWS owns.
	LogKey awskms.IKey
}

func (p GatewayServiceProps) withDefaults() GatewayServiceProps {
	p.CPU = cmp.Or(p.CPU, DefaultServiceCPU)
	p.MemoryMB = cmp.Or(p.MemoryMB, 2*p.CPU)
	p.RequestTimeout = cmp.Or(p.RequestTimeout, DefaultRequestTimeout)
	p.MaxRequestBytes = cmp.Or(p.MaxRequestBytes, DefaultServiceMaxRequestBytes)
	p.LogRetention = cmp.Or(p.LogRetention, awslogs.RetentionDays_ONE_MONTH)
	if p.Scaling == nil {
		target := frontend.ServiceTarget(events.Calendar{MinCapacity: frontend.MinTasks}, frontend.DefaultMaxTasks)
		p.Scaling = &target
	}
	if p.Subnets == nil && !problem.IsNil(p.VPC) {
		p.Subnets = privateSubnets(p.VPC)
	}
	return p
}

// Validate returns everything wrong with the properties, joined.
func (p GatewayServiceProps) Validate() error {
	if ps := problem.UnresolvedNumbers(p); len(ps) > 0 {
		return ps.Err()
	}
	var ps problem.List
	p = p.withDefaults()
	ps = append(ps, validateEndpointName(p.EndpointName)...)
	ps = append(ps, problem.NilIn("LogKey", p.LogKey)...)
	if problem.IsNil(p.VPC) {
		ps.Add("VPC", nil, "a service runs in a VPC", "give one")
	}
	if p.Subnets != nil && p.Subnets.Subnets != nil && len(*p.Subnets.Subnets) == 0 {
		ps.Add("Subnets", nil, "the tasks would have no subnet",
			"give the private subnets of the VPC, which it does not know")
	}
	ps = append(ps, problem.NilIn("SecurityGroup", p.SecurityGroup)...)
	ps = append(ps, problem.NilIn("Cluster", p.Cluster)...)
	if p.PrivateEndpoints != nil && (problem.IsNil(p.SecurityGroup) || p.SecurityGroup != p.PrivateEndpoints.clients) {
		ps.Add("SecurityGroup", nil, "«PrivateEndpoints» admit another security group",
			"make one with NewGatewaySecurityGroup, and give it to both")
	}
	if p.Image != "" && !problem.Unresolved(p.Image) {
		image, err := artifact.ParseImage(p.Image, artifact.ECS)
		ps = append(ps, problem.From(err).In("Image")...)
		_, region := environmentOf(p.VPC)
		if err == nil && p.PrivateEndpoints != nil && region != "" && image.Region != region {
			ps.Add("Image", p.Image, "«PrivateEndpoints» lead to Amazon ECR in their own region "+region+
				", this image is in "+image.Region, "replicate the repository to "+region+" and give the image there")
		}
	}
	ps = append(ps, frontend.ValidateTaskSize(p.CPU, p.MemoryMB)...)
	ps = append(ps, validateRequestTimeout(p.RequestTimeout)...)
	if p.MaxRequestBytes < 1 || p.MaxRequestBytes > MaxServiceMaxRequestBytes {
		ps.Add("MaxRequestBytes", p.MaxRequestBytes,
			fmt.Sprintf("SageMaker takes at most %d bytes", MaxServiceMaxRequestBytes),
			fmt.Sprintf("%d is the default", DefaultServiceMaxRequestBytes))
	}
	ps = append(ps, p.Server.Validate().In("Server")...)
	ps = append(ps, p.validateOnShed().In("Server.OnShed")...)
	placeholder := autoscaling.ServiceResourceID("gateway", "gateway")
	ps = append(ps, validateScaling(*p.Scaling, autoscaling.ServiceTaskCount, placeholder,
		"service", "service", "take ServiceTarget of autoscaling/frontend").In("Scaling")...)
	return ps.Err()
}

// GatewayService is the gateway as an ECS service on Fargate. Its tasks have
// permission to call one endpoint and to write to their own log group.
type GatewayService struct {
	constructs.Construct
	// Service is the ECS service. The template has no DesiredCount (fact F30: a
	// deployment then leaves the running count alone).
	Service awsecs.FargateService
	// Scaling scales Service.
	Scaling *scaling.ScalableTarget
	// SecurityGroup is the security group of the tasks.
	SecurityGroup awsec2.ISecurityGroup
	// LogGroup is the log group of the tasks.
	LogGroup awslogs.LogGroup
	// RequestTimeout is the time-out of a request.
	RequestTimeout time.Duration

	endpointName string
	vpc          awsec2.IVpc
	maxReply     time.Duration // the longest request or stream
	maxBytes     int           // of a request's body
	server       settings.Server
}

// ToString makes the struct itself usable as a construct.
func (g *GatewayService) ToString() *string { return g.Construct.ToString() }

// NewGatewayService makes a GatewayService. It panics with what props.Validate
// returns, and without Image with what FindContainerEngine or the build returns.
func NewGatewayService(scope constructs.Construct, id string, props GatewayServiceProps) *GatewayService {
	if err := append(problem.From(props.Validate()), validateLogKey(scope, props.LogKey)...).Err(); err != nil {
		panic(problem.Of(scope, id, err))
	}
	props = props.withDefaults()
	g := &GatewayService{
		RequestTimeout: props.RequestTimeout, endpointName: props.EndpointName, vpc: props.VPC,
		maxReply: max(props.RequestTimeout, props.Server.StreamTimeout), maxBytes: props.MaxRequestBytes,
		server: props.Server,
	}
	constructs.NewConstruct_Override(g, scope, jsii.String(id))

	g.LogGroup = newLogGroup(g, props.LogRetention, props.LogKey)
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
	allowCollector(g, g.SecurityGroup, props.Server.OTLPEndpoint)
	g.Service = awsecs.NewFargateService(g, jsii.String("Service"), &awsecs.FargateServiceProps{
		Cluster:        cluster,
		TaskDefinition: g.task(props),
		VpcSubnets:     props.Subnets,
		SecurityGroups: &[]awsec2.ISecurityGroup{g.SecurityGroup},
		// Fact F30: CDK's default of 50 halves the service in each deployment.
		MinHealthyPercent:      jsii.Number(100),
		MaxHealthyPercent:      jsii.Number(200),
		CircuitBreaker:         &awsecs.DeploymentCircuitBreaker{Enable: jsii.Bool(true), Rollback: jsii.Bool(true)},
		HealthCheckGracePeriod: seconds(30 * time.Second),
		PropagateTags:          awsecs.PropagatedTagSource_SERVICE,
		EnableECSManagedTags:   jsii.Bool(true),
	})
	if props.PrivateEndpoints != nil {
		g.Service.Node().AddDependency(props.PrivateEndpoints)
	}
	model := *props.Scaling
	model.ResourceID = autoscaling.ServiceResourceID(*cluster.ClusterName(), *g.Service.ServiceName())
	g.Scaling = scaling.NewScalableTarget(g, "Scaling", scaling.ScalableTargetProps{
		Model: model, Dependencies: []constructs.IConstruct{g.Service},
	})
	return g
}

// task makes the task definition: one container with a non-root user and a read-only
// file system.
func (g *GatewayService) task(props GatewayServiceProps) awsecs.FargateTaskDefinition {
	task := awsecs.NewFargateTaskDefinition(g, jsii.String("Task"), &awsecs.FargateTaskDefinitionProps{
		Cpu: jsii.Number(props.CPU), MemoryLimitMiB: jsii.Number(props.MemoryMB),
		RuntimePlatform: &awsecs.RuntimePlatform{
			CpuArchitecture:       awsecs.CpuArchitecture_ARM64(),
			OperatingSystemFamily: awsecs.OperatingSystemFamily_LINUX(),
		},
	})
	task.TaskRole().AddToPrincipalPolicy(awsiam.NewPolicyStatement(invokeStatement(awscdk.Stack_Of(g),
		props.EndpointName, props.InferenceComponents,
		"sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream")))
	if endpoint := props.Server.AsyncEndpoint(); endpoint != "" {
		task.TaskRole().AddToPrincipalPolicy(awsiam.NewPolicyStatement(
			invokeStatement(awscdk.Stack_Of(g), endpoint, nil, "sagemaker:InvokeEndpointAsync")))
	}
	task.AddContainer(jsii.String("gateway"), &awsecs.ContainerDefinitionOptions{
		Image:                  gatewayImage(g, task, props.Image),
		User:                   jsii.String("65532:65532"),
		ReadonlyRootFilesystem: jsii.Bool(true),
		StopTimeout:            seconds(stopTimeout(props.RequestTimeout)),
		PortMappings:           &[]*awsecs.PortMapping{{ContainerPort: jsii.Number(servicePort)}},
		Ulimits: &[]*awsecs.Ulimit{{
			Name: awsecs.UlimitName_NOFILE, SoftLimit: jsii.Number(65536), HardLimit: jsii.Number(65536),
		}},
		// Slow logging must not block requests.
		Logging: awsecs.LogDriver_AwsLogs(&awsecs.AwsLogDriverProps{
			StreamPrefix: jsii.String("gateway"), LogGroup: g.LogGroup,
			Mode: awsecs.AwsLogDriverMode_NON_BLOCKING, MaxBufferSize: awscdk.Size_Mebibytes(jsii.Number(25)),
		}),
		Environment: serviceEnvironment(props),
	})
	for _, role := range []awsiam.IRole{task.TaskRole(), task.ObtainExecutionRole()} {
		assumeInOwnAccount(role)
	}
	return task
}

func (g *GatewayService) endpoint() (name string, timeout time.Duration) {
	return g.endpointName, g.RequestTimeout
}

func (g *GatewayService) streams() bool { return true }

func (g *GatewayService) maxRequestBytes() int { return g.maxBytes }

// targetGroup checks the health of each task's process, and not of the endpoint
// (fact F31: a brown-out of the endpoint would make all tasks unhealthy).
func (g *GatewayService) targetGroup(scope constructs.Construct, id string) elb.ApplicationTargetGroup {
	return elb.NewApplicationTargetGroup(scope, jsii.String(id), &elb.ApplicationTargetGroupProps{
		Vpc:        g.vpc,
		TargetType: elb.TargetType_IP,
		Port:       jsii.Number(servicePort),
		Protocol:   elb.ApplicationProtocol_HTTP,
		Targets:    &[]elb.IApplicationLoadBalancerTarget{g.Service},
		// Fact F30: a task is stopped after the delay, so a stream has to end before.
		DeregistrationDelay: seconds((g.maxReply + drainGrace).Round(time.Second)),
		// Fact F31: least outstanding requests prefers the task that sheds fastest.
		LoadBalancingAlgorithmType: elb.TargetGroupLoadBalancingAlgorithmType_WEIGHTED_RANDOM,
		EnableAnomalyMitigation:    jsii.Bool(true),
		HealthCheck: &elb.HealthCheck{
			Enabled: jsii.Bool(true), Path: jsii.String("/ping"), HealthyHttpCodes: jsii.String("200"),
			Interval: seconds(5 * time.Second), Timeout: seconds(2 * time.Second),
			HealthyThresholdCount: jsii.Number(2), UnhealthyThresholdCount: jsii.Number(3),
		},
	})
}

// stopTimeout is the time between SIGTERM and SIGKILL.
func stopTimeout(requestTimeout time.Duration) time.Duration {
	return min(requestTimeout+drainGrace, maxStopTimeout)
}

// serviceEnvironment returns the program's environment variables. The program drains
// before SIGKILL, and holds request bodies in at most a quarter of the task's memory.
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
