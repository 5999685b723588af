package rehearsal

import (
	"fmt"
	"math"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// signal is something that a rehearsal measures every second.
type metric int

const (
	// invocations is requests that reach the endpoint.
	invocations metric = iota
	// invocationsPerInstance is each of them divided by the instances that are
	// in service when it comes: those that still start do not dilute it, and in
	// a minute in which the capacity changes it is a mix (facts A7 and A8).
	invocationsPerInstance
	// concurrency is the requests that an instance has at a time, those queued
	// in its container among them (fact A9).
	concurrency
	// noCapacity is requests that an inference component without a copy has
	// refused (fact D2).
	noCapacity
	// utilization is the share of an instance's capacity that is in use, times
	// Service.FullUtilization.
	utilization
	// arrived, shed and queued are what the gateway publishes (fact F34).
	arrived
	shed
	queued
)

// levels are measured; the others are counted.
func (s metric) isGauge() bool { return s == concurrency || s == utilization || s == queued }

// quiet reports whether nothing is published where nothing has come. SageMaker's
// own metrics are 0 then (fact A33).
func (s metric) isSparse() bool { return s == noCapacity || s == arrived || s == shed }

// measured is what one second, or many equal ones, have measured.
type sample struct {
	// value is a level, or what one second has added.
	value float64
	// requests are how many have made it, each second.
	requests float64
	// unknown says that there was nothing to measure.
	unknown bool
}

// series aggregates a signal over periods.
type series struct {
	metric    metric
	statistic autoscaling.Statistic
	period    int64

	sum, samples, least, most float64
	known                     bool
}

func (s *series) reset() {
	s.sum, s.samples, s.least, s.most, s.known = 0, 0, math.Inf(1), math.Inf(-1), false
}

// add takes seconds equal seconds.
func (s *series) add(m sample, seconds float64) {
	if m.unknown {
		return
	}
	s.known = true
	s.sum += m.value * seconds
	sample := m.value
	if s.metric.isGauge() {
		s.samples += seconds
	} else {
		if m.requests <= 0 {
			return
		}
		s.samples += m.requests * seconds
		sample = m.value / m.requests
	}
	s.least, s.most = min(s.least, sample), max(s.most, sample)
}

// value is the datapoint of the period that ends, NaN where there is none.
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

// known are the metrics that a rehearsal can play, by namespace and name.
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

// predefined are Application Auto Scaling's names for some of them, with the
// period at which they are looked at (fact A10).
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

// source is what an alarm watches: one series, or an expression over several.
type alarmSource struct {
	period  int64
	queries []query
	result  int
	values  []float64
}

// query is a series, by its index, or an expression over earlier queries.
type query struct {
	series     int
	expression *node
}

// value is the datapoint of the period that ends.
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

// measure returns what metric is, with the series that it needs added to all.
// Target tracking looks at a customized metric once a minute (fact A16).
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

// addMath reads the queries: first the metrics, then each expression as soon as
// all that it speaks of has been read.
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

// add returns the index of a series, which it appends where none is alike.
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
