package inference

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// newCapture finds or makes the place for an endpoint's data.
func (p DataCaptureProps) newCapture(e *Endpoint) *capture {
	if p.DestinationS3URI != "" {
		c := &capture{uri: p.DestinationS3URI, objects: objectsUnder(e, p.DestinationS3URI), key: p.Key}
		bucket := pathIn(c.uri)
		if strings.HasPrefix(c.uri, "s3://") {
			bucket, c.prefix, _ = strings.Cut(strings.TrimRight(bucket, "/"), "/")
		} else { // a token for all of it
			bucket = *awscdk.Fn_Select(jsii.Number(0), awscdk.Fn_Split(jsii.String("/"), jsii.String(bucket), nil))
		}
		c.bucket = "arn:" + *awscdk.Stack_Of(e).Partition() + ":s3:::" + bucket
		return c
	}
	bucket, key := p.Bucket, p.Key
	if bucket == nil {
		bucket = p.newBucket(e)
	} else if key == nil {
		key = bucket.EncryptionKey()
	}
	c := &capture{
		uri: "s3://" + *bucket.BucketName(), bucket: *bucket.BucketArn(), objects: *bucket.BucketArn() + "/*", key: key,
	}
	if c.prefix = strings.TrimRight(p.Prefix, "/"); c.prefix != "" {
		c.uri += "/" + c.prefix
		c.objects = *bucket.BucketArn() + "/" + c.prefix + "/*"
	}
	return c
}

func (p DataCaptureProps) newBucket(e *Endpoint) awss3.IBucket {
	retention := p.Retention
	if retention == 0 {
		retention = defaultRetention
	}
	props := &awss3.BucketProps{
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		EnforceSSL:        jsii.Bool(true),
		MinimumTLSVersion: jsii.Number(1.2),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Expiration:                          awscdk.Duration_Days(jsii.Number(float64(retention / day))),
			AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(1)),
		}},
		RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
	}
	if p.Key != nil {
		props.Encryption, props.EncryptionKey = awss3.BucketEncryption_KMS, p.Key
	}
	return awss3.NewBucket(e, jsii.String("CapturedData"), props)
}

// grantWrite lets an execution role write captured data, and returns the policy that
// says so. With a bucket of another account, that bucket's policy has to allow it too.
func (c *capture) grantWrite(e *Endpoint, id string, role awsiam.IRole) awsiam.Policy {
	if c.key != nil {
		grantEncryption(c.key, role)
	}
	return attach(e, id, role, writeTo(c.objects))
}

// GrantReadCapturedData lets grantee list and read what DataCapture has captured, and
// decrypt it. It panics where the endpoint captures nothing.
func (e *Endpoint) GrantReadCapturedData(grantee awsiam.IGrantable) awsiam.Grant {
	c := e.capture
	if c == nil {
		panic(fmt.Errorf("endpoint %q captures no data: give EndpointProps.DataCapture", e.name))
	}
	if c.key != nil {
		c.key.GrantDecrypt(grantee)
	}
	list := &awsiam.GrantOnPrincipalOptions{
		Grantee: grantee, Actions: jsii.Strings("s3:ListBucket"), ResourceArns: jsii.Strings(c.bucket),
	}
	if c.prefix != "" {
		list.Conditions = &map[string]*map[string]any{"StringLike": {"s3:prefix": c.prefix + "/*"}}
	}
	read := awsiam.Grant_AddToPrincipal(&awsiam.GrantOnPrincipalOptions{
		Grantee: grantee, Actions: jsii.Strings("s3:GetObject"), ResourceArns: jsii.Strings(c.objects),
	})
	return read.Combine(awsiam.Grant_AddToPrincipal(list))
}
