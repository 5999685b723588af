package inference

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// maxVariants is SageMaker's limit (fact C29: an endpoint has 1 to 10 variants).
const maxVariants = 10

// EndpointProps describes an Endpoint.
type EndpointProps struct {
	// EndpointName is the endpoint's constant name, 1 to 63 letters, digits and
	// hyphens. Clients, scaling and permissions refer to it.
	EndpointName string
	// Variants are the production variants, 1 to 10.
	Variants []VariantProps
	// VolumeKey encrypts the storage volumes of the instances. SageMaker refuses it
	// for instance types with local NVMe storage (fact C31).
	// Default: nil, a key that AWS owns.
	VolumeKey awskms.IKey
	// Asynchronous makes the endpoint asynchronous: it queues requests.
	// Default: nil, the endpoint answers in real time.
	Asynchronous *AsynchronousProps
	// ComponentRole is the role that SageMaker assumes for inference components.
	// It gets permissions to read their images and archives, unless it was
	// imported as immutable.
	// Default: nil, a new role where a variant has ManagedInstances.
	ComponentRole awsiam.IRole
	// AllowNetworkAccess lets the containers of inference components reach the
	// network. For a variant with a Model, ModelProps.AllowNetworkAccess decides.
	// Default: false, network isolation.
	AllowNetworkAccess bool
	// Update is how SageMaker exchanges the fleet when the configuration changes.
	// Default: nil, blue/green all at once, without waits or alarms.
	Update *autoscaling.Update
}

// hasComponents reports whether inference components run on the endpoint.
func (p EndpointProps) hasComponents() bool {
	return slices.ContainsFunc(p.Variants, func(v VariantProps) bool { return v.ManagedInstances != nil })
}

// Validate returns everything wrong with the properties, joined.
func (p EndpointProps) Validate() error {
	if ps := problem.UnresolvedNumbers(p); len(ps) > 0 {
		return ps.Err()
	}
	var ps problem.List
	if !autoscaling.ValidName(p.EndpointName) {
		ps.Add("EndpointName", p.EndpointName, autoscaling.NameRule, "such as \"predictions\"")
	}
	if n := len(p.Variants); n < 1 || n > maxVariants {
		ps.Add("Variants", n, fmt.Sprintf("an endpoint has 1 to %d variants", maxVariants),
			"add a variant, or move some to another endpoint")
	}
	if p.Asynchronous != nil {
		ps = append(ps, p.Asynchronous.validate().In("Asynchronous")...)
	}
	if !p.hasComponents() {
		if p.ComponentRole != nil {
			ps.Add("ComponentRole", nil, "no variant is for inference components, and a model has a role of its own",
				"leave it out, or give ManagedInstances")
		}
		if p.AllowNetworkAccess {
			ps.Add("AllowNetworkAccess", p.AllowNetworkAccess,
				"no variant is for inference components, and a model says this for itself", "give it to NewModel")
		}
	}
	seen := map[string]int{}
	for i, v := range p.Variants {
		v = v.withDefaults()
		at := fmt.Sprintf("Variants[%d]", i)
		ps = append(ps, v.validate(p.EndpointName).In(at)...)
		ps = append(ps, p.validateKind(v).In(at)...)
		if first, twice := seen[v.Name]; twice {
			ps.Add(at+".Name", v.Name, fmt.Sprintf("Variants[%d] has the same name", first),
				"give each variant a name of its own")
		} else {
			seen[v.Name] = i
		}
	}
	unnamed := slices.ContainsFunc(p.Variants, func(v VariantProps) bool { return problem.Unresolved(v.Name) })
	if p.Update != nil && !unnamed { // its rules find variants by their names
		ps = append(ps, p.Update.Validate(p.updatedVariants()).In("Update")...)
	}
	return ps.Err()
}

// validateKind checks that v is of a kind that the endpoint can have.
func (p EndpointProps) validateKind(v VariantProps) problem.List {
	var ps problem.List
	if v.Serverless != nil && len(p.Variants) > 1 {
		ps.Add("Serverless", nil, "a serverless endpoint has one variant", "move the others to another endpoint")
	}
	if v.Serverless != nil && p.Asynchronous != nil {
		ps.Add("Serverless", nil, "an asynchronous endpoint runs on instances",
			"leave out one of Serverless and Asynchronous")
	}
	if v.Model != nil && v.ManagedInstances == nil && p.hasComponents() {
		ps.Add("Model", nil, "another variant of the endpoint is for inference components",
			"move one of the two to another endpoint")
	}
	if v.ManagedInstances != nil && p.Asynchronous != nil {
		ps.Add("ManagedInstances", nil, "an asynchronous endpoint serves models, not inference components",
			"leave out one of ManagedInstances and Asynchronous")
	}
	return ps
}

// Endpoint is a SageMaker endpoint with its configuration.
//
// An update keeps the instance counts and weights of the variants (fact C7: without
// RetainAllVariantProperties it resets them, and shrinks the fleet during a surge).
// The configuration has no custom name: an update replaces it (fact C1: its
// properties are fixed at creation), and CloudFormation refuses to replace a
// resource with a custom name (fact C5).
type Endpoint struct {
	constructs.Construct
	// Resource is the AWS::SageMaker::Endpoint.
	Resource awssagemaker.CfnEndpoint
	// Config is the AWS::SageMaker::EndpointConfig.
	Config awssagemaker.CfnEndpointConfig
	// ComponentRole is the role that SageMaker assumes for inference components,
	// nil without ManagedInstances.
	ComponentRole awsiam.IRole
	// RollbackAlarms are the alarms that are made for EndpointProps.Update, in the
	// order of the variants.
	RollbackAlarms []awscloudwatch.CfnAlarm

	name          string
	variants      []autoscaling.Variant
	hasComponents bool
	asynchronous  bool
	// artifacts is what ComponentRole may read; nil where the role was given.
	artifacts *sharedPolicies
}

// ToString makes the struct itself usable as a construct.
func (e *Endpoint) ToString() *string { return e.Construct.ToString() }

// NewEndpoint makes an Endpoint. It panics with what props.Validate returns.
func NewEndpoint(scope constructs.Construct, id string, props EndpointProps) *Endpoint {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	e := &Endpoint{
		name: props.EndpointName, hasComponents: props.hasComponents(), asynchronous: props.Asynchronous != nil,
	}
	constructs.NewConstruct_Override(e, scope, jsii.String(id))

	variants := make([]any, len(props.Variants))
	var permissions []constructs.IDependable
	for i, v := range props.Variants {
		v = v.withDefaults()
		variants[i] = v.property()
		e.variants = append(e.variants, v.scalingVariant(props.EndpointName))
		if v.Model == nil {
			continue
		}
		grantObservability(e, v.Model.ExecutionRole, autoscaling.UtilizationNamespace, e.name)
		if props.Asynchronous != nil {
			if paths := props.Asynchronous.grant(e, v.Name, v.Model.ExecutionRole); paths != nil {
				permissions = append(permissions, paths)
			}
		}
	}
	config := &awssagemaker.CfnEndpointConfigProps{ProductionVariants: variants}
	if props.VolumeKey != nil {
		config.KmsKeyId = props.VolumeKey.KeyArn()
	}
	if props.Asynchronous != nil {
		config.AsyncInferenceConfig = props.Asynchronous.property()
	}
	if e.hasComponents {
		e.ComponentRole = componentRole(e, props)
		config.ExecutionRoleArn = e.ComponentRole.RoleArn()
		config.EnableNetworkIsolation = !props.AllowNetworkAccess
	}
	e.Config = awssagemaker.NewCfnEndpointConfig(e, jsii.String("Config"), config)
	endpoint := &awssagemaker.CfnEndpointProps{
		EndpointName:               jsii.String(props.EndpointName),
		EndpointConfigName:         e.Config.AttrEndpointConfigName(),
		RetainAllVariantProperties: true,
	}
	if props.Update != nil {
		e.update(endpoint, props)
	}
	e.Resource = awssagemaker.NewCfnEndpoint(e, jsii.String("Resource"), endpoint)
	e.Resource.Node().AddDependency(permissions...)
	return e
}

// EndpointName returns the endpoint's name as it was given.
func (e *Endpoint) EndpointName() string { return e.name }

// EndpointARN returns the endpoint's ARN. SageMaker lower-cases the name in it, so that of a
// name that is known only at deployment is left to CloudFormation.
func (e *Endpoint) EndpointARN() string {
	if problem.Unresolved(e.name) {
		return *e.Resource.Ref()
	}
	stack := awscdk.Stack_Of(e)
	return autoscaling.EndpointARN(*stack.Partition(), *stack.Region(), *stack.Account(), e.name)
}

// Variant returns the variant called name, for scaling. It panics where the
// endpoint has no such variant.
func (e *Endpoint) Variant(name string) autoscaling.Variant {
	names := make([]string, len(e.variants))
	for i, v := range e.variants {
		if v.Name == name {
			return v
		}
		names[i] = v.Name
	}
	panic(fmt.Errorf("endpoint %q has no variant %q, it has %q", e.name, name, names))
}

// GrantInvoke lets grantee send requests to this endpoint: InvokeEndpoint, or
// InvokeEndpointAsync where the endpoint is asynchronous.
func (e *Endpoint) GrantInvoke(grantee awsiam.IGrantable) awsiam.Grant {
	return e.grantInvoke(grantee, e.EndpointARN())
}

func (e *Endpoint) grantInvoke(grantee awsiam.IGrantable, arns ...string) awsiam.Grant {
	action := "sagemaker:InvokeEndpoint"
	if e.asynchronous {
		action = "sagemaker:InvokeEndpointAsync"
	}
	return awsiam.Grant_AddToPrincipal(&awsiam.GrantOnPrincipalOptions{
		Grantee: grantee, Actions: jsii.Strings(action), ResourceArns: jsii.Strings(arns...),
	})
}

// grantObservability lets a role write to the log group namespace/name and publish
// metrics in namespace. SageMaker does both with this role.
func grantObservability(scope constructs.Construct, role awsiam.IRole, namespace, name string) {
	logGroup := *awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("logs"), Resource: jsii.String("log-group"), ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
		ResourceName: jsii.String(namespace + "/" + name),
	})
	allow(role, []string{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
		logGroup, logGroup+":*")
	// PutMetricData supports no resource but "*". The condition limits it.
	role.AddToPrincipalPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions: jsii.Strings("cloudwatch:PutMetricData"), Resources: jsii.Strings("*"),
		Conditions: &map[string]any{"StringEquals": map[string]any{"cloudwatch:namespace": namespace}},
	}))
}
