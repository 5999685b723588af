package monitoring

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// Namespaces of the metrics that are watched beside SageMaker's and the gateway's.
const (
	loadBalancerNamespace = "AWS/ApplicationELB"
	functionNamespace     = "AWS/Lambda"
	serviceNamespace      = "AWS/ECS"
	queueNamespace        = "AWS/SQS"
	firewallNamespace     = "AWS/WAFV2"
)

// PublishedMetric is a metric that AWS or the gateway publishes.
type PublishedMetric struct {
	// Unit is what it is published with, in CloudWatch's words.
	Unit string
	// Dimensions are the sets of dimension names that it has, each sorted.
	Dimensions [][]string
}

// The sets of dimensions that metrics are published by, each sorted.
var (
	byLoadBalancer = []string{"LoadBalancer"}
	byTargetGroup  = []string{"LoadBalancer", "TargetGroup"}
	byFunction     = []string{"FunctionName"}
	byAlias        = []string{"FunctionName", "Resource"}
	byService      = []string{"ClusterName", "ServiceName"}
	byQueue        = []string{"QueueName"}
	byWebACL       = []string{"Region", "Rule", "WebACL"}
	byEndpoint     = []string{autoscaling.EndpointNameDimension}
)

func published(unit string, sets [][]string, names ...string) map[string]PublishedMetric {
	out := map[string]PublishedMetric{}
	for _, name := range names {
		out[name] = PublishedMetric{unit, sets}
	}
	return out
}

func merged(parts ...map[string]PublishedMetric) map[string]PublishedMetric {
	out := map[string]PublishedMetric{}
	for _, part := range parts {
		for name, m := range part {
			out[name] = m
		}
	}
	return out
}

// Metrics are what can be watched of what stands in front of an endpoint, by namespace and
// name; autoscaling.SageMakerMetrics are the endpoint's own. Sets of dimensions with an
// Availability Zone are left out. An alarm on another name or set would never have data.
func Metrics() map[string]map[string]PublishedMetric {
	return map[string]map[string]PublishedMetric{
		// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
		loadBalancerNamespace: merged(
			published("Count", [][]string{byLoadBalancer, byTargetGroup}, "RequestCount", "HTTPCode_Target_2XX_Count",
				"HTTPCode_Target_3XX_Count", "HTTPCode_Target_4XX_Count", "HTTPCode_Target_5XX_Count",
				"TargetConnectionErrorCount"),
			published("Seconds", [][]string{byLoadBalancer, byTargetGroup}, "TargetResponseTime"),
			published("Count", [][]string{byTargetGroup}, "HealthyHostCount", "UnHealthyHostCount"),
			published("Count", [][]string{byLoadBalancer}, "ActiveConnectionCount", "NewConnectionCount",
				"RejectedConnectionCount", "HTTPCode_ELB_4XX_Count", "HTTPCode_ELB_5XX_Count", "ConsumedLCUs",
				"PeakLCUs", "ReservedLCUs"),
		),
		// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
		functionNamespace: merged(
			published("Count", [][]string{byFunction, byAlias}, "Invocations", "Errors", "Throttles",
				"ConcurrentExecutions"),
			published("Milliseconds", [][]string{byFunction, byAlias}, "Duration"),
			published("Count", [][]string{byAlias}, "ProvisionedConcurrentExecutions",
				"ProvisionedConcurrencyInvocations", "ProvisionedConcurrencySpilloverInvocations"),
			published("None", [][]string{byAlias}, "ProvisionedConcurrencyUtilization"),
		),
		// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
		serviceNamespace: published("Percent", [][]string{byService}, "CPUUtilization", "MemoryUtilization"),
		// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
		queueNamespace: published("Count", [][]string{byQueue}, "ApproximateNumberOfMessagesVisible"),
		// https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
		firewallNamespace: published("Count", [][]string{byWebACL}, "AllowedRequests", "BlockedRequests"),
		// docs/gateway.md, "Log and metrics"; TestMetricLine of internal/gateway holds them together.
		autoscaling.GatewayNamespace: merged(
			published("Count", [][]string{byEndpoint}, autoscaling.GatewayArrivedRequests, autoscaling.GatewayShedRequests,
				autoscaling.GatewayQueuedRequests, "InFlightRequests", "ConcurrencyLimit", "SucceededRequests",
				"ModelErrors", "ClientErrors", "ThrottledRequests", "EndpointErrors", "GatewayErrors", "ClientsGone",
				"SlowBodies", "BodyMemoryFull", "RetriesThrottled", "RetriesUnavailable", "RetriesFailure",
				"RetriesConnection", "RetriesCredentials", "RetriesClockSkew", "BreakerOpen", "CredentialRenewalFailures"),
			published("Milliseconds", [][]string{byEndpoint}, "LatencyP50", "LatencyP90", "LatencyP99"),
		),
	}
}

// gateway is a metric that the gateway publishes.
func (s Subject) gateway(name string, statistic autoscaling.Statistic) autoscaling.Metric {
	return autoscaling.Metric{Namespace: autoscaling.GatewayNamespace, Name: name, Statistic: statistic,
		Dimensions: map[string]string{autoscaling.EndpointNameDimension: s.EndpointName}}
}

// loadBalancer is a metric of the load balancer, or of one of its target groups.
func (s Subject) loadBalancer(name string, statistic autoscaling.Statistic, targetGroup string) autoscaling.Metric {
	dimensions := map[string]string{"LoadBalancer": s.LoadBalancer.FullName}
	if targetGroup != "" {
		dimensions["TargetGroup"] = targetGroup
	}
	return autoscaling.Metric{Namespace: loadBalancerNamespace, Name: name, Statistic: statistic, Dimensions: dimensions}
}

// function is a metric of the gateway's function, of its alias where there is one.
func (g Gateway) function(name string, statistic autoscaling.Statistic) autoscaling.Metric {
	dimensions := map[string]string{"FunctionName": g.FunctionName}
	if g.Alias != "" {
		dimensions["Resource"] = g.FunctionName + ":" + g.Alias
	}
	return autoscaling.Metric{Namespace: functionNamespace, Name: name, Statistic: statistic, Dimensions: dimensions}
}

// tasks is the number of the service's tasks, of which each publishes a value a minute
// (fact F49).
func (g Gateway) tasks() autoscaling.Metric {
	return autoscaling.Metric{Namespace: serviceNamespace, Name: "CPUUtilization", Statistic: autoscaling.SampleCount,
		Dimensions: map[string]string{"ClusterName": g.ClusterName, "ServiceName": g.ServiceName}}
}

// part is what publishes the metrics of invocations: a variant or an inference component.
type part struct {
	// name is the variant's or the component's, and noun what it is.
	name, noun string
	dimensions map[string]string
	// pools are the instance types by which the variant's metrics are published.
	pools []string
	// perUnit is the metric of the invocations of one instance or one copy.
	perUnit  string
	unit     string
	capacity *Capacity
	// frequency is the time between two values, 0 for a minute.
	frequency time.Duration
}

func (s Subject) variant(v Variant) part {
	return part{name: v.Name, noun: "variant", pools: v.Pools, perUnit: "InvocationsPerInstance", unit: "instances",
		capacity: v.Capacity, frequency: v.PublishFrequency, dimensions: map[string]string{
			autoscaling.EndpointNameDimension: s.EndpointName, autoscaling.VariantNameDimension: v.Name}}
}

func (c Component) part() part {
	return part{name: c.Name, noun: "inference component", perUnit: "InvocationsPerCopy", unit: "copies",
		capacity: c.Capacity, dimensions: map[string]string{autoscaling.InferenceComponentNameDimension: c.Name}}
}

// parts are what publishes the metrics of invocations: the components, which do it in place
// of their variant (fact A51), or the variants.
func (s Subject) parts() []part {
	var parts []part
	for _, c := range s.Components {
		parts = append(parts, c.part())
	}
	if len(parts) > 0 {
		return parts
	}
	for _, v := range s.Variants {
		parts = append(parts, s.variant(v))
	}
	return parts
}

// metrics are a metric of the part: one, or one for each of its pools.
func (p part) metrics(namespace, name string, statistic autoscaling.Statistic) []autoscaling.Metric {
	one := autoscaling.Metric{Namespace: namespace, Name: name, Dimensions: p.dimensions, Statistic: statistic}
	if len(p.pools) == 0 {
		return []autoscaling.Metric{one}
	}
	all := make([]autoscaling.Metric, len(p.pools))
	for i, instanceType := range p.pools {
		all[i] = one
		all[i].Dimensions = map[string]string{"InstanceType": instanceType}
		for name, value := range p.dimensions {
			all[i].Dimensions[name] = value
		}
	}
	return all
}
