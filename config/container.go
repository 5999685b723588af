package config

import (
	"slices"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Container is an image with its model data, or a model package that has both. The
// model's role may read what it names.
type Container struct {
	// Image is the image's URI in Amazon ECR, with a tag or a digest:
	// ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG.
	// Default: none, required unless deepLearningContainer or modelPackageArn is given.
	Image string `json:"image,omitempty"`
	// DeepLearningContainer is an image that AWS publishes. Default: none, image.
	DeepLearningContainer *DeepLearningContainer `json:"deepLearningContainer,omitempty"`
	// ModelPackageARN is a version of a model package, of the model registry or of AWS
	// Marketplace: arn:aws:sagemaker:REGION:ACCOUNT:model-package/NAME/VERSION. What a
	// package of the registry names is not known here: give executionRoleArn a role that
	// reads it, or let the model's role read it. Default: none, image.
	ModelPackageARN string `json:"modelPackageArn,omitempty"`
	// InferenceSpecificationName chooses one of the package's specifications.
	// Default: none, the package's own.
	InferenceSpecificationName string `json:"inferenceSpecificationName,omitempty"`
	// ModelDataURL is the model data in Amazon S3: an archive, s3://BUCKET/KEY.tar.gz, or
	// with a slash at the end all objects below s3://BUCKET/PREFIX/, which are not
	// compressed. Default: none, the image holds the model.
	ModelDataURL string `json:"modelDataUrl,omitempty"`
	// ModelDataKeyARN is the KMS key that the model data is encrypted with, which the
	// model's role may decrypt with. A change takes the old key from the role before the
	// endpoint is updated. Default: none, a key of Amazon S3, which needs no permission.
	ModelDataKeyARN string `json:"modelDataKeyArn,omitempty" jsonschema:"pattern=^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+$"`
	// AcceptEULA accepts the licence of model data that is not compressed and whose owner
	// asks for it. Default: false, nothing is accepted.
	AcceptEULA bool `json:"acceptEula,omitempty"`
	// Environment is the container's environment variables, 100 at most and no
	// secrets: they can be read in the template and in SageMaker. Default: none.
	Environment map[string]string `json:"environment,omitempty"`
}

// DeepLearningContainer names an inference image of AWS Deep Learning Containers, or of
// SageMaker's own frameworks, in the environment's Region. AWS moves the tags to newer
// patches: an image that never changes is given by its digest.
type DeepLearningContainer struct {
	// Framework is the framework's name in the SageMaker SDK, such as pytorch, djl-lmi,
	// huggingface-vllm, sagemaker-tritonserver or xgboost.
	Framework string `json:"framework"`
	// Version is the framework's full version, such as 2.6.0; of huggingface-pytorch that
	// of transformers.
	Version string `json:"version"`
	// Processor is what the instances compute with: cpu, gpu, graviton, or neuronx for
	// Inferentia2 and Trainium. Default: the version's only one.
	Processor string `json:"processor,omitempty"`
	// PythonVersion is Python's version in the container, such as py312.
	// Default: the newest that the version has.
	PythonVersion string `json:"pythonVersion,omitempty"`
}

// validate judges c in a Region, "" where that is not known.
func (c *DeepLearningContainer) validate(region string) problem.List {
	if c == nil {
		return nil
	}
	published := artifact.DeepLearningContainer(*c)
	ps := published.Validate()
	if len(ps) == 0 && region != "" {
		_, err := published.Image(region)
		ps = problem.From(err)
	}
	return ps.In("DeepLearningContainer")
}

// ContainerOptions are what the container of a model may have and that of a component may
// not.
type ContainerOptions struct {
	// MultiModel serves all archives below modelDataUrl, which ends in a slash. A request
	// names its own by TargetModel, and SageMaker loads it when it is asked for.
	// Default: false, the container serves one model.
	MultiModel bool `json:"multiModel,omitempty"`
	// DisableModelCache makes a container of many models load a model anew for each
	// request. Default: false, loaded models are kept.
	DisableModelCache bool `json:"disableModelCache,omitempty"`
	Registry
}

// Registry is a Docker registry that is not Amazon ECR.
type Registry struct {
	// PrivateRegistry says that image is in a Docker registry that is not Amazon ECR and
	// is reached through the model's vpc. Default: false, it is in Amazon ECR.
	PrivateRegistry bool `json:"privateRegistry,omitempty"`
	// RegistryCredentialsARN is the AWS Lambda function that returns a user and a password
	// for a private registry. The model's role may invoke it.
	// Default: none, the registry asks for none.
	RegistryCredentialsARN string `json:"registryCredentialsArn,omitempty" jsonschema:"pattern=^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]+$"`
}

// ModelContainer is one of several containers of a model.
type ModelContainer struct {
	Container
	ContainerOptions
	// ContainerHostname names the container in its logs and metrics, and in requests for
	// directInvocation: 1 to 63 letters, digits and hyphens. All containers have one, or
	// none. Default: none, SageMaker's own name.
	ContainerHostname string `json:"containerHostname,omitempty"`
}

// known is the container as its rules know it.
func (c ModelContainer) known() artifact.Container {
	return artifact.Container{
		Image: c.Image, ImageFrom: c.DeepLearningContainer != nil,
		ModelPackageARN: c.ModelPackageARN, InferenceSpecificationName: c.InferenceSpecificationName,
		ModelDataURL: c.ModelDataURL, ModelDataKey: c.ModelDataKeyARN != "", AcceptEULA: c.AcceptEULA,
		MultiModel: c.MultiModel, DisableModelCache: c.DisableModelCache,
		PrivateRegistry: c.PrivateRegistry, RegistryCredentials: c.RegistryCredentialsARN != "",
		Environment: c.Environment, ContainerHostname: c.ContainerHostname,
	}
}

// validate judges the container at a path. Nothing is said of keys together where one of
// them has been reported.
func (c ModelContainer) validate(at, region string, src source) problem.List {
	known := c.known()
	ps := known.ValidateFields()
	reported := func(key string) bool { return key != "environment" && src.touched(keyPath(at, key)) }
	if !src.touched(keyPath(at, "deepLearningContainer")) {
		ps = append(ps, c.DeepLearningContainer.validate(region)...)
	}
	if !slices.ContainsFunc(containerKeys(), reported) {
		ps = append(ps, known.ValidateTogether()...)
	}
	if region != "" {
		image, err := artifact.ParseImage(c.Image, artifact.SageMaker)
		if err == nil && !c.PrivateRegistry && image.Region != region {
			ps = append(ps, artifact.OtherRegion(c.Image, image.Region, region).In("Image")...)
		}
		ps = append(ps, artifact.OtherPackageRegion(c.ModelPackageARN, region)...)
		ps = append(ps, artifact.OtherKeyRegion(c.ModelDataKeyARN, region).In("ModelDataKey")...)
	}
	ps = inYAML[ModelContainer](ps.Map(func(path string) string {
		if path == "ModelDataKey" || path == "RegistryCredentials" {
			return path + "ARN"
		}
		return path
	}), at)
	for _, p := range artifact.ValidateEnvironment(c.Environment) {
		if p.Path == "" {
			p.Path = keyPath(at, "environment")
		} else {
			p.Path = keyPath(keyPath(at, "environment"), p.Path)
		}
		ps = append(ps, p)
	}
	return ps
}

// containerKeys are the keys of a container.
func containerKeys() []string { return keys(schemaAt([]string{"model", "containers", "0"})) }
