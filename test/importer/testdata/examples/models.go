package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecrassets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
)

var models = []func(awscdk.Stack){
	ModelFromURIs, ModelFromRepository, ModelFromImageAsset, ModelFromFolder, DeepLearningContainer, ModelFromBucket, ModelFromAsset,
	ModelFromParameter, ModelOfFiles, ModelFromHub, ManyModels, ModelPackage, Pipeline, DirectContainers, ModelInVPC,
	ModelFromPrivateRegistry, ModelWithRole, ImportedModel,
}

const (
	image   = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/odds:1.4.2"
	archive = "s3://models-eu-west-1/odds/1.4.2/model.tar.gz"
)

// odds is the model of the examples that are not about models.
func odds(stack awscdk.Stack) *inference.Model {
	return model(stack, inference.ContainerProps{Image: image})
}

func model(stack awscdk.Stack, containers ...inference.ContainerProps) *inference.Model {
	return inference.NewModel(stack, "Model", inference.ModelProps{Containers: containers})
}

// serve serves a model by an endpoint of the stack's name.
func serve(stack awscdk.Stack, model *inference.Model) *inference.Endpoint {
	return inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: *stack.StackName(),
		Variants:     []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge"}},
	})
}

// ModelFromURIs has an image and an archive by their addresses.
func ModelFromURIs(stack awscdk.Stack) {
	serve(stack, model(stack, inference.ContainerProps{
		Image: image, ModelDataURL: archive, Environment: map[string]string{"WORKERS": "2"},
	}))
}

// ModelFromRepository has an image of a repository of the app, by its tag.
func ModelFromRepository(stack awscdk.Stack) {
	repository := awsecr.NewRepository(stack, jsii.String("Repository"), &awsecr.RepositoryProps{
		RepositoryName: jsii.String("odds"),
	})
	serve(stack, model(stack, inference.ContainerProps{ImageFrom: inference.ImageFromRepository(repository, "1.4.2")}))
}

// ModelFromImageAsset has an image that cdk deploy builds.
func ModelFromImageAsset(stack awscdk.Stack) {
	asset := awsecrassets.NewDockerImageAsset(stack, jsii.String("Image"), &awsecrassets.DockerImageAssetProps{
		Directory: jsii.String("assets/image"), Platform: awsecrassets.Platform_LINUX_AMD64(),
	})
	serve(stack, model(stack, inference.ContainerProps{ImageFrom: inference.ImageFromAsset(asset)}))
}

// ModelFromFolder has an image that cdk deploy builds for Graviton.
func ModelFromFolder(stack awscdk.Stack) {
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "folder",
		Variants: []inference.VariantProps{{
			InstanceType: "ml.c7g.xlarge",
			Model: model(stack, inference.ContainerProps{
				ImageFrom: inference.ImageFromFolder("assets/image", awsecrassets.Platform_LINUX_ARM64()),
			}),
		}},
	})
}

// DeepLearningContainer serves an archive by a container that AWS publishes, which may
// fetch code from Amazon S3.
func DeepLearningContainer(stack awscdk.Stack) {
	serve(stack, inference.NewModel(stack, "Model", inference.ModelProps{
		AllowNetworkAccess: true,
		Containers: []inference.ContainerProps{{
			ModelDataURL: archive,
			ImageFrom: inference.ImageFromDeepLearningContainer(inference.DeepLearningContainer{
				Framework: "pytorch", Version: "2.6.0", Processor: "cpu",
			}),
		}},
	}))
}

// ModelFromBucket has an archive in a bucket that is encrypted with a key of the app.
func ModelFromBucket(stack awscdk.Stack) {
	bucket := awss3.Bucket_FromBucketAttributes(stack, jsii.String("Models"), &awss3.BucketAttributes{
		BucketName:    jsii.String("models-eu-west-1"),
		EncryptionKey: awskms.NewKey(stack, jsii.String("Key"), &awskms.KeyProps{EnableKeyRotation: jsii.Bool(true)}),
	})
	serve(stack, model(stack, inference.ContainerProps{
		Image: image, ModelDataFrom: inference.ModelDataFromBucket(bucket, "odds/1.4.2/model.tar.gz"),
	}))
}

// ModelFromAsset has an archive that cdk deploy uploads.
func ModelFromAsset(stack awscdk.Stack) {
	asset := awss3assets.NewAsset(stack, jsii.String("Weights"), &awss3assets.AssetProps{
		Path: jsii.String("assets/model.tar.gz"),
	})
	serve(stack, model(stack, inference.ContainerProps{Image: image, ModelDataFrom: inference.ModelDataFromAsset(asset)}))
}

// ModelFromParameter has a version that is given at deployment.
func ModelFromParameter(stack awscdk.Stack) {
	version := awscdk.NewCfnParameter(stack, jsii.String("Version"), &awscdk.CfnParameterProps{Default: "1.4.2"})
	repository := awsecr.Repository_FromRepositoryName(stack, jsii.String("Repository"), jsii.String("odds"))
	serve(stack, model(stack, inference.ContainerProps{
		ImageFrom:    inference.ImageFromRepository(repository, *version.ValueAsString()),
		ModelDataURL: "s3://models-eu-west-1/odds/" + *version.ValueAsString() + "/model.tar.gz",
	}))
}

// ModelOfFiles has weights that are not compressed, and accepts their licence.
func ModelOfFiles(stack awscdk.Stack) {
	serve(stack, model(stack, inference.ContainerProps{Image: image, ModelDataURL: "s3://weights-eu-west-1/llm/", AcceptEULA: true}))
}

// ModelFromHub downloads its weights from a public hub when it starts.
func ModelFromHub(stack awscdk.Stack) {
	serve(stack, inference.NewModel(stack, "Model", inference.ModelProps{
		AllowNetworkAccess: true,
		Containers: []inference.ContainerProps{{
			Image: image, Environment: map[string]string{"HF_MODEL_ID": "distilbert/distilbert-base-uncased"},
		}},
	}))
}

// ManyModels serves every archive under a prefix.
func ManyModels(stack awscdk.Stack) {
	serve(stack, model(stack, inference.ContainerProps{Image: image, ModelDataURL: "s3://models-eu-west-1/odds/", MultiModel: true}))
}

// ModelPackage serves a version of a model package of the registry.
func ModelPackage(stack awscdk.Stack) {
	serve(stack, model(stack, inference.ContainerProps{
		ModelPackageARN: "arn:aws:sagemaker:eu-west-1:123456789012:model-package/odds/7",
	}))
}

// Pipeline prepares a request in one container and answers it in the next.
func Pipeline(stack awscdk.Stack) {
	serve(stack, model(stack,
		inference.ContainerProps{Image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/features:3"},
		inference.ContainerProps{Image: image, ModelDataURL: archive}))
}

// DirectContainers lets each request choose its container.
func DirectContainers(stack awscdk.Stack) {
	serve(stack, inference.NewModel(stack, "Model", inference.ModelProps{
		DirectInvocation: true,
		Containers: []inference.ContainerProps{
			{Image: image, ContainerHostname: "odds"},
			{Image: image, ModelDataURL: "s3://models-eu-west-1/scores/1/model.tar.gz", ContainerHostname: "scores"},
		},
	}))
}

// ModelInVPC may connect to a database of the VPC.
func ModelInVPC(stack awscdk.Stack) {
	vpc := newVPC(stack)
	database := awsec2.NewSecurityGroup(stack, jsii.String("Database"), &awsec2.SecurityGroupProps{Vpc: vpc})
	m := inference.NewModel(stack, "Model", inference.ModelProps{
		VPC: vpc, AllowNetworkAccess: true, Containers: []inference.ContainerProps{{Image: image}},
		Subnets: &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED},
	})
	database.Connections().AllowFrom(m.Connections(), awsec2.Port_Tcp(jsii.Number(5432)), jsii.String("The model"))
	serve(stack, m)
}

// ModelFromPrivateRegistry pulls its image from a registry in the VPC.
func ModelFromPrivateRegistry(stack awscdk.Stack) {
	credentials := awslambda.Function_FromFunctionArn(stack, jsii.String("Credentials"),
		jsii.String("arn:aws:lambda:eu-west-1:123456789012:function:registry"))
	serve(stack, inference.NewModel(stack, "Model", inference.ModelProps{
		VPC:     newVPC(stack),
		Subnets: &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED},
		Containers: []inference.ContainerProps{{
			Image: "registry.example.com/odds:1.4.2", PrivateRegistry: true, RegistryCredentials: credentials,
		}},
	}))
}

// ModelWithRole takes the app's own execution role.
func ModelWithRole(stack awscdk.Stack) {
	role := awsiam.NewRole(stack, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("sagemaker.amazonaws.com"), nil),
	})
	serve(stack, inference.NewModel(stack, "Model", inference.ModelProps{
		ExecutionRole: role, Containers: []inference.ContainerProps{{Image: image, ModelDataURL: archive}},
	}))
}

// ImportedModel serves models that exist already, by name, by ARN, and with the role that one has.
func ImportedModel(stack awscdk.Stack) {
	role := awsiam.Role_FromRoleArn(stack, jsii.String("Role"), jsii.String("arn:aws:iam::123456789012:role/odds"), nil)
	inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: *stack.StackName(),
		Variants: []inference.VariantProps{{
			Model:        inference.ModelFromName(stack, "Model", "odds-2026-11"),
			InstanceType: "ml.c6i.xlarge",
		}, {
			Name:         "before",
			Model:        inference.ModelFromARN(stack, "Before", "arn:aws:sagemaker:eu-west-1:123456789012:model/odds-2026-10"),
			InstanceType: "ml.c6i.xlarge",
		}, {
			Name: "next",
			Model: inference.ModelFromAttributes(stack, "Next", inference.ModelAttributes{
				ModelName: "odds-2026-12", ExecutionRole: role,
			}),
			InstanceType: "ml.c7i.xlarge",
		}},
	})
}
