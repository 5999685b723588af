// Package inference makes SageMaker endpoints: models, endpoint configurations
// and endpoints that a deployment can replace without resetting the fleet, on
// instances or serverless, in real time or asynchronous, and inference
// components.
package inference

import (
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ModelProps describes a Model.
type ModelProps struct {
	// Image is the container image in Amazon ECR, with a tag or a digest:
	// ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG.
	Image string
	// ModelDataURL is the archive with the model, s3://BUCKET/KEY.tar.gz.
	// Default: "", the image holds the model.
	ModelDataURL string
	// ModelDataKey is the KMS key that the archive is encrypted with; the
	// execution role may then decrypt with it.
	// Default: nil, a key that needs no permission (S3's own).
	ModelDataKey awskms.IKey
	// Environment is the container's environment variables.
	// Default: none.
	Environment map[string]string
	// AllowNetworkAccess lets the container reach the network.
	// Default: false, it runs isolated; SageMaker itself still fetches image and archive.
	AllowNetworkAccess bool
	// ExecutionRole is what SageMaker works as. It is given the permissions
	// that image and archive need, unless it was imported as immutable.
	// Default: nil, a new role that can read this image and this archive.
	ExecutionRole awsiam.IRole
}

// Validate returns everything wrong with the properties, joined.
func (p ModelProps) Validate() error {
	var ps problem.List
	if _, err := artifact.ParseImage(p.Image, artifact.SageMaker); err != nil {
		ps = append(ps, problem.From(err).In("Image")...)
	}
	if p.ModelDataURL != "" {
		if _, err := artifact.ParseModelData(p.ModelDataURL); err != nil {
			ps = append(ps, problem.From(err).In("ModelDataURL")...)
		}
	}
	if p.ModelDataKey != nil && p.ModelDataURL == "" {
		ps.Add("ModelDataKey", nil, "a key without an archive has nothing to decrypt", "give ModelDataURL, or leave the key out")
	}
	ps = append(ps, artifact.ValidateEnvironment(p.Environment).In("Environment")...)
	return ps.Err()
}

// Model is one container that answers predictions. It has no name of its own:
// every property of a SageMaker model is fixed at creation (fact C4), so a
// change replaces it, and CloudFormation refuses to replace what has a custom
// name (fact C5).
type Model struct {
	constructs.Construct
	// Resource is the AWS::SageMaker::Model.
	Resource awssagemaker.CfnModel
	// ExecutionRole is what SageMaker works as.
	ExecutionRole awsiam.IRole

	props ModelProps
}

// ToString makes the struct itself usable as a construct.
func (m *Model) ToString() *string { return m.Construct.ToString() }

// NewModel makes a Model. It panics with what props.Validate returns.
func NewModel(scope constructs.Construct, id string, props ModelProps) *Model {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	m := &Model{props: props}
	constructs.NewConstruct_Override(m, scope, jsii.String(id))

	m.ExecutionRole = props.ExecutionRole
	if m.ExecutionRole == nil {
		m.ExecutionRole = awsiam.NewRole(m, jsii.String("ExecutionRole"), &awsiam.RoleProps{
			AssumedBy:   awsiam.NewServicePrincipal(jsii.String("sagemaker.amazonaws.com"), nil),
			Description: jsii.String("Reads the model's image and archive, and writes the endpoint's logs"),
		})
	}
	m.grantArtifacts(m.ExecutionRole)

	container := &awssagemaker.CfnModel_ContainerDefinitionProperty{Image: jsii.String(props.Image)}
	if props.ModelDataURL != "" {
		container.ModelDataUrl = jsii.String(props.ModelDataURL)
	}
	if len(props.Environment) > 0 {
		container.Environment = stringMap(props.Environment)
	}
	m.Resource = awssagemaker.NewCfnModel(m, jsii.String("Resource"), &awssagemaker.CfnModelProps{
		ExecutionRoleArn:       m.ExecutionRole.RoleArn(),
		EnableNetworkIsolation: !props.AllowNetworkAccess,
		PrimaryContainer:       container,
	})
	// SageMaker fetches image and archive while the endpoint is made: the
	// permissions must be there first.
	m.Resource.Node().AddDependency(m.ExecutionRole)
	return m
}

// grantArtifacts lets a role read this image and this archive.
func (m *Model) grantArtifacts(role awsiam.IRole) {
	stack, props := awscdk.Stack_Of(m), m.props
	image, _ := artifact.ParseImage(props.Image, artifact.SageMaker)
	allow(role, []string{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"},
		*stack.FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("ecr"), Account: jsii.String(image.Account), Region: jsii.String(image.Region),
			Resource: jsii.String("repository"), ResourceName: jsii.String(image.Repository),
		}))
	// ECR's login token belongs to the account: this action takes no resource.
	allow(role, []string{"ecr:GetAuthorizationToken"}, "*")
	if props.ModelDataURL == "" {
		return
	}
	data, _ := artifact.ParseModelData(props.ModelDataURL)
	allow(role, []string{"s3:GetObject"}, *stack.FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("s3"), Account: jsii.String(""), Region: jsii.String(""),
		Resource: jsii.String(data.Bucket), ResourceName: jsii.String(data.Key),
	}))
	if props.ModelDataKey != nil {
		props.ModelDataKey.GrantDecrypt(role)
	}
}

func allow(role awsiam.IRole, actions []string, resources ...string) {
	role.AddToPrincipalPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions: jsii.Strings(actions...), Resources: jsii.Strings(resources...),
	}))
}

// stringMap is m with pointers, as jsii wants it.
func stringMap(m map[string]string) *map[string]*string {
	out := make(map[string]*string, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out[k] = jsii.String(m[k])
	}
	return &out
}
