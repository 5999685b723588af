package gateway

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/pressure"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// variable is one environment variable. read sets cfg from text, or returns the rule
// that text breaks and a fix.
type variable struct {
	name string
	// server says that only the server form supports it.
	server bool
	read   func(cfg *Config, text string) (rule, fix string)
}

// variables are all that the gateway itself reads. A test compares them with the
// table in docs/gateway.md.
var variables = []variable{
	{"ENDPOINT_NAME", false, func(cfg *Config, text string) (string, string) {
		cfg.EndpointName = text
		if rule, _ := settings.SageMakerName(text); rule != "" {
			return rule, "give the endpoint's name, not its ARN or URL"
		}
		return "", ""
	}},
	{"MAX_BODY_BYTES", false, func(cfg *Config, text string) (string, string) {
		highest, fix := int64(highestServerMaxBodyBytes), bytesFix
		if cfg.Lambda {
			highest, fix = highestLambdaMaxBodyBytes,
				"a load balancer passes at most 1 MB to a Lambda function: run the gateway as a server for more"
		}
		return number(&cfg.MaxBodyBytes, text, 1, highest, fix)
	}},
	{"REQUEST_TIMEOUT", false, func(cfg *Config, text string) (string, string) {
		return duration(&cfg.RequestTimeout, text, 100*time.Millisecond, 15*time.Minute)
	}},
	{"LISTEN_ADDRESS", true, func(cfg *Config, text string) (string, string) {
		cfg.ListenAddress = text
		_, port, err := net.SplitHostPort(text)
		if _, portErr := strconv.ParseUint(port, 10, 16); err != nil || portErr != nil {
			return "must be host:port or :port, the port from 0 to 65535", "write it such as :8080"
		}
		return "", ""
	}},
	{"MAX_REPLY_BYTES", true, func(cfg *Config, text string) (string, string) {
		return number(&cfg.MaxReplyBytes, text, 1, settings.MaxReplyBytes, bytesFix)
	}},
	{"MAX_HELD_BYTES", true, func(cfg *Config, text string) (string, string) {
		return number(&cfg.MaxHeldBytes, text, 1, 1<<40, bytesFix)
	}},
	{"STREAM_TIMEOUT", true, func(cfg *Config, text string) (string, string) {
		return duration(&cfg.StreamTimeout, text, settings.MinStreamTimeout, settings.MaxStreamTimeout)
	}},
	{"WRITE_TIMEOUT", true, func(cfg *Config, text string) (string, string) {
		return duration(&cfg.WriteTimeout, text, settings.MinWriteTimeout, settings.MaxWriteTimeout)
	}},
	{"DRAIN_TIMEOUT", true, func(cfg *Config, text string) (string, string) {
		return duration(&cfg.DrainTimeout, text, 100*time.Millisecond, time.Hour)
	}},
	{"MIN_CONCURRENCY", true, func(cfg *Config, text string) (string, string) {
		return number(&cfg.MinConcurrency, text, 1, settings.MaxConcurrency, requestsFix)
	}},
	{"MAX_CONCURRENCY", true, func(cfg *Config, text string) (string, string) {
		return number(&cfg.MaxConcurrency, text, 1, settings.MaxConcurrency, requestsFix)
	}},
	{"QUEUE_SIZE", true, func(cfg *Config, text string) (string, string) {
		return number(&cfg.QueueSize, text, 0, settings.MaxQueueSize, requestsFix)
	}},
	{"QUEUE_TIMEOUT", true, func(cfg *Config, text string) (string, string) {
		return duration(&cfg.QueueTimeout, text, settings.MinQueueTimeout, settings.MaxQueueTimeout)
	}},
	{"MAX_ATTEMPTS", true, func(cfg *Config, text string) (string, string) {
		return number(&cfg.MaxAttempts, text, 1, settings.MaxAttempts, "1 is no retry")
	}},
	{"RETRY_PERCENT", true, func(cfg *Config, text string) (string, string) {
		return number(&cfg.RetryPercent, text, 0, settings.MaxRetryPercent,
			"more retries would add to an overload what the endpoint lacks")
	}},
	{"FALLBACK_BODY", true, func(cfg *Config, text string) (string, string) {
		cfg.FallbackBody = text
		if len(text) > settings.MaxFallbackBytes {
			return fmt.Sprintf("must have at most %d bytes", settings.MaxFallbackBytes), "shorten it"
		}
		return "", ""
	}},
	{"FALLBACK_CONTENT_TYPE", true, func(cfg *Config, text string) (string, string) {
		cfg.FallbackContentType = text
		if !sendable(text) {
			return "must be a content type without control characters", "write it such as application/json"
		}
		return "", ""
	}},
	{"PRIORITY_SOURCES", true, func(cfg *Config, text string) (string, string) {
		for part := range strings.SplitSeq(text, ",") {
			prefix, err := netip.ParsePrefix(strings.TrimSpace(part))
			if err != nil {
				return "must be CIDR ranges with commas between them", "write them such as 10.0.0.0/8, 2001:db8::/32"
			}
			cfg.PrioritySources = append(cfg.PrioritySources, prefix)
		}
		return "", ""
	}},
	{"PRIORITY_CLAIM", true, func(cfg *Config, text string) (string, string) {
		cfg.PriorityClaim = text
		return claimText(text)
	}},
	{"PRIORITY_CLAIM_CRITICAL", true, claimValues(pressure.Critical)},
	{"PRIORITY_CLAIM_HIGH", true, claimValues(pressure.High)},
	{"PRIORITY_CLAIM_LOW", true, claimValues(pressure.Low)},
	{"PRIORITY_SHARES", true, func(cfg *Config, text string) (string, string) {
		shares, rule, fix := settings.SharesOf(text)
		cfg.PriorityShares = pressure.SharesOf(shares)
		return rule, fix
	}},
	{"FAIR_BY", true, func(cfg *Config, text string) (string, string) {
		client, rule, fix := settings.ClientBy(text)
		cfg.FairBy = &client
		return rule, fix
	}},
	{"CLAIMS_FROM", true, func(cfg *Config, text string) (string, string) {
		cfg.ClaimsFrom = text
		if text != settings.ClaimsFromJWT && text != settings.ClaimsFromLogin {
			return "must be jwt or login", "say what the load balancer verifies, or leave out what reads claims"
		}
		return "", ""
	}},
	{"LAST_KNOWN_AGE", true, func(cfg *Config, text string) (string, string) {
		return duration(&cfg.LastKnownAge, text, settings.MinLastKnownAge, settings.MaxLastKnownAge)
	}},
	{"LAST_KNOWN_BYTES", true, func(cfg *Config, text string) (string, string) {
		return number(&cfg.LastKnownBytes, text, settings.MinLastKnownBytes, settings.MaxLastKnownBytes, bytesFix)
	}},
	{"LAST_KNOWN_SHARED", true, func(cfg *Config, text string) (string, string) {
		return onOff(&cfg.LastKnownShared, text, "off")
	}},
	{"SHED_VARIANT", true, func(cfg *Config, text string) (string, string) {
		cfg.ShedVariant = text
		return settings.SageMakerName(text)
	}},
	{"SHED_COMPONENT", true, func(cfg *Config, text string) (string, string) {
		cfg.ShedComponent = text
		return settings.SageMakerName(text)
	}},
	{"SHED_MAX_CONCURRENCY", true, func(cfg *Config, text string) (string, string) {
		return number(&cfg.ShedMaxConcurrency, text, 1, settings.MaxConcurrency, requestsFix)
	}},
	{"SHED_ASYNC_ENDPOINT", true, func(cfg *Config, text string) (string, string) {
		cfg.ShedAsyncEndpoint = text
		return settings.SageMakerName(text)
	}},
	{"CORS_ORIGINS", true, func(cfg *Config, text string) (string, string) {
		for part := range strings.SplitSeq(text, ",") {
			origin := strings.TrimSpace(part)
			if rule, fix := settings.Origin(origin); rule != "" {
				return rule, fix
			}
			cfg.CORSOrigins = append(cfg.CORSOrigins, origin)
		}
		return "", ""
	}},
	{"V2_MODEL", true, func(cfg *Config, text string) (string, string) {
		cfg.V2Model = text
		return settings.V2Model(text)
	}},
	{"LOG_RATE", true, func(cfg *Config, text string) (string, string) {
		return number(&cfg.LogRate, text, 0, settings.MaxLogRate, "give requests a second; 0 logs none")
	}},
	{"METRICS", true, func(cfg *Config, text string) (string, string) {
		return onOff(&cfg.Metrics, text, "on")
	}},
	{"OTEL_EXPORTER_OTLP_ENDPOINT", true, traceEndpoint},
	{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", true, traceEndpoint},
}

const (
	bytesFix    = "give bytes without a unit, such as 6291456"
	requestsFix = "give a number of requests"
)

func onOff(field *bool, text, otherwise string) (string, string) {
	*field = text == "on"
	if text != "on" && text != "off" {
		return "must be on or off", "leave it out for " + otherwise
	}
	return "", ""
}

// claimText judges the name of a claim.
func claimText(text string) (string, string) {
	if !sendable(text) {
		return "must have no control characters", "copy it from a token"
	}
	return "", ""
}

// claimValues reads the values of PRIORITY_CLAIM that have a class.
func claimValues(class pressure.Class) func(cfg *Config, text string) (string, string) {
	return func(cfg *Config, text string) (string, string) {
		for part := range strings.SplitSeq(text, ",") {
			value := strings.TrimSpace(part)
			if _, twice := cfg.PriorityClaims[value]; twice || value == "" {
				return "must be values with commas between them, each in one class", "keep each value once"
			}
			if cfg.PriorityClaims == nil {
				cfg.PriorityClaims = map[string]pressure.Class{}
			}
			cfg.PriorityClaims[value] = class
		}
		return "", ""
	}
}

func number[N int | int64](field *N, text string, lowest, highest N, fix string) (string, string) {
	n, err := strconv.ParseInt(text, 10, 64)
	*field = N(n)
	if err != nil || n < int64(lowest) || n > int64(highest) {
		return fmt.Sprintf("must be a whole number from %d to %d", lowest, highest), fix
	}
	return "", ""
}

func duration(field *time.Duration, text string, shortest, longest time.Duration) (string, string) {
	d, err := time.ParseDuration(text)
	*field = d
	if err != nil || d < shortest || d > longest {
		return fmt.Sprintf("must be a duration from %s to %s", shortest, longest), "write a number with its unit, such as 70s"
	}
	return "", ""
}

// ConfigFromEnv reads the configuration through lookup, which is os.LookupEnv
// or behaves like it. An empty variable counts as not set. The error is a
// problem.List of every problem, whose paths are the names of the variables.
func ConfigFromEnv(lookup func(string) (string, bool)) (Config, error) {
	get := func(name string) string {
		value, _ := lookup(name)
		return value
	}
	cfg := DefaultConfig("", get("AWS_LAMBDA_RUNTIME_API") != "")
	var problems problem.List
	for _, v := range variables {
		text := get(v.name)
		switch {
		case text == "":
		case v.server && cfg.Lambda:
			problems.Add(v.name, redactPassword(text), "is nothing that the Lambda form can do",
				"leave it out, or run the gateway as a server")
		default:
			if rule, fix := v.read(&cfg, text); rule != "" {
				problems.Add(v.name, redactPassword(text), rule, fix)
			}
		}
		if text == "" && v.name == "ENDPOINT_NAME" {
			problems.Add(v.name, nil, "is required", "set it to the name of the SageMaker endpoint")
		}
	}
	if cfg.Traces = cfg.Traces && !tracesOff(get); cfg.Traces {
		problems = append(problems, traceProblems(get)...)
	}
	if !cfg.Lambda && get("STREAM_TIMEOUT") == "" {
		cfg.StreamTimeout = cfg.RequestTimeout
	}
	if !cfg.Lambda && get("DRAIN_TIMEOUT") == "" {
		cfg.DrainTimeout = defaultDrain(cfg.RequestTimeout)
	}
	if !cfg.Lambda && cfg.MinConcurrency > cfg.MaxConcurrency {
		problems.Add("MIN_CONCURRENCY", cfg.MinConcurrency,
			fmt.Sprintf("must be at most MAX_CONCURRENCY, which is %d", cfg.MaxConcurrency),
			fmt.Sprintf("lower it to %d or less, or raise MAX_CONCURRENCY to %d", cfg.MaxConcurrency, cfg.MinConcurrency))
	}
	problems = append(problems, degradationProblems(cfg)...)
	return cfg, problems.Err()
}

// degradationProblems are those of variables that need each other, or exclude each other.
func degradationProblems(cfg Config) problem.List {
	var problems problem.List
	if (cfg.PriorityClaim != "") != (len(cfg.PriorityClaims) > 0) {
		problems.Add("PRIORITY_CLAIM", nil, "is the name of the claim whose values have a class",
			"give it and PRIORITY_CLAIM_CRITICAL, PRIORITY_CLAIM_HIGH or PRIORITY_CLAIM_LOW, or none of them")
	}
	if cfg.readsClaims() && cfg.ClaimsFrom == "" {
		problems.Add("CLAIMS_FROM", nil, "is required where a claim is read",
			"say whether the load balancer verifies jwt or login")
	}
	given := 0
	for _, is := range []bool{
		cfg.LastKnownAge > 0, cfg.ShedVariant != "", cfg.ShedComponent != "", cfg.ShedAsyncEndpoint != "",
	} {
		if is {
			given++
		}
	}
	if given > 1 {
		problems.Add("LAST_KNOWN_AGE, SHED_VARIANT, SHED_COMPONENT, SHED_ASYNC_ENDPOINT", nil,
			"are each what a shed request gets", "set one of them")
	}
	return problems
}
