package gateway

import (
	"maps"
	"testing"
)

func TestTraceVariables(t *testing.T) {
	t.Parallel()
	const endpoint = "http://collector.example:4318"
	tests := map[string]struct {
		env    map[string]string
		traces bool
		err    string
	}{
		"nothing":             {},
		"without an endpoint": {env: map[string]string{"OTEL_SERVICE_NAME": "odds", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}},
		"endpoint":            {env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}, traces: true},
		"endpoint of traces": {
			env:    map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://collector.example/v1/traces"},
			traces: true,
		},
		"disabled": {env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_SDK_DISABLED": "TRUE"}},
		"exporter none": {
			env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_TRACES_EXPORTER": "none"},
		},
		"on Lambda": {
			env: map[string]string{"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001", "OTEL_TRACES_SAMPLER": "always_on"},
		},
		"everything well said": {env: map[string]string{
			"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/" +
				"protobuf", "OTEL_TRACES_EXPORTER": "otlp",
			"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.01",
			"OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20b, team=odds",
		}, traces: true},
		"everything wrong at once": {
			env: map[string]string{
				"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
				"OTEL_TRACES_EXPORTER": "zipkin",
				"OTEL_TRACES_SAMPLER":  "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "1%", "OTEL_EXPORTER_OTLP_HEADERS": "secret",
			},
			err: `OTEL_EXPORTER_OTLP_ENDPOINT: got "collector:4318": must be the URL of a collector, with http or https; write it such as https://collector.example:4318
OTEL_EXPORTER_OTLP_PROTOCOL: got "grpc": must be http/protobuf; leave it out, and let the collector take OTLP over HTTP
OTEL_TRACES_EXPORTER: got "zipkin": must be otlp or none; leave it out for otlp
OTEL_TRACES_SAMPLER_ARG: got "1%": must be a number from 0 to 1; such as 0.01, which traces one request of a hundred
OTEL_EXPORTER_OTLP_HEADERS: must be name=value pairs with commas between them, the values percent-encoded; write it such as api-key=abc,team=odds`,
		},
		"unknown sampler": {
			env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_TRACES_SAMPLER": "xray"},
			err: `OTEL_TRACES_SAMPLER: got "xray": must be one of always_on, always_off, traceidratio, ` +
				`parentbased_always_on, parentbased_always_off, parentbased_traceidratio; leave it out for parentbased_always_on`,
		},
		"password in the endpoint": {
			env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "https://user:password@collector.example"},
			err: `OTEL_EXPORTER_OTLP_ENDPOINT: got "https://user:xxxxx@collector.example": must be without a user or ` +
				`password; give what the collector asks for in OTEL_EXPORTER_OTLP_HEADERS`,
		},
		"endpoint on Lambda": {
			env: map[string]string{"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001", "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint},
			err: `OTEL_EXPORTER_OTLP_ENDPOINT: got "http://collector.example:4318": is nothing that the Lambda form can ` +
				`do; leave it out, or run the gateway as a server`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"ENDPOINT_NAME": "p"}
			maps.Copy(env, test.env)
			cfg, err := ConfigFromEnv(func(name string) (string, bool) { v, ok := env[name]; return v, ok })
			switch {
			case test.err != "" && (err == nil || err.Error() != test.err):
				t.Errorf("got %v, want %s", err, test.err)
			case test.err == "" && (err != nil || cfg.Traces != test.traces):
				t.Errorf("traces: %v, %v", cfg.Traces, err)
			}
		})
	}
}

func TestHeaderLists(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"a=b": true, "a=": true, " a = b , c=d=e": true, "a=%41": true,
		"a": false, "=b": false, "a=b,": false, "a " +
			"b=c": false, "a=%4": false, "a=b%0d%0ac": false, "ä=b": false, "a:b=c": false,
	} {
		if got := isHeaderList(text); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}
