package frontend

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

const day = 24 * time.Hour

// AccessLogs describes where a load balancer writes its access and connection logs.
type AccessLogs struct {
	// Bucket is an existing S3 bucket in the load balancer's region, encrypted with
	// S3's own keys: a load balancer writes to no other. Its policy has to let load
	// balancers of the account write under access/ and connections/. A bucket of
	// the same app gets that policy.
	// Default: nil, a new private bucket, encrypted and reachable over TLS only.
	// CloudFormation keeps it when the stack is deleted.
	Bucket awss3.IBucket
	// Retention is the age at which the new bucket deletes a log, in whole days. It
	// is required without Bucket, and an error with it.
	// Default: 0, with Bucket.
	Retention time.Duration
}

func (a AccessLogs) validate() problem.List {
	ps := problem.NilIn("AccessLogs.Bucket", a.Bucket)
	switch {
	case a.Bucket != nil && a.Retention != 0:
		ps.Add("AccessLogs.Retention", a.Retention, "a bucket that stands has its own lifecycle",
			"leave one of the two out")
	case a.Bucket == nil && (a.Retention < day || a.Retention%day != 0):
		ps.Add("AccessLogs.Retention", a.Retention, "a bucket deletes after whole days, one or more",
			"such as 90 × 24 hours")
	}
	return ps
}

// enable makes the load balancer write its logs, and returns the bucket.
func (a AccessLogs) enable(scope constructs.Construct, loadBalancer elb.ApplicationLoadBalancer) awss3.IBucket {
	bucket := a.Bucket
	if bucket == nil {
		bucket = awss3.NewBucket(scope, jsii.String("Logs"), &awss3.BucketProps{
			Encryption:        awss3.BucketEncryption_S3_MANAGED,
			BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
			EnforceSSL:        jsii.Bool(true),
			MinimumTLSVersion: jsii.Number(1.2),
			ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
			LifecycleRules: &[]*awss3.LifecycleRule{{
				Expiration:                          awscdk.Duration_Days(jsii.Number(float64(a.Retention / day))),
				AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(1)),
			}},
			RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
		})
	}
	loadBalancer.LogAccessLogs(bucket, jsii.String("access"))
	loadBalancer.LogConnectionLogs(bucket, jsii.String("connections"))
	return bucket
}
