package inference

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// IEndpoint is an endpoint: an Endpoint of the app, or an imported one.
type IEndpoint interface {
	constructs.Construct
	interfaces.IEnvironmentAware
	// EndpointName returns the endpoint's name.
	EndpointName() *string
	// EndpointArn returns the endpoint's ARN. SageMaker lower-cases names in ARNs.
	EndpointArn() *string
	// GrantInvoke lets grantee send requests to this endpoint: InvokeEndpoint and
	// InvokeEndpointWithResponseStream, or InvokeEndpointAsync where the endpoint is
	// asynchronous.
	GrantInvoke(grantee awsiam.IGrantable) awsiam.Grant
	// ApplyRemovalPolicy sets what becomes of the endpoint when it is removed from its
	// stack. It panics where the endpoint is imported.
	ApplyRemovalPolicy(policy awscdk.RemovalPolicy)
	// CDKEndpoint returns the endpoint for where CDK's own library takes one, such as
	// awsapigateway.NewSagemakerIntegration.
	CDKEndpoint() awssagemaker.IEndpoint
	// Variant returns the variant called name, for scaling and metrics. It panics where
	// the endpoint is known to have no such variant.
	Variant(name string) Variant
	// Variants returns the production variants that are known: all of an Endpoint, and
	// those of EndpointAttributes of an imported one.
	Variants() []Variant
	// Asynchronous reports whether the endpoint queues its requests.
	Asynchronous() bool
	// Metric returns the metric called name that SageMaker publishes of the endpoint as a
	// whole, which it does of asynchronous ones (fact D7). It panics where there is none.
	// Options replace what they say; their dimensions are added.
	// Default: nil, the average over 5 minutes, the sum of what counts invocations or
	// failures.
	Metric(name string, options *awscloudwatch.MetricOptions) awscloudwatch.Metric
	// MetricApproximateBacklogSize is the number of requests that wait or are processed.
	MetricApproximateBacklogSize(options *awscloudwatch.MetricOptions) awscloudwatch.Metric
	// MetricApproximateBacklogSizePerInstance is that number by instance.
	MetricApproximateBacklogSizePerInstance(options *awscloudwatch.MetricOptions) awscloudwatch.Metric
	// MetricApproximateAgeOfOldestRequest is the age of the oldest request, in seconds.
	MetricApproximateAgeOfOldestRequest(options *awscloudwatch.MetricOptions) awscloudwatch.Metric
	// MetricHasBacklogWithoutCapacity is 1 while requests wait and there is no instance.
	MetricHasBacklogWithoutCapacity(options *awscloudwatch.MetricOptions) awscloudwatch.Metric
}

var (
	_ IEndpoint = (*Endpoint)(nil)
	_ IEndpoint = (*importedEndpoint)(nil)
)

// endpointBase is what an endpoint of the app and an imported one have in common.
type endpointBase struct {
	name         string
	asynchronous bool
	// These are known once the construct is made.
	arn string
	env *interfaces.ResourceEnvironment
}

// locate says where the endpoint is: where its ARN says, or in the stack's account and
// region.
func (e *endpointBase) locate(construct constructs.Construct, arn string) {
	stack := awscdk.Stack_Of(construct)
	e.arn = arn
	if arn == "" {
		partition, region, account := stack.Partition(), stack.Region(), stack.Account()
		e.arn = autoscaling.EndpointARN(*partition, *region, *account, e.name)
		e.env = &interfaces.ResourceEnvironment{Account: account, Region: region}
		return
	}
	parts := stack.SplitArn(jsii.String(arn), awscdk.ArnFormat_SLASH_RESOURCE_NAME)
	e.env = &interfaces.ResourceEnvironment{Account: parts.Account, Region: parts.Region}
}

// Env returns the account and the region of the endpoint.
func (e *endpointBase) Env() *interfaces.ResourceEnvironment { return e.env }

// Asynchronous reports whether the endpoint queues its requests.
func (e *endpointBase) Asynchronous() bool { return e.asynchronous }

// EndpointName returns the endpoint's name.
func (e *endpointBase) EndpointName() *string { return jsii.String(e.name) }

// EndpointArn returns the endpoint's ARN. SageMaker lower-cases names in ARNs.
func (e *endpointBase) EndpointArn() *string { return jsii.String(e.arn) }

// GrantInvoke lets grantee send requests to this endpoint: InvokeEndpoint and
// InvokeEndpointWithResponseStream, or InvokeEndpointAsync where the endpoint is
// asynchronous.
func (e *endpointBase) GrantInvoke(grantee awsiam.IGrantable) awsiam.Grant {
	return e.grantInvoke(grantee, e.arn)
}

func (e *endpointBase) grantInvoke(grantee awsiam.IGrantable, arns ...string) awsiam.Grant {
	actions := []string{"sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"}
	if e.asynchronous {
		actions = []string{"sagemaker:InvokeEndpointAsync"}
	}
	return awsiam.Grant_AddToPrincipal(&awsiam.GrantOnPrincipalOptions{
		Grantee: grantee, Actions: jsii.Strings(actions...), ResourceArns: jsii.Strings(arns...),
	})
}
