package gateway

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// traceEndpoint reads a variable that names a collector, which turns traces on.
func traceEndpoint(cfg *Config, text string) (string, string) {
	cfg.Traces = true
	return settings.OTLPEndpoint(text)
}

// redactPassword is text as an error may show it.
func redactPassword(text string) string {
	if u, err := url.Parse(text); err == nil && u.User != nil {
		return u.Redacted()
	}
	return text
}

var samplers = []string{
	"always_on", "always_off", "traceidratio",
	"parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio",
}

// traceProblems validates OpenTelemetry's own variables: its SDK ignores wrong ones.
func traceProblems(get func(string) string) problem.List {
	var ps problem.List
	for _, name := range []string{"OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"} {
		if text := get(name); text != "" && text != "http/protobuf" {
			ps.Add(name, text, "must be http/protobuf", "leave it out, and let the collector take OTLP over HTTP")
		}
	}
	if text := get("OTEL_TRACES_EXPORTER"); text != "" && text != "otlp" {
		ps.Add("OTEL_TRACES_EXPORTER", text, "must be otlp or none", "leave it out for otlp")
	}
	sampler, share := get("OTEL_TRACES_SAMPLER"), get("OTEL_TRACES_SAMPLER_ARG")
	if sampler != "" && !slices.Contains(samplers, sampler) {
		ps.Add("OTEL_TRACES_SAMPLER", sampler, "must be one of "+strings.Join(samplers, ", "),
			"leave it out for parentbased_always_on")
	}
	n, err := strconv.ParseFloat(share, 64)
	if isRatio := err == nil && n >= 0 && n <= 1; strings.HasSuffix(sampler, "traceidratio") && share != "" && !isRatio {
		ps.Add("OTEL_TRACES_SAMPLER_ARG", share, "must be a number from 0 to 1",
			"such as 0.01, which traces one request of a hundred")
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"} {
		if text := get(name); text != "" && !isHeaderList(text) {
			// The value is most likely a credential: it is not shown.
			ps.Add(name, nil, "must be name=value pairs with commas between them, the values percent-encoded",
				"write it such as api-key=abc,team=odds")
		}
	}
	return ps
}

// tracesOff reports whether OpenTelemetry's own switches are off.
func tracesOff(get func(string) string) bool {
	return strings.EqualFold(get("OTEL_SDK_DISABLED"), "true") || get("OTEL_TRACES_EXPORTER") == "none"
}

func isHeaderList(text string) bool {
	for pair := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(pair, "=")
		value, err := url.PathUnescape(value)
		name = strings.TrimSpace(name)
		invalid := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r) }
		if !ok || err != nil || name == "" || !sendable(strings.TrimSpace(value)) || strings.ContainsFunc(name, invalid) {
			return false
		}
	}
	return true
}
