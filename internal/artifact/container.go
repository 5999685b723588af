package artifact

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Container is a container of a Model as far as it is known before the deployment. Its
// fields are named as those of the constructs and of environment files.
type Container struct {
	// Image is the image's URI. ImageFrom says that a construct gives the image.
	Image     string
	ImageFrom bool
	// ModelPackageARN is the version of a model package, in place of the image.
	ModelPackageARN, InferenceSpecificationName string
	// ModelDataURL is the model data. ModelDataFrom is the URL that a construct gives,
	// and has judged.
	ModelDataURL, ModelDataFrom string
	// ModelDataKey and RegistryCredentials say that there is one.
	ModelDataKey, RegistryCredentials                          bool
	AcceptEULA, MultiModel, DisableModelCache, PrivateRegistry bool
	Environment                                                map[string]string
	ContainerHostname                                          string
}

// hostname is the API's pattern for names of containers and specifications.
var hostname = regexp.MustCompile(`^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$`)

// packageARN is the ARN of a version of a model package.
var packageARN = regexp.MustCompile(
	`^arn:aws[a-z-]*:sagemaker:([a-z0-9-]+):[0-9]{12}:model-package/[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}(/[0-9]{1,9})?$`)

// PackageRegion is the Region of a model package, "" where the ARN does not say it.
func PackageRegion(arn string) string {
	if parts := packageARN.FindStringSubmatch(arn); parts != nil {
		return parts[1]
	}
	return ""
}

// OtherPackageRegion says that a model package is in another Region than SageMaker's.
func OtherPackageRegion(arn, region string) problem.List {
	var ps problem.List
	if there := PackageRegion(arn); there != "" && there != region {
		ps.Add("ModelPackageARN", arn, "SageMaker takes model packages of its own region "+region+", this one is in "+there,
			"give the version that is registered in "+region)
	}
	return ps
}

// OtherKeyRegion says that the KMS key of model data is in another Region than SageMaker's:
// Amazon S3 encrypts with keys of the bucket's Region, which is SageMaker's.
func OtherKeyRegion(arn, region string) problem.List {
	var ps problem.List
	if parts := strings.Split(arn, ":"); len(parts) > 3 && !problem.Unresolved(parts[3]) && parts[3] != region {
		ps.Add("", arn, "SageMaker reads model data of its own region "+region+", this key is in "+parts[3],
			"give the key of the bucket in "+region)
	}
	return ps
}

// ParseModelDataURL checks the URL of an archive, or with a slash at its end of a prefix.
func ParseModelDataURL(url string) (ModelData, error) {
	if !strings.HasSuffix(url, "/") {
		return parseArchive(url,
			"pack the model as a gzip compressed tar archive, or end the URL with a slash for all objects below it")
	}
	folder, err := ParseFolder(url)
	ps := problem.From(err)
	for i := range ps {
		ps[i].Fix = "such as \"s3://models-eu-west-1/odds/\""
	}
	return ModelData{Bucket: folder.Bucket, Key: folder.Prefix}, ps.Err()
}

// ValidateFields returns what is wrong with each text by itself, but for Environment,
// which ValidateEnvironment checks. Texts that are known only at deployment are right.
func (c Container) ValidateFields() problem.List {
	var ps problem.List
	if c.Image != "" && !c.PrivateRegistry && !problem.Unresolved(c.Image) {
		_, err := ParseImage(c.Image, SageMaker)
		ps = append(ps, problem.From(err).In("Image")...)
	}
	if arn := c.ModelPackageARN; arn != "" && !problem.Unresolved(arn) && !packageARN.MatchString(arn) {
		ps.Add("ModelPackageARN", arn,
			"a package's version is arn:aws:sagemaker:REGION:ACCOUNT:model-package/NAME/VERSION",
			"copy the ARN of the version from the model registry")
	}
	if c.ModelDataURL != "" && !problem.Unresolved(c.ModelDataURL) {
		_, err := ParseModelDataURL(c.ModelDataURL)
		ps = append(ps, problem.From(err).In("ModelDataURL")...)
	}
	for _, name := range []struct{ field, value string }{
		{"ContainerHostname", c.ContainerHostname}, {"InferenceSpecificationName", c.InferenceSpecificationName},
	} {
		if name.value != "" && !problem.Unresolved(name.value) && !hostname.MatchString(name.value) {
			ps.Add(name.field, name.value, "this has 1 to 63 letters, digits and hyphens, and begins and ends with no hyphen",
				"such as \"preprocessing\"")
		}
	}
	return ps
}

// ValidateTogether returns what of the fields does not go together.
func (c Container) ValidateTogether() problem.List {
	return append(c.validateImage(), c.validateModelData()...)
}

// validateImage checks that there is one image or package.
func (c Container) validateImage() problem.List {
	var ps problem.List
	switch given := c.Image != "" || c.ImageFrom; {
	case !given && c.ModelPackageARN == "":
		ps.Add("Image", nil, "a container has an image, or a model package that names one",
			"give «Image» or «ModelPackageARN»")
	case c.Image != "" && c.ImageFrom:
		ps.Add("Image", c.Image, "a container has one image, and another way to it is given", "keep one of the two")
	case given && c.ModelPackageARN != "":
		ps.Add("ModelPackageARN", c.ModelPackageARN, "a model package names its image, and an image is given too",
			"keep one of the two")
	}
	if c.PrivateRegistry && c.Image == "" {
		ps.Add("PrivateRegistry", true, "the image of a private registry is given by its name there", "give «Image»")
	}
	if c.RegistryCredentials && !c.PrivateRegistry {
		ps.Add("RegistryCredentials", nil, "Amazon ECR takes no user and password",
			"set «PrivateRegistry», or leave it out")
	}
	if c.InferenceSpecificationName != "" && c.ModelPackageARN == "" {
		ps.Add("InferenceSpecificationName", c.InferenceSpecificationName, "only a model package has specifications",
			"give «ModelPackageARN», or leave it out")
	}
	return ps
}

// validateModelData checks that there is at most one source, of the kind that the
// container takes.
func (c Container) validateModelData() problem.List {
	var ps problem.List
	given := c.modelData() != ""
	archive := given && c.kindIsKnown() && !c.Prefix()
	switch {
	case c.ModelDataURL != "" && c.ModelDataFrom != "":
		ps.Add("ModelDataURL", c.ModelDataURL, "a container has one source of model data", "keep one of them")
	case given && c.ModelPackageARN != "":
		ps.Add("ModelDataURL", nil, "a model package names its model data", "leave out the model data, or the package")
	case c.MultiModel && !given:
		ps.Add("MultiModel", true, "the models of the container are archives under a prefix in Amazon S3",
			"give «ModelDataURL», such as \"s3://models-eu-west-1/odds/\"")
	case c.MultiModel && archive:
		ps.Add("MultiModel", true, "the model data is one archive",
			"give the prefix of several, with a slash at its end, or leave «MultiModel» out")
	}
	if c.DisableModelCache && !c.MultiModel {
		ps.Add("DisableModelCache", true, "only a container of several models has a cache",
			"set «MultiModel», or leave it out")
	}
	if c.AcceptEULA && (c.MultiModel || !given || archive) {
		ps.Add("AcceptEULA", true, "SageMaker takes it with files that are not compressed only",
			"give their prefix, with a slash at its end, or leave it out")
	}
	if c.ModelDataKey && !given {
		ps.Add("ModelDataKey", nil, "a key without model data has nothing to decrypt",
			"give «ModelDataURL», or leave the key out")
	}
	return ps
}

// modelData is the URL of the model data, whichever way it is given.
func (c Container) modelData() string { return cmp.Or(c.ModelDataFrom, c.ModelDataURL) }

// kindIsKnown reports whether the URL says what the data is: it is right, and its end is
// known.
func (c Container) kindIsKnown() bool {
	url := c.modelData()
	if strings.HasSuffix(url, "]}") {
		return false
	}
	_, err := ParseModelDataURL(url)
	return err == nil || c.ModelDataFrom != "" || problem.Unresolved(url)
}

// Prefix reports whether the model data is all objects below a prefix.
func (c Container) Prefix() bool { return strings.HasSuffix(c.modelData(), "/") }
