package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
)

// newModel makes a model. What it refers to is below a construct beside it, which has no
// resources.
func newModel(stack awscdk.Stack, id string, m config.Model) *inference.Model {
	existing := constructs.NewConstruct(stack, jsii.String(id+"-Existing"))
	props := inference.ModelProps{DirectInvocation: m.DirectInvocation, AllowNetworkAccess: m.AllowNetworkAccess}
	if arn := m.ExecutionRoleARN; arn != "" {
		props.ExecutionRole = awsiam.Role_FromRoleArn(existing, jsii.String("Role"), jsii.String(arn), nil)
	}
	if m.VPC != nil {
		connect(existing, *m.VPC, &props)
	}
	for i, c := range m.AllContainers() {
		props.Containers = append(props.Containers, container(existing, fmt.Sprint(i+1), c))
	}
	return inference.NewModel(stack, id, props)
}

// container returns the properties of c. What it refers to has IDs with number in
// existing.
func container(existing constructs.Construct, number string, c config.ModelContainer) inference.ContainerProps {
	props := inference.ContainerProps{
		Image: c.Image, ModelPackageARN: c.ModelPackageARN, InferenceSpecificationName: c.InferenceSpecificationName,
		ModelDataURL: c.ModelDataURL, AcceptEULA: c.AcceptEULA,
		MultiModel: c.MultiModel, DisableModelCache: c.DisableModelCache, PrivateRegistry: c.PrivateRegistry,
		Environment: c.Environment, ContainerHostname: c.ContainerHostname,
	}
	if published := c.DeepLearningContainer; published != nil {
		props.ImageFrom = inference.ImageFromDeepLearningContainer(inference.DeepLearningContainer(*published))
	}
	if arn := c.RegistryCredentialsARN; arn != "" {
		props.RegistryCredentials = awslambda.Function_FromFunctionArn(existing,
			jsii.String("Credentials"+number), jsii.String(arn))
	}
	if arn := c.ModelDataKeyARN; arn != "" {
		props.ModelDataKey = awskms.Key_FromKeyArn(existing, jsii.String("Key"+number), jsii.String(arn))
	}
	return props
}

// notAsked stands for what CDK wants to know of a VPC and no template of a model has.
const notAsked = "not-asked"

// connect puts the VPC into a model's properties, with its subnets and security groups.
func connect(existing constructs.Construct, v config.ModelVPC, props *inference.ModelProps) {
	props.VPC = awsec2.Vpc_FromVpcAttributes(existing, jsii.String("Vpc"), &awsec2.VpcAttributes{
		VpcId: jsii.String(v.VpcID), AvailabilityZones: jsii.Strings(notAsked),
	})
	var subnets []awsec2.ISubnet
	for _, id := range v.SubnetIDs {
		subnets = append(subnets, awsec2.Subnet_FromSubnetAttributes(existing, jsii.String(id), &awsec2.SubnetAttributes{
			SubnetId: jsii.String(id), AvailabilityZone: jsii.String(notAsked), RouteTableId: jsii.String(notAsked),
		}))
	}
	props.Subnets = &awsec2.SubnetSelection{Subnets: &subnets}
	for _, id := range v.SecurityGroupIDs {
		props.SecurityGroups = append(props.SecurityGroups,
			awsec2.SecurityGroup_FromSecurityGroupId(existing, jsii.String(id), jsii.String(id), nil))
	}
}
