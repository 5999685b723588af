package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/gateway/sagemakertest"
)

const testEndpoint = "predictions"

func testConfig() Config {
	cfg := DefaultConfig(testEndpoint, false)
	cfg.MaxBodyBytes, cfg.RequestTimeout = 1024, 10*time.Second
	cfg.MaxAttempts = 1
	return cfg
}

// sdkClient is the AWS SDK's client of whatever listens at url.
func sdkClient(url string, opts ...func(*sagemakerruntime.Options)) *sagemakerruntime.Client {
	return sagemakerruntime.New(sagemakerruntime.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(url),
		Credentials:  credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "a-secret-key", "a-session-token"),
		Retryer:      aws.NopRetryer{},
		HTTPClient:   &sagemakertest.HTTPClient{},
	}, opts...)
}

// endpointAt is whatever listens at url.
func endpointAt(t testing.TB, url string, opts ...func(*sagemakerruntime.Options)) *Endpoint {
	t.Helper()
	endpoint, err := EndpointOf(t.Context(), sdkClient(url, opts...).Options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if transport, ok := endpoint.transport.(*http.Transport); ok {
			transport.CloseIdleConnections()
		}
	})
	return endpoint
}

// endpointBy is an endpoint whose calls go to transport.
func endpointBy(t testing.TB, transport http.RoundTripper) *Endpoint {
	t.Helper()
	endpoint := endpointAt(t, "http://127.0.0.1")
	endpoint.transport = transport
	return endpoint
}

// logBuffer collects log lines of several goroutines.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// fixture is a gateway behind a real HTTP server, in front of a SageMaker
// runtime.
type fixture struct {
	runtime *sagemakertest.Runtime
	gateway *Gateway
	url     string
	log     *logBuffer
}

func newFixture(t *testing.T, opts ...func(*Config)) *fixture {
	t.Helper()
	f := &fixture{runtime: sagemakertest.Start(), log: &logBuffer{}}
	t.Cleanup(f.runtime.Close)
	cfg := testConfig()
	for _, opt := range opts {
		opt(&cfg)
	}
	f.serve(t, cfg, endpointAt(t, f.runtime.URL))
	return f
}

func (f *fixture) serve(t *testing.T, cfg Config, endpoint *Endpoint) {
	t.Helper()
	f.gateway = New(cfg, endpoint, slog.New(slog.NewJSONHandler(f.log, nil)))
	server := httptest.NewServer(f.gateway)
	t.Cleanup(server.Close)
	f.url = server.URL
}

// do sends a request whose path goes out exactly as it is written.
func (f *fixture) do(t *testing.T, method, path string, header http.Header, body io.Reader) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, f.url, body)
	if err != nil {
		t.Fatal(err)
	}
	r.URL.Opaque = path
	if strings.HasPrefix(path, "//") { // net/http would take it for a host
		r.URL.Opaque = "//" + r.Host + path
	}
	for name, values := range header {
		r.Header[name] = values
	}
	response, err := (&http.Client{Timeout: 30 * time.Second}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

// errorBody is what every error of the gateway has.
type errorBody struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func errorOf(t *testing.T, response *http.Response, body string) errorBody {
	t.Helper()
	var e errorBody
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		t.Fatalf("%q is not JSON: %v", body, err)
	}
	if e.Code == "" || e.Message == "" {
		t.Errorf("%s lacks a code or a message", body)
	}
	if got := response.Header.Get("X-Amzn-ErrorType"); got != e.Code {
		t.Errorf("X-Amzn-ErrorType is %q, the code %q", got, e.Code)
	}
	if got := response.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type is %q", got)
	}
	return e
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		method, path string
		status       int
		calls        int
	}{
		{"POST", "/invocations", 200, 1},
		{"POST", "/invocations?x=1", 200, 1},
		{"POST", "/endpoints/predictions/invocations", 200, 1},
		{"GET", "/ping", 200, 0},
		{"HEAD", "/ping", 200, 0},

		{"GET", "/invocations", 405, 0},
		{"PUT", "/endpoints/predictions/invocations", 405, 0},
		{"POST", "/ping", 405, 0},
		{"DELETE", "/ping", 405, 0},
		{"GET", "/endpoints/payroll/invocations", 404, 0},

		{"GET", "/", 404, 0},
		{"POST", "/", 404, 0},
		{"GET", "/ping/", 404, 0},
		{"GET", "/PING", 404, 0},
		{"POST", "/invocations/", 404, 0},
		{"POST", "/invocations%00", 404, 0},
		{"POST", "/%69nvocations", 404, 0},
		{"POST", "//invocations", 404, 0},
		{"POST", "/./invocations", 404, 0},
		{"POST", "/x/../invocations", 404, 0},
		{"POST", "/endpoints/predictions", 404, 0},
		{"POST", "/endpoints/payroll/invocations", 404, 0},
		{"POST", "/endpoints/Predictions/invocations", 404, 0},
		{"POST", "/endpoints//invocations", 404, 0},
		{"POST", "/endpoints/predictions//invocations", 404, 0},
		{"POST", "/endpoints/predictions/invocations/", 404, 0},
		{"POST", "/endpoints/predictions%2Finvocations", 404, 0},
		{"POST", "/endpoints/%70redictions/invocations", 404, 0},
		{"POST", "/endpoints/payroll/../predictions/invocations", 404, 0},
		{"POST", "/endpoints/predictions/../payroll/invocations", 404, 0},
		{"POST", "/endpoints/payroll%2F..%2Fpredictions/invocations", 404, 0},
		{"POST", "/endpoints/predictions;x=1/invocations", 404, 0},
		{"POST", "/endpoints/predictions/async-invocations", 404, 0},
		{"POST", `/endpoints\predictions\invocations`, 404, 0},
	}
	for _, test := range tests {
		t.Run(test.method+" "+strings.ReplaceAll(test.path, "/", "_"), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			response, body := f.do(t, test.method, test.path, nil, strings.NewReader("a"))
			if response.StatusCode != test.status {
				t.Errorf("got %d %s, want %d", response.StatusCode, body, test.status)
			}
			if got := len(f.runtime.Calls()); got != test.calls {
				t.Errorf("SageMaker was called %d times", got)
			}
			for _, call := range f.runtime.Calls() {
				if call.Path != "/endpoints/predictions/invocations" || call.Method != "POST" {
					t.Errorf("SageMaker was called at %s %s", call.Method, call.Path)
				}
			}
			switch test.status {
			case 404:
				if e := errorOf(t, response, body); e.Code != "NotFound" {
					t.Error(e)
				}
			case 405:
				if e := errorOf(t, response, body); e.Code != "MethodNotAllowed" {
					t.Error(e)
				}
				want := "POST"
				if test.path == "/ping" {
					want = "GET, HEAD"
				}
				if got := response.Header.Get("Allow"); got != want {
					t.Errorf("Allow is %q, want %q", got, want)
				}
			}
		})
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	unannounced := func(n int) io.Reader { return io.MultiReader(strings.NewReader(strings.Repeat("x", n))) }
	tests := map[string]struct {
		body   io.Reader
		status int
	}{
		"announced, at the limit":      {strings.NewReader(strings.Repeat("x", 1024)), 200},
		"announced, over the limit":    {strings.NewReader(strings.Repeat("x", 1025)), 413},
		"announced, far over":          {strings.NewReader(strings.Repeat("x", 5<<20)), 413},
		"unannounced, at the limit":    {unannounced(1024), 200},
		"unannounced, over the limit":  {unannounced(1025), 413},
		"unannounced, without any end": {io.LimitReader(zeros{}, 1<<30), 413},
		"empty":                        {strings.NewReader(""), 200},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			response, body := f.do(t, "POST", "/invocations", nil, test.body)
			if response.StatusCode != test.status {
				t.Fatalf("got %d %s, want %d", response.StatusCode, body, test.status)
			}
			if test.status == 413 {
				want := errorBody{"RequestEntityTooLarge", "the body may have at most 1024 bytes"}
				if diff := cmp.Diff(want, errorOf(t, response, body)); diff != "" {
					t.Error(diff)
				}
				if len(f.runtime.Calls()) != 0 {
					t.Error("SageMaker was called")
				}
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// countingReader counts what is read from it.
type countingReader struct {
	io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

func TestBodyIsReadNoFurtherThanNeeded(t *testing.T) {
	t.Parallel()
	gateway := New(testConfig(), endpointBy(t, panicking{}), slog.New(slog.DiscardHandler))
	for name, test := range map[string]struct{ announced, read int64 }{
		"announced":   {4096, 0},
		"unannounced": {-1, 1025},
	} {
		body := &countingReader{Reader: io.LimitReader(zeros{}, 1<<20)}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/invocations", body)
		r.ContentLength = test.announced
		recorder := httptest.NewRecorder()
		gateway.ServeHTTP(recorder, r)
		if recorder.Code != 413 || body.n != test.read {
			t.Errorf("%s: got %d after %d bytes, want 413 after %d", name, recorder.Code, body.n, test.read)
		}
	}
}

// brokenBody fails in the middle.
type brokenBody struct{ err error }

func (b brokenBody) Read([]byte) (int, error) { return 0, b.err }

func TestBodyThatDoesNotArrive(t *testing.T) {
	t.Parallel()
	gateway := New(testConfig(), endpointBy(t, panicking{}), slog.New(slog.DiscardHandler))
	for name, test := range map[string]struct {
		err    error
		status int
		code   string
	}{
		"cut off": {io.ErrUnexpectedEOF, 400, "IncompleteBody"},
		"slow":    {&timeoutError{}, 408, "RequestTimeout"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/invocations", brokenBody{test.err})
		recorder := httptest.NewRecorder()
		gateway.ServeHTTP(recorder, r)
		e := errorOf(t, recorder.Result(), recorder.Body.String())
		if recorder.Code != test.status || e.Code != test.code {
			t.Errorf("%s: got %d %+v", name, recorder.Code, e)
		}
	}
}

type timeoutError struct{}

func (*timeoutError) Error() string   { return "i/o timeout" }
func (*timeoutError) Timeout() bool   { return true }
func (*timeoutError) Temporary() bool { return true }

// panicking is an endpoint that must not be called, or is broken.
type panicking struct{}

func (panicking) RoundTrip(*http.Request) (*http.Response, error) {
	panic("the map is nil")
}

func TestPanicIsAnAnswer(t *testing.T) {
	t.Parallel()
	f := &fixture{log: &logBuffer{}}
	f.serve(t, testConfig(), endpointBy(t, panicking{}))
	response, body := f.do(t, "POST", "/invocations", nil, strings.NewReader("secret"))
	want := errorBody{"GatewayFailure", "the gateway failed"}
	if diff := cmp.Diff(want, errorOf(t, response, body)); diff != "" || response.StatusCode != 500 {
		t.Errorf("%d %s", response.StatusCode, diff)
	}
	for _, want := range []string{`"msg":"panic"`, `"panic":"the map is nil"`, "gateway_test.go", `"msg":"request"`, `"status":500`} {
		if !strings.Contains(f.log.String(), want) {
			t.Errorf("%s is not in the log %s", want, f.log.String())
		}
	}
}

// One line a request; what is private stays out of it.
func TestLog(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	header := http.Header{
		"Content-Type":                       {"text/plain"},
		headerInferenceID:                    {"order-4711"},
		"X-Amzn-Sagemaker-Custom-Attributes": {"private-attribute"},
		"Authorization":                      {"Bearer private-token"},
	}
	f.do(t, "POST", "/endpoints/predictions/invocations", header, strings.NewReader("private-input"))
	f.runtime.Answer(func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) {
		sagemakertest.Error(w, 424, "ModelError", `{"Message":"private-message","OriginalMessage":"private-message"}`)
	})
	f.do(t, "POST", "/invocations", header, strings.NewReader("private-input"))
	f.runtime.Answer(func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) {
		sagemakertest.Error(w, 403, "InvalidSignatureException", `{"message":"the canonical string was x-amz-security-token:private-token"}`)
	})
	f.do(t, "POST", "/invocations", header, strings.NewReader("private-input"))
	f.do(t, "GET", "/ping", nil, nil)
	f.do(t, "GET", "/"+strings.Repeat("x", 4000), nil, nil)

	if strings.Contains(f.log.String(), "private") || strings.Contains(f.log.String(), "a-secret-key") || strings.Contains(f.log.String(), "a-session-token") {
		t.Errorf("the log tells too much: %s", f.log.String())
	}
	var got []map[string]any
	for line := range strings.Lines(f.log.String()) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if d, ok := entry["duration_ms"].(float64); !ok || d < 0 || d > 60_000 {
			t.Errorf("duration_ms is %v", entry["duration_ms"])
		}
		delete(entry, "duration_ms")
		delete(entry, "time")
		got = append(got, entry)
	}
	want := []map[string]any{
		{"level": "INFO", "msg": "request", "method": "POST", "route": "/endpoints/{name}/invocations", "status": 200.,
			"request_bytes": 13., "response_bytes": 13., "inference_id": "order-4711", "sagemaker_request_id": sagemakertest.RequestID},
		{"level": "INFO", "msg": "request", "method": "POST", "route": "/invocations", "status": 424.,
			"request_bytes": 13., "response_bytes": got[1]["response_bytes"], "inference_id": "order-4711",
			"sagemaker_request_id": sagemakertest.RequestID, "code": "ModelError"},
		{"level": "ERROR", "msg": "request", "method": "POST", "route": "/invocations", "status": 502.,
			"request_bytes": 13., "response_bytes": got[2]["response_bytes"], "inference_id": "order-4711",
			"code": "GatewayNotAuthorized", "error": "SageMaker answered with status 403: InvalidSignatureException"},
		{"level": "INFO", "msg": "request", "method": "GET", "route": "unknown", "status": 404.,
			"request_bytes": 0., "response_bytes": got[3]["response_bytes"], "code": "NotFound"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A client that leaves ends the call to SageMaker.
func TestClientLeaves(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	arrived, left := make(chan struct{}), make(chan struct{})
	f.runtime.Answer(func(_ http.ResponseWriter, r *http.Request, _ sagemakertest.Call) {
		close(arrived)
		<-r.Context().Done()
		close(left)
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, f.url+"/invocations", strings.NewReader("a"))
	if err != nil {
		t.Fatal(err)
	}
	if response, err := http.DefaultClient.Do(r); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, %v", response, err)
	}
	select {
	case <-left:
	case <-time.After(10 * time.Second):
		t.Fatal("the call to SageMaker goes on")
	}
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(f.log.String(), `"status":499`); {
		if time.Now().After(deadline) {
			t.Fatalf("not in the log: %s", f.log.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	client := sdkClient(f.url)
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			body := fmt.Sprintf(`{"request":%d}`, i)
			out, err := client.InvokeEndpoint(t.Context(), &sagemakerruntime.InvokeEndpointInput{EndpointName: aws.String(testEndpoint), Body: []byte(body)})
			if err != nil {
				t.Error(err)
			} else if string(out.Body) != body {
				t.Errorf("sent %s, got %s", body, out.Body)
			}
		})
	}
	all.Wait()
}
