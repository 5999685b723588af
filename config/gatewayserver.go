package config

import (
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Server is what only a gateway that runs as a server, on Fargate, can be told:
// how it behaves under too much load, how long a stream may last, what it logs.
type Server struct {
	// StreamTimeout bounds a response stream, 1s to 55m. Default: requestTimeout.
	StreamTimeout Duration `json:"streamTimeout,omitempty"`
	// MaxConcurrency is the most requests that one task sends to the endpoint at
	// a time; below it the limit follows the endpoint. Default: 4096.
	MaxConcurrency int `json:"maxConcurrency,omitempty" jsonschema:"minimum=1,maximum=100000"`
	// QueueSize is how many requests may wait in a task for their turn; at 0 what
	// does not fit is shed at once. Default: 128.
	QueueSize *int `json:"queueSize,omitempty" jsonschema:"minimum=0,maximum=100000"`
	// QueueTimeout is how long a request may wait there, 1ms to 60s. Default: 1s.
	QueueTimeout Latency `json:"queueTimeout,omitempty"`
	// RetryPercent is how many retries there may be for each hundred requests.
	// Default: 10, which is also the most.
	RetryPercent *int `json:"retryPercent,omitempty" jsonschema:"minimum=0,maximum=10"`
	// FallbackBody is answered, with status 200 and marked in a header, to a
	// request that is shed, up to 16 KiB. Default: none, it is answered with 503.
	FallbackBody string `json:"fallbackBody,omitempty"`
	// FallbackContentType is the content type of fallbackBody.
	// Default: application/json.
	FallbackContentType string `json:"fallbackContentType,omitempty"`
	// PrioritySources are the ranges, IPv4 and IPv6, of the clients whose header
	// X-Gateway-Priority is heard: what they mark as high is shed last.
	// Default: none, nobody's is.
	PrioritySources []string `json:"prioritySources,omitempty" jsonschema:"minItems=1,uniqueItems=true"`
	// LogRate is how many successes, and how many errors, a task logs a second; 0
	// logs none. Default: 50.
	LogRate *int `json:"logRate,omitempty" jsonschema:"minimum=0,maximum=1000000"`
	// OTLPEndpoint is the URL of a collector that takes traces by OTLP over HTTP:
	// http://collector.example:4318. Default: none, there are no traces.
	OTLPEndpoint string `json:"otlpEndpoint,omitempty"`
	// TraceRatio is the share of requests that are traced, of those that bring no
	// decision of their caller's. Default: 0.01, with otlpEndpoint.
	TraceRatio *float64 `json:"traceRatio,omitempty" jsonschema:"minimum=0,maximum=1"`
}

const serverPath = "frontend.server"

// ServerSettings is what the file tells the gateway's server form.
func (f Frontend) ServerSettings() settings.Server {
	if f.Server == nil {
		return settings.Server{}
	}
	s := *f.Server
	return settings.Server{
		StreamTimeout: time.Duration(s.StreamTimeout), MaxConcurrency: s.MaxConcurrency,
		QueueSize: s.QueueSize, QueueTimeout: time.Duration(s.QueueTimeout), RetryPercent: s.RetryPercent,
		FallbackBody: s.FallbackBody, FallbackContentType: s.FallbackContentType,
		PrioritySources: s.PrioritySources, LogRate: s.LogRate,
		OTLPEndpoint: s.OTLPEndpoint, TraceRatio: s.TraceRatio,
	}
}

// validateServer holds the settings to what the gateway asks at its start.
func validateServer(f Frontend, src source) problem.List {
	ps := f.ServerSettings().Validate()
	for i, p := range ps {
		ps[i].Path = serverPath + "." + lowerKeys(strings.Replace(p.Path, "OTLP", "Otlp", 1))
	}
	// Nothing said and no time at all are the same there.
	for key, d := range map[string]time.Duration{"streamTimeout": f.ServerSettings().StreamTimeout, "queueTimeout": f.ServerSettings().QueueTimeout} {
		if path := serverPath + "." + key; d == 0 && src.given(path) && !src.faulty(path) {
			ps.Add(path, d, "a time-out is over 0s", "leave it out for the default")
		}
	}
	return ps
}
