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
	MinWriteTimeout  = 100 * time.Millisecond
	MaxWriteTimeout  = 10 * time.Minute
	// MaxReplyBytes is far above what a model answers, and low enough to catch a wrong unit.
	MaxReplyBytes = 10 << 30
	MaxAttempts   = 5

	// DefaultMinConcurrency is what the limit of requests at a time does not sink
	// below, unless the highest is lower.
	DefaultMinConcurrency = 4
	// DefaultMaxConcurrency is the most requests that a task sends at a time.
	DefaultMaxConcurrency = 4096
)

// Server is what only a gateway that runs as a server, on Fargate, can be told:
// how it behaves under too much load, how long a stream may last, what it logs.
// Its zero value leaves all of it at the gateway's own defaults. The gateway holds
// its environment variables to the same bounds, so that what passes here passes at
// its start.
type Server struct {
	// StreamTimeout bounds a response stream, 1s to 55m.
	// Default: the time-out of a request.
	StreamTimeout time.Duration `json:"streamTimeout,omitempty"`
	// MaxConcurrency is the most requests that one task sends to the endpoint at
	// a time; below it the limit follows the endpoint. Default: 4096.
	MaxConcurrency int `json:"maxConcurrency,omitempty" jsonschema:"minimum=1,maximum=100000"`
	// MinConcurrency is what that limit does not sink below, at most MaxConcurrency.
	// Default: 4, or MaxConcurrency where that is lower.
	MinConcurrency int `json:"minConcurrency,omitempty" jsonschema:"minimum=1,maximum=100000"`
	// QueueSize is how many requests may wait in a task for their turn; at 0 what
	// does not fit is shed at once. Default: 128.
	QueueSize *int `json:"queueSize,omitempty" jsonschema:"minimum=0,maximum=100000"`
	// QueueTimeout is how long a request may wait there, 1ms to 60s. Default: 1s.
	QueueTimeout time.Duration `json:"queueTimeout,omitempty" jsonschema:"pattern=^([0-9]{1\\,6}ms|[0-9]{1\\,3}s)$"`
	// RetryPercent is how many retries there may be for each hundred requests.
	// Default: 10, which is also the most.
	RetryPercent *int `json:"retryPercent,omitempty" jsonschema:"minimum=0,maximum=10"`
	// MaxAttempts is how often a request is sent to the endpoint at most, 1 for no
	// retry. Default: 3.
	MaxAttempts int `json:"maxAttempts,omitempty" jsonschema:"minimum=1,maximum=5"`
	// WriteTimeout is how long a client may leave a piece of its reply unread before it
	// is disconnected, up to 10m. Default: 30s.
	WriteTimeout time.Duration `json:"writeTimeout,omitempty"`
	// MaxReplyBytes is the largest reply, in bytes. Default: 104857600 (100 MiB).
	MaxReplyBytes int `json:"maxReplyBytes,omitempty" jsonschema:"minimum=1,maximum=10737418240"`
	// FallbackBody is answered, with status 200 and marked in a header, to a
	// request that is shed, up to 16 KiB. Default: none, it is answered with 503.
	FallbackBody string `json:"fallbackBody,omitempty"`
	// FallbackContentType is the content type of FallbackBody.
	// Default: application/json.
	FallbackContentType string `json:"fallbackContentType,omitempty"`
	// OnShed is what a client gets in place of an answer for which there is no capacity.
	// Default: none, it gets FallbackBody or an error.
	OnShed *OnShed `json:"onShed,omitempty"`
	// PrioritySources are the ranges, IPv4 and IPv6, of the clients whose header
	// X-Gateway-Priority is heard: critical, high, normal or low. Under overload lower
	// ones are shed first. Default: none, nobody's is.
	PrioritySources []string `json:"prioritySources,omitempty" jsonschema:"minItems=1,uniqueItems=true"`
	// UnsafePriorityFromAnyone hears that header of every client, each of which can ask
	// to be served before the others. Default: false.
	UnsafePriorityFromAnyone bool `json:"unsafePriorityFromAnyone,omitempty"`
	// PriorityClaim chooses the priority by a claim of the token; the header, where it is
	// heard, comes before it. Default: none.
	PriorityClaim *PriorityClaim `json:"priorityClaim,omitempty"`
	// PriorityShares are what lower priorities are guaranteed under overload.
	// Default: 10 % for high, 10 % for normal, 5 % for low.
	PriorityShares *PriorityShares `json:"priorityShares,omitempty"`
	// FairBy tells clients apart, so that under overload none gets more places of its
	// priority than another that asks for as many. Default: none, who asks more gets more.
	FairBy *Client `json:"fairBy,omitempty"`
	// ClaimsFrom says whose claims the gateway believes: jwt, those of the token that the
	// load balancer has verified, or login, those that it passes on of a user who has
	// logged in. The gateway verifies no signature. Required with PriorityClaim or a
	// claim in FairBy; with LastKnown of OnShed the token's subject is who has asked.
	// Default: none, no claim is read.
	ClaimsFrom string `json:"claimsFrom,omitempty" jsonschema:"pattern=^(jwt|login)$"`
	// LogRate is how many successes, and how many errors, a task logs a second; 0
	// logs none. Default: 50.
	LogRate *int `json:"logRate,omitempty" jsonschema:"minimum=0,maximum=1000000"`
	// Metrics says that a task publishes metrics, the offered load among them.
	// Default: true.
	Metrics *bool `json:"metrics,omitempty"`
	// CORSOrigins are the origins of the pages whose scripts may call the gateway, such
	// as https://app.example.com. Default: none, browsers let no other page read a reply.
	CORSOrigins []string `json:"corsOrigins,omitempty" jsonschema:"minItems=1,uniqueItems=true"`
	// OpenAI says that the load balancer forwards the paths of OpenAI's API,
	// /openai/v1/chat/completions, /completions and /embeddings, for containers that
	// speak it. Default: false.
	OpenAI bool `json:"openAI,omitempty"`
	// V2Model is the model whose path of the Open Inference Protocol,
	// /v2/models/MODEL/infer, the load balancer forwards, for containers that speak it.
	// Default: none, there is no such path.
	V2Model string `json:"v2Model,omitempty"`
	// OTLPEndpoint is the URL of a collector that takes traces by OTLP over HTTP,
	// such as http://collector.example:4318. Default: none, there are no traces.
	OTLPEndpoint string `json:"otlpEndpoint,omitempty"`
	// TraceRatio is the share of requests that are traced, of those that bring no
	// decision of their caller's. Default: 0.01, with OTLPEndpoint.
	TraceRatio *float64 `json:"traceRatio,omitempty" jsonschema:"minimum=0,maximum=1"`
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
			ps.Add(field, d, fmt.Sprintf("this is a time from %s to %s", problem.Duration(shortest),
				problem.Duration(longest)), fix)
		}
	}
	value := func(n *int) int {
		if n == nil {
			return 0
		}
		return *n
	}
	during("StreamTimeout", s.StreamTimeout, MinStreamTimeout, MaxStreamTimeout,
		"leave it out for the time-out of a request")
	between("MaxConcurrency", s.MaxConcurrency != 0, s.MaxConcurrency, 1, MaxConcurrency, "leave it out for 4096")
	between("QueueSize", s.QueueSize != nil, value(s.QueueSize), 0, MaxQueueSize,
		"leave it out for 128, or take 0 for no queue")
	during("QueueTimeout", s.QueueTimeout, MinQueueTimeout, MaxQueueTimeout, "leave it out for 1s")
	between("RetryPercent", s.RetryPercent != nil, value(s.RetryPercent), 0, MaxRetryPercent,
		"more retries would add to an overload what the endpoint lacks")
	if n := len(s.FallbackBody); n > MaxFallbackBytes && !problem.Unresolved(s.FallbackBody) {
		ps.Add("FallbackBody", nil,
			fmt.Sprintf("a fallback reply has at most %d bytes, this one has %d", MaxFallbackBytes, n), "shorten it")
	}
	if s.FallbackContentType != "" && s.FallbackBody == "" {
		ps.Add("FallbackContentType", s.FallbackContentType, "there is no fallback reply that has it",
			"give the reply too, or leave it out")
	}
	if !Sendable(s.FallbackContentType) {
		ps.Add("FallbackContentType", s.FallbackContentType, "a content type has no control characters",
			"write it such as application/json")
	}
	for i, source := range s.PrioritySources {
		if _, err := netip.ParsePrefix(source); err != nil && !problem.Unresolved(source) {
			ps.Add(fmt.Sprintf("PrioritySources[%d]", i), source, "a range is an IPv4 or IPv6 CIDR",
				"such as 10.0.0.0/8 or 2001:db8::/32")
		}
	}
	between("LogRate", s.LogRate != nil, value(s.LogRate), 0, MaxLogRate, "leave it out for 50, or take 0 to log none")
	during("WriteTimeout", s.WriteTimeout, MinWriteTimeout, MaxWriteTimeout, "leave it out for 30s")
	between("MaxReplyBytes", s.MaxReplyBytes != 0, s.MaxReplyBytes, 1, MaxReplyBytes, "leave it out for 104857600")
	between("MaxAttempts", s.MaxAttempts != 0, s.MaxAttempts, 1, MaxAttempts, "leave it out for 3, or take 1 for no retry")
	ps = append(ps, s.validateMinConcurrency()...)
	ps = append(ps, s.validatePriority()...)
	if s.OnShed != nil {
		ps = append(ps, s.OnShed.validate().In("OnShed")...)
	}
	ps = append(ps, s.validateProtocols()...)
	return append(ps, s.validateTraces()...)
}

func (s Server) validateMinConcurrency() problem.List {
	var ps problem.List
	highest := cmp.Or(s.MaxConcurrency, DefaultMaxConcurrency)
	switch n := s.MinConcurrency; {
	case n < 0, n > MaxConcurrency:
		ps.Add("MinConcurrency", n, fmt.Sprintf("this is a whole number from 1 to %d", MaxConcurrency), "leave it out for 4")
	case n > highest && highest > 0:
		ps.Add("MinConcurrency", n, fmt.Sprintf("the limit is at most «MaxConcurrency», which is %d", highest),
			fmt.Sprintf("lower it to %d or less, or raise «MaxConcurrency» to %d or more", highest, n))
	}
	return ps
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
	positive := func(name string, n int) {
		if n != 0 {
			number(name, &n)
		}
	}
	positive("MAX_CONCURRENCY", s.MaxConcurrency)
	lowest := s.MinConcurrency
	if lowest == 0 && s.MaxConcurrency < DefaultMinConcurrency {
		lowest = s.MaxConcurrency
	}
	positive("MIN_CONCURRENCY", lowest)
	positive("MAX_ATTEMPTS", s.MaxAttempts)
	positive("MAX_REPLY_BYTES", s.MaxReplyBytes)
	if s.WriteTimeout != 0 {
		text("WRITE_TIMEOUT", s.WriteTimeout.String())
	}
	if s.Metrics != nil && !*s.Metrics {
		text("METRICS", "off")
	}
	text("CORS_ORIGINS", strings.Join(s.CORSOrigins, ","))
	text("V2_MODEL", s.V2Model)
	number("QUEUE_SIZE", s.QueueSize)
	if s.QueueTimeout != 0 {
		text("QUEUE_TIMEOUT", s.QueueTimeout.String())
	}
	number("RETRY_PERCENT", s.RetryPercent)
	text("FALLBACK_BODY", s.FallbackBody)
	text("FALLBACK_CONTENT_TYPE", s.FallbackContentType)
	text("PRIORITY_SOURCES", strings.Join(s.PrioritySources, ","))
	number("LOG_RATE", s.LogRate)
	maps.Copy(variables, s.priorityVariables())
	if s.OnShed != nil {
		maps.Copy(variables, s.OnShed.variables())
	}
	maps.Copy(variables, s.traceVariables())
	return variables
}
