package artifact

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"unicode"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// maxModelDataLength is SageMaker's limit for ContainerDefinition.ModelDataUrl.
const maxModelDataLength = 1024

// ModelData is an archive of model artifacts in Amazon S3.
type ModelData struct {
	// Bucket is the bucket's name.
	Bucket string
	// Key is the object's key, ending in .tar.gz.
	Key string
}

const (
	archiveRule = "a model archive is s3://BUCKET/KEY.tar.gz, one object without wildcards or spaces"
	archiveFix  = "copy the S3 URI of the archive"
)

// bucketName: a dot is followed and preceded by a letter or digit.
var bucketName = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$`)

// ParseModelData reads the URL of model artifacts. The error is a problem.List
// without paths.
func ParseModelData(url string) (ModelData, error) {
	return parseArchive(url, "pack the model as a gzip compressed tar archive")
}

// parseArchive reads the URL of an archive. notArchiveFix is what to do where it is none.
func parseArchive(url, notArchiveFix string) (ModelData, error) {
	var ps problem.List
	if n := len(url); n > maxModelDataLength {
		ps.Add("", url, fmt.Sprintf("SageMaker takes a URL of at most %d characters, this one has %d",
			maxModelDataLength, n), "shorten the key")
	}
	rest, isS3 := strings.CutPrefix(url, "s3://")
	if !isS3 {
		ps.Add("", url, archiveRule, archiveFix)
		return ModelData{}, ps
	}
	bucket, key, _ := strings.Cut(rest, "/")
	if n := len(bucket); !bucketName.MatchString(bucket) || n < 3 || n > 63 || isAddress(bucket) {
		ps.Add("", url, "a bucket's name has 3 to 63 lower-case letters, digits, '-' and '.', and is no IP address",
			archiveFix)
	}
	switch {
	case strings.ContainsAny(key, "*? ") || strings.Contains(key, "${") || strings.ContainsFunc(key, unicode.IsControl):
		// In the execution role's policy they match other objects too.
		ps.Add("", url, archiveRule, archiveFix)
	case key == "":
		ps.Add("", url, "the URL names a bucket and no object", "append the archive's key")
	case !strings.HasSuffix(key, ".tar.gz"):
		ps.Add("", url, "SageMaker unpacks one archive whose key ends in .tar.gz",
			notArchiveFix)
	}
	if err := ps.Err(); err != nil {
		return ModelData{}, err
	}
	return ModelData{Bucket: bucket, Key: key}, nil
}

func isAddress(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil
}
