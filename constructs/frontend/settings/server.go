// Package settings is what the gateway's server form can be told of its work:
// how it behaves under too much load, how long a stream may last, what it logs.
// The gateway holds its environment variables to the same bounds, so that what
// passes here passes at its start.
package settings

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Bounds of the settings.
const (
	MinStreamTimeout = time.Second
	// MaxStreamTimeout is below the hour that a load balancer waits for a target
	// at most, so that the longest stream ends before its task does.
	MaxStreamTimeout = 55 * time.Minute
	MaxConcurrency   = 100_000
	MaxQueueSize     = 100_000
	MinQueueTimeout  = time.Millisecond
	MaxQueueTimeout  = time.Minute
	MaxRetryPercent  = 10
	// MaxFallbackBytes leaves a task definition, of 64 KB at most, its room.
	MaxFallbackBytes = 16 << 10
	MaxLogRate       = 1_000_000

	// DefaultMinConcurrency is what the limit of requests at a time does not sink
	// below, unless the highest is lower.
	DefaultMinConcurrency = 4
)

// Server is the settings. Its zero value leaves all of them at the gateway's
// own defaults.
type Server struct {
	// StreamTimeout bounds a response stream, 1s to MaxStreamTimeout.
	// Default: 0, the time-out of a request.
	StreamTimeout time.Duration
	// MaxConcurrency is the most requests that one task sends to the endpoint at
	// a time, 1 to 100,000; below it the limit follows the endpoint.
	// Default: 0, 4096.
	MaxConcurrency int
	// QueueSize is how many requests may wait in a task for their turn, 0 to
	// 100,000; at 0 what does not fit is shed at once.
	// Default: nil, 128.
	QueueSize *int
	// QueueTimeout is how long a request may wait there, 1ms to 1m.
	// Default: 0, 1s.
	QueueTimeout time.Duration
	// RetryPercent is how many retries there may be for each hundred requests, 0
	// to 10.
	// Default: nil, 10.
	RetryPercent *int
	// FallbackBody is answered, with status 200 and marked in a header, to a
	// request that is shed, up to 16 KiB.
	// Default: "", it is answered with 503.
	FallbackBody string
	// FallbackContentType is the content type of FallbackBody.
	// Default: "", application/json.
	FallbackContentType string
	// PrioritySources are the ranges, IPv4 and IPv6, of the clients whose priority
	// header is heard: what they mark as high is shed last.
	// Default: none, nobody's is.
	PrioritySources []string
	// LogRate is how many successes, and how many errors, a task logs a second, 0
	// to 1,000,000.
	// Default: nil, 50.
	LogRate *int
	// OTLPEndpoint is the URL of a collector that takes traces by OTLP over HTTP,
	// such as http://collector.example:4318.
	// Default: "", there are no traces.
	OTLPEndpoint string
	// TraceRatio is the share of requests that are traced, 0 to 1, of those that
	// bring no decision of their caller's.
	// Default: nil, DefaultTraceRatio.
	TraceRatio *float64
}

// Validate returns everything wrong with the settings, by the names of the
// fields.
func (s Server) Validate() problem.List {
	var ps problem.List
	between := func(field string, given bool, n, lowest, highest int, fix string) {
		if given && (n < lowest || n > highest) {
			ps.Add(field, n, fmt.Sprintf("this is a whole number from %d to %d", lowest, highest), fix)
		}
	}
	during := func(field string, d, shortest, longest time.Duration, fix string) {
		if d != 0 && (d < shortest || d > longest) {
			ps.Add(field, d, fmt.Sprintf("this is a time from %s to %s", shortest, longest), fix)
		}
	}
	value := func(n *int) int {
		if n == nil {
			return 0
		}
		return *n
	}
	during("StreamTimeout", s.StreamTimeout, MinStreamTimeout, MaxStreamTimeout, "leave it out for the time-out of a request")
	between("MaxConcurrency", s.MaxConcurrency != 0, s.MaxConcurrency, 1, MaxConcurrency, "leave it out for 4096")
	between("QueueSize", s.QueueSize != nil, value(s.QueueSize), 0, MaxQueueSize, "leave it out for 128, or take 0 for no queue")
	during("QueueTimeout", s.QueueTimeout, MinQueueTimeout, MaxQueueTimeout, "leave it out for 1s")
	between("RetryPercent", s.RetryPercent != nil, value(s.RetryPercent), 0, MaxRetryPercent, "more retries would add to an overload what the endpoint lacks")
	if n := len(s.FallbackBody); n > MaxFallbackBytes {
		ps.Add("FallbackBody", nil, fmt.Sprintf("a fallback reply has at most %d bytes, this one has %d", MaxFallbackBytes, n), "shorten it")
	}
	if s.FallbackContentType != "" && s.FallbackBody == "" {
		ps.Add("FallbackContentType", s.FallbackContentType, "there is no fallback reply that has it", "give the reply too, or leave it out")
	}
	if !Sendable(s.FallbackContentType) {
		ps.Add("FallbackContentType", s.FallbackContentType, "a content type has no control characters", "write it such as application/json")
	}
	for i, source := range s.PrioritySources {
		if _, err := netip.ParsePrefix(source); err != nil {
			ps.Add(fmt.Sprintf("PrioritySources[%d]", i), source, "a range is an IPv4 or IPv6 CIDR", "such as 10.0.0.0/8 or 2001:db8::/32")
		}
	}
	between("LogRate", s.LogRate != nil, value(s.LogRate), 0, MaxLogRate, "leave it out for 50, or take 0 to log none")
	return append(ps, s.validateTraces()...)
}

// Sendable reports whether text can be the value of a header.
func Sendable(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// Environment is the settings as the gateway's environment variables; what is
// left at its default is left out, but for the time-out of streams, which is
// requestTimeout then.
func (s Server) Environment(requestTimeout time.Duration) map[string]string {
	variables := map[string]string{"STREAM_TIMEOUT": cmp.Or(s.StreamTimeout, requestTimeout).String()}
	number := func(name string, n *int) {
		if n != nil {
			variables[name] = strconv.Itoa(*n)
		}
	}
	text := func(name, value string) {
		if value != "" {
			variables[name] = value
		}
	}
	if s.MaxConcurrency != 0 {
		number("MAX_CONCURRENCY", &s.MaxConcurrency)
		if s.MaxConcurrency < DefaultMinConcurrency {
			number("MIN_CONCURRENCY", &s.MaxConcurrency)
		}
	}
	number("QUEUE_SIZE", s.QueueSize)
	if s.QueueTimeout != 0 {
		text("QUEUE_TIMEOUT", s.QueueTimeout.String())
	}
	number("RETRY_PERCENT", s.RetryPercent)
	text("FALLBACK_BODY", s.FallbackBody)
	text("FALLBACK_CONTENT_TYPE", s.FallbackContentType)
	text("PRIORITY_SOURCES", strings.Join(s.PrioritySources, ","))
	number("LOG_RATE", s.LogRate)
	maps.Copy(variables, s.traceVariables())
	return variables
}
