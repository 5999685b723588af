package scaling_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/inference"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/scaling"
	"github.com/sagemaker-autoscaling-inference/cdk/test/autoscalingtest"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// TestMetricOf: what a construct says of its metric, a policy takes.
func TestMetricOf(t *testing.T) {
	stack := template.NewStack(t)
	endpoint := inference.EndpointFromName(stack, "Endpoint", "odds")
	for _, test := range []struct {
		metric awscloudwatch.Metric
		want   autoscaling.Metric
	}{
		{endpoint.Variant("main").MetricGPUUtilization(nil), autoscalingtest.VariantMetric("GPUUtilization", odds)},
		{awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
			Namespace: jsii.String("Betting"), MetricName: jsii.String("Load"), Statistic: jsii.String("p90"),
			Unit: awscloudwatch.Unit_BYTES_PER_SECOND,
		}), autoscaling.Metric{Namespace: "Betting", Name: "Load", Statistic: "p90", Unit: "Bytes/Second"}},
	} {
		if diff := cmp.Diff(test.want, scaling.MetricOf(test.metric)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}
