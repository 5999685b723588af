package inference

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// AsynchronousProps describes asynchronous inference: the endpoint queues requests
// and writes responses to Amazon S3.
type AsynchronousProps struct {
	// OutputPath is the S3 folder for responses, s3://BUCKET/PREFIX. Either part may be
	// known only at deployment. Where they cannot be told apart, or the end of the prefix
	// is not known, the models' roles get no permission for the path, and a warning says
	// so: grant it by the bucket's GrantPut, or GrantRead for InputPath.
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
			_, err := artifact.ParseFolder(judgedPath(path.value))
			ps = append(ps, problem.From(err).In(path.field)...)
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
// the paths, nil where none of them can be told.
func (p AsynchronousProps) grant(e *Endpoint, variant string, role awsiam.IRole) awsiam.Policy {
	var statements []awsiam.PolicyStatement
	add := func(actions []string, fields ...pathField) {
		var told []string
		for _, f := range fields {
			if objects, ok := objectsUnder(e, f.path); ok {
				told = append(told, objects)
			} else if f.path != "" {
				warnNotAllowed(e, variant, f.name, actions)
			}
		}
		if len(told) > 0 {
			statements = append(statements, statement(actions, told...))
		}
	}
	add([]string{"s3:AbortMultipartUpload", "s3:PutObject"},
		pathField{"OutputPath", p.OutputPath}, pathField{"FailurePath", p.FailurePath})
	add([]string{"s3:GetObject"}, pathField{"InputPath", p.InputPath})
	if p.OutputKey != nil {
		// Completing a multipart upload to S3 needs kms:Decrypt.
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
	if len(statements) == 0 {
		return nil
	}
	return attach(e, "Queue-"+variant, role, statements...)
}

// pathField is a path of AsynchronousProps with the name of its field.
type pathField struct{ name, path string }

// warnNotAllowed warns that a variant's role has no permission for a path, since the path's
// objects cannot be told at synthesis.
func warnNotAllowed(e *Endpoint, variant, field string, actions []string) {
	awscdk.Annotations_Of(e).AddWarningV2(jsii.String("sagemaker-scaling:"+strings.ToLower(field)+"-not-allowed"),
		jsii.String("the objects under Asynchronous."+field+" are known only at deployment: the execution role of variant "+
			variant+" has no permission for "+strings.Join(actions, " and ")+" there; grant it, or write the path as "+
			"s3://BUCKET/PREFIX with a prefix that ends in plain text"))
}

// objectsUnder returns the ARN pattern of all objects in an S3 folder. It reports false
// where there is none, and where what is known only at deployment may be more than the
// bucket's name or a part of the prefix: a prefix that ends in it may end in a slash.
func objectsUnder(e *Endpoint, path string) (arn string, ok bool) {
	rest, isS3 := strings.CutPrefix(strings.TrimRight(path, "/"), "s3://")
	bucket, prefix, _ := strings.Cut(rest, "/")
	if !isS3 || strings.HasSuffix(problem.FillUnresolved(prefix, "$"), "$") {
		return "", false
	}
	name := "*"
	if prefix != "" {
		name = prefix + "/*"
	}
	return objectARN(awscdk.Stack_Of(e), bucket, name), true
}

// judgedPath returns a path with names in place of what is known only at deployment, for
// the rules about the rest of it.
func judgedPath(path string) string {
	filled := problem.FillUnresolved(path, "unresolved")
	if problem.Unresolved(path) && strings.HasPrefix(path, "${") {
		return "s3://" + filled
	}
	return filled
}
