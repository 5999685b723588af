package settings

import (
	"net/url"
	"strconv"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// DefaultTraceRatio is one request of a hundred: traces cost where they are
// kept.
const DefaultTraceRatio = 0.01

// OTLPEndpoint judges the URL of a collector that takes traces by OTLP over
// HTTP. It returns the rule that text breaks and how to mend it, "" where it
// breaks none.
func OTLPEndpoint(text string) (rule, fix string) {
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", u.Opaque != "":
		return "must be the URL of a collector, with http or https", "write it such as https://collector.example:4318"
	case u.User != nil:
		return "must be without a user or password", "give what the collector asks for in OTEL_EXPORTER_OTLP_HEADERS"
	case u.RawQuery != "", u.Fragment != "", u.ForceQuery:
		return "must be without a query and a fragment", "write it such as https://collector.example:4318"
	}
	return "", ""
}

func (s Server) validateTraces() problem.List {
	var ps problem.List
	if known(s.OTLPEndpoint) {
		if rule, fix := OTLPEndpoint(s.OTLPEndpoint); rule != "" {
			ps.Add("OTLPEndpoint", s.OTLPEndpoint, rule, fix)
		}
	}
	if s.TraceRatio == nil {
		return ps
	}
	if n := *s.TraceRatio; !(n >= 0 && n <= 1) {
		ps.Add("TraceRatio", n, "a share is from 0 to 1", "such as 0.01, which traces one request of a hundred")
	}
	if s.OTLPEndpoint == "" {
		ps.Add("TraceRatio", *s.TraceRatio, "there is no collector that takes traces",
			"give the collector's endpoint too, or leave it out")
	}
	return ps
}

// traceVariables are OpenTelemetry's own.
func (s Server) traceVariables() map[string]string {
	if s.OTLPEndpoint == "" {
		return nil
	}
	ratio := DefaultTraceRatio
	if s.TraceRatio != nil {
		ratio = *s.TraceRatio
	}
	return map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": s.OTLPEndpoint,
		"OTEL_TRACES_SAMPLER":         "parentbased_traceidratio",
		"OTEL_TRACES_SAMPLER_ARG":     strconv.FormatFloat(ratio, 'f', -1, 64),
	}
}
