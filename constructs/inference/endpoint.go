package inference

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// maxVariants is SageMaker's limit of one endpoint configuration (fact C29).
const maxVariants = 10

// EndpointProps describes an Endpoint.
type EndpointProps struct {
	// EndpointName stays the same for the endpoint's life: clients, scaling
	// and permissions refer to it. 1 to 63 letters, digits and hyphens.
	EndpointName string
	// Variants are the fleets behind the endpoint, 1 to 10.
	Variants []VariantProps
	// VolumeKey encrypts the instances' storage volumes. SageMaker refuses it
	// for instance types with local NVMe storage (fact C31).
	// Default: nil, a key of AWS's own.
	VolumeKey awskms.IKey
	// Asynchronous makes the endpoint take requests into a queue.
	// Default: nil, requests are answered in real time.
	Asynchronous *AsynchronousProps
	// ComponentRole is what SageMaker works as for inference components. It is
	// given what their images and archives need, unless it was imported as
	// immutable.
	// Default: nil, a new role, where a variant has ManagedInstances.
	ComponentRole awsiam.IRole
	// AllowNetworkAccess lets the containers of inference components reach the
	// network. Where a variant has a Model, the model says it.
	// Default: false, they run isolated.
	AllowNetworkAccess bool
}

// hasComponents reports whether inference components run on the endpoint.
func (p EndpointProps) hasComponents() bool {
	return slices.ContainsFunc(p.Variants, func(v VariantProps) bool { return v.ManagedInstances != nil })
}

// Validate returns everything wrong with the properties, joined.
func (p EndpointProps) Validate() error {
	var ps problem.List
	if !autoscaling.ValidName(p.EndpointName) {
		ps.Add("EndpointName", p.EndpointName, autoscaling.NameRule, "such as \"predictions\"")
	}
	if n := len(p.Variants); n < 1 || n > maxVariants {
		ps.Add("Variants", n, fmt.Sprintf("an endpoint has 1 to %d variants", maxVariants), "add a variant, or move some to another endpoint")
	}
	if p.Asynchronous != nil {
		ps = append(ps, p.Asynchronous.validate().In("Asynchronous")...)
	}
	if !p.hasComponents() {
		if p.ComponentRole != nil {
			ps.Add("ComponentRole", nil, "no variant is for inference components, and a model has a role of its own", "leave it out, or give ManagedInstances")
		}
		if p.AllowNetworkAccess {
			ps.Add("AllowNetworkAccess", p.AllowNetworkAccess, "no variant is for inference components, and a model says this for itself",
				"give it to NewModel")
		}
	}
	seen := map[string]int{}
	for i, v := range p.Variants {
		v = v.withDefaults()
		at := fmt.Sprintf("Variants[%d]", i)
		ps = append(ps, v.validate(p.EndpointName).In(at)...)
		ps = append(ps, p.validateKind(v).In(at)...)
		if first, twice := seen[v.Name]; twice {
			ps.Add(at+".Name", v.Name, fmt.Sprintf("Variants[%d] has the same name", first), "give each variant a name of its own")
		} else {
			seen[v.Name] = i
		}
	}
	return ps.Err()
}

// validateKind returns what keeps v from being a variant of this endpoint.
func (p EndpointProps) validateKind(v VariantProps) problem.List {
	var ps problem.List
	if v.Serverless != nil && len(p.Variants) > 1 {
		ps.Add("Serverless", nil, "a serverless endpoint has one variant", "move the others to another endpoint")
	}
	if v.Serverless != nil && p.Asynchronous != nil {
		ps.Add("Serverless", nil, "an asynchronous endpoint runs on instances", "leave out one of Serverless and Asynchronous")
	}
	if v.Model != nil && v.ManagedInstances == nil && p.hasComponents() {
		ps.Add("Model", nil, "another variant of the endpoint is for inference components", "move one of the two to another endpoint")
	}
	if v.ManagedInstances != nil && p.Asynchronous != nil {
		ps.Add("ManagedInstances", nil, "an asynchronous endpoint serves models, not inference components", "leave out one of ManagedInstances and Asynchronous")
	}
	return ps
}

// Endpoint is a SageMaker endpoint with its configuration.
//
// A deployment that changes the configuration keeps the instance counts and
// weights that the variants have (RetainAllVariantProperties, fact C7): without
// it, an update in the middle of a surge would shrink the fleet to its initial
// count. The configuration itself has no name, because all of it is fixed at
// creation (facts C1, C5).
type Endpoint struct {
	constructs.Construct
	// Resource is the AWS::SageMaker::Endpoint.
	Resource awssagemaker.CfnEndpoint
	// Config is the AWS::SageMaker::EndpointConfig.
	Config awssagemaker.CfnEndpointConfig
	// ComponentRole is what SageMaker works as for inference components; nil
	// where there are none.
	ComponentRole awsiam.IRole

	name          string
	variants      []autoscaling.Variant
	hasComponents bool
	asynchronous  bool
}

// ToString makes the struct itself usable as a construct.
func (e *Endpoint) ToString() *string { return e.Construct.ToString() }

// NewEndpoint makes an Endpoint. It panics with what props.Validate returns.
func NewEndpoint(scope constructs.Construct, id string, props EndpointProps) *Endpoint {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	e := &Endpoint{name: props.EndpointName, hasComponents: props.hasComponents(), asynchronous: props.Asynchronous != nil}
	constructs.NewConstruct_Override(e, scope, jsii.String(id))

	config := &awssagemaker.CfnEndpointConfigProps{}
	variants := make([]any, len(props.Variants))
	for i, v := range props.Variants {
		v = v.withDefaults()
		variants[i] = v.property()
		e.variants = append(e.variants, v.variant(props.EndpointName))
		if v.Model == nil {
			continue
		}
		grantObservability(e, v.Model.ExecutionRole, autoscaling.UtilizationNamespace, e.name)
		if props.Asynchronous != nil {
			props.Asynchronous.grant(e, v.Model.ExecutionRole)
		}
	}
	config.ProductionVariants = variants
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
	e.Resource = awssagemaker.NewCfnEndpoint(e, jsii.String("Resource"), &awssagemaker.CfnEndpointProps{
		EndpointName:               jsii.String(props.EndpointName),
		EndpointConfigName:         e.Config.AttrEndpointConfigName(),
		RetainAllVariantProperties: true,
	})
	return e
}

// EndpointName is the endpoint's name, known at synthesis.
func (e *Endpoint) EndpointName() string { return e.name }

// EndpointARN is the endpoint's ARN.
func (e *Endpoint) EndpointARN() string {
	stack := awscdk.Stack_Of(e)
	return autoscaling.EndpointARN(*stack.Partition(), *stack.Region(), *stack.Account(), e.name)
}

// Variant is the variant called name, as scaling wants to know it. It panics
// when there is none.
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

// GrantInvoke lets grantee send requests to this endpoint and no other; where it
// is asynchronous, into its queue.
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

// grantObservability lets a role write the log group and the instance metrics of
// what runs under name, which SageMaker does in the role's name. namespace is
// both the metrics' and how the log group's name begins.
func grantObservability(scope constructs.Construct, role awsiam.IRole, namespace, name string) {
	logGroup := *awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("logs"), Resource: jsii.String("log-group"), ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
		ResourceName: jsii.String(namespace + "/" + name),
	})
	allow(role, []string{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"},
		logGroup, logGroup+":*")
	// PutMetricData takes no resource, only the namespace bounds it.
	role.AddToPrincipalPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions: jsii.Strings("cloudwatch:PutMetricData"), Resources: jsii.Strings("*"),
		Conditions: &map[string]any{"StringEquals": map[string]any{"cloudwatch:namespace": namespace}},
	}))
}
