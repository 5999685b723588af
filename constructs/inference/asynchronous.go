package inference

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// AsynchronousProps makes an endpoint take requests into a queue and write the
// answers to S3.
type AsynchronousProps struct {
	// OutputPath is where answers are written, s3://BUCKET/PREFIX.
	OutputPath string
	// FailurePath is where the failures of requests are written.
	// Default: "", they are not.
	FailurePath string
	// InputPath is where requests are read from, for those that name an object
	// in S3 instead of bringing a body.
	// Default: "", nothing can be read: requests bring their bodies.
	InputPath string
	// OutputKey encrypts answers and failures.
	// Default: nil, the bucket's own encryption.
	OutputKey awskms.IKey
	// InputKey is what requests in S3 are encrypted with.
	// Default: nil, a key that needs no permission (S3's own).
	InputKey awskms.IKey
	// SuccessTopic and ErrorTopic are told of every request that is done or has
	// failed. An encrypted topic's key has to let SageMaker's role use it.
	// Default: nil, nobody is told.
	SuccessTopic, ErrorTopic awssns.ITopic
	// IncludeResponse puts the answer itself into what the topics are told, up
	// to 128 KB.
	// Default: false, they are told where it is.
	IncludeResponse bool
	// MaxConcurrentInvocationsPerInstance is how many requests one instance is
	// given at a time, 1 to 1000.
	// Default: 0, SageMaker finds it by itself.
	MaxConcurrentInvocationsPerInstance int
}

func (p AsynchronousProps) validate() problem.List {
	var ps problem.List
	for _, path := range []struct {
		field, value string
		required     bool
	}{{"OutputPath", p.OutputPath, true}, {"FailurePath", p.FailurePath, false}, {"InputPath", p.InputPath, false}} {
		switch {
		case path.value != "":
			_, err := artifact.ParseFolder(path.value)
			ps = append(ps, problem.From(err).In(path.field)...)
		case path.required:
			ps.Add(path.field, nil, "an asynchronous endpoint writes its answers to S3", "such as \"s3://answers-eu-west-1/odds\"")
		}
	}
	if p.InputKey != nil && p.InputPath == "" {
		ps.Add("InputKey", nil, "a key without a path has nothing to decrypt", "give InputPath, or leave the key out")
	}
	if p.IncludeResponse && p.SuccessTopic == nil && p.ErrorTopic == nil {
		ps.Add("IncludeResponse", p.IncludeResponse, "without a topic nobody is told", "give SuccessTopic or ErrorTopic")
	}
	if n := p.MaxConcurrentInvocationsPerInstance; n < 0 || n > 1000 {
		ps.Add("MaxConcurrentInvocationsPerInstance", n, "an instance is given 1 to 1000 requests at a time", "leave it out for SageMaker's own choice")
	}
	return ps
}

func (p AsynchronousProps) property() *awssagemaker.CfnEndpointConfig_AsyncInferenceConfigProperty {
	output := &awssagemaker.CfnEndpointConfig_AsyncInferenceOutputConfigProperty{S3OutputPath: jsii.String(p.OutputPath)}
	if p.FailurePath != "" {
		output.S3FailurePath = jsii.String(p.FailurePath)
	}
	if p.OutputKey != nil {
		output.KmsKeyId = p.OutputKey.KeyArn()
	}
	if p.SuccessTopic != nil || p.ErrorTopic != nil {
		notification := &awssagemaker.CfnEndpointConfig_AsyncInferenceNotificationConfigProperty{}
		var included []string
		if p.SuccessTopic != nil {
			notification.SuccessTopic = p.SuccessTopic.TopicArn()
			included = append(included, "SUCCESS_NOTIFICATION_TOPIC")
		}
		if p.ErrorTopic != nil {
			notification.ErrorTopic = p.ErrorTopic.TopicArn()
			included = append(included, "ERROR_NOTIFICATION_TOPIC")
		}
		if p.IncludeResponse {
			notification.IncludeInferenceResponseIn = jsii.Strings(included...)
		}
		output.NotificationConfig = notification
	}
	out := &awssagemaker.CfnEndpointConfig_AsyncInferenceConfigProperty{OutputConfig: output}
	if n := p.MaxConcurrentInvocationsPerInstance; n != 0 {
		out.ClientConfig = &awssagemaker.CfnEndpointConfig_AsyncInferenceClientConfigProperty{
			MaxConcurrentInvocationsPerInstance: jsii.Number(n),
		}
	}
	return out
}

// grant lets a model's role, in whose name SageMaker works, read requests below
// the input path, write below the other two, and publish to the topics.
func (p AsynchronousProps) grant(e *Endpoint, role awsiam.IRole) {
	var written []string
	for _, path := range []string{p.OutputPath, p.FailurePath} {
		if path != "" {
			written = append(written, objectsBelow(e, path))
		}
	}
	allow(role, []string{"s3:AbortMultipartUpload", "s3:PutObject"}, written...)
	if p.InputPath != "" {
		allow(role, []string{"s3:GetObject"}, objectsBelow(e, p.InputPath))
	}
	if p.OutputKey != nil {
		// S3 decrypts the parts of a large object to put them together.
		p.OutputKey.GrantEncryptDecrypt(role)
	}
	if p.InputKey != nil {
		p.InputKey.GrantDecrypt(role)
	}
	for _, topic := range []awssns.ITopic{p.SuccessTopic, p.ErrorTopic} {
		if topic != nil {
			topic.GrantPublish(role)
		}
	}
}

func objectsBelow(e *Endpoint, path string) string {
	folder, _ := artifact.ParseFolder(path) // validated
	name := "*"
	if folder.Prefix != "" {
		name = folder.Prefix + "/*"
	}
	return *awscdk.Stack_Of(e).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("s3"), Account: jsii.String(""), Region: jsii.String(""),
		Resource: jsii.String(folder.Bucket), ResourceName: jsii.String(name),
	})
}
