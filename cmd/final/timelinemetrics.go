package main

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/account"
)

// series is a metric's values by the beginnings of their periods, as Unix seconds. What is
// not there was not measured.
type series map[int64]float64

func (s series) at(t time.Time) (float64, bool) {
	v, ok := s[t.Unix()]
	return v, ok
}

// asked is a metric that is read, and where its values go.
type asked struct {
	metric autoscaling.Metric
	into   series
}

// gatewayFailures are the gateway's metrics of requests that failed, but for those that it
// has shed: what the client did wrong is none.
var gatewayFailures = []string{"ModelErrors", "ThrottledRequests", "EndpointErrors", "GatewayErrors", "SlowBodies",
	"BodyMemoryFull"}

// readMetrics reads what the gateway and the endpoint have published.
func (rec *record) readMetrics(ctx context.Context, client cloudwatch.GetMetricDataAPIClient) error {
	rec.traffic = map[string]series{}
	var all []asked
	ask := func(name string, m autoscaling.Metric) series {
		s := series{}
		all = append(all, asked{m, s})
		if name != "" {
			rec.traffic[name] = s
		}
		return s
	}
	endpoint := map[string]string{autoscaling.EndpointNameDimension: rec.env.Endpoint.Name}
	gateway := func(name string, statistic autoscaling.Statistic) {
		ask(name, autoscaling.Metric{Namespace: autoscaling.GatewayNamespace, Name: name, Statistic: statistic,
			Dimensions: endpoint})
	}
	for _, name := range append([]string{autoscaling.GatewayArrivedRequests, autoscaling.GatewayShedRequests},
		gatewayFailures...) {
		gateway(name, autoscaling.Sum)
	}
	for _, name := range []string{"LatencyP50", "LatencyP99"} {
		gateway(name, autoscaling.Maximum) // of the slowest task
	}
	type quotient struct {
		of        *history
		sum, each series
	}
	var counted []quotient
	for i := range rec.things {
		h := &rec.things[i]
		dimensions, perUnit := h.dimensions()
		switch {
		case h.of.target.Dimension == autoscaling.ServiceTaskCount:
			// Each task publishes a value a minute (fact F49).
			h.running = ask("", autoscaling.Metric{Namespace: "AWS/ECS", Name: "CPUUtilization",
				Statistic: autoscaling.SampleCount, Dimensions: dimensions})
		case dimensions != nil:
			sagemaker := func(name string) autoscaling.Metric {
				return autoscaling.Metric{Namespace: autoscaling.SageMakerNamespace, Name: name,
					Statistic: autoscaling.Sum, Dimensions: dimensions}
			}
			sum, each := ask("Invocations "+h.of.name, sagemaker("Invocations")), series{}
			ask("Invocation5XXErrors "+h.of.name, sagemaker("Invocation5XXErrors"))
			if perUnit != "" {
				each = ask("", sagemaker(perUnit))
			}
			counted = append(counted, quotient{h, sum, each})
		}
	}
	if err := readSeries(ctx, client, rec.span, all); err != nil {
		return err
	}
	for _, h := range rec.things {
		for at, n := range h.running {
			h.running[at] = math.Ceil(n / rec.span.period.Minutes())
		}
	}
	for _, q := range counted {
		q.of.running = series{}
		for at, each := range q.each {
			if sum, ok := q.sum[at]; ok && each > 0 && sum > 0 {
				q.of.running[at] = math.Round(sum / each) // fact D9
			}
		}
	}
	return nil
}

// dimensions are those of a thing's metrics, nil where none says how many are running, and
// the metric of the invocations of one of them.
func (h history) dimensions() (dimensions map[string]string, perUnit string) {
	endpoint := ""
	parts := strings.Split(h.of.target.ResourceID, "/")
	if len(parts) > 1 {
		endpoint = parts[1]
	}
	switch h.of.target.Dimension {
	case autoscaling.VariantInstanceCount:
		perUnit = "InvocationsPerInstance"
		fallthrough
	case autoscaling.VariantProvisionedConcurrency:
		return map[string]string{autoscaling.EndpointNameDimension: endpoint,
			autoscaling.VariantNameDimension: h.of.name}, perUnit
	case autoscaling.InferenceComponentCopyCount:
		return map[string]string{autoscaling.InferenceComponentNameDimension: h.of.name}, "InvocationsPerCopy"
	case autoscaling.ServiceTaskCount:
		if len(parts) == 3 {
			return map[string]string{"ClusterName": parts[1], "ServiceName": parts[2]}, ""
		}
	}
	return nil, ""
}

// readSeries reads metrics by the span's period.
func readSeries(ctx context.Context, client cloudwatch.GetMetricDataAPIClient, s timespan, all []asked) error {
	in := &cloudwatch.GetMetricDataInput{StartTime: &s.from, EndTime: &s.to, ScanBy: types.ScanByTimestampAscending}
	into := map[string]series{}
	for i, one := range all {
		id := fmt.Sprintf("m%d", i)
		into[id] = one.into
		m := &types.Metric{Namespace: &one.metric.Namespace, MetricName: &one.metric.Name}
		for _, name := range sortedKeys(one.metric.Dimensions) {
			m.Dimensions = append(m.Dimensions,
				types.Dimension{Name: &name, Value: aws.String(one.metric.Dimensions[name])})
		}
		in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{Id: &id, ReturnData: aws.Bool(true),
			Label: &one.metric.Name,
			MetricStat: &types.MetricStat{Metric: m, Period: aws.Int32(int32(s.period / time.Second)),
				Stat: aws.String(string(one.metric.Statistic))}})
	}
	for pages := cloudwatch.NewGetMetricDataPaginator(client, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return account.Error("cloudwatch:GetMetricData", err)
		}
		for _, result := range page.MetricDataResults {
			values := into[aws.ToString(result.Id)]
			for i, at := range result.Timestamps {
				if values != nil && i < len(result.Values) && s.has(at) {
					values[at.UTC().Truncate(s.period).Unix()] = result.Values[i]
				}
			}
		}
	}
	return nil
}
