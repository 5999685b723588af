package artifact

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Folder is where in Amazon S3 objects are read or written, as SageMaker's
// asynchronous endpoints do.
type Folder struct {
	// Bucket is the bucket's name.
	Bucket string
	// Prefix is what the objects' keys begin with. "" is the whole bucket.
	Prefix string
}

// maxFolderLength is SageMaker's limit.
const maxFolderLength = 512

var folderURL = regexp.MustCompile(`^s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?$`)

// ParseFolder reads the URL of a folder. Its error is problem.List, without
// a path.
func ParseFolder(url string) (Folder, error) {
	match := folderURL.FindStringSubmatch(url)
	// A star or a variable would mean more than itself in the role's policy.
	if match == nil || len(url) > maxFolderLength || strings.ContainsAny(url, "*?$") {
		var ps problem.List
		ps.Add("", url, fmt.Sprintf("a path is s3://BUCKET/PREFIX of at most %d characters, without *, ? and $", maxFolderLength),
			"such as \"s3://answers-eu-west-1/odds\"")
		return Folder{}, ps
	}
	return Folder{Bucket: match[1], Prefix: strings.TrimRight(match[2], "/")}, nil
}
