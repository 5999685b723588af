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
	// RollingUpdate makes an update replace the copies in batches.
	// Default: nil, SageMaker replaces all copies at once.
	RollingUpdate *RollingUpdateProps
}

// RollingUpdateProps describes an update of an inference component in batches.
type RollingUpdateProps struct {
	// BatchPercent is the percentage of the copies in a batch, 5 to 50.
	BatchPercent int
	// WaitInterval is the time between batches in which SageMaker watches
	// RollbackAlarms, up to an hour, in whole seconds.
	// Default: 0, no wait.
	WaitInterval time.Duration
	// Timeout limits the whole update, 10 minutes to 8 hours, in whole seconds.
	// Default: 0, SageMaker's default.
	Timeout time.Duration
	// RollbackAlarms are the names of CloudWatch alarms, 10 at most. Any of them
	// rolls the update back.
	// Default: none.
	RollbackAlarms []string
}

// Validate returns everything wrong with the properties, joined.
func (p InferenceComponentProps) Validate() error {
	if ps := problem.UnresolvedNumbers(p); len(ps) > 0 {
		return ps.Err()
	}
	var ps problem.List
	if !autoscaling.ValidName(p.InferenceComponentName) {
		ps.Add("InferenceComponentName", p.InferenceComponentName, autoscaling.NameRule, "such as \"odds\"")
	}
	ps = append(ps, p.validateEndpoint()...)
	if p.Model == nil {
		ps.Add("Model", nil, "a component serves a model", "make one with NewModel")
	}
	if p.MinMemoryMB < 128 {
		ps.Add("MinMemoryMB", p.MinMemoryMB, "a copy is guaranteed 128 MB or more",
			"measure what the container uses under load")
	}
	if p.MaxMemoryMB != 0 && p.MaxMemoryMB < p.MinMemoryMB {
		rule := fmt.Sprintf("the most memory is below the %d MB that a copy is guaranteed", p.MinMemoryMB)
		ps.Add("MaxMemoryMB", p.MaxMemoryMB, rule, "raise it, or leave it out")
	}
	if c := p.CPUCores; c != 0 && !(c >= 0.25) {
		ps.Add("CPUCores", c, "a copy is guaranteed a quarter of a core or more", "leave it out for none")
	}
	if p.Accelerators < 0 {
		ps.Add("Accelerators", p.Accelerators, "a copy is guaranteed 1 accelerator or more", "leave it out for none")
	}
	if p.InitialCopyCount < 0 {
		ps.Add("InitialCopyCount", p.InitialCopyCount, "the first deployment starts 1 copy or more",
			"leave it out for SageMaker's own")
	}
	const low, high = time.Minute, time.Hour
	validateDuration(&ps, "ModelDataDownloadTimeout", p.ModelDataDownloadTimeout, low, high)
	validateDuration(&ps, "ContainerStartupHealthCheckTimeout", p.ContainerStartupHealthCheckTimeout, low, high)
	if p.RollingUpdate != nil {
		ps = append(ps, p.RollingUpdate.validate().In("RollingUpdate")...)
	}
	return ps.Err()
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

func (p RollingUpdateProps) validate() problem.List {
	var ps problem.List
	if b := p.BatchPercent; b < 5 || b > 50 {
		ps.Add("BatchPercent", b, "5 to 50 per cent of the copies are replaced at a time", "such as 25")
	}
	if w := p.WaitInterval; w < 0 || w > time.Hour || w%time.Second != 0 {
		ps.Add("WaitInterval", w, "a batch is watched for whole seconds, up to an hour", "such as 5m")
	}
	validateDuration(&ps, "Timeout", p.Timeout, 10*time.Minute, 8*time.Hour)
	if n := len(p.RollbackAlarms); n > 10 {
		ps.Add("RollbackAlarms", n, "at most 10 alarms take an update back", "join some in a composite alarm")
	}
	for i, name := range p.RollbackAlarms {
		if strings.TrimSpace(name) == "" || len(name) > 255 && !problem.Unresolved(name) {
			ps.Add(fmt.Sprintf("RollbackAlarms[%d]", i), name, "the name of an alarm has 1 to 255 characters",
				"give the alarm's AlarmName")
		}
	}
	return ps
}

// validateDuration checks an optional duration: whole seconds from low to high.
func validateDuration(ps *problem.List, field string, d, low, high time.Duration) {
	if d != 0 && (d < low || d > high || d%time.Second != 0) {
		ps.Add(field, d, fmt.Sprintf("this is whole seconds from %s to %s", problem.Duration(low), problem.Duration(high)),
			"leave it out for SageMaker's own")
	}
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

// NewInferenceComponent makes an InferenceComponent. It panics with what
// props.Validate returns.
func NewInferenceComponent(scope constructs.Construct, id string, props InferenceComponentProps) *InferenceComponent {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	c := &InferenceComponent{name: props.InferenceComponentName, endpoint: props.Endpoint}
	constructs.NewConstruct_Override(c, scope, jsii.String(id))

	role := props.Endpoint.ComponentRole
	artifacts := props.Endpoint.grantComponent(c, props.Model)
	grantObservability(c, role, componentNamespace, props.InferenceComponentName)
	resource := &awssagemaker.CfnInferenceComponentProps{
		InferenceComponentName: jsii.String(props.InferenceComponentName),
		EndpointName:           jsii.String(props.Endpoint.name),
		VariantName:            jsii.String(props.variantName()),
		Specification:          props.specification(),
		DeploymentConfig:       props.deployment(),
	}
	if n := props.InitialCopyCount; n > 0 {
		resource.RuntimeConfig = &awssagemaker.CfnInferenceComponent_InferenceComponentRuntimeConfigProperty{
			CopyCount: jsii.Number(n),
		}
	}
	c.Resource = awssagemaker.NewCfnInferenceComponent(c, jsii.String("Resource"), resource)
	// The endpoint's literal name gives CloudFormation no order (fact C15), and
	// SageMaker fetches image and archive while it creates the component.
	c.Resource.Node().AddDependency(props.Endpoint, role, artifacts)
	return c
}

// grantComponent lets the endpoint's role for components read a component's image and
// archive, and returns the policy that says so.
func (e *Endpoint) grantComponent(c *InferenceComponent, m *Model) constructs.IDependable {
	m.grantLogin(e.ComponentRole)
	if e.artifacts == nil {
		return attach(c, "Artifacts", e.ComponentRole, m.artifacts()...)
	}
	return e.artifacts.add(m.artifacts()...)
}

// componentNamespace is the metric namespace of inference components, and the prefix
// of their log groups.
const componentNamespace = "/aws/sagemaker/InferenceComponents"

// InferenceComponentName returns the component's name as it was given.
func (c *InferenceComponent) InferenceComponentName() string { return c.name }

// InferenceComponentARN returns the component's ARN. SageMaker lower-cases names in
// ARNs, so a name that is known only at deployment is left to CloudFormation.
func (c *InferenceComponent) InferenceComponentARN() string {
	if problem.Unresolved(c.name) {
		return *c.Resource.AttrInferenceComponentArn()
	}
	return *awscdk.Stack_Of(c).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("sagemaker"), Resource: jsii.String("inference-component"),
		ResourceName: jsii.String(strings.ToLower(c.name)),
	})
}

// GrantInvoke lets grantee send requests to this component through its endpoint.
func (c *InferenceComponent) GrantInvoke(grantee awsiam.IGrantable) awsiam.Grant {
	return c.endpoint.grantInvoke(grantee, c.endpoint.EndpointARN(), c.InferenceComponentARN())
}

func (p InferenceComponentProps) specification() any {
	resources := &awssagemaker.CfnInferenceComponent_InferenceComponentComputeResourceRequirementsProperty{
		MinMemoryRequiredInMb:              jsii.Number(p.MinMemoryMB),
		MaxMemoryRequiredInMb:              optionalNumber(p.MaxMemoryMB),
		NumberOfCpuCoresRequired:           optionalNumber(p.CPUCores),
		NumberOfAcceleratorDevicesRequired: optionalNumber(p.Accelerators),
	}
	out := &awssagemaker.CfnInferenceComponent_InferenceComponentSpecificationProperty{
		ModelName: p.Model.Resource.AttrModelName(), ComputeResourceRequirements: resources,
	}
	if p.ModelDataDownloadTimeout != 0 || p.ContainerStartupHealthCheckTimeout != 0 {
		out.StartupParameters = &awssagemaker.CfnInferenceComponent_InferenceComponentStartupParametersProperty{
			ModelDataDownloadTimeoutInSeconds:           optionalNumber(p.ModelDataDownloadTimeout.Seconds()),
			ContainerStartupHealthCheckTimeoutInSeconds: optionalNumber(p.ContainerStartupHealthCheckTimeout.Seconds()),
		}
	}
	if p.CacheData {
		out.DataCacheConfig = &awssagemaker.CfnInferenceComponent_InferenceComponentDataCacheConfigProperty{
			EnableCaching: true,
		}
	}
	return out
}

// deployment returns an untyped nil without RollingUpdate, so that the template
// omits the property.
func (p InferenceComponentProps) deployment() any {
	if p.RollingUpdate == nil {
		return nil
	}
	u := p.RollingUpdate
	policy := &awssagemaker.CfnInferenceComponent_InferenceComponentRollingUpdatePolicyProperty{
		MaximumBatchSize: &awssagemaker.CfnInferenceComponent_InferenceComponentCapacitySizeProperty{
			Type: jsii.String("CAPACITY_PERCENT"), Value: jsii.Number(u.BatchPercent),
		},
		WaitIntervalInSeconds:            jsii.Number(u.WaitInterval.Seconds()),
		MaximumExecutionTimeoutInSeconds: optionalNumber(u.Timeout.Seconds()),
	}
	out := &awssagemaker.CfnInferenceComponent_InferenceComponentDeploymentConfigProperty{RollingUpdatePolicy: policy}
	if len(u.RollbackAlarms) > 0 {
		alarms := make([]any, len(u.RollbackAlarms))
		for i, name := range u.RollbackAlarms {
			alarms[i] = &awssagemaker.CfnInferenceComponent_AlarmProperty{AlarmName: jsii.String(name)}
		}
		out.AutoRollbackConfiguration = &awssagemaker.CfnInferenceComponent_AutoRollbackConfigurationProperty{
			Alarms: alarms,
		}
	}
	return out
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
