package frontend

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// warnNotAllowed warns that a construct leaves something to its caller, since the value
// that decides about it is known only at deployment.
func warnNotAllowed(scope constructs.Construct, id, warning string) {
	awscdk.Annotations_Of(scope).AddWarningV2(jsii.String("sagemaker-scaling:"+id), jsii.String(warning))
}
