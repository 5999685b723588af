package settings_test

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	low, high, percent, all := -1, 2_000_000, 5., 1.
	for _, test := range []struct {
		name string
		s    settings.Server
		want string
	}{
		{"nothing", settings.Server{}, ""},
		{"everything", settings.Server{
			StreamTimeout: time.Second - 1, MaxConcurrency: -1, QueueSize: &low, QueueTimeout: time.Hour, RetryPercent: &high,
			FallbackBody: strings.Repeat("x", 20_000), FallbackContentType: "a\nb", PrioritySources: []string{"10.0.0.0/8", "10.0.0.1"}, LogRate: &high,
			OTLPEndpoint: "collector:4318", TraceRatio: &percent, MinConcurrency: -1, WriteTimeout: time.Hour, MaxReplyBytes: -1,
			MaxAttempts: 6, CORSOrigins: []string{"https://app.example.com", "app.example.com"}, V2Model: "a/b",
		}, `StreamTimeout: got 999.999999ms: this is a time from 1s to 55m; leave it out for the time-out of a request
MaxConcurrency: got -1: this is a whole number from 1 to 100000; leave it out for 4096
QueueSize: got -1: this is a whole number from 0 to 100000; leave it out for 128, or take 0 for no queue
QueueTimeout: got 1h: this is a time from 1ms to 1m; leave it out for 1s
RetryPercent: got 2000000: this is a whole number from 0 to 10; more retries would add to an overload what the endpoint lacks
FallbackBody: a fallback reply has at most 16384 bytes, this one has 20000; shorten it
FallbackContentType: got "a\nb": a content type has no control characters; write it such as application/json
PrioritySources[1]: got "10.0.0.1": a range is an IPv4 or IPv6 CIDR; such as 10.0.0.0/8 or 2001:db8::/32
LogRate: got 2000000: this is a whole number from 0 to 1000000; leave it out for 50, or take 0 to log none
WriteTimeout: got 1h: this is a time from 100ms to 10m; leave it out for 30s
MaxReplyBytes: got -1: this is a whole number from 1 to 10737418240; leave it out for 104857600
MaxAttempts: got 6: this is a whole number from 1 to 5; leave it out for 3, or take 1 for no retry
MinConcurrency: got -1: this is a whole number from 1 to 100000; leave it out for 4
CORSOrigins[1]: got "app.example.com": an origin is a scheme, a host and, where it is not the scheme's own, a port; write it such as https://app.example.com
V2Model: got "a/b": a model's name has up to 100 letters, digits, dots, hyphens and underscores, and begins with a letter or digit; give the name in the path of the clients, without /v2/models/
OTLPEndpoint: got "collector:4318": must be the URL of a collector, with http or https; write it such as https://collector.example:4318
TraceRatio: got 5: a share is from 0 to 1; such as 0.01, which traces one request of a hundred`},
		{"a lowest limit above the default highest", settings.Server{MinConcurrency: 5000},
			`MinConcurrency: got 5000: the limit is at most MaxConcurrency, which is 4096; lower it to 4096 or less, or raise MaxConcurrency to 5000 or more`},
		{"a share of no traces", settings.Server{TraceRatio: &all},
			`TraceRatio: got 1: there is no collector that takes traces; give the collector's endpoint too, or leave it out`},
		{"the type of a reply that is none", settings.Server{FallbackContentType: "text/plain"},
			`FallbackContentType: got "text/plain": there is no fallback reply that has it; give the reply too, or leave it out`},
	} {
		if diff := gocmp.Diff(test.want, test.s.Validate().Error()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.name, diff)
		}
	}
}

// TestTheGatewayAgrees: settings without a problem are a configuration that the
// gateway starts with, as they say; those with one are refused by both.
func TestTheGatewayAgrees(t *testing.T) {
	t.Parallel()
	number := func(lowest, highest int) *rapid.Generator[*int] {
		return rapid.Ptr(rapid.OneOf(rapid.IntRange(lowest-1, lowest+1), rapid.IntRange(highest-1, highest+1)), true)
	}
	period := func(shortest, longest time.Duration) *rapid.Generator[time.Duration] {
		return rapid.SampledFrom([]time.Duration{0, shortest - 1, shortest, longest, longest + 1})
	}
	rapid.Check(t, func(t *rapid.T) {
		s := settings.Server{
			StreamTimeout:  period(settings.MinStreamTimeout, settings.MaxStreamTimeout).Draw(t, "stream"),
			MaxConcurrency: rapid.SampledFrom([]int{-1, 0, 1, 3, 4, 5, 100_000, 100_001}).Draw(t, "concurrency"),
			QueueSize:      number(0, settings.MaxQueueSize).Draw(t, "queue"),
			QueueTimeout:   period(settings.MinQueueTimeout, settings.MaxQueueTimeout).Draw(t, "wait"),
			RetryPercent:   number(0, settings.MaxRetryPercent).Draw(t, "retries"),
			FallbackBody: rapid.SampledFrom([]string{"", "{}", strings.Repeat("x", settings.MaxFallbackBytes), strings.Repeat("x", settings.MaxFallbackBytes+1)}).
				Draw(t, "fallback"),
			PrioritySources: rapid.SliceOfN(rapid.SampledFrom([]string{"10.0.0.0/8", "2001:db8::/32", "10.0.0.0", "a,b"}), 0, 2).
				Draw(t, "sources"),
			LogRate: number(0, settings.MaxLogRate).Draw(t, "log"),
		}
		if s.OTLPEndpoint = rapid.SampledFrom([]string{"", "http://10.0.0.1:4318", "collector:4318"}).Draw(t, "collector"); s.OTLPEndpoint != "" {
			s.TraceRatio = rapid.Ptr(rapid.SampledFrom([]float64{-0.1, 0, 1e-9, 0.5, 1, 1.1, math.NaN()}), true).
				Draw(t, "traced")
		}
		s.MinConcurrency = rapid.SampledFrom([]int{-1, 0, 1, 5, 4097, 100_000, 100_001}).Draw(t, "lowest")
		s.MaxAttempts = rapid.SampledFrom([]int{-1, 0, 1, 5, 6}).Draw(t, "attempts")
		s.MaxReplyBytes = rapid.SampledFrom([]int{-1, 0, 1, settings.MaxReplyBytes, settings.MaxReplyBytes + 1}).
			Draw(t, "reply")
		s.WriteTimeout = period(settings.MinWriteTimeout, settings.MaxWriteTimeout).Draw(t, "write")
		s.Metrics = rapid.Ptr(rapid.Bool(), true).Draw(t, "metrics")
		s.CORSOrigins = rapid.SliceOfN(rapid.SampledFrom([]string{"https://a.example", "http://b.example:8080", "c.example", "*"}), 0, 2).
			Draw(t, "origins")
		s.V2Model = rapid.SampledFrom([]string{"", "resnet", "a/b", ".."}).Draw(t, "model")
		if s.FallbackBody != "" {
			s.FallbackContentType = rapid.SampledFrom([]string{"", "text/plain", "a\x00"}).Draw(t, "type")
		}
		variables := s.Environment(70 * time.Second)
		variables["ENDPOINT_NAME"] = "odds"
		cfg, err := gateway.ConfigFromEnv(func(name string) (string, bool) {
			value, set := variables[name]
			return value, set
		})
		if mine := s.Validate(); (len(mine) == 0) != (err == nil) {
			t.Fatalf("here %v, in the gateway %v", mine, err)
		}
		if err != nil {
			return
		}
		want := gateway.DefaultConfig("odds", false)
		want.StreamTimeout = max(s.StreamTimeout, 0)
		if s.StreamTimeout == 0 {
			want.StreamTimeout = 70 * time.Second
		}
		if s.MaxConcurrency != 0 {
			want.MaxConcurrency, want.MinConcurrency = s.MaxConcurrency, min(s.MaxConcurrency, 4)
		}
		want.MinConcurrency = cmp.Or(s.MinConcurrency, want.MinConcurrency)
		if cfg.MaxAttempts != cmp.Or(s.MaxAttempts, want.MaxAttempts) ||
			cfg.MaxReplyBytes != cmp.Or(int64(s.MaxReplyBytes), want.MaxReplyBytes) ||
			cfg.WriteTimeout != cmp.Or(s.WriteTimeout, want.WriteTimeout) ||
			cfg.Metrics != (s.Metrics == nil || *s.Metrics) || cfg.V2Model != s.V2Model ||
			!slices.Equal(cfg.CORSOrigins, s.CORSOrigins) {
			t.Fatalf("%+v became %+v", s, cfg)
		}
		if cfg.StreamTimeout != want.StreamTimeout || cfg.MaxConcurrency != want.MaxConcurrency || cfg.MinConcurrency != want.MinConcurrency ||
			s.QueueSize != nil && cfg.QueueSize != *s.QueueSize || s.QueueTimeout != 0 && cfg.QueueTimeout != s.QueueTimeout ||
			s.RetryPercent != nil && cfg.RetryPercent != *s.RetryPercent ||
			cfg.FallbackBody != s.FallbackBody ||
			s.LogRate != nil && cfg.LogRate != *s.LogRate ||
			len(cfg.PrioritySources) != len(s.PrioritySources) ||
			cfg.Traces != (s.OTLPEndpoint != "") {
			t.Fatalf("%+v became %+v", s, cfg)
		}
	})
}
