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
	// Default: none, required unless modelPackageArn is given.
	Image string `json:"image,omitempty"`
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
	ModelDataKeyARN string `json:"modelDataKeyArn,omitempty" jsonschema:"pattern=^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$"`
	// AcceptEULA accepts the licence of model data that is not compressed and whose owner
	// asks for it. Default: false, nothing is accepted.
	AcceptEULA bool `json:"acceptEula,omitempty"`
	// Environment is the container's environment variables, 100 at most and no
	// secrets: they can be read in the template and in SageMaker. Default: none.
	Environment map[string]string `json:"environment,omitempty"`
}

// ManyModels makes a container serve many models.
type ManyModels struct {
	// MultiModel serves all archives below modelDataUrl, which ends in a slash. A request
	// names its own by TargetModel, and SageMaker loads it when it is asked for.
	// Default: false, the container serves one model.
	MultiModel bool `json:"multiModel,omitempty"`
	// DisableModelCache makes a container of many models load a model anew for each
	// request. Default: false, loaded models are kept.
	DisableModelCache bool `json:"disableModelCache,omitempty"`
}

// ModelContainer is one of several containers of a model.
type ModelContainer struct {
	Container
	ManyModels
	// ContainerHostname names the container in its logs and metrics, and in requests for
	// directInvocation: 1 to 63 letters, digits and hyphens. All containers have one, or
	// none. Default: none, SageMaker's own name.
	ContainerHostname string `json:"containerHostname,omitempty"`
}

// known is the container as its rules know it.
func (c ModelContainer) known() artifact.Container {
	return artifact.Container{
		Image: c.Image, ModelPackageARN: c.ModelPackageARN, InferenceSpecificationName: c.InferenceSpecificationName,
		ModelDataURL: c.ModelDataURL, ModelDataKey: c.ModelDataKeyARN != "", AcceptEULA: c.AcceptEULA,
		MultiModel: c.MultiModel, DisableModelCache: c.DisableModelCache,
		Environment: c.Environment, ContainerHostname: c.ContainerHostname,
	}
}

// validate judges the container at a path. Nothing is said of keys together where one of
// them has been reported.
func (c ModelContainer) validate(at, region string, src source) problem.List {
	known := c.known()
	ps := known.ValidateFields()
	reported := func(key string) bool { return key != "environment" && src.faulty(keyPath(at, key)) }
	if !slices.ContainsFunc(containerKeys(), reported) {
		ps = append(ps, known.ValidateTogether()...)
	}
	if region != "" {
		if image, err := artifact.ParseImage(c.Image, artifact.SageMaker); err == nil && image.Region != region {
			ps = append(ps, artifact.OtherRegion(c.Image, image.Region, region).In("Image")...)
		}
		ps = append(ps, artifact.OtherPackageRegion(c.ModelPackageARN, region)...)
		ps = append(ps, artifact.OtherKeyRegion(c.ModelDataKeyARN, region).In("ModelDataKey")...)
	}
	ps = inYAML[ModelContainer](ps.Map(func(path string) string {
		if path == "ModelDataKey" {
			return "ModelDataKeyARN"
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
