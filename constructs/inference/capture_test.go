package inference_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// captured is an endpoint with data capture whose data a role may read.
func captured(t *testing.T, props func(constructs.Construct) inference.DataCaptureProps) template.Template {
	t.Helper()
	stack := template.NewStack(t)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	p := props(stack)
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds", DataCapture: &p,
		Variants: []inference.VariantProps{
			{Model: model, InstanceType: "ml.c6i.xlarge"}, {Name: "next", Model: model, InstanceType: "ml.c7i.xlarge"}},
	})
	reader := awsiam.NewRole(stack, jsii.String("Reader"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
	endpoint.GrantReadCapturedData(reader)
	return template.Of(t, stack)
}

func TestDataCaptureInANewBucket(t *testing.T) {
	got := captured(t, func(constructs.Construct) inference.DataCaptureProps {
		return inference.DataCaptureProps{SamplingPercent: 10, Prefix: "odds/", Retention: 30 * 24 * time.Hour}
	})
	bucket := got.ID(t, "AWS::S3::Bucket")
	t.Run("the configuration captures both", func(t *testing.T) {
		want := object{
			"EnableCapture": true, "InitialSamplingPercentage": 10.0,
			"DestinationS3Uri": object{"Fn::Join": []any{"", []any{"s3://", object{"Ref": bucket}, "/odds"}}},
			"CaptureOptions":   []any{object{"CaptureMode": "Input"}, object{"CaptureMode": "Output"}},
		}
		config := got.One(t, "AWS::SageMaker::EndpointConfig").Properties
		if diff := cmp.Diff(want, config["DataCaptureConfig"]); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
	t.Run("the bucket is private, encrypted, and deletes what is old", func(t *testing.T) {
		properties := got.One(t, "AWS::S3::Bucket").Properties
		want := object{"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true}
		if diff := cmp.Diff(want, properties["PublicAccessBlockConfiguration"]); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		rule := properties["LifecycleConfiguration"].(object)["Rules"].([]any)[0].(object)
		if rule["ExpirationInDays"] != 30.0 || properties["BucketEncryption"] == nil {
			t.Errorf("got %v", properties)
		}
		if s := policyOf(t, got, "EndpointCapturedDataPolicy"); len(s) != 2 || s[0].(object)["Effect"] != "Deny" {
			t.Errorf("got %v, want that only TLS is taken", s)
		}
	})
	arn := func(suffix string) object {
		return object{"Fn::Join": []any{"", []any{getAtt(bucket, "Arn"), suffix}}}
	}
	t.Run("the role writes under the prefix, by one policy, before the endpoint", func(t *testing.T) {
		want := []any{object{"Effect": "Allow", "Action": []any{"s3:AbortMultipartUpload", "s3:PutObject"}, "Resource": arn("/odds/*")}}
		if diff := cmp.Diff(want, policyOf(t, got, "EndpointCapture1")); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		depends := strings.Join(got.One(t, "AWS::SageMaker::Endpoint").DependsOn, " ")
		if !strings.Contains(depends, "EndpointCapture1") || len(policyOf(t, got, "EndpointCapture2")) > 0 {
			t.Errorf("the endpoint depends on %s", depends)
		}
	})
	t.Run("the reader reads under the prefix", func(t *testing.T) {
		want := []any{
			object{"Effect": "Allow", "Action": "s3:GetObject", "Resource": arn("/odds/*")},
			object{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": getAtt(bucket, "Arn"),
				"Condition": object{"StringLike": object{"s3:prefix": "odds/*"}}},
		}
		if diff := cmp.Diff(want, policyOf(t, got, "ReaderDefaultPolicy")); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

func TestDataCaptureInAGivenBucket(t *testing.T) {
	got := captured(t, func(stack constructs.Construct) inference.DataCaptureProps {
		key := awskms.NewKey(stack, jsii.String("Key"), nil)
		return inference.DataCaptureProps{
			SamplingPercent: 100, CaptureModes: []string{"Output"},
			CSVContentTypes: []string{"text/csv"}, JSONContentTypes: []string{"application/json"},
			Bucket: awss3.Bucket_FromBucketAttributes(stack, jsii.String("Given"), &awss3.BucketAttributes{
				BucketName: jsii.String("given"), EncryptionKey: key}),
		}
	})
	key := getAtt(got.ID(t, "AWS::KMS::Key"), "Arn")
	want := object{
		"EnableCapture": true, "InitialSamplingPercentage": 100.0, "DestinationS3Uri": "s3://given", "KmsKeyId": key,
		"CaptureOptions": []any{object{"CaptureMode": "Output"}},
		"CaptureContentTypeHeader": object{
			"CsvContentTypes": []any{"text/csv"}, "JsonContentTypes": []any{"application/json"}},
	}
	if diff := cmp.Diff(want, got.One(t, "AWS::SageMaker::EndpointConfig").Properties["DataCaptureConfig"]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	statements := []any{
		object{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key},
		object{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::given/*"},
		object{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::given"},
	}
	if diff := cmp.Diff(statements, policyOf(t, got, "ReaderDefaultPolicy")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if n := len(got.All("AWS::S3::Bucket")); n > 0 {
		t.Errorf("got %d new buckets", n)
	}
}

func TestDataCaptureUnderAURI(t *testing.T) {
	for name, test := range map[string]struct {
		uri           string
		objects, list any
	}{
		"known": {"s3://captured/odds/", "arn:aws:s3:::captured/odds/*", "arn:aws:s3:::captured"},
		"whole": {"s3://captured", "arn:aws:s3:::captured/*", "arn:aws:s3:::captured"},
	} {
		t.Run(name, func(t *testing.T) {
			got := captured(t, func(constructs.Construct) inference.DataCaptureProps {
				return inference.DataCaptureProps{SamplingPercent: 1, DestinationS3URI: test.uri}
			})
			written := policyOf(t, got, "EndpointCapture1")[0].(object)["Resource"]
			read := policyOf(t, got, "ReaderDefaultPolicy")
			if diff := cmp.Diff([]any{test.objects, test.objects, test.list},
				[]any{written, read[0].(object)["Resource"], read[1].(object)["Resource"]}); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestNoDataCapture(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(stack, "Model", inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}})
	endpoint := inference.NewEndpoint(stack, "Endpoint", inference.EndpointProps{
		EndpointName: "odds", Variants: []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge"}}})
	reader := awsiam.NewRole(stack, jsii.String("Reader"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
	want := `endpoint "odds" captures no data: give EndpointProps.DataCapture`
	if got := template.Panics(t, func() { endpoint.GrantReadCapturedData(reader) }).(error).Error(); got != want {
		t.Errorf("got %s", got)
	}
}
