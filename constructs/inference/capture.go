package inference

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// DataCaptureProps describes which requests and replies of an endpoint SageMaker
// keeps in Amazon S3, of all production variants.
type DataCaptureProps struct {
	// SamplingPercent is the percentage of the requests that are captured, 1 to 100.
	SamplingPercent int
	// Bucket is the bucket that the data goes to, below Prefix. Its encryption key
	// takes the place of a missing Key.
	// Default: nil, DestinationS3URI or a new bucket: private, encrypted, TLS only,
	// and kept when the stack is deleted.
	Bucket awss3.IBucket
	// Prefix is the prefix of the objects in Bucket or in the new bucket. SageMaker
	// adds the names of the endpoint and the variant, and the hour.
	// Default: "", none.
	Prefix string
	// DestinationS3URI is the folder that the data goes to, s3://BUCKET/PREFIX, in
	// place of Bucket and Prefix.
	// Default: "", Bucket or a new bucket.
	DestinationS3URI string
	// Retention is how long the new bucket keeps an object, in whole days. With a
	// Bucket or DestinationS3URI it is an error.
	// Default: 0, 90 days.
	Retention time.Duration
	// Key encrypts the data. The execution role may encrypt with it.
	// Default: nil, the key of Bucket, or S3's own key for the account.
	Key awskms.IKey
	// CaptureModes are what is captured: "Input", the requests, and "Output", the
	// replies.
	// Default: none, both.
	CaptureModes []string
	// CSVContentTypes and JSONContentTypes are the content types that are kept as text,
	// at most 10 each. SageMaker keeps the bodies of all others in base64.
	// Default: none.
	CSVContentTypes, JSONContentTypes []string
}

const (
	day = 24 * time.Hour
	// defaultRetention is that of a new bucket for captured data.
	defaultRetention = 90 * day
)

var captureModes = []string{"Input", "Output"}

func (p DataCaptureProps) validate() problem.List {
	var ps problem.List
	if n := p.SamplingPercent; n < 1 || n > 100 {
		ps.Add("SamplingPercent", n, "1 to 100 percent of the requests are captured",
			"such as 10; leave DataCapture out to capture nothing")
	}
	ps = append(ps, p.validateDestination()...)
	for i, mode := range p.CaptureModes {
		if !slices.Contains(captureModes, mode) && !problem.Unresolved(mode) {
			ps.Add(at("CaptureModes", i), mode, "\"Input\" and \"Output\" are captured", "leave CaptureModes out for both")
		} else if slices.Contains(p.CaptureModes[:i], mode) {
			ps.Add(at("CaptureModes", i), mode, "the mode is there twice", "leave it out here")
		}
	}
	ps = append(ps, artifact.ValidateContentTypes("CSVContentTypes", p.CSVContentTypes)...)
	ps = append(ps, artifact.ValidateContentTypes("JSONContentTypes", p.JSONContentTypes)...)
	return ps
}

func (p DataCaptureProps) validateDestination() problem.List {
	var ps problem.List
	if uri := p.DestinationS3URI; uri != "" {
		ps = append(ps, validateFolder(uri).In("DestinationS3URI")...)
		if p.Bucket != nil {
			ps.Add("Bucket", nil, "DestinationS3URI names a bucket", "leave out one of Bucket and DestinationS3URI")
		}
		if p.Prefix != "" {
			ps.Add("Prefix", p.Prefix, "DestinationS3URI has the prefix", "append it there")
		}
	}
	// In the role's policy *, ? and ${…} match other objects too.
	if prefix := p.Prefix; !problem.Unresolved(prefix) && (strings.ContainsAny(prefix, "*?$ ") || len(prefix) > 400 ||
		strings.HasPrefix(prefix, "/")) {
		ps.Add("Prefix", prefix, "a prefix has at most 400 characters, without *, ?, $ and spaces, and begins with no slash",
			"such as \"captured/odds\"")
	}
	switch r := p.Retention; {
	case r != 0 && (p.Bucket != nil || p.DestinationS3URI != ""):
		ps.Add("Retention", r, "a bucket that stands has its own lifecycle", "leave it out")
	case r < 0 || r%day != 0:
		ps.Add("Retention", r, "a bucket deletes after whole days, one or more", "such as 30 × 24 hours")
	}
	return ps
}

// capture is where an endpoint's data goes.
type capture struct {
	uri, bucket, objects string
	// prefix of the keys, "" where it is the whole bucket.
	prefix string
	key    awskms.IKey
}

// at names an element of a list.
func at(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i) }

func (p DataCaptureProps) property(c *capture) *awssagemaker.CfnEndpointConfig_DataCaptureConfigProperty {
	modes := p.CaptureModes
	if len(modes) == 0 {
		modes = captureModes
	}
	options := make([]any, len(modes))
	for i, mode := range modes {
		options[i] = &awssagemaker.CfnEndpointConfig_CaptureOptionProperty{CaptureMode: jsii.String(mode)}
	}
	out := &awssagemaker.CfnEndpointConfig_DataCaptureConfigProperty{
		EnableCapture: true, InitialSamplingPercentage: jsii.Number(p.SamplingPercent),
		DestinationS3Uri: jsii.String(c.uri), CaptureOptions: options,
	}
	if c.key != nil {
		out.KmsKeyId = c.key.KeyArn()
	}
	if len(p.CSVContentTypes)+len(p.JSONContentTypes) > 0 {
		header := &awssagemaker.CfnEndpointConfig_CaptureContentTypeHeaderProperty{}
		if len(p.CSVContentTypes) > 0 {
			header.CsvContentTypes = jsii.Strings(p.CSVContentTypes...)
		}
		if len(p.JSONContentTypes) > 0 {
			header.JsonContentTypes = jsii.Strings(p.JSONContentTypes...)
		}
		out.CaptureContentTypeHeader = header
	}
	return out
}
