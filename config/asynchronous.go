package config

import (
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Asynchronous makes an endpoint take requests into a queue and write the answers
// to Amazon S3. Its variant scales by the requests that wait, down to no instance.
type Asynchronous struct {
	// OutputPath is where answers are written, s3://BUCKET/PREFIX.
	OutputPath string `json:"outputPath"`
	// FailurePath is where the failures of requests are written.
	// Default: none, they are not.
	FailurePath string `json:"failurePath,omitempty"`
	// InputPath is where requests are read from, for those that name an object in
	// Amazon S3 instead of bringing a body.
	// Default: none, nothing can be read: requests bring their bodies.
	InputPath string `json:"inputPath,omitempty"`
	// OutputKeyARN is the AWS KMS key that encrypts answers and failures.
	// Default: none, the encryption of the bucket.
	OutputKeyARN string `json:"outputKeyArn,omitempty" jsonschema:"pattern=^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+$"`
	// InputKeyARN is the AWS KMS key that the objects under inputPath are encrypted
	// with. Default: none, Amazon S3's own key, which needs no permission.
	InputKeyARN string `json:"inputKeyArn,omitempty" jsonschema:"pattern=^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+$"`
	// SuccessTopicARN is the Amazon SNS topic that is told of every request that
	// is done. Default: none, nobody is told.
	SuccessTopicARN string `json:"successTopicArn,omitempty" jsonschema:"pattern=^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$"`
	// ErrorTopicARN is the Amazon SNS topic that is told of every request that
	// has failed. Default: none, nobody is told.
	ErrorTopicARN string `json:"errorTopicArn,omitempty" jsonschema:"pattern=^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$"`
	// MaxConcurrentInvocationsPerInstance is how many requests one instance is
	// given at a time, 1 to 1000. Default: SageMaker finds it by itself.
	MaxConcurrentInvocationsPerInstance int `json:"maxConcurrentInvocationsPerInstance,omitempty" jsonschema:"minimum=1,maximum=1000"`
}

// HasFrontend reports whether a gateway and a load balancer stand before the
// endpoint: they would wait for what an asynchronous one answers later.
func (e Environment) HasFrontend() bool { return e.Endpoint.Asynchronous == nil }

const asynchronousPath = "endpoint.asynchronous"

func validateAsynchronous(a *Asynchronous, region string, faulty func(path string) bool) problem.List {
	var ps problem.List
	if a == nil {
		return nil
	}
	for _, p := range []struct{ key, url string }{
		{"outputPath", a.OutputPath}, {"failurePath", a.FailurePath}, {"inputPath", a.InputPath},
	} {
		if p.url != "" {
			_, err := artifact.ParseFolder(p.url)
			ps = append(ps, problem.From(err).In(asynchronousPath+"."+p.key)...)
		}
	}
	ps = append(ps, validateKey(asynchronousPath+".outputKeyArn", a.OutputKeyARN, region)...)
	ps = append(ps, validateKey(asynchronousPath+".inputKeyArn", a.InputKeyARN, region)...)
	if a.InputKeyARN != "" && a.InputPath == "" && !faulty(asynchronousPath+".inputPath") {
		ps.Add(asynchronousPath+".inputKeyArn", a.InputKeyARN, "a key without a path has nothing to decrypt",
			"give inputPath, or leave the key out")
	}
	for _, topic := range []struct{ key, arn string }{{"successTopicArn", a.SuccessTopicARN},
		{"errorTopicArn", a.ErrorTopicARN}} {
		if topic.arn == "" || region == "" {
			continue
		}
		if in := strings.Split(topic.arn, ":")[3]; in != region {
			ps.Add(asynchronousPath+"."+topic.key, topic.arn,
				"the endpoint tells topics of its own region "+region+", this one is in "+in,
				"make a topic in "+region+" and give its ARN")
		}
	}
	return ps
}
