package frontend

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	elbtargets "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2targets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact/compile"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Defaults and limits of the gateway as a Lambda function.
const (
	DefaultMemoryMB       = 256
	DefaultRequestTimeout = 70 * time.Second // fact F2: a container may take 60 s
	MaxRequestBytes       = 1_000_000        // fact F12: a load balancer sends a function at most 1 MB

	// functionGrace is the function's time after RequestTimeout to answer with an
	// error. At Lambda's own limit the gateway times out earlier.
	functionGrace = 5 * time.Second
	maxTimeout    = 15 * time.Minute // Lambda's limit
	// compileTimeout allows for an empty build cache on a slow machine.
	compileTimeout = 10 * time.Minute
)

// GatewayFunctionProps describes a GatewayFunction.
type GatewayFunctionProps struct {
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
	// Code is an archive or folder with the gateway's program as "bootstrap",
	// built for linux/arm64.
	// Default: nil, compiled at synthesis from this module's source.
	Code awslambda.Code
	// MemoryMB is the function's memory, 128 to 10240 MB. Its CPU grows with it.
	// Default: 0, DefaultMemoryMB.
	MemoryMB int
	// RequestTimeout is the time-out of a request, in whole seconds, 1s to 15m.
	// Default: 0, DefaultRequestTimeout.
	RequestTimeout time.Duration
	// MaxRequestBytes is the largest request body, up to the constant
	// MaxRequestBytes.
	// Default: 0, the constant MaxRequestBytes.
	MaxRequestBytes int
	// LogRetention is the retention of the gateway's log group.
	// Default: "", one month.
	LogRetention awslogs.RetentionDays
	// LogKey encrypts the log group. Its policy has to let CloudWatch Logs of the Region,
	// logs.REGION.amazonaws.com, use it: AWS refuses to make the log group otherwise.
	// Default: nil, a key that AWS owns.
	LogKey awskms.IKey
	// ReservedConcurrency is the function's reserved concurrency (fact F26: a part
	// of the account's concurrency, and a cap). The load balancer answers further
	// concurrent requests with an error.
	// Default: 0, no reservation: the function shares the account's concurrency.
	ReservedConcurrency int
	// ProvisionedConcurrency scales the provisioned concurrency of the alias. Make
	// it with FunctionTarget of autoscaling/frontend; ResourceID has to be empty.
	// Default: nil, no provisioned concurrency.
	ProvisionedConcurrency *autoscaling.ScalableTarget
}

func (p GatewayFunctionProps) withDefaults() GatewayFunctionProps {
	p.MemoryMB = cmp.Or(p.MemoryMB, DefaultMemoryMB)
	p.RequestTimeout = cmp.Or(p.RequestTimeout, DefaultRequestTimeout)
	p.MaxRequestBytes = cmp.Or(p.MaxRequestBytes, MaxRequestBytes)
	p.LogRetention = cmp.Or(p.LogRetention, awslogs.RetentionDays_ONE_MONTH)
	return p
}

// Validate returns everything wrong with the properties, joined.
func (p GatewayFunctionProps) Validate() error {
	if ps := problem.UnresolvedNumbers(p); len(ps) > 0 {
		return ps.Err()
	}
	var ps problem.List
	p = p.withDefaults()
	ps = append(ps, validateEndpointName(p.EndpointName)...)
	ps = append(ps, problem.NilIn("LogKey", p.LogKey)...)
	ps = append(ps, problem.NilIn("Code", p.Code)...)
	if p.MemoryMB < 128 || p.MemoryMB > 10240 {
		ps.Add("MemoryMB", p.MemoryMB, "a function has 128 to 10240 MB", fmt.Sprintf("%d is the default", DefaultMemoryMB))
	}
	ps = append(ps, validateRequestTimeout(p.RequestTimeout)...)
	if p.MaxRequestBytes < 1 || p.MaxRequestBytes > MaxRequestBytes {
		rule := fmt.Sprintf("a load balancer hands a function 1 to %d bytes", MaxRequestBytes)
		ps.Add("MaxRequestBytes", p.MaxRequestBytes, rule, "leave it out for the most")
	}
	if p.ReservedConcurrency < 0 {
		ps.Add("ReservedConcurrency", p.ReservedConcurrency, "reserved concurrency is over 0 requests at a time",
			"leave it out, and the function shares the account's")
	}
	if p.ProvisionedConcurrency != nil {
		ps = append(ps, p.validateProvisionedConcurrency().In("ProvisionedConcurrency")...)
	}
	return ps.Err()
}

// GatewayFunction is the gateway as a Lambda function. It has permission to call one
// endpoint and to write to its own log group.
type GatewayFunction struct {
	constructs.Construct
	// Function is the AWS::Lambda::Function.
	Function awslambda.Function
	// Alias points to the function's current version. The load balancer calls the
	// alias (fact F29: provisioned concurrency belongs to a version or an alias).
	Alias awslambda.Alias
	// ProvisionedConcurrency scales the provisioned concurrency of Alias, nil
	// without any.
	ProvisionedConcurrency *scaling.ScalableTarget
	// LogGroup is the function's log group.
	LogGroup awslogs.LogGroup
	// RequestTimeout is the time-out of a request.
	RequestTimeout time.Duration
	// ReservedConcurrency is the function's reserved concurrency, 0 without any.
	ReservedConcurrency int

	endpointName string
	maxBytes     int // of a request's body
}

// ToString makes the struct itself usable as a construct.
func (g *GatewayFunction) ToString() *string { return g.Construct.ToString() }

// NewGatewayFunction makes a GatewayFunction. It panics with what
// props.Validate returns, and without Code with the compiler's error.
func NewGatewayFunction(scope constructs.Construct, id string, props GatewayFunctionProps) *GatewayFunction {
	if err := append(problem.From(props.Validate()), validateLogKey(scope, props.LogKey)...).Err(); err != nil {
		panic(problem.Of(scope, id, err))
	}
	props = props.withDefaults()
	g := &GatewayFunction{
		RequestTimeout: props.RequestTimeout, endpointName: props.EndpointName, maxBytes: props.MaxRequestBytes,
		ReservedConcurrency: props.ReservedConcurrency,
	}
	constructs.NewConstruct_Override(g, scope, jsii.String(id))

	stack := awscdk.Stack_Of(g)
	g.LogGroup = newLogGroup(g, props.LogRetention, props.LogKey)
	// The default role may write to every log group.
	role := awsiam.NewRole(g, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy:   awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), inOwnAccount(stack)),
		Description: jsii.String("Lets the gateway call one SageMaker endpoint and write its own log"),
	})
	g.LogGroup.GrantWrite(role)
	role.AddToPrincipalPolicy(awsiam.NewPolicyStatement(invokeStatement(stack,
		props.EndpointName, props.InferenceComponents, "sagemaker:InvokeEndpoint")))
	code := props.Code
	if code == nil {
		var dir string
		code, dir = compiledCode()
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
		ReservedConcurrentExecutions: optionalNumber(props.ReservedConcurrency),
	})
	g.addAlias(props.ProvisionedConcurrency)
	return g
}

func (g *GatewayFunction) endpoint() (name string, timeout time.Duration) {
	return g.endpointName, g.RequestTimeout
}

// Fact F29: a function behind a load balancer cannot stream.
func (g *GatewayFunction) streams() bool { return false }

func (g *GatewayFunction) maxRequestBytes() int { return g.maxBytes }

// targetGroup enables health checks on /ping (fact F15: they are off by default) and
// multi-value headers (fact F14: by default only the last header of a name arrives).
func (g *GatewayFunction) targetGroup(scope constructs.Construct, id string) elb.ApplicationTargetGroup {
	group := elb.NewApplicationTargetGroup(scope, jsii.String(id), &elb.ApplicationTargetGroupProps{
		TargetType:               elb.TargetType_LAMBDA,
		Targets:                  &[]elb.IApplicationLoadBalancerTarget{elbtargets.NewLambdaTarget(g.Alias)},
		MultiValueHeadersEnabled: jsii.Bool(true),
		HealthCheck: &elb.HealthCheck{
			Enabled: jsii.Bool(true), Path: jsii.String("/ping"), HealthyHttpCodes: jsii.String("200"),
			Interval: seconds(35 * time.Second), Timeout: seconds(30 * time.Second),
		},
	})
	g.restrictPermissions()
	return group
}

// removeStaged removes the folder of an asset of scope, which CDK has copied into the
// assembly. With cdk synth --no-staging CDK copies nothing, and the folder stays.
func removeStaged(scope constructs.Construct, dir string) {
	if scope.Node().TryGetContext(jsii.String("aws:cdk:disable-asset-staging")) == nil {
		_ = os.RemoveAll(dir)
	}
}

// assetFolder is the name of the folder that had the program last. Under the same name,
// CDK knows that it has hashed and copied the folder before.
var assetFolder string

// makeAssetFolder makes an empty folder, under the same name as before where it is gone.
func makeAssetFolder() (dir string, err error) {
	if filepath.Dir(assetFolder) == filepath.Clean(os.TempDir()) && os.Mkdir(assetFolder, 0o700) == nil {
		return assetFolder, nil
	}
	assetFolder, err = os.MkdirTemp("", "gateway-asset-")
	return assetFolder, err
}

// compiledCode compiles the gateway into a temporary folder.
func compiledCode() (code awslambda.Code, dir string) {
	ctx, cancel := context.WithTimeout(context.Background(), compileTimeout)
	defer cancel()
	program, err := compile.Gateway(ctx, compile.Platform{OS: "linux", Arch: "arm64", Lambda: true})
	if err != nil {
		panic(err)
	}
	dir, err = makeAssetFolder()
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "bootstrap"), program, 0o755)
	}
	if err != nil {
		panic(fmt.Errorf("gateway: write the program: %w", err))
	}
	return awslambda.Code_FromAsset(jsii.String(dir), nil), dir
}
