package stacks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// TestModelRulesHaveTwoFaces: each rule of a model refuses an environment file and the
// properties of a construct.
func TestModelRulesHaveTwoFaces(t *testing.T) {
	stack := template.NewStack(t)
	const (
		elsewhere   = "123456789012.dkr.ecr.us-east-1.amazonaws.com/predictions:1.0.0"
		packageARN  = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/odds/7"
		otherKey    = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000002"
		ownKey      = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-4000-8000-000000000002"
		functionARN = "arn:aws:lambda:eu-west-1:123456789012:function:credentials"
		archive     = "s3://models-eu-west-1/odds.tar.gz"
		files       = "s3://models-eu-west-1/odds/"
	)
	key := func(arn string) awskms.IKey { return awskms.Key_FromKeyArn(stack, jsii.String(arn), jsii.String(arn)) }
	with := func(c inference.ContainerProps) inference.ModelProps {
		if c.Image == "" && c.ModelPackageARN == "" {
			c.Image = modelImage
		}
		return inference.ModelProps{Containers: []inference.ContainerProps{c}}
	}
	named := func(names ...string) (containers []inference.ContainerProps) {
		for _, name := range names {
			containers = append(containers, inference.ContainerProps{Image: modelImage, ContainerHostname: name})
		}
		return containers
	}
	inVPC := with(inference.ContainerProps{})
	inVPC.VPC = awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Vpc"), &awsec2.VpcAttributes{
		VpcId: jsii.String("vpc-0123456789abcdef0"), AvailabilityZones: jsii.Strings("eu-west-1a"),
		IsolatedSubnetIds: jsii.Strings("subnet-0123456789abcdef1"), IsolatedSubnetRouteTableIds: jsii.Strings("rtb-1"),
	})
	groups := ""
	for i := range 6 {
		id := fmt.Sprintf("sg-0123456789abcdef%d", i)
		groups += "\n      - " + id
		inVPC.SecurityGroups = append(inVPC.SecurityGroups,
			awsec2.SecurityGroup_FromSecurityGroupId(stack, jsii.String(id), jsii.String(id), nil))
	}
	withRole := with(inference.ContainerProps{})
	withRole.ExecutionRole = awsiam.Role_FromRoleArn(stack, jsii.String("Role"),
		jsii.String("arn:aws:iam::210987654321:role/models"), nil)
	direct := with(inference.ContainerProps{})
	direct.DirectInvocation = true
	credentials := awslambda.Function_FromFunctionArn(stack, jsii.String("Credentials"), jsii.String(functionARN))

	for i, test := range []struct {
		rule  string
		keys  []string
		props inference.ModelProps
	}{
		{"a container has an image, or a model package", []string{"modelDataUrl: " + archive},
			inference.ModelProps{Containers: []inference.ContainerProps{{ModelDataURL: archive}}}},
		{"and an image is given too", []string{"image: " + modelImage, "modelPackageArn: " + packageARN},
			with(inference.ContainerProps{Image: modelImage, ModelPackageARN: packageARN})},
		{"a model package names its model data", []string{"modelPackageArn: " + packageARN, "modelDataUrl: " + archive},
			with(inference.ContainerProps{ModelPackageARN: packageARN, ModelDataURL: archive})},
		{"only a model package has specifications", []string{"image: " + modelImage, "inferenceSpecificationName: gpu"},
			with(inference.ContainerProps{InferenceSpecificationName: "gpu"})},
		{"SageMaker pulls an image from its own region", []string{"image: " + elsewhere},
			with(inference.ContainerProps{Image: elsewhere})},
		{"SageMaker takes model packages of its own region",
			[]string{"modelPackageArn: " + strings.Replace(packageARN, "eu-west-1", "us-east-1", 1)},
			with(inference.ContainerProps{ModelPackageARN: strings.Replace(packageARN, "eu-west-1", "us-east-1", 1)})},
		{"SageMaker takes it with files that are not compressed only",
			[]string{"image: " + modelImage, "modelDataUrl: " + archive, "acceptEula: true"},
			with(inference.ContainerProps{ModelDataURL: archive, AcceptEULA: true})},
		{"a key without model data has nothing to decrypt", []string{"image: " + modelImage, "modelDataKeyArn: " + ownKey},
			with(inference.ContainerProps{ModelDataKey: key(ownKey)})},
		{"SageMaker reads model data of its own region",
			[]string{"image: " + modelImage, "modelDataUrl: " + archive, "modelDataKeyArn: " + otherKey},
			with(inference.ContainerProps{ModelDataURL: archive, ModelDataKey: key(otherKey)})},
		{"the model data is one archive", []string{"image: " + modelImage, "modelDataUrl: " + archive, "multiModel: true"},
			with(inference.ContainerProps{ModelDataURL: archive, MultiModel: true})},
		{"only a container of several models has a cache",
			[]string{"image: " + modelImage, "modelDataUrl: " + files, "disableModelCache: true"},
			with(inference.ContainerProps{ModelDataURL: files, DisableModelCache: true})},
		{"SageMaker reaches a private registry through the model's VPC",
			[]string{"image: registry.example.com/odds:1", "privateRegistry: true"},
			with(inference.ContainerProps{Image: "registry.example.com/odds:1", PrivateRegistry: true})},
		{"Amazon ECR takes no user and password", []string{"image: " + modelImage, "registryCredentialsArn: " + functionARN},
			with(inference.ContainerProps{RegistryCredentials: credentials})},
		{"a request chooses among several containers", []string{"image: " + modelImage, "directInvocation: true"}, direct},
		{"has the same name", []string{"containers:", "  - {image: " + modelImage + ", containerHostname: a}",
			"  - {image: " + modelImage + ", containerHostname: a}"}, inference.ModelProps{Containers: named("a", "a")}},
		{"either all have one or none", []string{"containers:", "  - {image: " + modelImage + ", containerHostname: a}",
			"  - {image: " + modelImage + "}"}, inference.ModelProps{Containers: named("a", "")}},
		{"a network interface has at most 5 security groups",
			[]string{"image: " + modelImage, "vpc:", "  vpcId: vpc-0123456789abcdef0",
				"  subnetIds: [subnet-0123456789abcdef1]", "  securityGroupIds:" + groups}, inVPC},
		{"SageMaker assumes a role of the endpoint's account",
			[]string{"image: " + modelImage, "executionRoleArn: arn:aws:iam::210987654321:role/models"}, withRole},
	} {
		file := strings.Replace(
			validFile(t, "minimal"),
			"  image: "+modelImage+"\n",
			"  "+strings.Join(test.keys, "\n  ")+"\n",
			1,
		)
		if _, err := config.Parse("rule.yaml", "rule", []byte(file)); err == nil ||
			!strings.Contains(err.Error(), test.rule) {
			t.Errorf("the file: %v, want %s", err, test.rule)
		}
		err := template.Panics(t, func() { inference.NewModel(stack, fmt.Sprint("Model", i), test.props) })
		if !strings.Contains(fmt.Sprint(err), test.rule) {
			t.Errorf("the construct: %v, want %s", err, test.rule)
		}
	}
}
