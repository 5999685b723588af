package config

import (
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// DataCapture keeps requests and answers of all production variants in Amazon S3,
// below the names of the endpoint and the variant. Both may hold personal data.
type DataCapture struct {
	// SamplingPercent is the percentage of the requests that are kept, 1 to 100.
	SamplingPercent int `json:"samplingPercent" jsonschema:"minimum=1,maximum=100"`
	// DestinationS3URI is the folder that the data goes to, s3://BUCKET/PREFIX, in a
	// bucket that stands.
	// Default: none, a new bucket: private, encrypted, by TLS only, and kept when the
	// stack is deleted.
	DestinationS3URI string `json:"destinationS3Uri,omitempty"`
	// RetentionDays is how many days the new bucket keeps an object. With
	// destinationS3Uri it is an error. Default: 90.
	RetentionDays int `json:"retentionDays,omitempty" jsonschema:"minimum=1,maximum=36500"`
	// KeyARN is the AWS KMS key that encrypts the data.
	// Default: none, Amazon S3's own key for the account.
	KeyARN string `json:"keyArn,omitempty" jsonschema:"pattern=^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+$"`
	// ReaderRoleARN is the role of the environment's account that may read the data.
	// Default: none, no permission is given.
	ReaderRoleARN string `json:"readerRoleArn,omitempty" jsonschema:"pattern=^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=\\,.@/-]+$"`
	// CaptureModes are what is kept: Input, the requests, and Output, the answers.
	// Default: both.
	CaptureModes []string `json:"captureModes,omitempty" jsonschema:"minItems=1,uniqueItems=true,pattern=^(Input|Output)$"`
	// CSVContentTypes are the content types that are kept as lines of text, 10 at most.
	// Default: none, bodies are kept in base64.
	CSVContentTypes []string `json:"csvContentTypes,omitempty" jsonschema:"minItems=1,uniqueItems=true"`
	// JSONContentTypes are the content types that are kept as JSON, 10 at most.
	// Default: none, bodies are kept in base64.
	JSONContentTypes []string `json:"jsonContentTypes,omitempty" jsonschema:"minItems=1,uniqueItems=true"`
}

const (
	dataCapturePath = "endpoint.dataCapture"
	destinationPath = dataCapturePath + ".destinationS3Uri"
	readerPath      = dataCapturePath + ".readerRoleArn"
)

func validateDataCapture(e Environment, src source) problem.List {
	var ps problem.List
	c := e.Endpoint.DataCapture
	if c == nil {
		return nil
	}
	if c.DestinationS3URI != "" {
		_, err := artifact.ParseFolder(c.DestinationS3URI)
		ps = append(ps, problem.From(err).In(destinationPath)...)
	}
	if c.RetentionDays != 0 && src.given(destinationPath) {
		ps.Add(dataCapturePath+".retentionDays", c.RetentionDays, "a bucket that stands has its own lifecycle",
			"leave it out, or destinationS3Uri")
	}
	ps = append(ps, validateKey(dataCapturePath+".keyArn", c.KeyARN, e.Region)...)
	ps = append(ps, validateReader(c.ReaderRoleARN, e.Account)...)
	types := artifact.ValidateContentTypes("csvContentTypes", c.CSVContentTypes)
	types = append(types, artifact.ValidateContentTypes("jsonContentTypes", c.JSONContentTypes)...)
	return append(ps, types.In(dataCapturePath)...)
}

// validateReader wants a role that the environment's stacks can give a policy.
func validateReader(arn, account string) problem.List {
	var ps problem.List
	if arn == "" {
		return nil
	}
	parts := strings.SplitN(arn, ":", 6)
	if of := parts[4]; account != "" && of != account {
		ps.Add(readerPath, arn, "the permission goes to a role of the account "+account+", this one is of "+of,
			"give a role of "+account+", which readers of other accounts may assume")
	}
	if slices.ContainsFunc([]string{"role/aws-reserved/", "role/aws-service-role/"}, func(reserved string) bool {
		return strings.HasPrefix(parts[5], reserved)
	}) {
		ps.Add(readerPath, arn, "AWS manages this role, and takes no policy for it",
			"give a role of your own, which its users may assume")
	}
	return ps
}
