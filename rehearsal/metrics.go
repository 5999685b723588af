package rehearsal

import (
	"fmt"
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// metric is a quantity that is measured every second.
type metric int

const (
	// invocations counts the requests that reach the endpoint.
	invocations metric = iota
	// invocationsPerInstance adds, for each request, 1 ÷ the instances in service
	// when it arrives; starting ones do not count (facts A7 and A8).
	invocationsPerInstance
	// concurrency is the requests in flight at an instance, those queued in its
	// container included (fact A9).
	concurrency
	// noCapacity counts requests to an inference component without a copy (fact D2).
	noCapacity
	// utilization is an instance's load × Service.FullUtilization.
	utilization
	// arrived, shed and queued are published by the gateway (fact F34).
	arrived
	shed
	queued
)

// isGauge reports whether the metric is sampled; the others are counted.
func (s metric) isGauge() bool { return s == concurrency || s == utilization || s == queued }

// isSparse reports whether the metric has no datapoint without requests.
// SageMaker's own metrics are 0 then (fact A33).
func (s metric) isSparse() bool { return s == noCapacity || s == arrived || s == shed }

// sample is the value of a metric in one second.
type sample struct {
	// value is a gauge's value, or a counter's increment.
	value float64
	// requests is the number of requests that the value comes from.
	requests float64
	// unknown says that there is no value.
	unknown bool
}

// series is a statistic of a metric over periods.
type series struct {
	metric    metric
	statistic autoscaling.Statistic
	period    int64
	ends      int64 // of the present period

	sum, samples, least, most float64
	known                     bool
}

func (s *series) reset() {
	s.sum, s.samples, s.least, s.most, s.known = 0, 0, math.Inf(1), math.Inf(-1), false
}

// add adds seconds equal samples.
func (s *series) add(m sample, seconds float64) {
	if m.unknown {
		return
	}
	s.known = true
	s.sum += m.value * seconds
	each := m.value
	if s.metric.isGauge() {
		s.samples += seconds
	} else {
		if m.requests <= 0 {
			return
		}
		s.samples += m.requests * seconds
		each = m.value / m.requests
	}
	s.least, s.most = min(s.least, each), max(s.most, each)
}

// value is the datapoint of the ending period, NaN for a missing one.
func (s *series) value() float64 {
	if !s.known || s.samples == 0 && s.metric.isSparse() {
		return math.NaN()
	}
	switch s.statistic {
	case autoscaling.Sum:
		return s.sum
	case autoscaling.SampleCount:
		return s.samples
	}
	if s.samples == 0 {
		return 0
	}
	switch s.statistic {
	case autoscaling.Minimum:
		return s.least
	case autoscaling.Maximum:
		return s.most
	default:
		return s.sum / s.samples
	}
}

// playedMetrics are the metrics that a rehearsal measures, by namespace and name.
var playedMetrics = map[string]metric{
	autoscaling.SageMakerNamespace + " Invocations":                         invocations,
	autoscaling.SageMakerNamespace + " InvocationsPerInstance":              invocationsPerInstance,
	autoscaling.SageMakerNamespace + " InvocationsPerCopy":                  invocationsPerInstance,
	autoscaling.SageMakerNamespace + " ConcurrentRequestsPerModel":          concurrency,
	autoscaling.SageMakerNamespace + " ConcurrentRequestsPerCopy":           concurrency,
	autoscaling.SageMakerNamespace + " NoCapacityInvocationFailures":        noCapacity,
	autoscaling.UtilizationNamespace + " CPUUtilization":                    utilization,
	autoscaling.UtilizationNamespace + " GPUUtilization":                    utilization,
	autoscaling.GatewayNamespace + " " + autoscaling.GatewayArrivedRequests: arrived,
	autoscaling.GatewayNamespace + " " + autoscaling.GatewayShedRequests:    shed,
	autoscaling.GatewayNamespace + " " + autoscaling.GatewayQueuedRequests:  queued,
	"AWS/ApplicationELB RequestCount":                                       arrived,
}

// predefined are Application Auto Scaling's predefined metrics, with the period of
// their alarms (fact A10).
var predefined = map[autoscaling.PredefinedMetric]struct {
	signal    metric
	statistic autoscaling.Statistic
	period    int64
}{
	autoscaling.VariantInvocationsPerInstance:             {invocationsPerInstance, autoscaling.Sum, 60},
	autoscaling.ComponentInvocationsPerCopy:               {invocationsPerInstance, autoscaling.Sum, 60},
	autoscaling.VariantConcurrentRequestsHighResolution:   {concurrency, autoscaling.Average, 10},
	autoscaling.ComponentConcurrentRequestsHighResolution: {concurrency, autoscaling.Average, 10},
}

// alarmSource is what an alarm watches: a series, or an expression over several.
type alarmSource struct {
	period  int64
	ends    int64 // of the present period
	queries []query
	result  int
	values  []float64
}

// query is a series, by its index, or an expression over earlier queries.
type query struct {
	series     int
	expression *node
}

// value is the datapoint of the ending period.
func (s *alarmSource) value(all []series) float64 {
	for i := range s.queries {
		if q := &s.queries[i]; q.expression != nil {
			s.values[i] = q.expression.eval(s.values)
		} else {
			s.values[i] = all[q.series].value()
		}
	}
	return s.values[s.result]
}

// newAlarmSource returns the source of a metric, and all with the series that it
// needs. Target tracking evaluates a customized metric once a minute (fact A16).
func newAlarmSource(metric fmt.Stringer, period time.Duration, all []series) (alarmSource, []series, error) {
	switch m := metric.(type) {
	case autoscaling.PredefinedMetric:
		p, ok := predefined[m]
		if !ok {
			return alarmSource{}, all, fmt.Errorf("the metric %s is not played", m)
		}
		i, all := add(all, p.signal, p.statistic, p.period)
		return singleSeries(i, p.period), all, nil
	case autoscaling.Metric:
		i, all, err := addMetric(all, m, period)
		return singleSeries(i, int64(period/time.Second)), all, err
	case autoscaling.MetricMath:
		return addMath(all, m, period)
	}
	return alarmSource{}, all, fmt.Errorf("the metric %v is not played", metric)
}

func singleSeries(i int, period int64) alarmSource {
	return alarmSource{period: period, queries: []query{{series: i}}, values: make([]float64, 1)}
}

func addMetric(all []series, m autoscaling.Metric, period time.Duration) (int, []series, error) {
	s, ok := playedMetrics[m.Namespace+" "+m.Name]
	if !ok {
		return 0, all, fmt.Errorf("the metric %s is not played", m)
	}
	switch m.Statistic {
	case autoscaling.Sum, autoscaling.Average, autoscaling.Minimum, autoscaling.Maximum, autoscaling.SampleCount:
	default:
		return 0, all, fmt.Errorf("the statistic %s is not played", m.Statistic)
	}
	i, all := add(all, s, m.Statistic, int64(period/time.Second))
	return i, all, nil
}

// addMath reads the queries: first the metrics, then each expression as soon as the
// queries that it names have been read.
func addMath(all []series, m autoscaling.MetricMath, period time.Duration) (alarmSource, []series, error) {
	s := alarmSource{period: int64(period / time.Second)}
	place := make(map[string]int, len(m.Queries))
	put := func(id string, q query, result bool) {
		place[id] = len(s.queries)
		if result {
			s.result = len(s.queries)
		}
		s.queries = append(s.queries, q)
	}
	for _, q := range m.Queries {
		if q.Metric == nil {
			continue
		}
		i, more, err := addMetric(all, *q.Metric, period)
		if err != nil {
			return s, all, err
		}
		all = more
		put(q.ID, query{series: i}, q.ReturnData)
	}
	for len(place) < len(m.Queries) {
		before := len(place)
		var refused error
		for _, q := range m.Queries {
			if _, read := place[q.ID]; read {
				continue
			}
			n, err := parseMath(q.Expression, place)
			if err != nil {
				refused = fmt.Errorf("the expression %q is not played: %w", q.Expression, err)
				continue
			}
			put(q.ID, query{expression: &n}, q.ReturnData)
		}
		if len(place) == before {
			return s, all, refused
		}
	}
	s.values = make([]float64, len(s.queries))
	return s, all, nil
}

// add returns the index of a series, and appends it if it is new.
func add(all []series, s metric, statistic autoscaling.Statistic, period int64) (int, []series) {
	for i := range all {
		if all[i].metric == s && all[i].statistic == statistic && all[i].period == period {
			return i, all
		}
	}
	one := series{metric: s, statistic: statistic, period: period}
	one.reset()
	return len(all), append(all, one)
}
