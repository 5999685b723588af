package artifact

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Folder is a prefix in Amazon S3 under which a SageMaker asynchronous endpoint
// reads or writes objects.
type Folder struct {
	// Bucket is the bucket's name.
	Bucket string
	// Prefix is the prefix of the keys. "" is the whole bucket.
	Prefix string
}

// maxFolderLength is SageMaker's limit (AsyncInferenceOutputConfig.S3OutputPath).
const maxFolderLength = 512

var folderURL = regexp.MustCompile(`^s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?$`)

// ParseFolder reads the URL of a folder. The error is a problem.List without paths.
func ParseFolder(url string) (Folder, error) {
	match := folderURL.FindStringSubmatch(url)
	// In the role's policy *, ? and ${…} match other objects too.
	if match == nil || len(url) > maxFolderLength || strings.ContainsAny(url, "*?$") {
		var ps problem.List
		ps.Add("", url, fmt.Sprintf("a path is s3://BUCKET/PREFIX of at most %d characters, without *, ? and $",
			maxFolderLength), "such as \"s3://answers-eu-west-1/odds\"")
		return Folder{}, ps
	}
	return Folder{Bucket: match[1], Prefix: strings.TrimRight(match[2], "/")}, nil
}
