package inference

import (
	"fmt"
	"regexp"

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

// hostname is the API's pattern for names of containers and specifications.
var hostname = regexp.MustCompile(`^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$`)

// packageARN is the ARN of a version of a model package.
var packageARN = regexp.MustCompile(
	`^arn:aws[a-z-]*:sagemaker:([a-z0-9-]+):[0-9]{12}:model-package/[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}(/[0-9]{1,9})?$`)

func (p ContainerProps) validate() problem.List {
	ps := p.validateImage()
	ps = append(ps, p.validateModelData()...)
	if p.RegistryCredentials != nil && !p.PrivateRegistry {
		ps.Add("RegistryCredentials", nil, "Amazon ECR takes no user and password",
			"set PrivateRegistry, or leave it out")
	}
	for _, name := range []struct{ field, value string }{
		{"ContainerHostname", p.ContainerHostname}, {"InferenceSpecificationName", p.InferenceSpecificationName},
	} {
		if name.value != "" && !problem.Unresolved(name.value) && !hostname.MatchString(name.value) {
			ps.Add(name.field, name.value, "this has 1 to 63 letters, digits and hyphens, and begins and ends with no hyphen",
				"such as \"preprocessing\"")
		}
	}
	if p.InferenceSpecificationName != "" && p.ModelPackageARN == "" {
		ps.Add("InferenceSpecificationName", p.InferenceSpecificationName, "only a model package has specifications",
			"give ModelPackageARN, or leave it out")
	}
	return append(ps, artifact.ValidateEnvironment(p.Environment).In("Environment")...)
}

// validateImage checks that there is one image or package.
func (p ContainerProps) validateImage() problem.List {
	var ps problem.List
	ways := 0
	for _, given := range []bool{p.Image != "", p.ImageFrom.given(), p.ModelPackageARN != ""} {
		if given {
			ways++
		}
	}
	switch {
	case ways == 0:
		ps.Add("Image", nil, "a container has an image, or a model package that names one",
			"give one of Image, ImageFrom and ModelPackageARN")
	case ways > 1:
		ps.Add("Image", nil, fmt.Sprintf(
			"a container has one image, and %d of Image, ImageFrom and ModelPackageARN are given", ways), "keep one of them")
	}
	if p.PrivateRegistry && p.Image == "" {
		ps.Add("PrivateRegistry", true, "the image of a private registry is given by its name there", "give Image")
	}
	if p.Image != "" && !p.PrivateRegistry && !problem.Unresolved(p.Image) {
		_, err := artifact.ParseImage(p.Image, artifact.SageMaker)
		ps = append(ps, problem.From(err).In("Image")...)
	}
	if arn := p.ModelPackageARN; arn != "" && !problem.Unresolved(arn) && !packageARN.MatchString(arn) {
		ps.Add("ModelPackageARN", arn,
			"a package's version is arn:aws:sagemaker:REGION:ACCOUNT:model-package/NAME/VERSION",
			"copy the ARN of the version from the model registry")
	}
	return append(ps, p.ImageFrom.problems.In("ImageFrom")...)
}

// validateModelData checks that there is at most one source, of the kind that the
// container takes.
func (p ContainerProps) validateModelData() problem.List {
	var ps problem.List
	data, err := p.modelData()
	ps = append(ps, problem.From(err)...)
	given := p.ModelDataURL != "" || p.ModelDataFrom.given()
	switch {
	case p.ModelDataURL != "" && p.ModelDataFrom.given():
		ps.Add("ModelDataURL", p.ModelDataURL, "a container has one source of model data",
			"leave out ModelDataURL or ModelDataFrom")
	case given && p.ModelPackageARN != "":
		ps.Add("ModelDataURL", nil, "a model package names its model data", "leave out the model data, or the package")
	case p.MultiModel && !given:
		ps.Add("MultiModel", true, "the models of the container are archives under a prefix in Amazon S3",
			"give ModelDataURL, such as \"s3://models-eu-west-1/odds/\", or ModelDataFrom")
	case p.MultiModel && err == nil && data.known() && !data.prefix():
		ps.Add("MultiModel", true, "the model data is one archive", "give the prefix of several, or leave MultiModel out")
	}
	if p.DisableModelCache && !p.MultiModel {
		ps.Add("DisableModelCache", true, "only a container of several models has a cache", "set MultiModel, or leave it out")
	}
	if p.AcceptEULA && (p.MultiModel || !given || err == nil && data.known() && !data.prefix()) {
		ps.Add("AcceptEULA", true, "SageMaker takes it with files that are not compressed only",
			"give their prefix, or leave it out")
	}
	if p.ModelDataKey != nil && !given {
		ps.Add("ModelDataKey", nil, "a key without model data has nothing to decrypt",
			"give ModelDataURL or ModelDataFrom, or leave the key out")
	}
	return ps
}

// property returns the container. image is its URI, "" for a package.
func (p ContainerProps) property(image string) *awssagemaker.CfnModel_ContainerDefinitionProperty {
	out := &awssagemaker.CfnModel_ContainerDefinitionProperty{
		Image: optionalString(image), ModelPackageName: optionalString(p.ModelPackageARN),
		InferenceSpecificationName: optionalString(p.InferenceSpecificationName),
		ContainerHostname:          optionalString(p.ContainerHostname),
	}
	data, _ := p.modelData() // validated
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
