package inference

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// CoreDumpProps describes where core dumps of a variant's containers go. A core dump
// has the memory of the process, and so requests and the model.
type CoreDumpProps struct {
	// DestinationS3URI is the folder in Amazon S3, s3://BUCKET/PREFIX. The execution
	// role may write under it.
	DestinationS3URI string
	// Key encrypts the dumps. The execution role may encrypt with it.
	// Default: nil, S3's own key for the account.
	Key awskms.IKey
}

func (p CoreDumpProps) validate() problem.List {
	var ps problem.List
	if p.DestinationS3URI == "" {
		ps.Add("DestinationS3URI", nil, "a core dump goes to S3", "such as \"s3://dumps-eu-west-1/odds\"")
		return ps
	}
	return append(ps, validateFolder(p.DestinationS3URI).In("DestinationS3URI")...)
}

func (p CoreDumpProps) property() *awssagemaker.CfnEndpointConfig_CoreDumpConfigProperty {
	out := &awssagemaker.CfnEndpointConfig_CoreDumpConfigProperty{DestinationS3Uri: jsii.String(p.DestinationS3URI)}
	if p.Key != nil {
		out.KmsKeyId = p.Key.KeyArn()
	}
	return out
}

// grant lets a role write the variant's dumps, and returns the policy that says so.
func (p CoreDumpProps) grant(e *Endpoint, id string, role awsiam.IRole) awsiam.Policy {
	if p.Key != nil {
		grantEncryption(p.Key, role)
	}
	return attach(e, id, role, writeTo(objectsUnder(e, p.DestinationS3URI)))
}
