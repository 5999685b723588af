// Package frontend stands between users and the endpoint: an Application Load
// Balancer, and the gateway that signs requests for SageMaker (fact F9).
package frontend

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2targets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/compile"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Defaults and limits of the gateway as a Lambda function.
const (
	DefaultMemoryMB       = 256
	DefaultRequestTimeout = 70 * time.Second // a model may take 60 s (fact F2)
	MaxRequestBytes       = 1_000_000        // what a load balancer hands to a function (fact F12)

	// The function outlives the gateway's own time-out, so that it can say so;
	// at Lambda's own limit the gateway gives up a little earlier by itself.
	functionGrace = 5 * time.Second
	maxTimeout    = 15 * time.Minute
	// compileTimeout bounds a build from an empty cache on a slow machine.
	compileTimeout = 10 * time.Minute
)

// GatewayFunctionProps describes a GatewayFunction.
type GatewayFunctionProps struct {
	// EndpointName is the one endpoint that the gateway may call.
	EndpointName string
	// InferenceComponents are the names of those of the endpoint's components
	// that it may call. The permission names them
	// beside the endpoint: no page was found that says which of the two
	// SageMaker asks for.
	// Default: none, the endpoint has none.
	InferenceComponents []string
	// Code is an archive or folder with the gateway's program as "bootstrap",
	// built for linux/arm64.
	// Default: nil, compiled at synthesis from this module's source.
	Code awslambda.Code
	// MemoryMB is the function's memory, 128 to 10240 MB; its share of a
	// processor grows with it.
	// Default: 0, DefaultMemoryMB.
	MemoryMB int
	// RequestTimeout bounds one request, in whole seconds, up to 15m.
	// Default: 0, DefaultRequestTimeout.
	RequestTimeout time.Duration
	// MaxRequestBytes is the largest request body passed on.
	// Default: 0, the constant MaxRequestBytes, which is also the most.
	MaxRequestBytes int
	// LogRetention is how long the gateway's log is kept.
	// Default: "", one month.
	LogRetention awslogs.RetentionDays
	// ReservedConcurrency is the most requests at a time: a share of the
	// account's that no other function takes, and what keeps a surge from the
	// endpoint (fact F26). The load balancer answers more of them with an error.
	// Default: 0, what the account has left.
	ReservedConcurrency int
	// ProvisionedConcurrency keeps environments ready for the alias, and scales
	// their number: as EventCalendar.FunctionTarget gives it, with floors at
	// events, and with policies as they stand there. Its ResourceID is left
	// out: the alias is made here.
	// Default: nil, environments start when they are needed.
	ProvisionedConcurrency *autoscaling.ScalableTarget
}

func (p GatewayFunctionProps) withDefaults() GatewayFunctionProps {
	if p.MemoryMB == 0 {
		p.MemoryMB = DefaultMemoryMB
	}
	if p.RequestTimeout == 0 {
		p.RequestTimeout = DefaultRequestTimeout
	}
	if p.MaxRequestBytes == 0 {
		p.MaxRequestBytes = MaxRequestBytes
	}
	if p.LogRetention == "" {
		p.LogRetention = awslogs.RetentionDays_ONE_MONTH
	}
	return p
}

// Validate returns everything wrong with the properties, joined.
func (p GatewayFunctionProps) Validate() error {
	var ps problem.List
	p = p.withDefaults()
	ps = append(ps, validateEndpointName(p.EndpointName)...)
	if p.MemoryMB < 128 || p.MemoryMB > 10240 {
		ps.Add("MemoryMB", p.MemoryMB, "a function has 128 to 10240 MB", fmt.Sprintf("%d is the default", DefaultMemoryMB))
	}
	ps = append(ps, validateRequestTimeout(p.RequestTimeout)...)
	if p.MaxRequestBytes < 1 || p.MaxRequestBytes > MaxRequestBytes {
		ps.Add("MaxRequestBytes", p.MaxRequestBytes, fmt.Sprintf("a load balancer hands a function 1 to %d bytes", MaxRequestBytes), "leave it out for the most")
	}
	if p.ReservedConcurrency < 0 {
		ps.Add("ReservedConcurrency", p.ReservedConcurrency, "reserved concurrency is over 0 requests at a time", "leave it out, and the function shares the account's")
	}
	if p.ProvisionedConcurrency != nil {
		ps = append(ps, p.validateProvisionedConcurrency().In("ProvisionedConcurrency")...)
	}
	return ps.Err()
}

// GatewayFunction is the gateway as a Lambda function that may call one
// endpoint, write its own log, and nothing else.
type GatewayFunction struct {
	constructs.Construct
	// Function is the AWS::Lambda::Function.
	Function awslambda.Function
	// Alias leads to its present version, and is what the load balancer calls:
	// provisioned concurrency belongs to an alias (fact F29).
	Alias awslambda.Alias
	// ProvisionedConcurrency scales what is kept ready for Alias; nil where
	// nothing is.
	ProvisionedConcurrency *scaling.ScalableTarget
	// LogGroup holds its log.
	LogGroup awslogs.LogGroup
	// RequestTimeout is what bounds one request.
	RequestTimeout time.Duration

	endpointName string
}

// ToString makes the struct itself usable as a construct.
func (g *GatewayFunction) ToString() *string { return g.Construct.ToString() }

// NewGatewayFunction makes a GatewayFunction. It panics with what
// props.Validate returns, and with what compile.Gateway returns.
func NewGatewayFunction(scope constructs.Construct, id string, props GatewayFunctionProps) *GatewayFunction {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	props = props.withDefaults()
	g := &GatewayFunction{RequestTimeout: props.RequestTimeout, endpointName: props.EndpointName}
	constructs.NewConstruct_Override(g, scope, jsii.String(id))

	g.LogGroup = awslogs.NewLogGroup(g, jsii.String("Log"), &awslogs.LogGroupProps{
		Retention: props.LogRetention, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	// A role of its own: the function's default one may write every log group.
	role := awsiam.NewRole(g, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy:   awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		Description: jsii.String("Lets the gateway call one SageMaker endpoint and write its own log"),
	})
	g.LogGroup.GrantWrite(role)
	stack := awscdk.Stack_Of(g)
	role.AddToPrincipalPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings("sagemaker:InvokeEndpoint"),
		Resources: invocable(stack, props.EndpointName, props.InferenceComponents),
	}))
	code := props.Code
	if code == nil {
		var dir string
		code, dir = compiled()
		defer removeStaged(g, dir)
	}
	g.Function = awslambda.NewFunction(g, jsii.String("Function"), &awslambda.FunctionProps{
		Description:  jsii.String("Signs requests from the load balancer for SageMaker endpoint " + props.EndpointName),
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(),
		Architecture: awslambda.Architecture_ARM_64(),
		Handler:      jsii.String("bootstrap"),
		Code:         code,
		Role:         role,
		LogGroup:     g.LogGroup,
		MemorySize:   jsii.Number(props.MemoryMB),
		Timeout:      seconds(min(props.RequestTimeout+functionGrace, maxTimeout)),
		Environment: &map[string]*string{
			"ENDPOINT_NAME":   jsii.String(props.EndpointName),
			"MAX_BODY_BYTES":  jsii.String(strconv.Itoa(props.MaxRequestBytes)),
			"REQUEST_TIMEOUT": jsii.String(props.RequestTimeout.String()),
		},
		ReservedConcurrentExecutions: unlessZero(props.ReservedConcurrency),
	})
	g.publish(props.ProvisionedConcurrency)
	return g
}

func (g *GatewayFunction) calls() (endpointName string, timeout time.Duration) {
	return g.endpointName, g.RequestTimeout
}

// Fact F12.
func (g *GatewayFunction) streams() bool { return false }

// targetGroup asks the function for its health on /ping. Health checks of
// functions are off unless asked for (fact F15), and header values would be
// reduced to the last of each name (fact F14).
func (g *GatewayFunction) targetGroup(scope constructs.Construct, id string) elb.ApplicationTargetGroup {
	group := elb.NewApplicationTargetGroup(scope, jsii.String(id), &elb.ApplicationTargetGroupProps{
		TargetType:               elb.TargetType_LAMBDA,
		Targets:                  &[]elb.IApplicationLoadBalancerTarget{awselasticloadbalancingv2targets.NewLambdaTarget(g.Alias)},
		MultiValueHeadersEnabled: jsii.Bool(true),
		HealthCheck: &elb.HealthCheck{
			Enabled: jsii.Bool(true), Path: jsii.String("/ping"), HealthyHttpCodes: jsii.String("200"),
			Interval: seconds(35 * time.Second), Timeout: seconds(30 * time.Second),
		},
	})
	g.callableByOwnLoadBalancers()
	return group
}

// removeStaged removes the folder of an asset that has been made in scope, which
// has copied it; where staging is off (cdk synth --no-staging) the CDK CLI needs
// it.
func removeStaged(scope constructs.Construct, dir string) {
	if scope.Node().TryGetContext(jsii.String("aws:cdk:disable-asset-staging")) == nil {
		_ = os.RemoveAll(dir) // a temporary folder
	}
}

// compiled is the gateway built from source, in a folder of its own.
func compiled() (code awslambda.Code, dir string) {
	ctx, cancel := context.WithTimeout(context.Background(), compileTimeout)
	defer cancel()
	program, err := compile.Gateway(ctx, compile.Platform{OS: "linux", Arch: "arm64", Lambda: true})
	if err != nil {
		panic(err)
	}
	dir, err = os.MkdirTemp("", "gateway-asset-")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "bootstrap"), program, 0o755)
	}
	if err != nil {
		panic(fmt.Errorf("gateway: write the program: %w", err))
	}
	return awslambda.Code_FromAsset(jsii.String(dir), nil), dir
}

func seconds(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Seconds(jsii.Number(d.Seconds()))
}
