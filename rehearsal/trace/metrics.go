package trace

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
)

// refusedMetrics are metrics that are no number of the endpoint's requests, and why.
var refusedMetrics = []struct {
	name   *regexp.Regexp
	reason string
}{
	{regexp.MustCompile(`(?i)(per ?instance|per ?copy|per ?target)\b`),
		"these are the requests of one instance, copy or target, not of all"},
	{regexp.MustCompile(`(?i)latency|duration|response ?time`), "this is a time, not a number of requests"},
	{regexp.MustCompile(`(?i)error|fault|rejected|throttl|[45]xx`), "these are errors, and not all requests"},
	{regexp.MustCompile(`(?i)utili[sz]ation`), "this is a share in percent, not a number of requests"},
	{regexp.MustCompile(`(?i)concurren|backlog|queue|in ?flight`), "these are requests at a time, not those that came"},
	{regexp.MustCompile(`(?i)bytes|connection|lcus?\b`), "these are no requests"},
}

// knownMetrics are metrics that are the number of requests.
var knownMetrics = regexp.MustCompile(`(?i)(^|[^a-z])(Invocations|RequestCount|Requests)($|[^a-z])`)

// refusedMetric is why a metric cannot be read, "" if it may.
func refusedMetric(label string) string {
	for _, m := range refusedMetrics {
		if m.name.MatchString(label) {
			return m.reason
		}
	}
	return ""
}

const exportInvocations = "export the Sum of Invocations, or of the load balancer's RequestCount"

// selectResult selects the result to read: the one that --metric names, else the only
// one that is known to count requests.
func (x *reader) selectResult(results []*metricResult) *metricResult {
	var names []string
	var known, named []*metricResult
	for _, r := range results {
		names = append(names, fmt.Sprintf("%s (%s)", r.id, r.label))
		if m := x.options.Metric; m != "" && (r.id == m || r.label == m) {
			named = append(named, r)
		}
		if refusedMetric(r.label) == "" && knownMetrics.MatchString(r.label) {
			known = append(known, r)
		}
	}
	there := "there is " + quoted(strings.Join(names[:min(len(names), 20)], ", "))
	if len(names) == 0 {
		there = "there is none"
	}
	switch {
	case x.options.Metric != "" && len(named) == 0:
		x.add(position{}, x.options.Metric, "no result has this ID or label; "+there, "name one of them by --metric")
		return nil
	case len(named) > 1:
		x.add(position{}, x.options.Metric, "several results have this label; "+there, "name one by its ID")
		return nil
	case len(named) == 1:
		known = named
	case len(results) == 1 && len(known) == 0:
		if refusedMetric(results[0].label) == "" {
			x.add(results[0].at, results[0].label, "this metric is not known to count requests",
				"if it does, say so: --metric "+cmp.Or(results[0].id, results[0].label))
			return nil
		}
		known = results
	case len(known) != 1:
		x.add(position{}, "", "one result is read; "+there, "name the metric to read by --metric")
		return nil
	}
	if reason := refusedMetric(known[0].label); reason != "" {
		x.add(known[0].at, known[0].label, reason, exportInvocations)
		return nil
	}
	return known[0]
}
