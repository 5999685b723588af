// Package gateway is the program between an Application Load Balancer and a
// SageMaker endpoint. The load balancer cannot sign, and SageMaker accepts
// nothing unsigned (fact F9): the gateway takes plain HTTP, signs and passes
// on. It reaches the one endpoint that it is configured with, and no other.
//
// It runs in two forms: as an HTTP server (Gateway.Serve), and as a Lambda
// function that answers the load balancer's events (Gateway.Invoke).
package gateway

import (
	"net/netip"
	"regexp"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
)

const (
	// DefaultServerMaxBodyBytes is the largest request that SageMaker's model
	// of InvokeEndpoint allows (fact F1).
	DefaultServerMaxBodyBytes = 6 << 20
	// DefaultLambdaMaxBodyBytes is the largest request that a load balancer
	// hands to a Lambda function: "1 MB" (fact F12). AWS does not say whether
	// that is 10^6 or 2^20; the smaller holds either way. It counts the body
	// itself, not its base64 form in the event.
	DefaultLambdaMaxBodyBytes = 1_000_000
	// DefaultMaxReplyBytes is far above what any model is reported to answer.
	DefaultMaxReplyBytes = 100 << 20
	// DefaultRequestTimeout leaves SageMaker time to report a model that used
	// up its 60 seconds (fact F2).
	DefaultRequestTimeout = 70 * time.Second
	// DefaultListenAddress is every interface, port 8080.
	DefaultListenAddress = ":8080"

	// A load balancer passes no more than this on to a Lambda function, read
	// generously.
	highestLambdaMaxBodyBytes = 1 << 20
	// Above what anybody reports InvokeEndpoint to accept (25 MB, fact F1),
	// below what a mistyped unit would ask for.
	highestServerMaxBodyBytes = 100 << 20

	// Beyond a request's own time: to write its reply.
	drainMargin = 5 * time.Second
	// ECS waits at most 120 s between SIGTERM and the end (fact F30).
	longestDefaultDrain = 110 * time.Second
)

// defaultDrain is how long requests under way have after SIGTERM by default.
func defaultDrain(requestTimeout time.Duration) time.Duration {
	return min(requestTimeout+drainMargin, longestDefaultDrain)
}

// Config is what the gateway is told by its environment. Credentials, region
// and AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME are read by the AWS SDK itself. Each
// field's variable, meaning and default is in the table of docs/gateway.md.
type Config struct {
	// EndpointName is the SageMaker endpoint that requests go to. Required.
	EndpointName string
	// MaxBodyBytes is the largest request body that is accepted; a larger one
	// is answered 413 and never reaches SageMaker.
	MaxBodyBytes int64
	// RequestTimeout bounds each request's stay at SageMaker, and as a server
	// also the reading of a request.
	RequestTimeout time.Duration
	// Lambda says that the process runs as a Lambda function: Lambda sets
	// AWS_LAMBDA_RUNTIME_API. What follows is the server's alone.
	Lambda bool

	// ListenAddress is where the server listens, as host:port.
	ListenAddress string
	// MaxReplyBytes is the largest reply that is passed on.
	MaxReplyBytes int64
	// MaxHeldBytes bounds the request bodies that are held at a time; what is
	// over it is shed.
	MaxHeldBytes int64
	// StreamTimeout bounds a response stream, which RequestTimeout bounds to
	// its first byte.
	StreamTimeout time.Duration
	// WriteTimeout is how long a client may leave what is written to it unread.
	WriteTimeout time.Duration
	// DrainTimeout bounds the requests under way after SIGTERM.
	DrainTimeout time.Duration

	// MinConcurrency and MaxConcurrency are what the limit of requests at a
	// time moves between.
	MinConcurrency, MaxConcurrency int
	// QueueSize is how many requests may wait for a place, QueueTimeout how
	// long each may.
	QueueSize    int
	QueueTimeout time.Duration
	// MaxAttempts is how often a request is sent at most, RetryPercent how
	// many retries there may be for each hundred requests.
	MaxAttempts, RetryPercent int
	// FallbackBody is answered, as FallbackContentType, instead of an error
	// to a request that is shed; "" for none.
	FallbackBody, FallbackContentType string
	// PrioritySources are the addresses whose priority header is heard.
	PrioritySources []netip.Prefix

	// LogRate is how many requests a second are logged.
	LogRate int
	// Metrics says that metric lines are written.
	Metrics bool
	// Traces says that traces go to the collector that OpenTelemetry's own
	// variables name.
	Traces bool
}

// SageMaker's own pattern of endpoint names, of at most 63 characters (fact C29).
var endpointName = regexp.MustCompile(`^[a-zA-Z0-9](-*[a-zA-Z0-9])*$`)

// DefaultConfig is the configuration of either form where nothing is set but
// the endpoint's name.
func DefaultConfig(endpointName string, lambda bool) Config {
	cfg := Config{
		EndpointName: endpointName, MaxBodyBytes: DefaultServerMaxBodyBytes, RequestTimeout: DefaultRequestTimeout,
		ListenAddress: DefaultListenAddress, MaxReplyBytes: DefaultMaxReplyBytes, MaxHeldBytes: 256 << 20,
		StreamTimeout: DefaultRequestTimeout, WriteTimeout: 30 * time.Second, DrainTimeout: defaultDrain(DefaultRequestTimeout),
		MinConcurrency: settings.DefaultMinConcurrency, MaxConcurrency: 4096, QueueSize: 128, QueueTimeout: time.Second,
		MaxAttempts: 3, RetryPercent: 10, FallbackContentType: "application/json",
		LogRate: 50, Metrics: true,
	}
	if lambda {
		// One environment serves one request at a time: what looks across
		// requests has nothing to see (fact F29), and without a budget a retry
		// has no bound.
		cfg = Config{EndpointName: endpointName, MaxBodyBytes: DefaultLambdaMaxBodyBytes, RequestTimeout: DefaultRequestTimeout,
			Lambda: true, MaxReplyBytes: maxALBReplyBytes, MaxAttempts: 1}
	}
	return cfg
}
