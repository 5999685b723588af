package inference

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// AsynchronousProps describes asynchronous inference: the endpoint queues requests
// and writes responses to Amazon S3.
type AsynchronousProps struct {
	// OutputPath is the S3 folder for responses, s3://BUCKET/PREFIX.
	OutputPath string
	// FailurePath is the S3 folder for the responses of failed requests.
	// Default: "", they are not written.
	FailurePath string
	// InputPath is the S3 folder that holds request payloads. Requests name an
	// object in it.
	// Default: "", the model's role may read no payload.
	InputPath string
	// OutputKey encrypts responses and failures.
	// Default: nil, the encryption of the bucket.
	OutputKey awskms.IKey
	// InputKey is the KMS key that payloads in S3 are encrypted with.
	// Default: nil, S3's own key, which needs no permission.
	InputKey awskms.IKey
	// SuccessTopic and ErrorTopic receive a notification for every request that
	// succeeds or fails. The key of an encrypted topic has to allow the model's
	// execution role.
	// Default: nil, no notifications.
	SuccessTopic, ErrorTopic awssns.ITopic
	// IncludeResponse puts the response into the notification, up to 128 KB.
	// Default: false, the notification names the response's object in S3.
	IncludeResponse bool
	// MaxConcurrentInvocationsPerInstance is the most requests that SageMaker
	// sends to one instance at a time, 1 to 1000.
	// Default: 0, SageMaker chooses.
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
			ps = append(ps, validateFolder(path.value).In(path.field)...)
		case path.required:
			ps.Add(path.field, nil, "an asynchronous endpoint writes its answers to S3",
				"such as \"s3://answers-eu-west-1/odds\"")
		}
	}
	if p.InputKey != nil && p.InputPath == "" {
		ps.Add("InputKey", nil, "a key without a path has nothing to decrypt", "give InputPath, or leave the key out")
	}
	if p.IncludeResponse && p.SuccessTopic == nil && p.ErrorTopic == nil {
		ps.Add("IncludeResponse", p.IncludeResponse, "without a topic nobody is told", "give SuccessTopic or ErrorTopic")
	}
	if n := p.MaxConcurrentInvocationsPerInstance; n < 0 || n > 1000 {
		ps.Add("MaxConcurrentInvocationsPerInstance", n, "an instance is given 1 to 1000 requests at a time",
			"leave it out for SageMaker's own choice")
	}
	return ps
}

func (p AsynchronousProps) property() *awssagemaker.CfnEndpointConfig_AsyncInferenceConfigProperty {
	output := &awssagemaker.CfnEndpointConfig_AsyncInferenceOutputConfigProperty{
		S3OutputPath: jsii.String(p.OutputPath), S3FailurePath: optionalString(p.FailurePath),
	}
	if p.OutputKey != nil {
		output.KmsKeyId = p.OutputKey.KeyArn()
	}
	notification := &awssagemaker.CfnEndpointConfig_AsyncInferenceNotificationConfigProperty{}
	var topics []string
	if p.SuccessTopic != nil {
		notification.SuccessTopic = p.SuccessTopic.TopicArn()
		topics = append(topics, "SUCCESS_NOTIFICATION_TOPIC")
	}
	if p.ErrorTopic != nil {
		notification.ErrorTopic = p.ErrorTopic.TopicArn()
		topics = append(topics, "ERROR_NOTIFICATION_TOPIC")
	}
	if p.IncludeResponse {
		notification.IncludeInferenceResponseIn = jsii.Strings(topics...)
	}
	if len(topics) > 0 {
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

// grant lets a variant's execution role read payloads under InputPath, write under
// OutputPath and FailurePath, and publish to the topics. It returns the policy for
// the paths.
func (p AsynchronousProps) grant(e *Endpoint, variant string, role awsiam.IRole) awsiam.Policy {
	written := []string{objectsUnder(e, p.OutputPath)}
	if p.FailurePath != "" {
		written = append(written, objectsUnder(e, p.FailurePath))
	}
	statements := []awsiam.PolicyStatement{writeTo(written...)}
	if p.InputPath != "" {
		statements = append(statements, statement([]string{"s3:GetObject"}, objectsUnder(e, p.InputPath)))
	}
	if p.OutputKey != nil {
		grantEncryption(p.OutputKey, role)
	}
	if p.InputKey != nil {
		p.InputKey.GrantDecrypt(role)
	}
	for _, topic := range []awssns.ITopic{p.SuccessTopic, p.ErrorTopic} {
		if topic != nil {
			topic.GrantPublish(role)
		}
	}
	return attach(e, "Queue-"+variant, role, statements...)
}
