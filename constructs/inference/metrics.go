package inference

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces"
	"github.com/aws/jsii-runtime-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// metric returns the metric called name that SageMaker publishes by dimensions, in the
// account and region of what it measures. It has no unit: a unit is a filter, which finds
// nothing where SageMaker publishes another.
func metric(
	name string, dimensions map[string]string, env *interfaces.ResourceEnvironment, options *awscloudwatch.MetricOptions,
) awscloudwatch.Metric {
	m, ok := autoscaling.PublishedMetric(name, dimensions)
	if !ok {
		var ps problem.List
		by := slices.Sorted(maps.Keys(dimensions))
		ps.Add("Metric", name, "SageMaker publishes no such metric by "+strings.Join(by, " and "),
			"use one of "+strings.Join(autoscaling.PublishedMetrics(by...), ", ")+
				", or make any other with awscloudwatch.NewMetric")
		panic(ps.Err())
	}
	if options == nil {
		options = &awscloudwatch.MetricOptions{}
	}
	all := map[string]*string{}
	for key, value := range m.Dimensions {
		all[key] = jsii.String(value)
	}
	if options.DimensionsMap != nil {
		maps.Copy(all, *options.DimensionsMap)
	}
	props := &awscloudwatch.MetricProps{
		Namespace: jsii.String(m.Namespace), MetricName: jsii.String(m.Name), DimensionsMap: &all,
		Statistic: jsii.String(string(m.Statistic)),
	}
	// CDK leaves them out of the template where they are the stack's own.
	if !problem.Unresolved(*env.Account) {
		props.Account = env.Account
	}
	if !problem.Unresolved(*env.Region) {
		props.Region = env.Region
	}
	own := *options
	own.DimensionsMap = nil
	return awscloudwatch.NewMetric(props).With(&own)
}

// Metric is as IEndpoint says.
func (e *endpointBase) Metric(name string, options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return metric(name, map[string]string{autoscaling.EndpointNameDimension: e.name}, e.env, options)
}

// MetricApproximateBacklogSize is the number of requests to an asynchronous endpoint that
// wait or are processed.
func (e *endpointBase) MetricApproximateBacklogSize(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return e.Metric("ApproximateBacklogSize", options)
}

// MetricApproximateBacklogSizePerInstance is that number by instance.
func (e *endpointBase) MetricApproximateBacklogSizePerInstance(
	options *awscloudwatch.MetricOptions,
) awscloudwatch.Metric {
	return e.Metric(autoscaling.ApproximateBacklogSizePerInstance, options)
}

// MetricApproximateAgeOfOldestRequest is the age of the oldest request to an asynchronous
// endpoint, in seconds.
func (e *endpointBase) MetricApproximateAgeOfOldestRequest(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return e.Metric("ApproximateAgeOfOldestRequest", options)
}

// MetricHasBacklogWithoutCapacity is 1 while requests to an asynchronous endpoint wait and
// there is no instance (fact D7).
func (e *endpointBase) MetricHasBacklogWithoutCapacity(options *awscloudwatch.MetricOptions) awscloudwatch.Metric {
	return e.Metric(autoscaling.HasBacklogWithoutCapacity, options)
}
