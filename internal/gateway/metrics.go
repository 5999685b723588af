package gateway

import (
	"context"
	"encoding/json"
	"math/bits"
	"sync/atomic"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/pressure"
)

// Metrics that a scaling policy on the offered load watches (fact F34: a policy can
// take a customized metric). They are published every MetricPeriod.
const (
	MetricNamespace         = "SageMakerInference/Gateway"
	MetricEndpointDimension = "EndpointName"
	MetricPeriod            = 10 * time.Second
	// MetricArrived counts the requests for the endpoint.
	MetricArrived = "ArrivedRequests"
	// MetricShed counts the requests that were refused for want of capacity.
	MetricShed = "ShedRequests"
	// MetricQueued is the longest queue of the period.
	MetricQueued = "QueuedRequests"
)

// shedMetrics count the requests of a class that were refused for want of capacity; those
// of normal priority are the rest.
var shedMetrics = [pressure.Classes]string{
	pressure.Critical: "ShedCritical", pressure.High: "ShedHigh", pressure.Low: "ShedLow",
}

// outcome is how a request for the endpoint ended; each is a metric.
type outcome int

const (
	succeeded outcome = iota
	modelFailed
	clientFailed
	throttled
	endpointFailed
	gatewayFailed
	clientLeft
	bodySlow
	bodyMemoryFull
	outcomes
)

var outcomeMetrics = [outcomes]string{
	succeeded: "SucceededRequests", modelFailed: "ModelErrors", clientFailed: "ClientErrors",
	throttled:      "ThrottledRequests",
	endpointFailed: "EndpointErrors", gatewayFailed: "GatewayErrors", clientLeft: "ClientsGone",
	bodySlow: "SlowBodies", bodyMemoryFull: "BodyMemoryFull",
}

// outcomeOf is the outcome of a request that was not shed.
func outcomeOf(out *reply) outcome {
	switch {
	case out.code == codeMemoryFull: // with a fallback, too
		return bodyMemoryFull
	case out.code == codeBodyTooSlow:
		return bodySlow
	case out.status < 400 && out.code != "": // the fallback's
		return endpointFailed
	case out.status < 400:
		return succeeded
	case out.status == statusClientClosedRequest:
		return clientLeft
	case out.status == 424, out.code == codeModelError:
		return modelFailed
	case isThrottled(out.status, out.code):
		return throttled
	case out.status < 500:
		return clientFailed
	}
	switch out.code {
	case codeGatewayFailure, codeCredentialsMissing, codeNotAuthorized:
		return gatewayFailed
	}
	return endpointFailed
}

// metrics count since the last publication, without a lock.
type metrics struct {
	arrived, shed atomic.Int64
	shedBy        [pressure.Classes]atomic.Int64
	degraded      [degradations]atomic.Int64
	outcomes      [outcomes]atomic.Int64
	retries       [retryReasons]atomic.Int64
	latency       histogram
	lastSuccess   atomic.Int64 // on the gateway's clock
}

// histogram counts durations in buckets, eight for each power of two: a quantile is
// at most an eighth too large.
type histogram struct{ buckets [8 * 32]atomic.Int64 }

// bucketOf is the bucket of a duration in microseconds, from 8 to 2^32.
func bucketOf(us uint64) int {
	us = min(max(us, 8), 1<<32-1)
	exponent := bits.Len64(us) - 4
	return 8*exponent + int(us>>exponent) - 8
}

// upperOf is the largest duration of a bucket.
func upperOf(bucket int) time.Duration {
	exponent, step := bucket/8, bucket%8
	return time.Duration((uint64(step)+9)<<exponent-1) * time.Microsecond
}

func (h *histogram) add(d time.Duration) {
	h.buckets[bucketOf(uint64(max(0, d.Microseconds())))].Add(1)
}

// quantiles returns the durations below which the given shares of the counts lie,
// nil without counts, and empties h.
func (h *histogram) quantiles(shares ...float64) []time.Duration {
	var counts [len(h.buckets)]int64
	total := int64(0)
	for i := range counts {
		counts[i] = h.buckets[i].Swap(0)
		total += counts[i]
	}
	if total == 0 {
		return nil
	}
	var at []time.Duration
	seen, bucket := int64(0), 0
	for _, share := range shares {
		for float64(seen+counts[bucket]) < share*float64(total) {
			seen += counts[bucket]
			bucket++
		}
		at = append(at, upperOf(bucket))
	}
	return at
}

// embeddedMetrics is a line of CloudWatch's embedded metric format, which CloudWatch
// Logs turns into metrics.
type embeddedMetrics struct {
	names []metricName
	line  map[string]any
}

type metricName struct {
	Name              string
	Unit              string
	StorageResolution int
}

func (m *embeddedMetrics) add(name, unit string, value any) {
	// 1 is CloudWatch's high resolution.
	m.names = append(m.names, metricName{name, unit, 1})
	m.line[name] = value
}

// metricLine is the metric line of the period that ends now.
func (g *Gateway) metricLine(now time.Time) ([]byte, error) {
	m := &embeddedMetrics{line: map[string]any{MetricEndpointDimension: g.cfg.EndpointName}}
	state := g.limiter.State()
	m.add(MetricArrived, "Count", g.metrics.arrived.Swap(0))
	m.add(MetricShed, "Count", g.metrics.shed.Swap(0))
	if g.cfg.prioritizes() {
		for class, name := range shedMetrics {
			if name != "" {
				m.add(name, "Count", g.metrics.shedBy[class].Swap(0))
			}
		}
	}
	for kind, configured := range g.cfg.kinds() {
		if configured {
			m.add(degradationMetrics[kind], "Count", g.metrics.degraded[kind].Swap(0))
		}
	}
	m.add(MetricQueued, "Count", g.limiter.MaxQueued())
	m.add("InFlightRequests", "Count", state.InFlight)
	m.add("ConcurrencyLimit", "Count", state.Limit)
	for i, name := range outcomeMetrics {
		m.add(name, "Count", g.metrics.outcomes[i].Swap(0))
	}
	for i, name := range retryMetrics {
		if name != "" {
			m.add(name, "Count", g.metrics.retries[i].Swap(0))
		}
	}
	open := 0
	if g.breaker.Open() {
		open = 1
	}
	m.add("BreakerOpen", "Count", open)
	m.add("CredentialRenewalFailures", "Count", g.endpoint.credentials.failed.Swap(0))
	if at := g.metrics.latency.quantiles(0.5, 0.9, 0.99); at != nil {
		for i, name := range []string{"LatencyP50", "LatencyP90", "LatencyP99"} {
			m.add(name, "Milliseconds", float64(at[i].Microseconds())/1000)
		}
	}
	m.line["_aws"] = map[string]any{
		"Timestamp": now.UnixMilli(),
		"CloudWatchMetrics": []any{map[string]any{
			"Namespace": MetricNamespace, "Dimensions": [][]string{{MetricEndpointDimension}}, "Metrics": m.names,
		}},
	}
	line, err := json.Marshal(m.line)
	return append(line, '\n'), err
}

// publish writes a metric line every MetricPeriod and one more when ctx ends.
func (g *Gateway) publish(ctx context.Context) {
	ticker := time.NewTicker(MetricPeriod)
	defer ticker.Stop()
	for done := false; !done; {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			done = true
		}
		line, err := g.metricLine(time.Now())
		if err == nil {
			_, err = g.metricLines.Write(line)
		}
		if err != nil {
			g.log.Error("metrics", "error", err.Error())
		}
	}
}
