package inference

import (
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

// InferenceComponentProps describes an InferenceComponent: so many copies of one
// model, on the instances of a variant that several components may share.
type InferenceComponentProps struct {
	// InferenceComponentName stays the same for the component's life: clients
	// and scaling refer to it. 1 to 63 letters, digits and hyphens.
	InferenceComponentName string
	// Endpoint is where it runs; its variant has ManagedInstances.
	Endpoint *Endpoint
	// VariantName is the variant of the endpoint.
	// Default: "", DefaultVariantName.
	VariantName string
	// Model is what it serves. The endpoint's ComponentRole is given what the
	// model's image and archive need.
	Model *Model
	// MinMemoryMB is the memory that a copy is guaranteed, 128 MB or more, and
	// MaxMemoryMB the most that it may use.
	// Default of MaxMemoryMB: 0, no limit but the instance's.
	MinMemoryMB, MaxMemoryMB int
	// CPUCores and Accelerators are what a copy is guaranteed: at least a quarter
	// of a core, and whole GPUs or Neuron devices.
	// Default: 0, none are set aside.
	CPUCores     float64
	Accelerators int
	// InitialCopyCount is the copies that the first deployment starts. A later
	// deployment that changes the component may set it again (fact C33), after
	// which scaling has to find its count anew: change it between events.
	// Default: 0, 1 copy. SageMaker makes no component without one (fact D8);
	// scaling takes it to zero.
	InitialCopyCount int
	// ModelDataDownloadTimeout and ContainerStartupHealthCheckTimeout bound how
	// long a copy may take to start, 1 minute to 1 hour each.
	// Default: 0, SageMaker's own.
	ModelDataDownloadTimeout, ContainerStartupHealthCheckTimeout time.Duration
	// CacheData keeps image and archive on the instances, for a faster start of
	// the next copy (fact G18).
	// Default: false, SageMaker's own choice.
	CacheData bool
	// RollingUpdate says how a changed component takes the place of the old.
	// Default: nil, all copies at once.
	RollingUpdate *RollingUpdateProps
}

// RollingUpdateProps describes an update of an inference component in batches.
type RollingUpdateProps struct {
	// BatchPercent is the share of the copies that is replaced at a time, 5 to 50.
	BatchPercent int
	// WaitInterval is how long each batch is watched, up to an hour.
	// Default: 0, not at all.
	WaitInterval time.Duration
	// Timeout bounds the whole update, 10 minutes to 8 hours.
	// Default: 0, SageMaker's own.
	Timeout time.Duration
	// RollbackAlarms are the names of CloudWatch alarms, 10 at most, any of which
	// takes the update back.
	// Default: none.
	RollbackAlarms []string
}

// Validate returns everything wrong with the properties, joined.
func (p InferenceComponentProps) Validate() error {
	var ps problem.List
	if !autoscaling.ValidName(p.InferenceComponentName) {
		ps.Add("InferenceComponentName", p.InferenceComponentName, autoscaling.NameRule, "such as \"odds\"")
	}
	ps = append(ps, p.validateEndpoint()...)
	if p.Model == nil {
		ps.Add("Model", nil, "a component serves a model", "make one with NewModel")
	}
	if p.MinMemoryMB < 128 {
		ps.Add("MinMemoryMB", p.MinMemoryMB, "a copy is guaranteed 128 MB or more", "measure what the container uses under load")
	}
	if p.MaxMemoryMB != 0 && p.MaxMemoryMB < p.MinMemoryMB {
		ps.Add("MaxMemoryMB", p.MaxMemoryMB, fmt.Sprintf("the most memory is below the %d MB that a copy is guaranteed", p.MinMemoryMB), "raise it, or leave it out")
	}
	if c := p.CPUCores; c != 0 && !(c >= 0.25) {
		ps.Add("CPUCores", c, "a copy is guaranteed a quarter of a core or more", "leave it out for none")
	}
	if p.Accelerators < 0 {
		ps.Add("Accelerators", p.Accelerators, "a copy is guaranteed 1 accelerator or more", "leave it out for none")
	}
	if p.InitialCopyCount < 0 {
		ps.Add("InitialCopyCount", p.InitialCopyCount, "the first deployment starts 1 copy or more", "leave it out for 1")
	}
	ps = append(ps, between("ModelDataDownloadTimeout", p.ModelDataDownloadTimeout, time.Minute, time.Hour)...)
	ps = append(ps, between("ContainerStartupHealthCheckTimeout", p.ContainerStartupHealthCheckTimeout, time.Minute, time.Hour)...)
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
		ps.Add("Endpoint", p.Endpoint.name, "the endpoint's variants have models of their own", "make it with variants that have ManagedInstances and no Model")
	}
	if !slices.ContainsFunc(p.Endpoint.variants, func(v autoscaling.Variant) bool { return v.Name == p.variantName() }) {
		ps.Add("VariantName", p.variantName(), fmt.Sprintf("the endpoint %q has no such variant", p.Endpoint.name), "give the name of one of its variants")
	}
	return ps
}

func (p InferenceComponentProps) variantName() string {
	if p.VariantName == "" {
		return DefaultVariantName
	}
	return p.VariantName
}

func (p RollingUpdateProps) validate() problem.List {
	var ps problem.List
	if b := p.BatchPercent; b < 5 || b > 50 {
		ps.Add("BatchPercent", b, "5 to 50 per cent of the copies are replaced at a time", "such as 25")
	}
	if w := p.WaitInterval; w < 0 || w > time.Hour || w%time.Second != 0 {
		ps.Add("WaitInterval", w, "a batch is watched for whole seconds, up to an hour", "such as 5m")
	}
	ps = append(ps, between("Timeout", p.Timeout, 10*time.Minute, 8*time.Hour)...)
	if n := len(p.RollbackAlarms); n > 10 {
		ps.Add("RollbackAlarms", n, "at most 10 alarms take an update back", "join some in a composite alarm")
	}
	for i, name := range p.RollbackAlarms {
		if strings.TrimSpace(name) == "" || len(name) > 255 {
			ps.Add(fmt.Sprintf("RollbackAlarms[%d]", i), name, "the name of an alarm has 1 to 255 characters", "give the alarm's AlarmName")
		}
	}
	return ps
}

// between wants whole seconds within bounds, or nothing.
func between(field string, d, low, high time.Duration) problem.List {
	var ps problem.List
	if d != 0 && (d < low || d > high || d%time.Second != 0) {
		ps.Add(field, d, fmt.Sprintf("this is whole seconds from %s to %s", problem.Duration(low), problem.Duration(high)), "leave it out for SageMaker's own")
	}
	return ps
}

// InferenceComponent is copies of a model on the instances of an endpoint.
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
	props.Model.grantArtifacts(role)
	grantObservability(c, role, componentNamespace, props.InferenceComponentName)
	c.Resource = awssagemaker.NewCfnInferenceComponent(c, jsii.String("Resource"), &awssagemaker.CfnInferenceComponentProps{
		InferenceComponentName: jsii.String(props.InferenceComponentName),
		EndpointName:           jsii.String(props.Endpoint.name),
		VariantName:            jsii.String(props.variantName()),
		Specification:          props.specification(),
		RuntimeConfig: &awssagemaker.CfnInferenceComponent_InferenceComponentRuntimeConfigProperty{
			CopyCount: jsii.Number(max(props.InitialCopyCount, 1)),
		},
		DeploymentConfig: props.deployment(),
	})
	// The endpoint's literal name alone gives no order (fact C15), and SageMaker
	// fetches image and archive while the component is made.
	c.Resource.Node().AddDependency(props.Endpoint, role)
	return c
}

// componentNamespace is the metrics' of inference components, and how the names
// of their log groups begin.
const componentNamespace = "/aws/sagemaker/InferenceComponents"

// InferenceComponentName is the component's name, known at synthesis.
func (c *InferenceComponent) InferenceComponentName() string { return c.name }

// InferenceComponentARN is the component's ARN.
func (c *InferenceComponent) InferenceComponentARN() string {
	return *awscdk.Stack_Of(c).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("sagemaker"), Resource: jsii.String("inference-component"), ResourceName: jsii.String(strings.ToLower(c.name)),
	})
}

// GrantInvoke lets grantee send requests to this component, by way of its
// endpoint.
func (c *InferenceComponent) GrantInvoke(grantee awsiam.IGrantable) awsiam.Grant {
	return c.endpoint.grantInvoke(grantee, c.endpoint.EndpointARN(), c.InferenceComponentARN())
}

func (p InferenceComponentProps) specification() *awssagemaker.CfnInferenceComponent_InferenceComponentSpecificationProperty {
	resources := &awssagemaker.CfnInferenceComponent_InferenceComponentComputeResourceRequirementsProperty{
		MinMemoryRequiredInMb: jsii.Number(p.MinMemoryMB),
	}
	if p.MaxMemoryMB != 0 {
		resources.MaxMemoryRequiredInMb = jsii.Number(p.MaxMemoryMB)
	}
	if p.CPUCores != 0 {
		resources.NumberOfCpuCoresRequired = jsii.Number(p.CPUCores)
	}
	if p.Accelerators != 0 {
		resources.NumberOfAcceleratorDevicesRequired = jsii.Number(p.Accelerators)
	}
	out := &awssagemaker.CfnInferenceComponent_InferenceComponentSpecificationProperty{
		ModelName: p.Model.Resource.AttrModelName(), ComputeResourceRequirements: resources,
	}
	if p.ModelDataDownloadTimeout != 0 || p.ContainerStartupHealthCheckTimeout != 0 {
		startup := &awssagemaker.CfnInferenceComponent_InferenceComponentStartupParametersProperty{}
		if d := p.ModelDataDownloadTimeout; d != 0 {
			startup.ModelDataDownloadTimeoutInSeconds = jsii.Number(d.Seconds())
		}
		if d := p.ContainerStartupHealthCheckTimeout; d != 0 {
			startup.ContainerStartupHealthCheckTimeoutInSeconds = jsii.Number(d.Seconds())
		}
		out.StartupParameters = startup
	}
	if p.CacheData {
		out.DataCacheConfig = &awssagemaker.CfnInferenceComponent_InferenceComponentDataCacheConfigProperty{EnableCaching: true}
	}
	return out
}

// deployment is nil, without a type, where there is nothing to say.
func (p InferenceComponentProps) deployment() any {
	if p.RollingUpdate == nil {
		return nil
	}
	u := p.RollingUpdate
	policy := &awssagemaker.CfnInferenceComponent_InferenceComponentRollingUpdatePolicyProperty{
		MaximumBatchSize: &awssagemaker.CfnInferenceComponent_InferenceComponentCapacitySizeProperty{
			Type: jsii.String("CAPACITY_PERCENT"), Value: jsii.Number(u.BatchPercent),
		},
		WaitIntervalInSeconds: jsii.Number(u.WaitInterval.Seconds()),
	}
	if u.Timeout != 0 {
		policy.MaximumExecutionTimeoutInSeconds = jsii.Number(u.Timeout.Seconds())
	}
	out := &awssagemaker.CfnInferenceComponent_InferenceComponentDeploymentConfigProperty{RollingUpdatePolicy: policy}
	if len(u.RollbackAlarms) > 0 {
		alarms := make([]any, len(u.RollbackAlarms))
		for i, name := range u.RollbackAlarms {
			alarms[i] = &awssagemaker.CfnInferenceComponent_AlarmProperty{AlarmName: jsii.String(name)}
		}
		out.AutoRollbackConfiguration = &awssagemaker.CfnInferenceComponent_AutoRollbackConfigurationProperty{Alarms: alarms}
	}
	return out
}

// componentRole is the role of an endpoint for inference components. It writes
// the endpoint's instance metrics; each component adds what it needs.
func componentRole(e *Endpoint, props EndpointProps) awsiam.IRole {
	role := props.ComponentRole
	if role == nil {
		role = awsiam.NewRole(e, jsii.String("ComponentRole"), &awsiam.RoleProps{
			AssumedBy:   awsiam.NewServicePrincipal(jsii.String("sagemaker.amazonaws.com"), nil),
			Description: jsii.String("Reads the images and archives of inference components, and writes their logs"),
		})
	}
	grantObservability(e, role, autoscaling.UtilizationNamespace, e.name)
	return role
}
