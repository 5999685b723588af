package inference

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ContainerProps describes a container of a Model: its image and its model data, or a
// model package that has both. The execution role may read what they name and no more.
type ContainerProps struct {
	// Image is the container image in Amazon ECR, with a tag or a digest:
	// ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG. With PrivateRegistry it is
	// an image there. One of Image, ImageFrom and ModelPackageARN is required. Where a
	// token stands for all of it, the repository is not known, and the caller lets
	// Model.ExecutionRole pull from it.
	// Default: "", ImageFrom or ModelPackageARN.
	Image string
	// ImageFrom is the image by a construct, a folder or a name.
	// Default: none, Image or ModelPackageARN.
	ImageFrom ContainerImage
	// ModelPackageARN is a version of a model package, from the model registry or from
	// AWS Marketplace: arn:aws:sagemaker:REGION:ACCOUNT:model-package/NAME/VERSION.
	// What the package names is not known at synthesis: the caller lets
	// Model.ExecutionRole read its image and archive. Marketplace needs no permission.
	// Default: "", Image or ImageFrom.
	ModelPackageARN string
	// InferenceSpecificationName chooses one of the package's specifications.
	// Default: "", the package's own.
	InferenceSpecificationName string
	// ModelDataURL is the model data in Amazon S3: s3://BUCKET/KEY.tar.gz, an archive;
	// or s3://BUCKET/PREFIX/, with a slash at the end: files that are not compressed,
	// or with MultiModel archives.
	// Default: "", ModelDataFrom, or the image contains the model.
	ModelDataURL string
	// ModelDataFrom is the model data by a construct.
	// Default: none, ModelDataURL, or the image contains the model.
	ModelDataFrom ModelData
	// ModelDataKey is the KMS key that the model data is encrypted with, where no bucket
	// construct says so. The execution role may decrypt with it. A change takes the old
	// key from the role before the endpoint is updated, so let the role decrypt with both
	// until then.
	// Default: nil, S3's own key, which needs no permission.
	ModelDataKey awskms.IKey
	// AcceptEULA accepts the licence that the owner of model data asks users to accept.
	// SageMaker takes it with files that are not compressed only.
	// Default: false, nothing is accepted.
	AcceptEULA bool
	// MultiModel serves many archives under one prefix. A request names its own by
	// TargetModel, and SageMaker loads it when it is asked for.
	// Default: false, the container serves one model.
	MultiModel bool
	// DisableModelCache makes a MultiModel container load a model anew for each request.
	// Default: false, loaded models are kept.
	DisableModelCache bool
	// PrivateRegistry says that Image is in a Docker registry that is no Amazon ECR and
	// is reached through the model's VPC.
	// Default: false, Image is in Amazon ECR.
	PrivateRegistry bool
	// RegistryCredentials is the function that returns a user and a password for
	// PrivateRegistry. The execution role may invoke it.
	// Default: nil, the registry asks for none.
	RegistryCredentials awslambda.IFunction
	// Environment is the container's environment variables.
	// Default: none.
	Environment map[string]string
	// ContainerHostname names the container of a model with several, in its logs and
	// metrics, and in requests for DirectInvocation: 1 to 63 letters, digits and hyphens.
	// Either all containers have one or none.
	// Default: "", SageMaker's own name; with one container it is an error.
	ContainerHostname string
}

func (p ContainerProps) validate() problem.List {
	known := p.known()
	ps := append(known.ValidateFields(), p.ImageFrom.problems.In("ImageFrom")...)
	ps = append(ps, p.ModelDataFrom.problems.In("ModelDataFrom")...)
	if len(p.ModelDataFrom.problems) == 0 {
		ps = append(ps, known.ValidateTogether()...)
	}
	return append(ps, artifact.ValidateEnvironment(p.Environment).In("Environment")...)
}

// known is the container as its rules know it.
func (p ContainerProps) known() artifact.Container {
	return artifact.Container{
		Image: p.Image, ImageFrom: p.ImageFrom.given(),
		ModelPackageARN: p.ModelPackageARN, InferenceSpecificationName: p.InferenceSpecificationName,
		ModelDataURL: p.ModelDataURL, ModelDataFrom: p.ModelDataFrom.uri,
		ModelDataKey: p.ModelDataKey != nil, RegistryCredentials: p.RegistryCredentials != nil,
		AcceptEULA: p.AcceptEULA, MultiModel: p.MultiModel, DisableModelCache: p.DisableModelCache,
		PrivateRegistry: p.PrivateRegistry, Environment: p.Environment, ContainerHostname: p.ContainerHostname,
	}
}

// property returns the container. image is its URI, "" for a package.
func (p ContainerProps) property(image string) *awssagemaker.CfnModel_ContainerDefinitionProperty {
	out := &awssagemaker.CfnModel_ContainerDefinitionProperty{
		Image: optionalString(image), ModelPackageName: optionalString(p.ModelPackageARN),
		InferenceSpecificationName: optionalString(p.InferenceSpecificationName),
		ContainerHostname:          optionalString(p.ContainerHostname),
	}
	data := p.modelData()
	switch {
	case data.uri == "":
	case p.MultiModel || !data.prefix():
		out.ModelDataUrl = jsii.String(data.uri)
	default:
		out.ModelDataSource = data.uncompressed(p.AcceptEULA)
	}
	if p.MultiModel {
		out.Mode = jsii.String("MultiModel")
	}
	if p.DisableModelCache {
		out.MultiModelConfig = &awssagemaker.CfnModel_MultiModelConfigProperty{ModelCacheSetting: jsii.String("Disabled")}
	}
	if p.PrivateRegistry {
		config := &awssagemaker.CfnModel_ImageConfigProperty{RepositoryAccessMode: jsii.String("Vpc")}
		if p.RegistryCredentials != nil {
			config.RepositoryAuthConfig = &awssagemaker.CfnModel_RepositoryAuthConfigProperty{
				RepositoryCredentialsProviderArn: p.RegistryCredentials.FunctionArn(),
			}
		}
		out.ImageConfig = config
	}
	if len(p.Environment) > 0 {
		variables := map[string]*string{}
		for name, value := range p.Environment {
			variables[name] = jsii.String(value)
		}
		out.Environment = &variables
	}
	return out
}
