package inference

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// AdapterProps describes an Adapter.
type AdapterProps struct {
	// InferenceComponentName is the adapter's constant name, 1 to 63 letters, digits
	// and hyphens. Clients refer to it.
	InferenceComponentName string
	// Base is the inference component whose model is adapted. The adapter runs in its
	// copies, on its memory and accelerators, and scales with it.
	Base *InferenceComponent
	// ArtifactURL is the adapter's archive in Amazon S3, s3://BUCKET/KEY.tar.gz. The
	// endpoint's ComponentRole may read it.
	ArtifactURL string
	// ArtifactKey is the KMS key that the archive is encrypted with.
	// Default: nil, S3's own key, which needs no permission.
	ArtifactKey awskms.IKey
}

// Validate returns everything wrong with the properties, joined.
func (p AdapterProps) Validate() error {
	ps := validateComponentName(p.InferenceComponentName)
	if p.Base == nil {
		ps.Add("Base", nil, "an adapter adapts the model of a component", "make one with NewInferenceComponent")
	} else if p.Base.name == p.InferenceComponentName {
		ps.Add("InferenceComponentName", p.InferenceComponentName, "the base has the same name",
			"give the adapter a name of its own")
	}
	ps = append(ps, problem.NilIn("ArtifactKey", p.ArtifactKey)...)
	switch url := p.ArtifactURL; {
	case url == "":
		ps.Add("ArtifactURL", nil, "an adapter has an archive of its own", "such as \"s3://models-eu-west-1/lora.tar.gz\"")
	case !problem.Unresolved(url):
		_, err := artifact.ParseModelData(url)
		ps = append(ps, problem.From(err).In("ArtifactURL")...)
	}
	return ps.Err()
}

// Adapter is an adapter inference component: it adapts the model of another inference
// component, such as by LoRA, and has no copies of its own (fact G18).
type Adapter struct {
	constructs.Construct
	// Resource is the AWS::SageMaker::InferenceComponent.
	Resource awssagemaker.CfnInferenceComponent

	name     string
	endpoint *Endpoint
}

// ToString makes the struct itself usable as a construct.
func (a *Adapter) ToString() *string { return a.Construct.ToString() }

// NewAdapter makes an Adapter. It panics with what props.Validate returns, and where
// the stack's Region has no inference components.
//
// CloudFormation makes it after its base, and deletes it before.
func NewAdapter(scope constructs.Construct, id string, props AdapterProps) *Adapter {
	ps := problem.From(componentErr(scope, props.Validate()))
	if err := append(ps, validateKeyRegion("ArtifactKey", props.ArtifactKey, regionOf(scope))...).Err(); err != nil {
		panic(problem.Of(scope, id, err))
	}
	e := props.Base.endpoint
	a := &Adapter{name: props.InferenceComponentName, endpoint: e}
	constructs.NewConstruct_Override(a, scope, jsii.String(id))

	artifacts := e.grantComponent(a, statement([]string{"s3:GetObject"}, objectAt(awscdk.Stack_Of(a), props.ArtifactURL)))
	if props.ArtifactKey != nil {
		props.ArtifactKey.GrantDecrypt(e.ComponentRole)
	}
	// Fact G62: an adapter has neither a variant nor resources nor copies of its own.
	resource := &awssagemaker.CfnInferenceComponentProps{
		InferenceComponentName: jsii.String(props.InferenceComponentName),
		EndpointName:           jsii.String(e.name),
		Specification: &awssagemaker.CfnInferenceComponent_InferenceComponentSpecificationProperty{
			BaseInferenceComponentName: jsii.String(props.Base.name),
			Container: &awssagemaker.CfnInferenceComponent_InferenceComponentContainerSpecificationProperty{
				ArtifactUrl: jsii.String(props.ArtifactURL),
			},
		},
	}
	a.Resource = awssagemaker.NewCfnInferenceComponent(a, jsii.String("Resource"), resource)
	// The literal names give CloudFormation no order (fact C15), and SageMaker fetches
	// the archive while it creates the adapter.
	a.Resource.Node().AddDependency(props.Base, e.ComponentRole, artifacts)
	return a
}

// InferenceComponentName returns the adapter's name, which is known at synthesis.
func (a *Adapter) InferenceComponentName() string { return a.name }

// InferenceComponentARN returns the adapter's ARN. SageMaker lower-cases names in ARNs.
func (a *Adapter) InferenceComponentARN() string { return componentARN(a.Resource, a.name) }

// GrantInvoke lets grantee send requests to the adapter.
func (a *Adapter) GrantInvoke(grantee awsiam.IGrantable) awsiam.Grant {
	return a.endpoint.grantInvoke(grantee, *a.endpoint.EndpointArn(), a.InferenceComponentARN())
}
