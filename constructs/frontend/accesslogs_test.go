package frontend_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/policy"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// attributes returns the attributes of the only load balancer.
func attributes(t *testing.T, got template.Template) map[string]any {
	t.Helper()
	found := map[string]any{}
	list, _ := got.One(t, loadBalancer).Properties["LoadBalancerAttributes"].([]any)
	for _, a := range list {
		a := a.(map[string]any)
		found[a["Key"].(string)] = a["Value"]
	}
	return found
}

func TestAccessLogs(t *testing.T) {
	for _, given := range []bool{false, true} {
		stack := template.NewStack(t)
		logs := &frontend.AccessLogs{Retention: 30 * 24 * time.Hour}
		if given {
			logs = &frontend.AccessLogs{Bucket: awss3.Bucket_FromBucketName(stack, jsii.String("Given"), jsii.String("odds-logs"))}
		}
		made := frontend.NewLoadBalancer(stack, "LoadBalancer", frontend.LoadBalancerProps{
			VPC: newVPC(stack), CertificateARN: certificate, AllowedCIDRs: []string{"10.0.0.0/16"}, DeletionProtection: true, AccessLogs: logs,
			Gateway: frontend.NewGatewayFunction(stack, "Gateway", frontend.GatewayFunctionProps{EndpointName: "odds", Code: prebuilt(stack)}),
		})
		got := template.Of(t, stack)
		var bucket any = "odds-logs"
		if !given {
			bucket = ref(got.ID(t, "AWS::S3::Bucket"))
		}
		for key, want := range map[string]any{
			"deletion_protection.enabled": "true",
			"access_logs.s3.enabled":      "true", "access_logs.s3.bucket": bucket, "access_logs.s3.prefix": "access",
			"connection_logs.s3.enabled": "true", "connection_logs.s3.bucket": bucket, "connection_logs.s3.prefix": "connections",
		} {
			if diff := cmp.Diff(want, attributes(t, got)[key]); diff != "" {
				t.Errorf("%s (-want +got)\n%s", key, diff)
			}
		}
		if made.Logs == nil {
			t.Error("the bucket is not to be had")
		}
		if given {
			if n := len(got.All("AWS::S3::Bucket")); n != 0 {
				t.Errorf("got %d buckets beside the one that stands", n)
			}
			continue
		}
		wantBucket(t, got)
	}
}

// wantBucket checks the new bucket against the project's security rules, and against
// what a load balancer can write to.
func wantBucket(t *testing.T, got template.Template) {
	t.Helper()
	bucket := got.One(t, "AWS::S3::Bucket")
	for _, broken := range policy.Broken(policy.Resource{Type: bucket.Type, Properties: bucket.Properties}, true) {
		t.Errorf("the bucket breaks %s", broken.ID)
	}
	said, err := json.Marshal([]any{bucket.Properties, got.One(t, "AWS::S3::BucketPolicy").Properties})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"SSEAlgorithm":"AES256"`, `"ExpirationInDays":30`,
		`"Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"`,
		`/access/AWSLogs/123456789012/*`, `/connections/AWSLogs/123456789012/*`,
	} {
		if !strings.Contains(string(said), want) {
			t.Errorf("want %s within\n%s", want, said)
		}
	}
}

func TestAccessLogsProblems(t *testing.T) {
	stack := template.NewStack(t)
	bucket := awss3.Bucket_FromBucketName(stack, jsii.String("Given"), jsii.String("odds-logs"))
	for _, test := range []struct {
		logs frontend.AccessLogs
		want string
	}{
		{frontend.AccessLogs{}, `AccessLogs.Retention: got 0s: a bucket deletes after whole days, one or more; such as 90 × 24 hours`},
		{frontend.AccessLogs{Retention: 36 * time.Hour}, `AccessLogs.Retention: got 36h: a bucket deletes after whole days, one or more; such as 90 × 24 hours`},
		{frontend.AccessLogs{Bucket: bucket, Retention: 24 * time.Hour}, `AccessLogs.Retention: got 24h: a bucket that stands has its own lifecycle; leave one of the two out`},
	} {
		err := frontend.LoadBalancerProps{AccessLogs: &test.logs}.Validate()
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("want %q within\n%v", test.want, err)
		}
	}
}
