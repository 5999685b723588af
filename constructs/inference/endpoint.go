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
	// ShadowVariants get copies of the production variant's requests, and their answers
	// are dropped: at most one, beside one production variant with a Model (facts C28
	// and C61). How large a share is copied follows from the two weights, which AWS
	// does not document further. A shadow keeps its InitialInstanceCount: scaling does
	// not find it.
	// Default: none.
	ShadowVariants []VariantProps
	// DataCapture keeps requests and replies in Amazon S3.
	// Default: nil, nothing is kept.
	DataCapture *DataCaptureProps
	// Metrics is what the endpoint publishes to CloudWatch, and how often.
	// Default: nil, SageMaker's defaults.
	Metrics *MetricsProps
	// VolumeKey encrypts the storage volumes of the instances. SageMaker refuses it
	// for instance types with local NVMe storage (fact C31). Who makes the endpoint,
	// as a rule CloudFormation's role, needs kms:CreateGrant for it (fact C62).
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
	if !problem.Unresolved(p.EndpointName) && !autoscaling.ValidName(p.EndpointName) {
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
	if p.DataCapture != nil {
		ps = append(ps, p.DataCapture.validate().In("DataCapture")...)
	}
	if p.Metrics != nil {
		ps = append(ps, p.Metrics.validate().In("Metrics")...)
	}
	seen := map[string]int{}
	for i, v := range p.Variants {
		v, path := v.withDefaults(), at("Variants", i)
		ps = append(ps, v.validate(p.EndpointName).In(path)...)
		ps = append(ps, p.validateKind(v).In(path)...)
		if first, twice := seen[v.Name]; twice {
			ps.Add(path+".Name", v.Name, at("Variants", first)+" has the same name", "give each variant a name of its own")
		} else {
			seen[v.Name] = i
		}
	}
	ps = append(ps, p.validateShadows()...)
	ps = append(ps, p.validateKeys()...)
	ps = append(ps, p.validateVolumeKey()...)
	unnamed := slices.ContainsFunc(p.Variants, func(v VariantProps) bool { return problem.Unresolved(v.Name) })
	if p.Update != nil && !unnamed { // its rules find variants by their names
		ps = append(ps, p.Update.Validate(p.updatedVariants()).In("Update")...)
	}
	return ps.Err()
}

// validateIn is Validate with what the Region of a scope, where it is known, lacks.
func (p EndpointProps) validateIn(scope constructs.Construct) error {
	ps := problem.From(p.Validate())
	if p.hasComponents() {
		ps = append(ps, autoscaling.ValidateComponentRegion(*awscdk.Stack_Of(scope).Region()).In("Variants")...)
	}
	return append(ps, p.validateKeyRegions(regionOf(scope))...).Err()
}

// validateVolumeKey checks that every instance has a volume to encrypt (fact C31).
func (p EndpointProps) validateVolumeKey() problem.List {
	var ps problem.List
	if p.VolumeKey == nil {
		return nil
	}
	for _, each := range p.placed() {
		for _, t := range each.variant.instanceTypes() {
			if autoscaling.HasLocalStorage(t) {
				ps.Add("VolumeKey", nil, each.path+" has "+t+", whose local NVMe storage takes no key",
					"leave it out: the instance encrypts its local storage itself")
			}
		}
	}
	return ps
}

// validateKind checks that v is of a kind that the endpoint can have.
func (p EndpointProps) validateKind(v VariantProps) problem.List {
	var ps problem.List
	if v.Serverless != nil && len(p.Variants) > 1 {
		ps.Add("Serverless", nil, "a serverless endpoint has one variant", "move the others to another endpoint")
	}
	if v.Serverless != nil && p.DataCapture != nil {
		ps.Add("Serverless", nil, "a serverless endpoint captures no data", "leave out one of Serverless and DataCapture")
	}
	if v.Serverless != nil && p.Asynchronous != nil {
		ps.Add("Serverless", nil, "an asynchronous endpoint runs on instances",
			"leave out one of Serverless and Asynchronous")
	}
	if v.ManagedInstances != nil && v.Instances.EnableSSMAccess && !p.AllowNetworkAccess {
		// Fact G61.
		ps.Add("Instances.EnableSSMAccess", true, "no session starts in a container that is isolated from the network",
			"set AllowNetworkAccess, or leave it out")
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
//
// CDKEndpoint gives it to CDK's own library.
type Endpoint struct {
	constructs.Construct
	endpointBase
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

	variants      []autoscaling.Variant
	hasComponents bool
	// types are the instance types of each variant.
	types map[string][]string
	// capture is where captured data goes, nil without DataCapture.
	capture *capture
	// captureWriters are the roles that may write there.
	captureWriters []awsiam.IRole
	// props are what the endpoint is made of, with the variants that were added.
	props EndpointProps
	// artifacts is what ComponentRole may read; nil where the role was given.
	artifacts *sharedPolicies
}

// ToString makes the struct itself usable as a construct.
func (e *Endpoint) ToString() *string { return e.Construct.ToString() }

// NewEndpoint makes an Endpoint. It panics with what props.Validate returns, and where
// the stack's Region does not have what the endpoint needs.
func NewEndpoint(scope constructs.Construct, id string, props EndpointProps) *Endpoint {
	if err := props.validateIn(scope); err != nil {
		panic(problem.Of(scope, id, err))
	}
	e := &Endpoint{
		endpointBase:  endpointBase{name: props.EndpointName, asynchronous: props.Asynchronous != nil},
		hasComponents: props.hasComponents(), props: props,
	}
	constructs.NewConstruct_Override(e, scope, jsii.String(id))
	e.locate(e.Construct, "")

	for _, v := range props.Variants {
		e.variants = append(e.variants, v.withDefaults().scalingVariant(props.EndpointName))
	}
	e.types = map[string][]string{}
	config, permissions := e.configuration(props)
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
	if problem.Unresolved(e.name) { // which cannot be lower-cased, as in an ARN
		e.arn = *e.Resource.Ref()
	}
	return e
}

// Variant returns the variant called name, for scaling and metrics. It panics where the
// endpoint has no such variant.
func (e *Endpoint) Variant(name string) Variant {
	if e == nil {
		return Variant{dependency: e} // Validate of the scaling says it
	}
	return Variant{variant: variantNamed(e.name, name, e.variants), env: e.Env(), dependency: e, types: e.types[name]}
}

// Variants returns the production variants, in the order of EndpointProps.Variants.
func (e *Endpoint) Variants() []Variant {
	variants := make([]Variant, len(e.variants))
	for i, v := range e.variants {
		variants[i] = e.Variant(v.Name)
	}
	return variants
}

// ApplyRemovalPolicy sets what becomes of the endpoint when it is removed from its stack.
func (e *Endpoint) ApplyRemovalPolicy(policy awscdk.RemovalPolicy) {
	e.Resource.ApplyRemovalPolicy(policy, nil)
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
