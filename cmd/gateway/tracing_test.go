package main

import (
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// ask sends one request to the gateway and returns its status.
func (s *server) ask(t *testing.T, path, body string, header http.Header) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode
}

// terminate ends the server as ECS does, and returns how long that took.
func (s *server) terminate(t *testing.T) time.Duration {
	t.Helper()
	began := time.Now()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.waitFor(t, `"msg":"stopped"`)
	for range s.log { // to the end of its output
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	return time.Since(began)
}

// What reaches a collector: configured as OpenTelemetry's variables say, both
// spans of a request, sent at the latest when the program ends.
func TestTraces(t *testing.T) {
	t.Parallel()
	runtime, collector := startRuntime(t), startCollector(t)
	s := startServer(t, environment(runtime, map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20key",
		"OTEL_SERVICE_NAME": "odds", "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=prod,service.version=7",
		// No batch leaves by itself: what comes is what the end sends.
		"OTEL_BSP_SCHEDULE_DELAY": "60000",
	}))
	const traceID, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	if status := s.ask(t, "/endpoints/predictions/invocations?q=private-query", "private-input", http.Header{
		"Traceparent": {"00-" + traceID + "-" + parent + "-01"}, "Tracestate": {"a=1"}, "X-Amzn-Trace-Id": {"Root=1-2-3"},
		"Authorization": {"private-token"}, "X-Amzn-Sagemaker-Custom-Attributes": {"private-attribute"},
	}); status != 200 {
		t.Fatalf("got %d", status)
	}
	if n := len(collector.has(t, 0)); n != 0 {
		t.Errorf("%d spans came before the end", n)
	}
	s.terminate(t)

	spans := collector.has(t, 2)
	call, request := spans[0], spans[1]
	got := hex.EncodeToString(
		request.TraceId,
	) + " " + hex.EncodeToString(
		request.ParentSpanId,
	) + " " + hex.EncodeToString(
		call.TraceId,
	)
	if got != traceID+" "+parent+" "+traceID || string(call.ParentSpanId) != string(request.SpanId) || len(spans) != 2 {
		t.Errorf("the chain is broken: %s in %v", got, spans)
	}
	if knows(request, "http.route") != "/endpoints/{name}/invocations" ||
		knows(request, "http.response.status_code") != "200" ||
		knows(call, "http.response.status_code") != "200" ||
		knows(call, "aws.request_id") == "" {
		t.Errorf("got %v and %v", request.Attributes, call.Attributes)
	}
	header := runtime.Calls()[0].Header
	if want := "00-" + traceID + "-" + hex.EncodeToString(call.SpanId) + "-01"; header.Get("Traceparent") != want ||
		header.Get("Tracestate") != "a=1" || header.Get("X-Amzn-Trace-Id") != "Root=1-2-3" {
		t.Errorf("SageMaker got %v, want the traceparent %s", header, want)
	}
	if got := collector.header.Get("Path") + " " + collector.header.Get("Content-Type") + " " + collector.header.Get("Api-Key"); got != "POST /v1/traces application/x-protobuf a key" {
		t.Errorf("the collector got %s", got)
	}
	if collector.about["service.name"] != "odds" || collector.about["deployment.environment.name"] != "prod" ||
		collector.about["service.version"] != "7" {
		t.Errorf("the resource is %v", collector.about)
	}
	for _, secret := range []string{"private", "AKIDEXAMPLE", "a-secret-key", "a-session-token", "Signature"} {
		if strings.Contains(collector.raw, secret) {
			t.Errorf("the collector learns %s", secret)
		}
	}
}

// A sampler that takes none, and the default name of the service.
func TestTracesSampled(t *testing.T) {
	t.Parallel()
	runtime, collector := startRuntime(t), startCollector(t)
	s := startServer(t, environment(runtime, map[string]string{
		"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": collector.url + "/" +
			"elsewhere", "OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0",
	}))
	s.ask(t, "/invocations", "a", nil)
	s.ask(t, "/invocations", "b", http.Header{"Traceparent": {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}})
	s.terminate(t)
	if spans := collector.has(t, 2); len(spans) != 2 ||
		hex.EncodeToString(spans[0].TraceId) != "4bf92f3577b34da6a3ce929d0e0e4736" {
		t.Errorf("got %v", spans)
	}
	if got := runtime.Calls()[0].Header.Get("Traceparent"); !strings.HasSuffix(got, "-00") {
		t.Errorf("SageMaker got %q", got)
	}
	if collector.about["service.name"] != "sagemaker-inference-gateway" ||
		collector.header.Get("Path") != "POST /elsewhere" {
		t.Errorf("%v %v", collector.about, collector.header)
	}
}

// Whatever the collector does, requests are answered and the program ends in
// time.
func TestTracesThatNobodyTakes(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // the kernel accepts, no program answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	failing := httptest.NewServer(
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }),
	)
	t.Cleanup(failing.Close)
	for name, address := range map[string]string{
		"refuses": "http://" + closed.Addr().String(), "is silent": "http://" + silent.Addr().String(), "fails": failing.URL,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runtime := startRuntime(t)
			s := startServer(t, environment(runtime, map[string]string{
				"OTEL_EXPORTER_OTLP_ENDPOINT": address,
				// So that more is waiting than there is room for.
				"OTEL_BSP_SCHEDULE_DELAY": "1", "OTEL_BSP_MAX_QUEUE_SIZE": "8", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "4",
			}))
			for range 100 {
				if status := s.ask(t, "/invocations", "a", nil); status != 200 {
					t.Fatalf("got %d", status)
				}
			}
			// The target's health does not know of it either.
			if got := s.raw(t, "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n"); got != "HTTP/1.1 200 OK" {
				t.Error(got)
			}
			if took := s.terminate(t); took > 10*time.Second {
				t.Errorf("the end took %s", took)
			}
		})
	}
}

// Without a collector no trace begins, and what a client says of its own passes.
func TestNoTraces(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	s := startServer(t, environment(runtime, map[string]string{"OTEL_SERVICE_NAME": "odds"}))
	s.ask(t, "/invocations", "a", http.Header{"X-Amzn-Trace-Id": {"Root=1-2-3"}})
	header := runtime.Calls()[0].Header
	if header.Get("Traceparent") != "" || header.Get("X-Amzn-Trace-Id") != "Root=1-2-3" {
		t.Errorf("SageMaker got %v", header)
	}
}

// A wrong variable stops the start, and the program that is built for Lambda
// says that it cannot.
func TestTracesThatCannotBe(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	for name, test := range map[string]struct {
		program, endpoint, more, want string
	}{
		"no URL": {program, "collector:4318", "", `gateway: cannot start
OTEL_EXPORTER_OTLP_ENDPOINT: got "collector:4318": must be the URL of a collector, with http or https; write it such as https://collector.example:4318
`},
		"resource attributes": {program, "http://127.0.0.1:1", "OTEL_RESOURCE_ATTRIBUTES=odds", `gateway: cannot start
OTEL_RESOURCE_ATTRIBUTES: `},
		"built for Lambda": {lambdaProgram, "http://127.0.0.1:1", "", `gateway: cannot start
OTEL_EXPORTER_OTLP_ENDPOINT: the program is built with the tag notraces; build it without, or leave the variable out
`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), test.program)
			cmd.Env = append(
				pairs(
					environment(
						runtime,
						map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": test.endpoint, "LISTEN_ADDRESS": "127.0.0.1:0"},
					),
				),
				test.more,
			)
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.HasPrefix(string(out), test.want) {
				t.Errorf("%v: got\n%s\nwant\n%s", err, out, test.want)
			}
		})
	}
}
