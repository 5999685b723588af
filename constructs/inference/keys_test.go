package inference_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// TestKeyRegions: a key of another Region than the stack's is refused, wherever it is
// given; one of the same is not.
func TestKeyRegions(t *testing.T) {
	stack := template.NewStack(t)
	model := inference.NewModel(
		stack,
		"Model",
		inference.ModelProps{Containers: []inference.ContainerProps{{Image: image}}},
	)
	props := func(k awskms.IKey) inference.EndpointProps {
		return inference.EndpointProps{
			EndpointName: "odds", VolumeKey: k,
			Asynchronous: &inference.AsynchronousProps{
				OutputPath: "s3://answers", InputPath: "s3://requests", OutputKey: k, InputKey: k},
			DataCapture: &inference.DataCaptureProps{SamplingPercent: 1, Key: k},
			Variants: []inference.VariantProps{{Model: model, InstanceType: "ml.c6i.xlarge", Instances: inference.InstanceProps{
				CoreDump: &inference.CoreDumpProps{DestinationS3URI: "s3://dumps", Key: k}}}},
		}
	}
	key := func(region string) awskms.IKey {
		return awskms.Key_FromKeyArn(stack, jsii.String(region), jsii.String("arn:aws:kms:"+region+":123456789012:key/1"))
	}
	inference.NewEndpoint(stack, "Here", props(key("eu-west-1")))
	got := template.Problems(t, "test/There", func() { inference.NewEndpoint(stack, "There", props(key("us-east-1"))) })
	for _, path := range []string{"VolumeKey", "Asynchronous.OutputKey", "Asynchronous.InputKey", "DataCapture.Key",
		"Variants[0].Instances.CoreDump.Key"} {
		want := path + ": AWS encrypts with keys of the same region eu-west-1, this one is in us-east-1; give a key in " +
			"eu-west-1, such as the replica of a multi-Region key"
		if !strings.Contains("\n"+got+"\n", "\n"+want+"\n") {
			t.Errorf("got\n%s\nwithout\n%s", got, want)
		}
	}
	var missing *struct{ awskms.IKey }
	for _, path := range []string{"VolumeKey", "DataCapture.Key"} {
		if err := props(missing).Validate(); err == nil || !strings.Contains(err.Error(), path+": this is a nil pointer") {
			t.Errorf("a nil pointer in %s: got %v", path, err)
		}
	}
	if n := strings.Count(got, "\n") + 1; n != 5 {
		t.Errorf("got %d problems:\n%s", n, got)
	}
}
