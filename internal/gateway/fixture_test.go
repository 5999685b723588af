package gateway

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

const testEndpoint = "predictions"

func testConfig() Config {
	cfg := DefaultConfig(testEndpoint, false)
	cfg.MaxBodyBytes, cfg.RequestTimeout = 1024, 10*time.Second
	cfg.MaxAttempts = 1
	return cfg
}

// testCredentials are any.
var testCredentials = &aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "a-secret-key"}

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
	endpoint, err := newEndpoint(t.Context(), sdkClient(url, opts...).Options())
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

// ownID is a request ID of the gateway, in a header of either form or in a body.
var ownID = regexp.MustCompile(
	`,\\*"(?:X-Amzn-Requestid|requestId)\\*":\[?\\*"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\\*"\]?`,
)

// withoutOwnID is a reply without the gateway's request ID, which is random.
func withoutOwnID(text string) string {
	return ownID.ReplaceAllStringFunc(text, func(id string) string {
		if strings.Contains(id, sagemakertest.RequestID) {
			return id
		}
		return ""
	})
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

// lineWith is the line of the log with a text.
func (f *fixture) lineWith(t *testing.T, text string) string {
	t.Helper()
	for _, line := range strings.Split(f.log.String(), "\n") {
		if strings.Contains(line, text) {
			return line
		}
	}
	t.Errorf("no line of the log has %s", text)
	return ""
}
