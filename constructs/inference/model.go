// Package inference has constructs for SageMaker models, endpoints and inference
// components. Endpoints are real-time, serverless or asynchronous, and keep their
// instance counts when a deployment changes their configuration.
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

// ModelProps describes a Model.
type ModelProps struct {
	// Image is the container image in Amazon ECR, with a tag or a digest:
	// ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG.
	Image string
	// ModelDataURL is the model archive in Amazon S3, s3://BUCKET/KEY.tar.gz.
	// Default: "", the image contains the model.
	ModelDataURL string
	// ModelDataKey is the KMS key that the archive is encrypted with. The
	// execution role may decrypt with it. A change takes the old key from the role
	// before the endpoint is updated, so let the role decrypt with both until then.
	// Default: nil, S3's own key, which needs no permission.
	ModelDataKey awskms.IKey
	// Environment is the container's environment variables.
	// Default: none.
	Environment map[string]string
	// AllowNetworkAccess lets the container reach the network.
	// Default: false, network isolation. SageMaker still fetches image and archive.
	AllowNetworkAccess bool
	// ExecutionRole is the role that SageMaker assumes for the model. It gets
	// permissions to read image and archive, unless it was imported as immutable.
	// Default: nil, a new role.
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
		ps.Add("ModelDataKey", nil, "a key without an archive has nothing to decrypt",
			"give ModelDataURL, or leave the key out")
	}
	ps = append(ps, artifact.ValidateEnvironment(p.Environment).In("Environment")...)
	return ps.Err()
}

// Model is a SageMaker model with one container. It has no custom name: a change
// replaces the model (fact C4: every property is fixed at creation), and
// CloudFormation refuses to replace a resource with a custom name (fact C5).
type Model struct {
	constructs.Construct
	// Resource is the AWS::SageMaker::Model, nil for an imported one.
	Resource awssagemaker.CfnModel
	// ExecutionRole is the role that SageMaker assumes, nil for an imported model of which
	// it is not known.
	ExecutionRole awsiam.IRole

	props    ModelProps
	imported *ModelAttributes
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
		m.ExecutionRole = sagemakerRole(m, "ExecutionRole",
			"Reads the model's image and archive, and writes the endpoint's logs")
	}
	m.grantLogin(m.ExecutionRole)
	artifacts := attach(m, "Artifacts", m.ExecutionRole, m.artifacts()...)

	container := &awssagemaker.CfnModel_ContainerDefinitionProperty{
		Image: jsii.String(props.Image), ModelDataUrl: optionalString(props.ModelDataURL),
	}
	if len(props.Environment) > 0 {
		variables := map[string]*string{}
		for name, value := range props.Environment {
			variables[name] = jsii.String(value)
		}
		container.Environment = &variables
	}
	m.Resource = awssagemaker.NewCfnModel(m, jsii.String("Resource"), &awssagemaker.CfnModelProps{
		ExecutionRoleArn:       m.ExecutionRole.RoleArn(),
		EnableNetworkIsolation: !props.AllowNetworkAccess,
		PrimaryContainer:       container,
	})
	// SageMaker fetches image and archive while it creates the endpoint, so the
	// permissions have to exist first.
	m.Resource.Node().AddDependency(m.ExecutionRole, artifacts)
	return m
}

// grantLogin lets a role log in to Amazon ECR, and decrypt with ModelDataKey.
func (m *Model) grantLogin(role awsiam.IRole) {
	// ecr:GetAuthorizationToken supports no resource but "*".
	allow(role, []string{"ecr:GetAuthorizationToken"}, "*")
	if m.props.ModelDataKey != nil {
		m.props.ModelDataKey.GrantDecrypt(role)
	}
}

// artifacts allows to read the model's image and archive.
func (m *Model) artifacts() []awsiam.PolicyStatement {
	stack, props := awscdk.Stack_Of(m), m.props
	image, _ := artifact.ParseImage(props.Image, artifact.SageMaker)
	statements := []awsiam.PolicyStatement{
		statement([]string{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"},
			*stack.FormatArn(&awscdk.ArnComponents{
				Service: jsii.String("ecr"), Account: jsii.String(image.Account), Region: jsii.String(image.Region),
				Resource: jsii.String("repository"), ResourceName: jsii.String(image.Repository),
			})),
	}
	if props.ModelDataURL != "" {
		data, _ := artifact.ParseModelData(props.ModelDataURL)
		statements = append(statements, statement([]string{"s3:GetObject"}, objectARN(stack, data.Bucket, data.Key)))
	}
	return statements
}

// objectARN returns the ARN of an object in Amazon S3.
func objectARN(stack awscdk.Stack, bucket, key string) string {
	return *stack.FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("s3"), Account: jsii.String(""), Region: jsii.String(""),
		Resource: jsii.String(bucket), ResourceName: jsii.String(key),
	})
}

// sagemakerRole makes a role that SageMaker assumes.
func sagemakerRole(scope constructs.Construct, id, description string) awsiam.IRole {
	return awsiam.NewRole(scope, jsii.String(id), &awsiam.RoleProps{
		AssumedBy:   awsiam.NewServicePrincipal(jsii.String("sagemaker.amazonaws.com"), nil),
		Description: jsii.String(description),
	})
}

// optionalString returns nil for "", so that the template omits the property.
func optionalString(s string) *string {
	if s == "" {
		return nil
	}
	return jsii.String(s)
}

// optionalNumber returns nil for 0, so that the template omits the property.
func optionalNumber[T int | float64](n T) *float64 {
	if n == 0 {
		return nil
	}
	return jsii.Number(n)
}
