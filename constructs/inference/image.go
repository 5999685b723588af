package inference

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecrassets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// ContainerImage is an image of a container, made by one of the functions ImageFrom….
// The execution role may pull it.
type ContainerImage struct {
	problems problem.List
	// bind returns the image; scope and id are for what it has to make. Problems are those
	// of the stack.
	bind func(scope constructs.Construct, id string) (boundImage, problem.List)
}

// boundImage is an image in a repository that is known.
type boundImage struct {
	uri, repositoryARN, region string
}

func (i ContainerImage) given() bool { return i.bind != nil || len(i.problems) > 0 }

// ImageFromRepository is the image of a repository with a tag, or with a digest
// sha256:….
func ImageFromRepository(repository awsecr.IRepository, tagOrDigest string) ContainerImage {
	var ps problem.List
	if problem.IsNil(repository) {
		ps.Add("", nil, "an image is in a repository", "make one with awsecr.NewRepository, or import it")
	}
	if !problem.Unresolved(tagOrDigest) {
		separator := ":"
		if strings.HasPrefix(tagOrDigest, "sha256:") {
			separator = "@"
		}
		// The repository stands in for the one that is given, whose name may be a token.
		_, err := artifact.ParseImage("123456789012.dkr.ecr.eu-west-1.amazonaws.com/repository"+separator+tagOrDigest,
			artifact.SageMaker)
		for _, p := range problem.From(err) {
			p.Got = problem.Value(tagOrDigest)
			ps = append(ps, p)
		}
	}
	if len(ps) > 0 {
		return ContainerImage{problems: ps}
	}
	return ContainerImage{bind: func(constructs.Construct, string) (boundImage, problem.List) {
		return boundImage{
			uri:           *repository.RepositoryUriForTagOrDigest(jsii.String(tagOrDigest)),
			repositoryARN: *repository.RepositoryArn(), region: *repository.Env().Region,
		}, nil
	}}
}

// ImageFromAsset is the image of an asset, which cdk deploy builds and pushes.
func ImageFromAsset(asset awsecrassets.DockerImageAsset) ContainerImage {
	if problem.IsNil(asset) {
		var ps problem.List
		ps.Add("", nil, "an image is built from an asset", "make one with awsecrassets.NewDockerImageAsset")
		return ContainerImage{problems: ps}
	}
	return ContainerImage{bind: func(constructs.Construct, string) (boundImage, problem.List) {
		return boundImage{
			uri: *asset.ImageUri(), repositoryARN: *asset.Repository().RepositoryArn(), region: *asset.Repository().Env().Region,
		}, nil
	}}
}

// ImageFromFolder is the image that cdk deploy builds from a folder with a Dockerfile and
// pushes. platform is that of the instances, such as
// awsecrassets.Platform_LINUX_ARM64() for Graviton; nil is linux/amd64, whatever the
// machine is that builds it.
func ImageFromFolder(folder string, platform awsecrassets.Platform) ContainerImage {
	if _, err := os.Stat(filepath.Join(folder, "Dockerfile")); err != nil {
		var ps problem.List
		ps.Add("", folder, "an image is built from a folder with a Dockerfile, and there is none",
			"give the folder's path from where the app runs")
		return ContainerImage{problems: ps}
	}
	return ContainerImage{bind: func(scope constructs.Construct, id string) (boundImage, problem.List) {
		if problem.IsNil(platform) {
			platform = awsecrassets.Platform_LINUX_AMD64()
		}
		asset := awsecrassets.NewDockerImageAsset(scope, jsii.String(id), &awsecrassets.DockerImageAssetProps{
			Directory: jsii.String(folder), Platform: platform,
		})
		return ImageFromAsset(asset).bind(scope, id)
	}}
}

// DeepLearningContainer names an inference image of AWS Deep Learning Containers, or of
// SageMaker's own frameworks, as the SageMaker Python SDK lists them.
type DeepLearningContainer struct {
	// Framework is autogluon, djl-lmi, djl-neuronx, djl-tensorrtllm, huggingface-llm,
	// huggingface-llm-neuronx, huggingface-pytorch, huggingface-sglang, huggingface-tei,
	// huggingface-vllm, huggingface-vllm-neuronx, pytorch, sagemaker-tritonserver, sglang,
	// sklearn, tensorflow, vllm or xgboost. Required.
	Framework string
	// Version is the full version, such as 2.6.0. That of huggingface-pytorch is the
	// version of transformers. Required.
	Version string
	// Processor is what the instances compute with: cpu, gpu, graviton, or neuronx for
	// Inferentia2 and Trainium. xgboost has none.
	// Default: "", the version's only one; an error where it has several.
	Processor string
	// PythonVersion is Python's version in the container, such as py312.
	// Default: "", the newest of Version.
	PythonVersion string
}

// ImageFromDeepLearningContainer is an image that AWS publishes, in the stack's Region. The
// stack needs an env with its Region; without one, or in a Region that does not have the
// image, the construct panics with that. AWS moves the tags to newer patches: for an image
// that never changes give ContainerProps.Image a digest.
func ImageFromDeepLearningContainer(c DeepLearningContainer) ContainerImage {
	published := artifact.DeepLearningContainer(c)
	if ps := published.Validate(); len(ps) > 0 {
		return ContainerImage{problems: ps}
	}
	return ContainerImage{bind: func(scope constructs.Construct, _ string) (boundImage, problem.List) {
		region := regionOf(scope)
		if region == "" {
			var ps problem.List
			ps.Add("", nil, "the registry of "+c.Framework+" "+c.Version+" depends on the Region, "+
				"and the stack's is known at deployment only", "give the stack an env with its Region")
			return boundImage{}, ps
		}
		image, err := published.Image(region)
		if err != nil {
			return boundImage{}, problem.From(err)
		}
		return boundImage{uri: image.URI(), region: region, repositoryARN: *awscdk.Stack_Of(scope).FormatArn(
			&awscdk.ArnComponents{
				Service: jsii.String("ecr"), Account: jsii.String(image.Account), Region: jsii.String(region),
				Resource: jsii.String("repository"), ResourceName: jsii.String(image.Repository),
			})}, nil
	}}
}

// regionOf returns the Region of scope's stack, "" where it is known at deployment only.
func regionOf(scope constructs.Construct) string {
	return known(*awscdk.Stack_Of(scope).Region())
}

// known returns text, or "" for a token.
func known(text string) string {
	if problem.Unresolved(text) {
		return ""
	}
	return text
}
