// Package gateway is the program between an Application Load Balancer and a
// SageMaker endpoint. The load balancer cannot sign, and SageMaker accepts
// nothing unsigned (fact F9): the gateway takes plain HTTP, signs and passes
// on. It reaches the one endpoint that it is configured with, and no other.
//
// It runs in two forms: as an HTTP server (Serve), and as a Lambda function
// that answers the load balancer's events (Gateway.Invoke).
package gateway

import (
	"fmt"
	"net"
	"regexp"
	"strconv"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/invalid"
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

	shortestRequestTimeout = 100 * time.Millisecond
	longestRequestTimeout  = 15 * time.Minute
)

// Config is what the gateway is told by its environment. Credentials, region
// and AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME are read by the AWS SDK itself.
type Config struct {
	// EndpointName is the SageMaker endpoint that requests go to.
	// Environment: ENDPOINT_NAME, required.
	EndpointName string
	// MaxBodyBytes is the largest request body that is accepted; a larger one
	// is answered 413 and never reaches SageMaker.
	// Environment: MAX_BODY_BYTES. Default: 6291456 (6 MiB) as a server,
	// 1000000 on Lambda.
	MaxBodyBytes int64
	// RequestTimeout bounds each call to SageMaker; as a server also the
	// reading of a request. Environment: REQUEST_TIMEOUT, a Go duration such
	// as 30s. Default: 70s.
	RequestTimeout time.Duration
	// ListenAddress is where the server form listens, as host:port; Lambda
	// ignores it. Environment: LISTEN_ADDRESS. Default: :8080.
	ListenAddress string
	// Lambda says that the process runs as a Lambda function: Lambda sets
	// AWS_LAMBDA_RUNTIME_API.
	Lambda bool
}

// SageMaker's own pattern of endpoint names, of at most 63 characters (fact C29).
var endpointName = regexp.MustCompile(`^[a-zA-Z0-9](-*[a-zA-Z0-9])*$`)

// ConfigFromEnv reads the configuration through lookup, which is os.LookupEnv
// or behaves like it. A variable that is set to nothing counts as not set. The
// error is every problem at once, as invalid.Problems whose paths are the names
// of the variables.
func ConfigFromEnv(lookup func(string) (string, bool)) (Config, error) {
	get := func(name string) string {
		value, _ := lookup(name)
		return value
	}
	cfg := Config{
		EndpointName:   get("ENDPOINT_NAME"),
		MaxBodyBytes:   DefaultServerMaxBodyBytes,
		RequestTimeout: DefaultRequestTimeout,
		ListenAddress:  DefaultListenAddress,
		Lambda:         get("AWS_LAMBDA_RUNTIME_API") != "",
	}
	highest := int64(highestServerMaxBodyBytes)
	if cfg.Lambda {
		cfg.MaxBodyBytes, highest = DefaultLambdaMaxBodyBytes, highestLambdaMaxBodyBytes
	}

	var problems invalid.Problems
	switch {
	case cfg.EndpointName == "":
		problems.Add("ENDPOINT_NAME", nil, "is required", "set it to the name of the SageMaker endpoint")
	case len(cfg.EndpointName) > 63 || !endpointName.MatchString(cfg.EndpointName):
		problems.Add("ENDPOINT_NAME", cfg.EndpointName,
			"must be at most 63 letters, digits and hyphens, beginning and ending with a letter or digit",
			"give the endpoint's name, not its ARN or URL")
	}
	if text := get("MAX_BODY_BYTES"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 || n > highest {
			problems.Add("MAX_BODY_BYTES", text, fmt.Sprintf("must be a whole number from 1 to %d", highest),
				maxBodyFix(cfg.Lambda))
		}
		cfg.MaxBodyBytes = n
	}
	if text := get("REQUEST_TIMEOUT"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil || d < shortestRequestTimeout || d > longestRequestTimeout {
			problems.Add("REQUEST_TIMEOUT", text,
				fmt.Sprintf("must be a duration from %s to %s", shortestRequestTimeout, longestRequestTimeout),
				"write a number with its unit, such as 70s")
		}
		cfg.RequestTimeout = d
	}
	if text := get("LISTEN_ADDRESS"); text != "" {
		_, port, err := net.SplitHostPort(text)
		if _, portErr := strconv.ParseUint(port, 10, 16); err != nil || portErr != nil {
			problems.Add("LISTEN_ADDRESS", text, "must be host:port or :port, the port from 0 to 65535",
				"write it such as :8080")
		}
		cfg.ListenAddress = text
	}
	return cfg, problems.Err()
}

func maxBodyFix(lambda bool) string {
	if lambda {
		return "a load balancer passes at most 1 MB to a Lambda function: run the gateway as a server for more"
	}
	return "give bytes without a unit, such as 6291456"
}
