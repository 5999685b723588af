package monitoring

import (
	"fmt"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// Metrics of invocations (fact A51).
const (
	invocations     = "Invocations"
	serverErrors    = "Invocation5XXErrors"
	modelErrors     = "InvocationModelErrors"
	modelLatency    = "ModelLatency"
	overheadLatency = "OverheadLatency"
	microseconds    = 1_000_000 // a second (fact A62)
)

func (p part) sums(name string) []autoscaling.Metric {
	return p.metrics(autoscaling.SageMakerNamespace, name, autoscaling.Sum)
}

func (m *maker) addEndpoint() {
	if m.Asynchronous {
		m.every(m.slowest(), m.addBacklog)
		return
	}
	m.every(m.slowest(), m.addNoInstances)
	for _, p := range m.parts() {
		m.every(p.frequency, func() { m.addPart(p) })
	}
}

// slowest is the longest time between two values of the endpoint's metrics.
func (s Subject) slowest() (longest time.Duration) {
	for _, v := range s.Variants {
		longest = max(longest, v.PublishFrequency)
	}
	return longest
}

// addPart adds the alarms on the invocations of a variant or of a component.
func (m *maker) addPart(p part) {
	t := m.set.Thresholds
	what := p.noun + " " + p.name
	m.addShare("errorRate", p.name, "Requests to "+what+" fail with 5xx errors", p.sums(serverErrors),
		p.sums(invocations), t.ErrorRate, soon)
	m.addShare("modelErrors", p.name, "The container of "+what+" answers with errors, of the clients' making too, or "+
		"not at all", p.sums(modelErrors), p.sums(invocations), t.ModelErrorRate, soon)
	// Percentiles of several pools do not add up.
	if m.judgesLatency() && m.LoadBalancer == nil && len(p.pools) == 0 {
		latency := func(name string) autoscaling.Metric {
			return p.metrics(autoscaling.SageMakerNamespace, name, m.percentile())[0]
		}
		m.addLatency(p.name, what+", in the model and in SageMaker,",
			[]autoscaling.Metric{latency(modelLatency), latency(overheadLatency)}, microseconds, p.sums(invocations))
	}
	if p.noun != "variant" {
		m.add("noCapacity", p.name, title(what)+" has no copy, and refuses requests",
			p.sums(autoscaling.NoCapacityInvocationFailures)[0], autoscaling.AtLeast, 1, steady)
	}
}

// maxSummed is how many metrics of invocations stand beside another one: an alarm has 10
// (fact A52).
const maxSummed = 9

// addNoInstances compares what arrives with what invokes the endpoint.
func (m *maker) addNoInstances() {
	var q queries
	var arrived string
	switch {
	case m.Gateway == nil:
		return
	case m.Gateway.FunctionName == "":
		arrived = q.sum("arrived", m.gateway(autoscaling.GatewayArrivedRequests, autoscaling.Sum))
	default:
		arrived = q.sum("arrived", m.Gateway.function(invocations, autoscaling.Sum))
	}
	var invoked []autoscaling.Metric
	for _, p := range m.parts() {
		invoked = append(invoked, p.sums(invocations)...)
	}
	if len(invoked) == 0 || len(invoked) > maxSummed {
		return
	}
	all := q.sum("invoked", invoked...)
	m.add("noInstances", "", fmt.Sprintf("Of at least %d requests a minute that arrive at the gateway none invokes the "+
		"endpoint: no instance serves, or nothing reaches it", m.set.Thresholds.MinRequests),
		q.result("lost", "lost", fmt.Sprintf("IF(%s >= %d, IF(%s < 1, 1, 0), 0)", arrived, m.least(), all)),
		autoscaling.AtLeast, 1, soon)
}

// addBacklog adds the alarms on an asynchronous endpoint's queue, by the endpoint's name
// alone (fact D7).
func (m *maker) addBacklog() {
	metric := func(name string, statistic autoscaling.Statistic) autoscaling.Metric {
		return autoscaling.Metric{Namespace: autoscaling.SageMakerNamespace, Name: name, Statistic: statistic,
			Dimensions: map[string]string{autoscaling.EndpointNameDimension: m.EndpointName}}
	}
	t := m.set.Thresholds
	failed := metric("InvocationFailures", autoscaling.Sum)
	m.addShare("errorRate", "", "Asynchronous requests to the endpoint fail", one(failed),
		[]autoscaling.Metric{metric("InvocationsProcessed", autoscaling.Sum), failed}, t.ErrorRate, soon)
	m.add("noCapacity", "", "Requests wait at the endpoint, and it has no instance",
		metric(autoscaling.HasBacklogWithoutCapacity, autoscaling.Maximum), autoscaling.AtLeast, 1, within{10, 10})
	m.add("backlogAge", "", "The oldest request waits for "+t.BacklogAge.String()+" or longer",
		metric("ApproximateAgeOfOldestRequest", autoscaling.Maximum), autoscaling.AtLeast, t.BacklogAge.Seconds(), soon)
}
