// Package artifact reads and validates the parts of a SageMaker model: the URI of
// its image in Amazon ECR, the URL of its model artifacts in Amazon S3, and the
// environment variables of its container.
package artifact

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Puller is the service that pulls an image.
type Puller string

const (
	SageMaker Puller = "SageMaker"
	ECS       Puller = "Amazon ECS"
)

// maxImageLength is SageMaker's limit for ContainerDefinition.Image. Amazon ECS has
// none below what a repository and a tag add up to.
const maxImageLength = 255

// Image is an image in a private repository of Amazon ECR.
type Image struct {
	// Account is the twelve digits of the account that owns the repository.
	Account string
	// Region is the region that the repository is in.
	Region string
	// Repository is its name with namespaces, such as team/predictions.
	Repository string
	// Tag is the image's tag. "" where there is a digest.
	Tag string
	// Digest is the image's digest, sha256:… "" where there is a tag.
	Digest string
}

var (
	registryHost = regexp.MustCompile(`^([0-9]{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.(?:com|com\.cn|eu)$`)
	repository   = regexp.MustCompile(`^[a-z0-9]+(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)*$`)
	imageTag     = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`)
	imageDigest  = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// ParseImage reads the URI of an image that the service by pulls. The error is a
// problem.List without paths.
func ParseImage(uri string, by Puller) (Image, error) {
	var ps problem.List
	if n := len(uri); by == SageMaker && n > maxImageLength {
		ps.Add("", uri, fmt.Sprintf("SageMaker takes an image's URI of at most %d characters, this one has %d",
			maxImageLength, n), "shorten the repository's name or the tag")
	}
	host, rest, _ := strings.Cut(uri, "/")
	registry := registryHost.FindStringSubmatch(host)
	if registry == nil {
		ps.Add("", uri, "an image is ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG, "+
			"or @sha256:DIGEST in place of :TAG; "+string(by)+" pulls it from Amazon ECR",
			"copy the image URI from the repository in Amazon ECR")
		return Image{}, ps
	}
	name, digest, hasDigest := strings.Cut(rest, "@")
	name, tag, hasTag := strings.Cut(name, ":")

	if n := len(name); !repository.MatchString(name) || n < 2 || n > 256 {
		ps.Add("", uri, "a repository's name has 2 to 256 lower-case letters and digits, "+
			"with single '.', '_', '-' or '/' between them",
			"copy the image URI from the repository in Amazon ECR")
	}
	switch {
	case hasTag && hasDigest:
		ps.Add("", uri, string(by)+" takes a tag or a digest, not both", "keep the digest, it names the image exactly")
	case hasDigest && !imageDigest.MatchString(digest):
		ps.Add("", uri, "a digest is sha256: and 64 hexadecimal digits", "copy the digest from Amazon ECR")
	case hasTag && !imageTag.MatchString(tag):
		ps.Add("", uri, "a tag has 1 to 128 letters, digits, '_', '.' and '-', and begins with neither '.' nor '-'",
			"copy the tag from Amazon ECR")
	case !hasTag && !hasDigest:
		ps.Add("", uri, "the image has neither a tag nor a digest, so that containers could start with different ones",
			"add the tag or, best, the digest that was tested")
	}
	if err := ps.Err(); err != nil {
		return Image{}, err
	}
	return Image{Account: registry[1], Region: registry[2], Repository: name, Tag: tag, Digest: digest}, nil
}

// OtherRegion says that an image cannot be pulled from another Region than SageMaker's. uri
// is "" where it is not known.
func OtherRegion(uri, imageRegion, region string) problem.List {
	var ps problem.List
	var got any
	if uri != "" {
		got = uri
	}
	ps.Add("", got, "SageMaker pulls an image from its own region "+region+", this one is in "+imageRegion,
		"replicate the repository to "+region+" and give the image there")
	return ps
}
