package inference

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// InferenceComponentProps describes an InferenceComponent: copies of one model on
// the instances of a variant. Several components can share a variant.
type InferenceComponentProps struct {
	// InferenceComponentName is the component's constant name, 1 to 63 letters,
	// digits and hyphens. Clients and scaling refer to it.
	InferenceComponentName string
	// Endpoint is the endpoint that runs the component. Its variant has
	// ManagedInstances.
	Endpoint *Endpoint
	// VariantName is the variant of the endpoint. One that is known only at deployment is
	// left to SageMaker.
	// Default: "", DefaultVariantName.
	VariantName string
	// Model is the model that the component serves. The endpoint's ComponentRole
	// gets permissions to read its image and archive.
	Model *Model
	// MinMemoryMB is the memory reserved for a copy, 128 MB or more.
	MinMemoryMB int
	// MaxMemoryMB is the most memory that a copy may use, at least MinMemoryMB.
	// Default: 0, the instance's memory.
	MaxMemoryMB int
	// CPUCores is the number of cores reserved for a copy, 0.25 or more.
	// Default: 0, no reservation.
	CPUCores float64
	// Accelerators is the number of GPUs or Neuron devices reserved for a copy.
	// Default: 0, no reservation.
	Accelerators int
	// InitialCopyCount is the number of copies that the first deployment starts. With
	// it every update of the component sends the count again, and undoes scaling (fact
	// C33: CloudFormation cannot read the count), so leave it out where copies scale:
	// registration raises them to the scalable target's minimum (fact A39).
	// Default: 0, the template has no count: SageMaker chooses it at creation and
	// keeps the current one through updates.
	InitialCopyCount int
	// ModelDataDownloadTimeout and ContainerStartupHealthCheckTimeout limit how
	// long a copy may take to start, 1 minute to 1 hour each, in whole seconds.
	// Default: 0, SageMaker's default.
	ModelDataDownloadTimeout, ContainerStartupHealthCheckTimeout time.Duration
	// CacheData keeps image and archive on the instances (fact G18), so that the
	// next copy starts sooner.
	// Default: false, SageMaker decides.
	CacheData bool
	// PerInstanceType says what differs on instance types of a variant with
	// InstancePools.
	// Default: none, the component is the same on all of them.
	PerInstanceType []InstanceTypeOverride
	// Scheduling is how copies are placed on the instances.
	// Default: nil, SageMaker decides.
	Scheduling *SchedulingProps
	// RollingUpdate makes an update replace the copies in batches.
	// Default: nil, SageMaker replaces all copies at once.
	RollingUpdate *RollingUpdateProps
}

// Validate returns everything wrong with the properties, joined.
func (p InferenceComponentProps) Validate() error {
	if ps := problem.UnresolvedNumbers(p); len(ps) > 0 {
		return ps.Err()
	}
	var ps problem.List
	ps = append(ps, validateComponentName(p.InferenceComponentName)...)
	ps = append(ps, p.validateEndpoint()...)
	ps = append(ps, p.validateHardware()...)
	if p.Model == nil {
		ps.Add("Model", nil, "a component serves a model", "make one with NewModel")
	}
	ps = append(ps, p.validateResources()...)
	ps = append(ps, p.validatePerInstanceType()...)
	if p.InitialCopyCount < 0 {
		ps.Add("InitialCopyCount", p.InitialCopyCount, "the first deployment starts 1 copy or more",
			"leave it out for SageMaker's own")
	}
	ps = append(ps, autoscaling.StartLimits{
		ModelDataDownloadTimeout:           p.ModelDataDownloadTimeout,
		ContainerStartupHealthCheckTimeout: p.ContainerStartupHealthCheckTimeout,
	}.Validate()...)
	if p.Scheduling != nil {
		ps = append(ps, p.Scheduling.validate().In("Scheduling")...)
	}
	if p.RollingUpdate != nil {
		ps = append(ps, p.RollingUpdate.validate().In("RollingUpdate")...)
	}
	return ps.Err()
}

func validateComponentName(name string) problem.List {
	var ps problem.List
	if !problem.Unresolved(name) && !autoscaling.ValidName(name) {
		ps.Add("InferenceComponentName", name, autoscaling.NameRule, "such as \"odds\"")
	}
	return ps
}

func (p InferenceComponentProps) validateEndpoint() problem.List {
	var ps problem.List
	if p.Endpoint == nil {
		ps.Add("Endpoint", nil, "a component runs on an endpoint", "make one with NewEndpoint")
		return ps
	}
	if !p.Endpoint.hasComponents {
		ps.Add("Endpoint", p.Endpoint.name, "the endpoint's variants have models of their own",
			"make it with variants that have ManagedInstances and no Model")
	}
	name := p.variantName()
	is := func(v autoscaling.Variant) bool { return v.Name == name }
	if !problem.Unresolved(name) && !slices.ContainsFunc(p.Endpoint.variants, is) {
		ps.Add("VariantName", name, fmt.Sprintf("the endpoint %q has no such variant", p.Endpoint.name),
			"give the name of one of its variants")
	}
	return ps
}

func (p InferenceComponentProps) variantName() string {
	return cmp.Or(p.VariantName, DefaultVariantName)
}

// InferenceComponent is a SageMaker inference component: copies of a model on the
// instances of an endpoint.
type InferenceComponent struct {
	constructs.Construct
	// Resource is the AWS::SageMaker::InferenceComponent.
	Resource awssagemaker.CfnInferenceComponent

	name     string
	endpoint *Endpoint
}

// ToString makes the struct itself usable as a construct.
func (c *InferenceComponent) ToString() *string { return c.Construct.ToString() }

// componentErr adds to what Validate returned that a scope's Region, where it is
// known, has no inference components.
func componentErr(scope constructs.Construct, err error) error {
	ps := problem.From(err)
	return append(ps, autoscaling.ValidateComponentRegion(*awscdk.Stack_Of(scope).Region()).In("Endpoint")...).Err()
}

// NewInferenceComponent makes an InferenceComponent. It panics with what
// props.Validate returns, and where the stack's Region has no inference components.
func NewInferenceComponent(scope constructs.Construct, id string, props InferenceComponentProps) *InferenceComponent {
	if err := componentErr(scope, props.Validate()); err != nil {
		panic(problem.Of(scope, id, err))
	}
	c := &InferenceComponent{name: props.InferenceComponentName, endpoint: props.Endpoint}
	constructs.NewConstruct_Override(c, scope, jsii.String(id))

	role := props.Endpoint.ComponentRole
	var artifacts []constructs.IDependable
	for _, model := range props.models() {
		model.grantLogin(role)
		if reads := model.artifacts(); len(reads) > 0 {
			artifacts = append(artifacts, props.Endpoint.grantComponent(c, reads...))
		}
	}
	grantObservability(c, role, componentNamespace, props.InferenceComponentName)
	resource := &awssagemaker.CfnInferenceComponentProps{
		InferenceComponentName: jsii.String(props.InferenceComponentName),
		EndpointName:           jsii.String(props.Endpoint.name),
		VariantName:            jsii.String(props.variantName()),
		DeploymentConfig:       props.deployment(),
	}
	if len(props.PerInstanceType) > 0 {
		resource.Specifications = props.specifications()
	} else {
		resource.Specification = props.specification()
	}
	if n := props.InitialCopyCount; n > 0 {
		resource.RuntimeConfig = &awssagemaker.CfnInferenceComponent_InferenceComponentRuntimeConfigProperty{
			CopyCount: jsii.Number(n),
		}
	}
	c.Resource = awssagemaker.NewCfnInferenceComponent(c, jsii.String("Resource"), resource)
	// The endpoint's literal name gives CloudFormation no order (fact C15), and
	// SageMaker fetches image and archive while it creates the component.
	c.Resource.Node().AddDependency(append(artifacts, props.Endpoint, role)...)
	return c
}

// grantComponent gives the endpoint's role for components what a component reads, and
// returns the policy that says so.
func (e *Endpoint) grantComponent(scope constructs.Construct, reads ...awsiam.PolicyStatement) constructs.IDependable {
	if e.artifacts == nil {
		return attach(scope, "Artifacts", e.ComponentRole, reads...)
	}
	return e.artifacts.add(reads...)
}

// componentNamespace is the metric namespace of inference components, and the prefix
// of their log groups.
const componentNamespace = "/aws/sagemaker/InferenceComponents"

// InferenceComponentName returns the component's name as it was given.
func (c *InferenceComponent) InferenceComponentName() string { return c.name }

// InferenceComponentARN returns the component's ARN. SageMaker lower-cases names in
// ARNs.
func (c *InferenceComponent) InferenceComponentARN() string { return componentARN(c.Resource, c.name) }

func componentARN(scope awssagemaker.CfnInferenceComponent, name string) string {
	if problem.Unresolved(name) { // which cannot be lower-cased
		return *scope.AttrInferenceComponentArn()
	}
	return *awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("sagemaker"), Resource: jsii.String("inference-component"),
		ResourceName: jsii.String(strings.ToLower(name)),
	})
}

// GrantInvoke lets grantee send requests to this component through its endpoint.
func (c *InferenceComponent) GrantInvoke(grantee awsiam.IGrantable) awsiam.Grant {
	return c.endpoint.grantInvoke(grantee, *c.endpoint.EndpointArn(), c.InferenceComponentARN())
}

// componentRole returns an endpoint's role for inference components, with
// permission to publish the endpoint's instance metrics. Each component adds its own
// permissions.
func componentRole(e *Endpoint, props EndpointProps) awsiam.IRole {
	role := props.ComponentRole
	if role == nil {
		role = sagemakerRole(e, "ComponentRole",
			"Reads the images and archives of inference components, and writes their logs")
		e.artifacts = &sharedPolicies{scope: e, id: "ComponentArtifacts", role: role}
	}
	grantObservability(e, role, autoscaling.UtilizationNamespace, e.name)
	return role
}
