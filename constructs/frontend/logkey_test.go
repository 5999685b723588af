package frontend_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// TestLogKey: the key encrypts the log group; one of another Region is refused.
func TestLogKey(t *testing.T) {
	const arn = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-4000-8000-000000000001"
	key := func(arn string) awskms.IKey {
		return awskms.Key_FromKeyArn(template.NewStack(t), jsii.String("Key"), jsii.String(arn))
	}
	_, got := newService(t, func(p *frontend.GatewayServiceProps) { p.LogKey = key(arn) })
	if is := got.One(t, "AWS::Logs::LogGroup").Properties["KmsKeyId"]; is != arn {
		t.Errorf("the tasks' log is encrypted with %v", is)
	}
	elsewhere := key(strings.Replace(arn, "eu-west-1", "us-east-1", 1))
	for name, construct := range map[string]func(){
		"a service": func() { newService(t, func(p *frontend.GatewayServiceProps) { p.LogKey = elsewhere }) },
		"a function": func() {
			frontend.NewGatewayFunction(template.NewStack(t), "Gateway",
				frontend.GatewayFunctionProps{EndpointName: "odds", LogKey: elsewhere})
		},
	} {
		const want = "LogKey: AWS encrypts with keys of the same region eu-west-1, this one is in us-east-1; give a key in " +
			"eu-west-1, such as the replica of a multi-Region key"
		if got := template.Problems(t, "test/Gateway", construct); got != want {
			t.Errorf("%s: got %s", name, got)
		}
	}
}
