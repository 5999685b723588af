package inference

import (
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// MetricsProps describes what an endpoint publishes to CloudWatch, and how often
// (fact G15).
type MetricsProps struct {
	// Enhanced publishes utilization and invocations of each instance, and of each
	// container of inference components.
	// Default: false.
	Enhanced bool
	// DetailedObservability publishes metrics of each container, GPU and host, and of
	// where copies of inference components are placed.
	// Default: nil, SageMaker decides.
	DetailedObservability *bool
	// PublishFrequency is the time between two values: 10s, 30s, 1m, 2m, 3m, 4m or 5m.
	// Without Enhanced it holds for utilization only, and invocations have 1m.
	// Default: 0, 1m.
	PublishFrequency time.Duration
}

var publishFrequencies = []time.Duration{
	0, 10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 3 * time.Minute, 4 * time.Minute, 5 * time.Minute,
}

func (p MetricsProps) validate() problem.List {
	var ps problem.List
	if f := p.PublishFrequency; !slices.Contains(publishFrequencies, f) {
		ps.Add("PublishFrequency", f, "metrics are published every 10s, 30s, 1m, 2m, 3m, 4m or 5m", "leave it out for 1m")
	}
	return ps
}

func (p MetricsProps) property() *awssagemaker.CfnEndpointConfig_MetricsConfigProperty {
	out := &awssagemaker.CfnEndpointConfig_MetricsConfigProperty{
		EnableEnhancedMetrics:           p.Enhanced,
		MetricPublishFrequencyInSeconds: optionalNumber(p.PublishFrequency.Seconds()),
	}
	if p.DetailedObservability != nil {
		out.EnableDetailedObservability = jsii.Bool(*p.DetailedObservability)
	}
	return out
}
