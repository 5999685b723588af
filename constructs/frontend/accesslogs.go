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

// AccessLogs says where a load balancer writes who asked for what, and who
// connected and how.
type AccessLogs struct {
	// Bucket is an S3 bucket that stands, in the load balancer's region. It
	// encrypts with S3's own keys, since a load balancer writes to no other, and
	// its policy lets load balancers of the account write under access/ and
	// connections/; a bucket that is made in this app is given such a policy.
	// Default: nil, a new one that is private, encrypted, and open to TLS only.
	// It stays when the load balancer is deleted.
	Bucket awss3.IBucket
	// Retention is after how long the new bucket deletes a log, in whole days.
	// Default: 0, which is an error unless Bucket is given.
	Retention time.Duration
}

func (a AccessLogs) validate() problem.List {
	var ps problem.List
	switch {
	case a.Bucket != nil && a.Retention != 0:
		ps.Add("AccessLogs.Retention", a.Retention, "a bucket that stands has its own lifecycle", "leave one of the two out")
	case a.Bucket == nil && (a.Retention < day || a.Retention%day != 0):
		ps.Add("AccessLogs.Retention", a.Retention, "a bucket deletes after whole days, one or more", "such as 90 × 24 hours")
	}
	return ps
}

// write makes the load balancer write its logs, and returns the bucket.
func (a AccessLogs) write(scope constructs.Construct, loadBalancer elb.ApplicationLoadBalancer) awss3.IBucket {
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
