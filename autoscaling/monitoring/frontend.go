package monitoring

import (
	"fmt"
	"strconv"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// ofCanary tells the alarms of the canary gateway from those of the gateway.
const ofCanary = "canary"

// gateways are the gateway and the canary, by what tells their alarms apart.
func (s Subject) gateways() (of []string, gateways []Gateway) {
	for i, g := range []*Gateway{s.Gateway, s.Canary} {
		if g != nil {
			of, gateways = append(of, []string{"", ofCanary}[i]), append(gateways, *g)
		}
	}
	return of, gateways
}

func (m *maker) addLoadBalancer() {
	if m.LoadBalancer == nil {
		return
	}
	t := m.set.Thresholds
	sum := func(name, targetGroup string) []autoscaling.Metric {
		return one(m.loadBalancer(name, autoscaling.Sum, targetGroup))
	}
	// RequestCount leaves out requests that met no target (fact F50), which are errors here.
	errors := sum("HTTPCode_ELB_5XX_Count", "")
	m.addShare("loadBalancerErrors", "", "The load balancer answers with 5xx errors of its own, such as 502, 503 and 504",
		errors, append(sum("RequestCount", ""), errors...), t.ErrorRate, soon)
	m.add("rejectedConnections", "", "The load balancer rejects connections, since it has as many as it takes",
		m.loadBalancer("RejectedConnectionCount", autoscaling.Sum, ""), autoscaling.AtLeast, 1, soon)
	of, gateways := m.gateways()
	for i, g := range gateways {
		if g.TargetGroup == "" {
			continue
		}
		if g.FunctionName == "" { // functions have no health checks and no connections (fact F50)
			m.addShare("targetConnectionErrors", of[i], "The load balancer cannot connect to "+name(of[i]),
				sum("TargetConnectionErrorCount", g.TargetGroup), sum("RequestCount", g.TargetGroup), t.ErrorRate, soon)
			m.add("noHealthyTargets", of[i], "The load balancer finds no target of "+name(of[i])+" healthy",
				m.loadBalancer("HealthyHostCount", autoscaling.Maximum, g.TargetGroup), autoscaling.Below, 1, within{3, 3})
			m.add("unhealthyTargets", of[i], "The load balancer finds targets of "+name(of[i])+" unhealthy",
				m.loadBalancer("UnHealthyHostCount", autoscaling.Minimum, g.TargetGroup), autoscaling.AtLeast, 1,
				within{10, 10})
		}
		if m.judgesLatency() {
			m.addLatency(of[i], name(of[i])+" as the load balancer sees them",
				one(m.loadBalancer("TargetResponseTime", m.percentile(), g.TargetGroup)), 1,
				sum("RequestCount", g.TargetGroup))
		}
	}
}

func name(of string) string {
	if of == ofCanary {
		return "the canary gateway"
	}
	return "the gateway"
}

func (m *maker) percentile() autoscaling.Statistic {
	return autoscaling.Statistic("p" + number(m.set.Thresholds.LatencyPercentile))
}

// judgesLatency reports whether there is an objective that requests can meet: those of an
// asynchronous endpoint wait.
func (m *maker) judgesLatency() bool { return m.set.LatencyObjective > 0 && !m.Asynchronous }

// addLatency adds an alarm on the sum of latencies, which are published in fractions of a
// second.
func (m *maker) addLatency(of, what string, latencies []autoscaling.Metric, fraction int,
	requests []autoscaling.Metric) {
	var q queries
	value, count := q.sum("latency", latencies...), q.sum("requests", requests...)
	if fraction != 1 {
		value += " / " + strconv.Itoa(fraction)
	}
	m.add("latency", of, fmt.Sprintf("%s of the requests to %s is over %s, of at least %d requests a minute",
		m.percentile(), what, m.set.LatencyObjective, m.set.Thresholds.MinRequests),
		q.result("seconds", "seconds", enough(value, count, m.least())), autoscaling.Above,
		m.set.LatencyObjective.Seconds(), soon)
}

func (m *maker) addGateways() {
	of, gateways := m.gateways()
	if m.Gateway != nil && m.Gateway.FunctionName == "" || m.Canary != nil && m.Canary.FunctionName == "" {
		m.addServer()
	}
	for i, g := range gateways {
		if g.FunctionName != "" {
			m.addFunction(of[i], g)
			continue
		}
		if g.ServiceName != "" {
			m.addTasks(of[i], g)
		}
	}
}

// addServer adds the alarms on what gateways publish as servers: the gateway and its canary
// publish the same metrics.
func (m *maker) addServer() {
	of := "" // both, or the gateway alone
	if m.Gateway == nil || m.Gateway.FunctionName != "" {
		of = ofCanary
	}
	t, arrived := m.set.Thresholds, one(m.gateway(autoscaling.GatewayArrivedRequests, autoscaling.Sum))
	sum := func(name string) []autoscaling.Metric { return one(m.gateway(name, autoscaling.Sum)) }
	m.addSilent(of, arrived[0])
	m.addShare("gatewayShed", of, "The gateway sheds requests, since the endpoint serves no more",
		sum(autoscaling.GatewayShedRequests), arrived, t.ShedRate, soon)
	m.addShare("gatewayErrors", of, "The gateway cannot sign or send requests", sum("GatewayErrors"), arrived, t.ErrorRate,
		soon)
	m.addShare("errorRate", of, "Requests fail at the endpoint, which the gateway cannot reach or which answers with 5xx "+
		"errors", sum("EndpointErrors"), arrived, t.ErrorRate, soon)
	m.addShare("throttled", of, "SageMaker throttles the gateway's requests", sum("ThrottledRequests"), arrived,
		t.ErrorRate, soon)
	m.add("credentialRenewal", of, "The gateway's credentials cannot be renewed: when they expire, all requests fail",
		m.gateway("CredentialRenewalFailures", autoscaling.Sum), autoscaling.AtLeast, 1, soon)
	m.add("bodyMemoryFull", of, "The gateway refuses requests, because the bodies of others fill its memory",
		m.gateway("BodyMemoryFull", autoscaling.Sum), autoscaling.AtLeast, 1, soon)
}

// addSilent compares the load balancer's count with the gateway's: without the former
// nobody knows whether there are requests. The gateway publishes zeros too.
func (m *maker) addSilent(of string, arrived autoscaling.Metric) {
	var requests []autoscaling.Metric
	if _, gateways := m.gateways(); m.LoadBalancer != nil {
		for _, g := range gateways {
			if g.TargetGroup != "" && g.FunctionName == "" {
				requests = append(requests, m.loadBalancer("RequestCount", autoscaling.Sum, g.TargetGroup))
			}
		}
	}
	if len(requests) == 0 {
		return
	}
	least := m.set.Thresholds.MinRequests
	var q queries
	all := q.sum("requests", requests...)
	q.metric("arrived", arrived)
	m.add("metricsSilent", of, fmt.Sprintf("Of at least %d requests a minute the gateway's metrics show none: policies "+
		"and alarms on them see nothing", least),
		q.result("silent", "silent", fmt.Sprintf("IF(%s >= %d, IF(FILL(arrived, -1) < 0, 1, 0), 0)", all, least)),
		autoscaling.AtLeast, 1, within{10, 12})
}

func (m *maker) addFunction(of string, g Gateway) {
	t := m.set.Thresholds
	sum := func(name string) []autoscaling.Metric { return one(g.function(name, autoscaling.Sum)) }
	m.addShare("functionErrors", of, "The function of "+name(of)+" fails", sum("Errors"), sum("Invocations"), t.ErrorRate,
		soon)
	if m.LoadBalancer != nil && g.TargetGroup != "" {
		// A function that answers with an error has not failed, and publishes no metrics of its own.
		m.addShare("gatewayErrors", of, title(name(of))+" answers with 5xx errors, its own or the endpoint's",
			one(m.loadBalancer("HTTPCode_Target_5XX_Count", autoscaling.Sum, g.TargetGroup)),
			one(m.loadBalancer("RequestCount", autoscaling.Sum, g.TargetGroup)), t.ErrorRate, soon)
	}
	// Invocations leave throttled requests out.
	m.addShare("functionThrottled", of, "Lambda refuses requests to "+name(of)+", for want of concurrency",
		sum("Throttles"), append(sum("Invocations"), sum("Throttles")...), t.ErrorRate, soon)
	if g.ReservedConcurrency > 0 {
		whole := g
		whole.Alias = "" // it is reserved for the function
		m.add("functionConcurrency", of, fmt.Sprintf("%s uses %s or more of its reserved concurrency of %d",
			title(name(of)), percent(t.Concurrency), g.ReservedConcurrency),
			whole.function("ConcurrentExecutions", autoscaling.Maximum), autoscaling.AtLeast,
			t.Concurrency*float64(g.ReservedConcurrency), soon)
	}
	if g.Provisioned && g.Alias != "" {
		m.addShare("provisionedSpillover", of, "Requests to "+name(of)+" wait for environments to start, since those "+
			"that are kept ready are in use", sum("ProvisionedConcurrencySpilloverInvocations"), sum("Invocations"),
			spilloverRate, steady)
	}
}

// title is text with a capital letter.
func title(text string) string { return string(text[0]-'a'+'A') + text[1:] }
