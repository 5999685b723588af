package monitoring

import (
	"fmt"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
)

// side is one of two that are compared: its requests, its errors and its latency.
type side struct{ requests, errors, latency autoscaling.Metric }

func (m *maker) addCanaries() {
	if m.Canary != nil && m.Gateway != nil && m.LoadBalancer != nil && m.Canary.TargetGroup != "" &&
		m.Gateway.TargetGroup != "" {
		m.compare("", "the canary gateway", "the gateway", m.targetGroup(*m.Canary), m.targetGroup(*m.Gateway))
	}
	if m.Asynchronous || len(m.Components) > 0 {
		return // their variants publish no invocations
	}
	for _, v := range m.Variants {
		for _, sibling := range m.Variants {
			if v.CanaryOf == sibling.Name && v.Name != sibling.Name && len(v.Pools) == 0 && len(sibling.Pools) == 0 {
				m.every(max(v.PublishFrequency, sibling.PublishFrequency), func() {
					m.compare(v.Name, "variant "+v.Name, "variant "+sibling.Name, m.sideOf(v), m.sideOf(sibling))
				})
			}
		}
	}
}

func (m *maker) targetGroup(g Gateway) side {
	return side{
		requests: m.loadBalancer("RequestCount", autoscaling.Sum, g.TargetGroup),
		errors:   m.loadBalancer("HTTPCode_Target_5XX_Count", autoscaling.Sum, g.TargetGroup),
		latency:  m.loadBalancer("TargetResponseTime", m.percentile(), g.TargetGroup),
	}
}

func (m *maker) sideOf(v Variant) side {
	p := m.variant(v)
	return side{
		requests: p.sums(invocations)[0], errors: p.sums(serverErrors)[0],
		latency: p.metrics(autoscaling.SageMakerNamespace, modelLatency, m.percentile())[0],
	}
}

// compare adds the alarms of a canary that is worse. Shares are compared by multiplication,
// so that a sibling without errors divides nothing.
func (m *maker) compare(of, canary, sibling string, c, s side) {
	t := m.set.Thresholds
	begin := func() (q queries, enough string) {
		requests, others := q.sum("canary", c.requests), q.sum("sibling", s.requests)
		return q, fmt.Sprintf("%s >= %d AND %s >= %d", requests, m.least(), others, m.least())
	}
	factor := number(t.CanaryFactor)
	q, many := begin()
	bad, otherBad := q.sum("bad", c.errors), q.sum("otherbad", s.errors)
	q.let("many", "IF("+many+", 1, 0)")
	q.let("more", fmt.Sprintf("IF(%s * FILL(sibling, 0) >= %s * %s * FILL(canary, 0), 1, 0)", bad, factor, otherBad))
	m.add("canaryErrors", of, fmt.Sprintf("%s fails %s times as often as %s, and for %s or more of at least %d requests "+
		"a minute", title(canary), factor, sibling, percent(t.ErrorRate), t.MinRequests),
		q.result("worse", "worse", fmt.Sprintf("IF(many * more > 0, IF(%s >= %s * FILL(canary, 0), 1, 0), 0)", bad,
			number(t.ErrorRate))), autoscaling.AtLeast, 1, steady)

	q, many = begin()
	slow, otherSlow := q.sum("slow", c.latency), q.sum("otherslow", s.latency)
	q.let("many", "IF("+many+", 1, 0)")
	m.add("canaryLatency", of, fmt.Sprintf("%s of the requests to %s is %s times as long as of those to %s, or longer, "+
		"of at least %d requests a minute each", m.percentile(), canary, factor, sibling, t.MinRequests),
		q.result("worse", "worse", fmt.Sprintf("IF(many > 0, IF(%s >= %s * %s, 1, 0), 0)", slow, factor, otherSlow)),
		autoscaling.AtLeast, 1, steady)
}
