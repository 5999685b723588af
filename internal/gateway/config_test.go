package gateway

import (
	"net/netip"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/pressure"
)

func TestConfigFromEnv(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		env  map[string]string
		want Config
		err  string
	}{
		"server defaults": {
			env:  map[string]string{"ENDPOINT_NAME": "predictions"},
			want: DefaultConfig("predictions", false),
		},
		"Lambda defaults": {
			env:  map[string]string{"ENDPOINT_NAME": "predictions", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"},
			want: DefaultConfig("predictions", true),
		},
		"all set": {
			env: map[string]string{"ENDPOINT_NAME": "P-1", "MAX_BODY_BYTES": "25000000", "REQUEST_TIMEOUT": "1m30s",
				"LISTEN_ADDRESS": "127.0.0.1:0", "MAX_REPLY_BYTES": "1", "MAX_HELD_BYTES": "2", "STREAM_TIMEOUT": "3s",
				"WRITE_TIMEOUT": "4s", "DRAIN_TIMEOUT": "5s", "MIN_CONCURRENCY": "6", "MAX_CONCURRENCY": "7", "QUEUE_SIZE": "8",
				"QUEUE_TIMEOUT": "9ms", "MAX_ATTEMPTS": "2", "RETRY_PERCENT": "3", "FALLBACK_BODY": "b",
				"FALLBACK_CONTENT_TYPE": "t",
				"CORS_ORIGINS":          "https://a.example, http://localhost:1", "V2_MODEL": "m",
				"PRIORITY_SOURCES": "10.0.0.0/8, 2001:db8::/32", "LOG_RATE": "0", "METRICS": "off",
				"PRIORITY_CLAIM": "tier", "PRIORITY_CLAIM_CRITICAL": "gold, vip", "PRIORITY_CLAIM_HIGH": "silver",
				"PRIORITY_CLAIM_LOW": "free", "PRIORITY_SHARES": "20,0,1", "FAIR_BY": "claim:sub", "CLAIMS_FROM": "jwt",
				"LAST_KNOWN_AGE": "5s", "LAST_KNOWN_BYTES": "1048576", "LAST_KNOWN_SHARED": "on",
				"SHED_MAX_CONCURRENCY": "9"},
			want: Config{
				EndpointName: "P-1", MaxBodyBytes: 25000000, RequestTimeout: 90 * time.Second, ListenAddress: "127.0.0.1:0",
				MaxReplyBytes: 1, MaxHeldBytes: 2, StreamTimeout: 3 * time.Second, WriteTimeout: 4 * time.Second,
				DrainTimeout: 5 * time.Second, MinConcurrency: 6, MaxConcurrency: 7, QueueSize: 8, QueueTimeout: 9 * time.Millisecond,
				MaxAttempts: 2, RetryPercent: 3, FallbackBody: "b", FallbackContentType: "t",
				CORSOrigins: []string{"https://a.example", "http://localhost:1"}, V2Model: "m",
				PrioritySources: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32")},
				PriorityClaim:   "tier", PriorityClaims: map[string]pressure.Class{
					"gold": pressure.Critical, "vip": pressure.Critical, "silver": pressure.High, "free": pressure.Low},
				PriorityShares: pressure.Shares{pressure.High: 20, pressure.Low: 1},
				FairBy:         &settings.Client{Claim: "sub"}, ClaimsFrom: "jwt",
				LastKnownAge: 5 * time.Second, LastKnownBytes: 1 << 20, LastKnownShared: true, ShedMaxConcurrency: 9,
			},
		},
		"where shed requests go": {
			env: map[string]string{"ENDPOINT_NAME": "p", "SHED_VARIANT": "cheap"},
			want: func() Config {
				cfg := DefaultConfig("p", false)
				cfg.ShedVariant = "cheap"
				return cfg
			}(),
		},
		"mistakes of priority, fairness and shedding": {
			env: map[string]string{"ENDPOINT_NAME": "p", "PRIORITY_CLAIM_LOW": "free", "PRIORITY_CLAIM_HIGH": "gold,gold",
				"PRIORITY_SHARES": "50,50", "FAIR_BY": "claim:", "CLAIMS_FROM": "anyone", "LAST_KNOWN_AGE": "1ms",
				"LAST_KNOWN_BYTES": "1", "LAST_KNOWN_SHARED": "true", "SHED_COMPONENT": "a b", "SHED_MAX_CONCURRENCY": "0",
				"SHED_ASYNC_ENDPOINT": "-"},
			err: `PRIORITY_CLAIM_HIGH: got "gold,gold": must be values with commas between them, each in one class; keep each value once
PRIORITY_SHARES: got "50,50": must be the shares of high, normal and low, at most 90 together; write them such as 10,10,5
FAIR_BY: got "claim:": must be address, header:NAME or claim:NAME; write it such as claim:sub
CLAIMS_FROM: got "anyone": must be jwt or login; say what the load balancer verifies, or leave out what reads claims
LAST_KNOWN_AGE: got "1ms": must be a duration from 1s to 24h0m0s; write a number with its unit, such as 70s
LAST_KNOWN_BYTES: got "1": must be a whole number from 1048576 to 10737418240; give bytes without a unit, such as 6291456
LAST_KNOWN_SHARED: got "true": must be on or off; leave it out for off
SHED_COMPONENT: got "a b": must be at most 63 letters, digits and hyphens, beginning and ending with a letter or digit; give the name, not an ARN or URL
SHED_MAX_CONCURRENCY: got "0": must be a whole number from 1 to 100000; give a number of requests
SHED_ASYNC_ENDPOINT: got "-": must be at most 63 letters, digits and hyphens, beginning and ending with a letter or digit; give the name, not an ARN or URL
PRIORITY_CLAIM: is the name of the claim whose values have a class; give it and PRIORITY_CLAIM_CRITICAL, PRIORITY_CLAIM_HIGH or PRIORITY_CLAIM_LOW, or none of them
LAST_KNOWN_AGE, SHED_VARIANT, SHED_COMPONENT, SHED_ASYNC_ENDPOINT: are each what a shed request gets; set one of them`,
		},
		"a claim of nobody's": {
			env: map[string]string{"ENDPOINT_NAME": "p", "FAIR_BY": "claim:sub"},
			err: "CLAIMS_FROM: is required where a claim is read; say whether the load balancer verifies jwt or login",
		},
		"times that follow another": {
			env: map[string]string{"ENDPOINT_NAME": "p", "REQUEST_TIMEOUT": "3s"},
			want: func() Config {
				cfg := DefaultConfig("p", false)
				cfg.RequestTimeout, cfg.StreamTimeout, cfg.DrainTimeout = 3*time.Second, 3*time.Second, 8*time.Second
				return cfg
			}(),
		},
		"set to nothing is not set": {
			env:  map[string]string{"ENDPOINT_NAME": "p", "MAX_BODY_BYTES": "", "REQUEST_TIMEOUT": "", "LISTEN_ADDRESS": ""},
			want: DefaultConfig("p", false),
		},
		"63 characters": {
			env:  map[string]string{"ENDPOINT_NAME": strings.Repeat("x", 63)},
			want: DefaultConfig(strings.Repeat("x", 63), false),
		},
		"an origin of any page": {
			env: map[string]string{"ENDPOINT_NAME": "p", "CORS_ORIGINS": "https://a.example,*"},
			err: `CORS_ORIGINS: got "https://a.example,*": any page could call the gateway; name each origin`,
		},
		"nothing": {err: "ENDPOINT_NAME: is required; set it to the name of the SageMaker endpoint"},
		"everything wrong at once": {
			env: map[string]string{"ENDPOINT_NAME": "arn:aws:sagemaker:::x", "MAX_BODY_BYTES": "6MiB", "REQUEST_TIMEOUT": "70",
				"LISTEN_ADDRESS": "8080", "MAX_REPLY_BYTES": "0", "STREAM_TIMEOUT": "0s", "MAX_CONCURRENCY": "3",
				"MAX_ATTEMPTS":  "9",
				"RETRY_PERCENT": "50", "FALLBACK_CONTENT_TYPE": "a\nb", "PRIORITY_SOURCES": "10.0.0.1", "METRICS": "yes"},
			err: `ENDPOINT_NAME: got "arn:aws:sagemaker:::x": must be at most 63 letters, digits and hyphens, beginning and ending with a letter or digit; give the endpoint's name, not its ARN or URL
MAX_BODY_BYTES: got "6MiB": must be a whole number from 1 to 104857600; give bytes without a unit, such as 6291456
REQUEST_TIMEOUT: got "70": must be a duration from 100ms to 15m0s; write a number with its unit, such as 70s
LISTEN_ADDRESS: got "8080": must be host:port or :port, the port from 0 to 65535; write it such as :8080
MAX_REPLY_BYTES: got "0": must be a whole number from 1 to 10737418240; give bytes without a unit, such as 6291456
STREAM_TIMEOUT: got "0s": must be a duration from 1s to 55m0s; write a number with its unit, such as 70s
MAX_ATTEMPTS: got "9": must be a whole number from 1 to 5; 1 is no retry
RETRY_PERCENT: got "50": must be a whole number from 0 to 10; more retries would add to an overload what the endpoint lacks
FALLBACK_CONTENT_TYPE: got "a\nb": must be a content type without control characters; write it such as application/json
PRIORITY_SOURCES: got "10.0.0.1": must be CIDR ranges with commas between them; write them such as 10.0.0.0/8, 2001:db8::/32
METRICS: got "yes": must be on or off; leave it out for on
MIN_CONCURRENCY: got 4: must be at most MAX_CONCURRENCY, which is 3; lower it to 3 or less, or raise MAX_CONCURRENCY to 4`,
		},
		"what the Lambda form cannot do": {
			env: map[string]string{
				"ENDPOINT_NAME":          "p",
				"QUEUE_SIZE":             "9",
				"MAX_ATTEMPTS":           "3",
				"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
			},
			err: `QUEUE_SIZE: got "9": is nothing that the Lambda form can do; leave it out, or run the gateway as a server
MAX_ATTEMPTS: got "3": is nothing that the Lambda form can do; leave it out, or run the gateway as a server`,
		},
		"more than a load balancer passes to Lambda": {
			env: map[string]string{
				"ENDPOINT_NAME":          "p",
				"MAX_BODY_BYTES":         "6291456",
				"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
			},
			err: `MAX_BODY_BYTES: got "6291456": must be a whole number from 1 to 1048576; a load balancer passes at ` +
				`most 1 MB to a Lambda function: run the gateway as a server for more`,
		},
	}
	for _, name := range []string{"-p", "p-", "p_1", "p/invocations", "..", strings.Repeat("x", 64), "p\n"} {
		tests["name "+name] = struct {
			env  map[string]string
			want Config
			err  string
		}{env: map[string]string{"ENDPOINT_NAME": name}, err: "ENDPOINT_NAME: got "}
	}
	for _, n := range []string{"0", "-1", "1.5", "1e6", "104857601"} {
		tests["size "+n] = struct {
			env  map[string]string
			want Config
			err  string
		}{env: map[string]string{"ENDPOINT_NAME": "p", "MAX_BODY_BYTES": n}, err: "MAX_BODY_BYTES: got "}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ConfigFromEnv(func(name string) (string, bool) { v, ok := test.env[name]; return v, ok })
			if test.err != "" {
				if err == nil || !strings.HasPrefix(err.Error(), test.err) ||
					strings.Contains(test.err, "\n") && err.Error() != test.err {
					t.Errorf("got %v, want %s", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The page has a row for each variable, in the same order, and no other.
func TestEveryVariableIsDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/gateway.md")
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, v := range variables {
		want = append(want, v.name)
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z0-9_]+)` \\|.+\\|.+\\|$").FindAllSubmatch(page, -1) {
		got = append(got, string(row[1]))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
