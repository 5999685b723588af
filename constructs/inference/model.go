package inference

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ModelProps describes a Model.
type ModelProps struct {
	// Containers are the model's containers, 1 to 15. Several are a pipeline: each gets
	// the reply of the one before it, unless DirectInvocation is set.
	Containers []ContainerProps
	// DirectInvocation lets a request choose one of several containers by its
	// ContainerHostname, which each has to have.
	// Default: false, the containers are a pipeline.
	DirectInvocation bool
	// VPC is the VPC that the containers are connected to.
	// Default: nil, none.
	VPC awsec2.IVpc
	// Subnets are those of the VPC, 1 to 16.
	// Default: nil, its private subnets, one for each zone.
	Subnets *awsec2.SubnetSelection
	// SecurityGroups are those of the containers' network interfaces, 1 to 5.
	// Default: none, a new one that lets HTTPS out and nothing in; Connections allows more.
	SecurityGroups []awsec2.ISecurityGroup
	// AllowNetworkAccess lets the containers reach the network. AWS's own containers for
	// PyTorch, TensorFlow and scikit-learn need it where they fetch code (fact C64).
	// Default: false, network isolation. SageMaker still fetches image and model data.
	AllowNetworkAccess bool
	// ExecutionRole is the role that SageMaker assumes for the model. It gets
	// permissions to read images and model data, unless it was imported as immutable.
	// Default: nil, a new role.
	ExecutionRole awsiam.IRole
}

// Validate returns everything wrong with the properties, joined.
func (p ModelProps) Validate() error {
	var ps problem.List
	for i, c := range p.Containers {
		ps = append(ps, c.validate().In(at("Containers", i))...)
	}
	ps = append(ps, p.known().Validate()...)
	ps = append(ps, p.validateVPC()...)
	return ps.Err()
}

// known is the model as its rules know it.
func (p ModelProps) known() artifact.Model {
	m := artifact.Model{DirectInvocation: p.DirectInvocation, VPC: !problem.IsNil(p.VPC)}
	for _, c := range p.Containers {
		m.Containers = append(m.Containers, c.known())
	}
	return m
}

// Model is a SageMaker model with one or several containers. It has no custom name: a
// change replaces the model (fact C4: every property is fixed at creation), and
// CloudFormation refuses to replace a resource with a custom name (fact C5).
type Model struct {
	constructs.Construct
	// Resource is the AWS::SageMaker::Model, nil for an imported one.
	Resource awssagemaker.CfnModel
	// ExecutionRole is the role that SageMaker assumes, nil for an imported model of which
	// it is not known.
	ExecutionRole awsiam.IRole

	props       ModelProps
	imported    *ModelAttributes
	images      []boundImage
	connections awsec2.Connections
}

// ToString makes the struct itself usable as a construct.
func (m *Model) ToString() *string { return m.Construct.ToString() }

// Connections lets other constructs of the VPC connect to the containers, and the
// containers to them. It is nil without ModelProps.VPC.
func (m *Model) Connections() awsec2.Connections { return m.connections }

// NewModel makes a Model. It panics with what props.Validate returns, and where an image,
// a model package, a bucket or a key is in another Region than the stack, or the role in another
// account: SageMaker reads none of them, and assumes no such role.
func NewModel(scope constructs.Construct, id string, props ModelProps) *Model {
	if err := props.Validate(); err != nil {
		panic(problem.Of(scope, id, err))
	}
	m := &Model{props: props}
	constructs.NewConstruct_Override(m, scope, jsii.String(id))
	if err := slices.Concat(m.bindImages(), m.validateRegions(), m.validateAccount()).Err(); err != nil {
		panic(problem.Of(m, "", err))
	}

	m.ExecutionRole = props.ExecutionRole
	if m.ExecutionRole == nil {
		m.ExecutionRole = sagemakerRole(m, "ExecutionRole",
			"Reads the model's image and archive, and writes the endpoint's logs")
	}
	m.grantLogin(m.ExecutionRole)
	dependencies := []constructs.IDependable{m.ExecutionRole}
	if artifacts := m.artifacts(); len(artifacts) > 0 {
		dependencies = append(dependencies, attach(m, "Artifacts", m.ExecutionRole, artifacts...))
	}
	resource := &awssagemaker.CfnModelProps{
		ExecutionRoleArn:       m.ExecutionRole.RoleArn(),
		EnableNetworkIsolation: !props.AllowNetworkAccess,
	}
	if len(props.Containers) == 1 {
		resource.PrimaryContainer = props.Containers[0].property(m.images[0].uri)
	} else {
		containers := make([]any, len(props.Containers))
		for i, c := range props.Containers {
			containers[i] = c.property(m.images[i].uri)
		}
		resource.Containers = containers
		if props.DirectInvocation {
			resource.InferenceExecutionConfig = &awssagemaker.CfnModel_InferenceExecutionConfigProperty{
				Mode: jsii.String("Direct"),
			}
		}
	}
	if !problem.IsNil(props.VPC) {
		resource.VpcConfig = m.connect()
	}
	m.Resource = awssagemaker.NewCfnModel(m, jsii.String("Resource"), resource)
	// SageMaker fetches images and model data while it creates the endpoint, so the
	// permissions have to exist first.
	m.Resource.Node().AddDependency(dependencies...)
	m.informOfUnknown()
	return m
}

// bindImages finds the images' URIs and repositories. It returns what the stack lacks for
// them.
func (m *Model) bindImages() (ps problem.List) {
	for i, c := range m.props.Containers {
		image := boundImage{uri: c.Image}
		switch {
		case c.ImageFrom.given():
			id := "Image"
			if i > 0 {
				id += fmt.Sprint(i + 1)
			}
			var found problem.List
			image, found = c.ImageFrom.bind(m, id)
			ps = append(ps, found.In(at("Containers", i)+".ImageFrom")...)
		case c.Image != "" && !c.PrivateRegistry && !problem.Unresolved(c.Image):
			parsed, _ := artifact.ParseImage(c.Image, artifact.SageMaker) // validated
			image.region = parsed.Region
			image.repositoryARN = *awscdk.Stack_Of(m).FormatArn(&awscdk.ArnComponents{
				Service: jsii.String("ecr"), Account: jsii.String(parsed.Account), Region: jsii.String(parsed.Region),
				Resource: jsii.String("repository"), ResourceName: jsii.String(parsed.Repository),
			})
		}
		m.images = append(m.images, image)
	}
	return ps
}

// validateRegions checks that images and buckets are in the stack's Region, where both are
// known.
func (m *Model) validateRegions() problem.List {
	var ps problem.List
	region := regionOf(m)
	if region == "" {
		return nil
	}
	for i, c := range m.props.Containers {
		place := at("Containers", i)
		if there := known(m.images[i].region); there != "" && there != region {
			field := ".ImageFrom"
			if c.Image != "" {
				field = ".Image"
			}
			ps = append(ps, artifact.OtherRegion(c.Image, there, region).In(place+field)...)
		}
		ps = append(ps, artifact.OtherPackageRegion(c.ModelPackageARN, region).In(place)...)
		if key := c.ModelDataKey; !problem.IsNil(key) {
			ps = append(ps, artifact.OtherKeyRegion(*key.KeyArn(), region).In(place+".ModelDataKey")...)
		}
		if b := c.ModelDataFrom.bucket; b != nil {
			if there := known(*b.Env().Region); there != "" && there != region {
				ps.Add(place+".ModelDataFrom", nil,
					"SageMaker reads model data of its own region "+region+", this bucket is in "+there,
					"replicate the data to a bucket in "+region)
			}
		}
	}
	return ps
}

// validateAccount checks that the execution role is of the stack's account, where both are
// known.
func (m *Model) validateAccount() problem.List {
	account := known(*awscdk.Stack_Of(m).Account())
	if account == "" || problem.IsNil(m.props.ExecutionRole) {
		return nil
	}
	return artifact.OtherRoleAccount(*m.props.ExecutionRole.RoleArn(), account).In("ExecutionRole")
}

// grantLogin lets a role log in to Amazon ECR and to private registries, and decrypt the
// model data.
func (m *Model) grantLogin(role awsiam.IRole) {
	if slices.ContainsFunc(m.props.Containers, func(c ContainerProps) bool { return !c.PrivateRegistry }) {
		// ecr:GetAuthorizationToken supports no resource but "*".
		allow(role, []string{"ecr:GetAuthorizationToken"}, "*")
	}
	for _, c := range m.props.Containers {
		if c.RegistryCredentials != nil {
			// IFunction.GrantInvoke allows every version by a wildcard.
			allow(role, []string{"lambda:InvokeFunction"}, *c.RegistryCredentials.FunctionArn())
		}
		for _, key := range c.keys() {
			key.GrantDecrypt(role)
		}
	}
}

// artifacts allows to read the model's images and model data, each once.
func (m *Model) artifacts() (statements []awsiam.PolicyStatement) {
	seen := map[string]bool{}
	add := func(s awsiam.PolicyStatement) {
		if text := string(encoded(m, []awsiam.PolicyStatement{s})); !seen[text] {
			seen[text] = true
			statements = append(statements, s)
		}
	}
	for i, c := range m.props.Containers {
		if arn := m.images[i].repositoryARN; arn != "" {
			add(statement([]string{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}, arn))
		}
		if data := c.modelData(); data.uri != "" {
			for _, s := range data.reading(m) {
				add(s)
			}
		}
	}
	return statements
}

// informOfUnknown says what the execution role may have to be allowed beyond what is
// known at synthesis.
func (m *Model) informOfUnknown() {
	for i, c := range m.props.Containers {
		place := fmt.Sprint("container ", i+1)
		switch {
		case c.ModelPackageARN != "":
			awscdk.Annotations_Of(m).AddInfo(jsii.String("What the model package of " + place +
				" reads is not known at synthesis: let ExecutionRole pull its image and read its archive, unless it is from " +
				"AWS Marketplace."))
		case problem.Unresolved(c.Image) && !c.PrivateRegistry:
			awscdk.Annotations_Of(m).AddWarningV2(jsii.String("sagemaker-scaling:image-not-allowed"),
				jsii.String("the repository of the image of "+place+" is known only at deployment: the execution role has no "+
					"permission to pull from it; give it by the repository's GrantPull to ExecutionRole, or give ImageFrom"))
		}
	}
}

// sagemakerRole makes a role that SageMaker assumes.
func sagemakerRole(scope constructs.Construct, id, description string) awsiam.IRole {
	return awsiam.NewRole(scope, jsii.String(id), &awsiam.RoleProps{
		Description: jsii.String(description),
		// SageMaker assumes the role for resources of this account only (fact I11).
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("sagemaker.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{
				"StringEquals": map[string]any{"aws:SourceAccount": *awscdk.Stack_Of(scope).Account()},
			},
		}),
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
