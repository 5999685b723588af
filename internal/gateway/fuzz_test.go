package gateway

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

// recording is an endpoint that notes what it is called with, and echoes.
type recording struct {
	calls  []*http.Request
	bodies [][]byte
}

func (e *recording) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	e.calls, e.bodies = append(e.calls, r), append(e.bodies, body)
	header := http.Header{"X-Amzn-Invoked-Production-Variant": {"AllTraffic"}}
	for _, name := range []string{"Content-Type", "X-Amzn-Sagemaker-Custom-Attributes"} {
		if values := r.Header[name]; values != nil {
			header[name] = values
		}
	}
	return &http.Response{
		StatusCode:    200,
		Header:        header,
		ContentLength: int64(len(body)),
		Body:          io.NopCloser(bytes.NewReader(body)),
	}, nil
}

// checkCalls fails unless the endpoint was called only by what may call it, and
// only as configured.
func checkCalls(t *testing.T, endpoint *recording, method, path string, status int) {
	t.Helper()
	called, known := "", false
	switch path {
	case "/invocations", "/endpoints/predictions/invocations":
		called, known = "/endpoints/predictions/invocations", method == http.MethodPost
	case "/invocations-response-stream", "/endpoints/predictions/invocations-response-stream":
		called, known = "/endpoints/predictions/invocations-response-stream", method == http.MethodPost
	}
	switch {
	case len(endpoint.calls) > 1,
		len(endpoint.calls) == 1 && !known,
		(len(endpoint.calls) == 1) != (known && status == 200):
		t.Fatalf("%s %q: %d calls, status %d", method, path, len(endpoint.calls), status)
	}
	for i, call := range endpoint.calls {
		if got := call.URL.EscapedPath(); got != called || call.Method != http.MethodPost || call.URL.RawQuery != "" {
			t.Fatalf("%s %q: called %s %q", method, path, call.Method, got)
		}
		for name, values := range call.Header {
			if len(values) != 1 || !sendable(name+values[0]) || !slices.Contains(sentHeaders, name) {
				t.Fatalf("%s is %q", name, values)
			}
		}
		if int64(len(endpoint.bodies[i])) > testConfig().MaxBodyBytes ||
			call.ContentLength != int64(len(endpoint.bodies[i])) {
			t.Fatalf("a body of %d bytes, announced as %d", len(endpoint.bodies[i]), call.ContentLength)
		}
	}
}

// sentHeaders are all that SageMaker may see.
var sentHeaders = append([]string{"Authorization", headerDate, headerToken, "User-Agent"}, forwardedHeaders...)

var allowedStatuses = []int{200, 400, 404, 405, 413, 415, 501}

// FuzzHandler sends the server form any request that net/http's server would
// hand on.
func FuzzHandler(f *testing.F) {
	for _, seed := range []string{
		"GET /ping HTTP/1.1\r\nHost: a\r\n\r\n",
		"HEAD /ping HTTP/1.0\r\n\r\n",
		"POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Type: text/csv\r\n\r\n1,2",
		"POST /endpoints/predictions/invocations HTTP/1.1\r\nHost: a\r\nX-Amzn-SageMaker-Inference-Id: " +
			"i\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		"POST /endpoints/a/../predictions/invocations HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
		"POST /endpoints/a%2F..%2Fpredictions/invocations HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST //invocations HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /invocations-response-stream HTTP/1.1\r\nHost: a\r\nAccept: a\r\nX-Gateway-Timeout-Ms: " +
			"5000\r\nContent-Length: 0\r\n\r\n",
		"GET /ready HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST http://b/invocations HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET " +
			"/ping HTTP/1.1\r\n\r\n",
		"POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999\r\n\r\nabc",
		"POST /invocations HTTP/1.1\r\nHost: a\r\nX-Amzn-SageMaker-Target-Variant: " +
			"A\r\nX-Amzn-SageMaker-Target-Variant: B\r\nContent-Length: 0\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
		"CONNECT invocations:443 HTTP/1.1\r\nHost: a\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			t.Skip()
		}
		endpoint := &recording{}
		recorder := httptest.NewRecorder()
		New(testConfig(), endpointBy(t, endpoint), log).ServeHTTP(recorder, r)

		if !slices.Contains(allowedStatuses, recorder.Code) {
			t.Fatalf("status %d", recorder.Code)
		}
		checkCalls(t, endpoint, r.Method, r.URL.EscapedPath(), recorder.Code)
		if recorder.Code >= 400 && r.Method != http.MethodHead {
			errorOf(t, recorder.Result(), recorder.Body.String())
		}
		if len(endpoint.calls) == 1 && !bytes.Equal(recorder.Body.Bytes(), endpoint.bodies[0]) {
			t.Fatal("the reply is not the endpoint's")
		}
		for name, values := range recorder.Header() {
			for _, value := range values {
				if !sendable(value) {
					t.Fatalf("%s is %q", name, value)
				}
			}
		}
	})
}

// FuzzALBEvent sends the Lambda form any payload.
func FuzzALBEvent(f *testing.F) {
	seeds, err := filepath.Glob("testdata/alb/*.event.json")
	if err != nil || len(seeds) == 0 {
		f.Fatal("no seeds ", err)
	}
	for _, name := range seeds {
		seed, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	f.Add(
		[]byte(`{"httpMethod":"POST","path":"/invocations","headers":{"X-Amzn-SageMaker-Custom-Attributes":"a\r\nb: c"}}`),
	)
	f.Add(
		[]byte(
			`{"httpMethod":"POST","path":"/invocations","multiValueHeaders":{"content-type":[]},"headers":{"Content-Type":"a"}}`,
		),
	)
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	f.Fuzz(func(t *testing.T, payload []byte) {
		endpoint := &recording{}
		cfg := DefaultConfig(testEndpoint, true)
		cfg.MaxBodyBytes = testConfig().MaxBodyBytes
		answer, err := New(cfg, endpointBy(t, endpoint), log).Invoke(t.Context(), payload)
		if err != nil {
			t.Fatal(err)
		}
		var got events.ALBTargetGroupResponse
		if err := json.Unmarshal(answer, &got); err != nil || len(answer) > maxALBReplyBytes {
			t.Fatalf("%d bytes, %v", len(answer), err)
		}
		if !slices.Contains(allowedStatuses, got.StatusCode) {
			t.Fatalf("status %d", got.StatusCode)
		}
		var event events.ALBTargetGroupRequest
		_ = json.Unmarshal(payload, &event) // what cannot be read is refused, and calls nothing
		path, _, _ := bytes.Cut([]byte(event.Path), []byte("?"))
		checkCalls(t, endpoint, event.HTTPMethod, string(path), got.StatusCode)
		if (event.MultiValueHeaders != nil) != (got.MultiValueHeaders != nil) ||
			(event.MultiValueHeaders == nil) != (got.Headers != nil) {
			t.Fatalf("headers of the other form in %s", answer)
		}
		body := []byte(got.Body)
		if got.IsBase64Encoded {
			if body, err = base64.StdEncoding.DecodeString(got.Body); err != nil {
				t.Fatal(err)
			}
		}
		if len(endpoint.calls) == 1 && !bytes.Equal(body, endpoint.bodies[0]) {
			t.Fatalf("the reply %q is not the endpoint's %q", body, endpoint.bodies[0])
		}
		for name, value := range got.Headers {
			if !sendable(name + value) {
				t.Fatalf("%q is %q", name, value)
			}
		}
	})
}
