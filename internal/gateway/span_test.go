package gateway

import (
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

const (
	clientTrace  = "4bf92f3577b34da6a3ce929d0e0e4736"
	clientSpan   = "00f067aa0ba902b7"
	clientParent = "00-" + clientTrace + "-" + clientSpan + "-01"
)

// traced is a fixture whose gateway keeps its spans.
func traced(t *testing.T, opts ...func(*Config)) (*fixture, *tracetest.SpanRecorder) {
	t.Helper()
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	f := &fixture{runtime: sagemakertest.Start(), log: &logBuffer{}}
	t.Cleanup(f.runtime.Close)
	cfg := testConfig()
	for _, opt := range opts {
		opt(&cfg)
	}
	f.gateway = New(cfg, endpointAt(t, f.runtime.URL), slog.New(slog.NewJSONHandler(f.log, nil)))
	f.gateway.Trace(provider.Tracer("test"))
	server := httptest.NewServer(f.gateway)
	t.Cleanup(server.Close)
	f.url = server.URL
	return f, recorder
}

// spans are those that ended, once there are n of them and none is open.
func spans(t *testing.T, recorder *tracetest.SpanRecorder, n int) []sdktrace.ReadOnlySpan {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if len(recorder.Ended()) >= n && len(recorder.Started()) == len(recorder.Ended()) {
			break
		}
	}
	ended := recorder.Ended()
	if len(ended) != n || len(recorder.Started()) != n {
		t.Fatalf("%d spans began and %d ended, want %d", len(recorder.Started()), len(ended), n)
	}
	return ended
}

// attributesOf is a span's attributes as text, without those that differ from
// run to run.
func attributesOf(t *testing.T, span sdktrace.ReadOnlySpan) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, a := range span.Attributes() {
		got[string(a.Key)] = a.Value.String()
	}
	if wait, ok := got["gateway.queue.wait"]; ok {
		if s, err := strconv.ParseFloat(wait, 64); err != nil || s <= 0 || s > 10 {
			t.Errorf("gateway.queue.wait is %s", wait)
		}
	}
	delete(got, "gateway.queue.wait")
	return got
}

func TestSpans(t *testing.T) {
	t.Parallel()
	f, recorder := traced(t)
	f.runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		sagemakertest.Echo(w, r, call)
	})
	f.do(t, "POST", "/endpoints/predictions/invocations?token=private", http.Header{
		"Traceparent": {
			clientParent,
		}, "Tracestate": {"a=1", "b=2"}, "X-Amzn-Trace-Id": {"Root=1-67891233-abcdef012345678912345678"},
		"User-Agent": {"a test"}, "X-Forwarded-Proto": {"https"}, "Authorization": {"Bearer private"},
		"X-Amzn-Sagemaker-Custom-Attributes": {"private"},
	}, strings.NewReader("private"))
	ended := spans(t, recorder, 2)
	call, request := ended[0], ended[1]
	host, port, err := net.SplitHostPort(strings.TrimPrefix(f.runtime.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{
		"http.request.method": "POST", "http.response.status_code": "200", "url.template": "/endpoints/{EndpointName}/" +
			"invocations",
		"url.full": f.runtime.URL + "/endpoints/predictions/invocations", "server.address": host, "server.port": port,
		"network.protocol.version": "1.1", "aws.request_id": sagemakertest.RequestID,
	}, attributesOf(t, call)); diff != "" {
		t.Error(diff)
	}
	_, port, err = net.SplitHostPort(strings.TrimPrefix(f.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{
		"http.request.method": "POST", "http.route": "/endpoints/{name}/invocations", "url.path": "/endpoints/" +
			"predictions/invocations",
		"url.scheme": "https", "server.address": "127.0.0.1", "server.port": port, "network.protocol.version": "1.1",
		"user_agent.original": "a test", "http.response.status_code": "200", "http.request.body.size": "7",
		"http.response.body.size": "7",
	}, attributesOf(t, request)); diff != "" {
		t.Error(diff)
	}
	if call.Name() != "POST /endpoints/{EndpointName}/invocations" || call.SpanKind() != trace.SpanKindClient ||
		request.Name() != "POST /endpoints/{name}/invocations" || request.SpanKind() != trace.SpanKindServer ||
		call.Status().Code != codes.Unset || request.Status().Code != codes.Unset {
		t.Errorf(
			"%s %s %v, %s %s %v",
			call.Name(),
			call.SpanKind(),
			call.Status(),
			request.Name(),
			request.SpanKind(),
			request.Status(),
		)
	}
	// One chain: client, request, call, SageMaker.
	if p := request.Parent(); p.SpanID().String() != clientSpan || p.TraceID().String() != clientTrace || !p.IsRemote() {
		t.Errorf("the request's parent is %v", p)
	}
	if p := call.Parent(); p.SpanID() != request.SpanContext().SpanID() || p.TraceID().String() != clientTrace {
		t.Errorf("the call's parent is %v", p)
	}
	header := f.runtime.Calls()[0].Header
	for name, want := range map[string]string{
		"Traceparent": "00-" + clientTrace + "-" + call.SpanContext().SpanID().String() + "-01", "Tracestate": "a=1,b=2",
		"X-Amzn-Trace-Id": "Root=1-67891233-abcdef012345678912345678",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("SageMaker got %s: %s, want %s", name, got, want)
		}
	}
	// The log names the same span.
	if want := `"traceparent":"00-` + clientTrace + "-" + request.SpanContext().SpanID().String() + `-01"`; !strings.Contains(
		f.log.String(),
		want,
	) {
		t.Errorf("%s is not in the log %s", want, f.log.String())
	}
	if call.StartTime().Before(request.StartTime()) || request.EndTime().Before(call.EndTime()) {
		t.Error("the call is not within the request")
	}
}

// A request that waited says how long; one that was shed has no call.
func TestSpansUnderPressure(t *testing.T) {
	t.Parallel()
	f, recorder := traced(t, func(cfg *Config) {
		cfg.MinConcurrency, cfg.MaxConcurrency, cfg.QueueSize, cfg.QueueTimeout = 1, 1, 1, 30*time.Millisecond
	})
	release, arrived := make(chan struct{}), make(chan struct{})
	f.runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		close(arrived)
		<-release
		sagemakertest.Echo(w, r, call)
	})
	first := make(chan error, 1)
	go func() {
		response, err := http.Post(f.url+"/invocations", "text/plain", strings.NewReader("first"))
		if err == nil {
			_ = response.Body.Close()
		}
		first <- err
	}()
	<-arrived
	f.do(t, "POST", "/invocations", nil, strings.NewReader("second"))
	close(release)
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	shed := spans(t, recorder, 3)[0]
	attributes := attributesOf(t, shed)
	if attributes["gateway.shed"] != "true" || attributes["error.type"] != "Overloaded" ||
		attributes["http.response.status_code"] != "503" {
		t.Errorf("got %v", attributes)
	}
	for _, a := range shed.Attributes() {
		if a.Key == "gateway.queue.wait" && a.Value.AsFloat64() >= 0.02 {
			return
		}
	}
	t.Errorf("its wait is not in %v", shed.Attributes())
}

// A trace that its client does not record is passed on unrecorded; without a
// usable one a new one begins; health checks make none.
func TestSpansThatAreNotThere(t *testing.T) {
	t.Parallel()
	f, recorder := traced(t)
	f.do(t, "GET", "/ping", nil, nil)
	f.do(t, "GET", "/ready", nil, nil)
	f.do(
		t,
		"POST",
		"/invocations",
		http.Header{"Traceparent": {"00-" + clientTrace + "-" + clientSpan + "-00"}},
		strings.NewReader("a"),
	)
	if n := len(recorder.Started()); n != 0 {
		t.Errorf("%d spans", n)
	}
	if got := f.runtime.Calls()[0].Header.Get("Traceparent"); !strings.HasPrefix(got, "00-"+clientTrace+"-") ||
		!strings.HasSuffix(got, "-00") {
		t.Errorf("SageMaker got %s", got)
	}
	f.do(
		t,
		"POST",
		"/invocations",
		http.Header{"Traceparent": {"nonsense"}, "Tracestate": {"a=1"}},
		strings.NewReader("a"),
	)
	request := spans(t, recorder, 2)[1]
	header := f.runtime.Calls()[1].Header
	if request.Parent().IsValid() || header.Get("Tracestate") != "" ||
		!strings.HasPrefix(header.Get("Traceparent"), "00-"+request.SpanContext().TraceID().String()+"-") {
		t.Errorf("SageMaker got %v", header)
	}
}

// Without a tracer what a client says of its trace passes as it is.
func TestTraceHeadersWithoutATracer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.do(
		t,
		"POST",
		"/invocations",
		http.Header{"Traceparent": {clientParent}, "Tracestate": {"a=1"}},
		strings.NewReader("a"),
	)
	if header := f.runtime.Calls()[0].Header; header.Get("Traceparent") != clientParent ||
		header.Get("Tracestate") != "a=1" {
		t.Errorf("SageMaker got %v", header)
	}
}
