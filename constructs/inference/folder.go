package inference

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// validateFolder checks what is known of the URI of a folder in Amazon S3.
func validateFolder(uri string) problem.List {
	_, err := artifact.ParseFolder(judged(uri))
	return problem.From(err)
}

// judged returns a URI with a name in place of what is known only at deployment, for the
// rules about the rest of it.
func judged(uri string) string {
	filled := problem.FillUnresolved(uri, "unresolved")
	if strings.HasPrefix(uri, "${") && problem.Unresolved(uri) {
		return "s3://" + filled
	}
	return filled
}

// objectsUnder returns the ARN pattern of all objects in an S3 folder, whose URI may
// have tokens.
func objectsUnder(e *Endpoint, uri string) string {
	return objectAt(awscdk.Stack_Of(e), strings.TrimRight(uri, "/")) + "/*"
}

// pathIn returns BUCKET/KEY of s3://BUCKET/KEY, which may have tokens.
func pathIn(uri string) string {
	if path, known := strings.CutPrefix(uri, "s3://"); known {
		return path
	}
	return *awscdk.Fn_Select(jsii.Number(1), awscdk.Fn_Split(jsii.String("s3://"), jsii.String(uri), nil))
}

// writeTo allows to write objects.
func writeTo(objects ...string) awsiam.PolicyStatement {
	return statement([]string{"s3:AbortMultipartUpload", "s3:PutObject"}, objects...)
}

// objectAt returns the ARN of an object in Amazon S3, whose URI may have tokens.
func objectAt(stack awscdk.Stack, uri string) string {
	return "arn:" + *stack.Partition() + ":s3:::" + pathIn(uri)
}
