// Package gateway is the program between an Application Load Balancer and a
// SageMaker endpoint. A load balancer cannot sign requests, and SageMaker accepts
// only signed ones (fact F9): the gateway takes plain HTTP, signs and forwards. It
// calls the one configured endpoint and no other.
//
// It runs in two forms: as an HTTP server (Gateway.Serve), and as a Lambda
// function that answers the load balancer's events (Gateway.Invoke).
package gateway

import (
	"net/netip"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/pressure"
)

const (
	// defaultServerMaxBodyBytes is the largest body that the service model of
	// InvokeEndpoint allows (fact F1: 6 MiB).
	defaultServerMaxBodyBytes = 6 << 20
	// defaultLambdaMaxBodyBytes is the largest request that a load balancer forwards
	// to a Lambda function: "1 MB" (fact F12), read as 10^6, the smaller of its two
	// meanings. It counts the body itself, not its base64 form in the event.
	defaultLambdaMaxBodyBytes = 1_000_000
	// defaultMaxReplyBytes is far above any reported answer of a model.
	defaultMaxReplyBytes = 100 << 20
	// defaultRequestTimeout leaves SageMaker time to report a model that exceeded
	// its 60 seconds (fact F2).
	defaultRequestTimeout = 70 * time.Second
	// defaultListenAddress is port 8080 of every interface.
	defaultListenAddress = ":8080"

	// "1 MB" (fact F12), read as 2^20, the larger of its two meanings.
	highestLambdaMaxBodyBytes = 1 << 20
	// Above the largest body that InvokeEndpoint is reported to accept (25 MB, fact
	// F1), low enough to catch a wrong unit.
	highestServerMaxBodyBytes = 100 << 20

	// Time to write the last reply, after the request's own.
	drainMargin = 5 * time.Second
	// ECS waits at most 120 s between SIGTERM and the end (fact F30).
	longestDefaultDrain = 110 * time.Second
)

// defaultDrain is the default of DrainTimeout.
func defaultDrain(requestTimeout time.Duration) time.Duration {
	return min(requestTimeout+drainMargin, longestDefaultDrain)
}

// Config is the gateway's configuration. The AWS SDK itself reads credentials, region
// and AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME. docs/gateway.md has a table of each field's
// variable, meaning and default.
type Config struct {
	// EndpointName is the SageMaker endpoint that requests go to. Required.
	EndpointName string
	// MaxBodyBytes is the largest accepted request body; a larger one is answered
	// 413 without a call to SageMaker.
	MaxBodyBytes int64
	// RequestTimeout bounds each request's time at SageMaker, and in the server form
	// also the reading of a request.
	RequestTimeout time.Duration
	// Lambda says that the process runs as a Lambda function, which sets
	// AWS_LAMBDA_RUNTIME_API. The fields below are for the server form only.
	Lambda bool

	// ListenAddress is where the server listens, as host:port.
	ListenAddress string
	// MaxReplyBytes is the largest reply.
	MaxReplyBytes int64
	// MaxHeldBytes bounds the request bodies in memory; a request over it is shed.
	MaxHeldBytes int64
	// StreamTimeout bounds a response stream after its first byte.
	StreamTimeout time.Duration
	// WriteTimeout is how long a client may leave a piece of its reply unread.
	WriteTimeout time.Duration
	// DrainTimeout bounds the requests in flight after SIGTERM.
	DrainTimeout time.Duration

	// MinConcurrency and MaxConcurrency bound the adaptive concurrency limit.
	MinConcurrency, MaxConcurrency int
	// QueueSize is the most requests that wait, QueueTimeout the longest wait.
	QueueSize    int
	QueueTimeout time.Duration
	// MaxAttempts is how often a request is sent at most, RetryPercent the most
	// retries for each hundred requests.
	MaxAttempts, RetryPercent int
	// FallbackBody, of type FallbackContentType, is the reply to a request that is
	// shed, instead of an error; "" for none.
	FallbackBody, FallbackContentType string
	// CORSOrigins are the origins whose scripts may call the gateway, V2Model the model
	// of the Open Inference Protocol's path, "" for none.
	CORSOrigins []string
	V2Model     string
	// PrioritySources are the addresses whose priority header counts.
	PrioritySources []netip.Prefix
	// PriorityClaim is the claim that chooses the priority, "" for none; PriorityClaims
	// are the classes of its values.
	PriorityClaim  string
	PriorityClaims map[string]pressure.Class
	// PriorityShares are what the classes are guaranteed.
	PriorityShares pressure.Shares
	// FairBy says how clients are told apart, nil for not at all.
	FairBy *settings.Client
	// ClaimsFrom is settings.ClaimsFromJWT, settings.ClaimsFromLogin or, for no claims, "".
	ClaimsFrom string

	// LastKnownAge is how old an answer may be that a shed request gets, 0 for none;
	// LastKnownBytes bounds their memory. LastKnownShared says that one client may get
	// another's.
	LastKnownAge    time.Duration
	LastKnownBytes  int64
	LastKnownShared bool
	// ShedVariant or ShedComponent is where shed requests go, "" for none, at most
	// ShedMaxConcurrency at a time.
	ShedVariant, ShedComponent string
	ShedMaxConcurrency         int
	// ShedAsyncEndpoint is the asynchronous endpoint that takes them, "" for none.
	ShedAsyncEndpoint string

	// LogRate is how many successes, and errors, are logged a second.
	LogRate int
	// Metrics says that metric lines are written.
	Metrics bool
	// Traces says that traces go to the collector of OpenTelemetry's variables.
	Traces bool
}

// DefaultConfig is the default configuration of either form.
func DefaultConfig(endpointName string, lambda bool) Config {
	cfg := Config{
		EndpointName: endpointName, MaxBodyBytes: defaultServerMaxBodyBytes, RequestTimeout: defaultRequestTimeout,
		ListenAddress: defaultListenAddress, MaxReplyBytes: defaultMaxReplyBytes, MaxHeldBytes: 256 << 20,
		StreamTimeout: defaultRequestTimeout, WriteTimeout: 30 * time.Second,
		DrainTimeout:   defaultDrain(defaultRequestTimeout),
		MinConcurrency: settings.DefaultMinConcurrency, MaxConcurrency: settings.DefaultMaxConcurrency,
		QueueSize: 128, QueueTimeout: time.Second,
		MaxAttempts: 3, RetryPercent: 10, FallbackContentType: "application/json",
		PriorityShares: pressure.DefaultShares, LastKnownBytes: settings.DefaultLastKnownBytes,
		ShedMaxConcurrency: settings.DefaultShedConcurrency,
		LogRate:            50, Metrics: true,
	}
	if lambda {
		// One environment serves one request at a time (fact F29): limiter, queue and
		// budget, which work across requests, do not apply, and without a budget there
		// is no retry.
		cfg = Config{
			EndpointName: endpointName, MaxBodyBytes: defaultLambdaMaxBodyBytes, RequestTimeout: defaultRequestTimeout,
			Lambda: true, MaxReplyBytes: maxALBReplyBytes, MaxAttempts: 1,
		}
	}
	return cfg
}
