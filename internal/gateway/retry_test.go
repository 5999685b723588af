package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// Only what may be sent again is (facts F3 and F4).
func TestRetries(t *testing.T) {
	t.Parallel()
	asking := func(name, value string) sagemakertest.Answer {
		return func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
			w.Header().Set(name, value)
			sagemakertest.Fail(503, "ServiceUnavailable")(w, r, call)
		}
	}
	tests := map[string]struct {
		answer sagemakertest.Answer
		calls  int // until the third would succeed
		metric string
	}{
		"429":                     {sagemakertest.Fail(429, "ModelNotReadyException"), 3, "RetriesThrottled"},
		"503":                     {sagemakertest.Fail(503, "ServiceUnavailable"), 3, "RetriesUnavailable"},
		"500":                     {sagemakertest.Fail(500, "InternalFailure"), 3, "RetriesFailure"},
		"530":                     {sagemakertest.Fail(530, "InternalDependencyException"), 3, "RetriesFailure"},
		"424 of a 429":            {sagemakertest.ModelError(429), 3, "RetriesThrottled"},
		"424 of a 503":            {sagemakertest.ModelError(503), 3, "RetriesUnavailable"},
		"throttling":              {sagemakertest.Fail(400, "ThrottlingException"), 3, "RetriesThrottled"},
		"expired credentials":     {sagemakertest.Fail(403, "ExpiredTokenException"), 3, "RetriesCredentials"},
		"424 of a 500":            {sagemakertest.ModelError(500), 1, ""},
		"400":                     {sagemakertest.Fail(400, "ValidationError"), 1, ""},
		"403":                     {sagemakertest.Fail(403, "AccessDeniedException"), 1, ""},
		"closes without answer":   {sagemakertest.Raw("", false), 1, ""},
		"resets in the answer":    {sagemakertest.Raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", true), 1, ""},
		"closes in an error":      {sagemakertest.Raw("HTTP/1.1 503 Busy\r\nContent-Length: 9\r\n\r\nabc", false), 1, ""},
		"asks to wait a little":   {asking("X-Amz-Retry-After", "20"), 3, "RetriesUnavailable"},
		"asks to wait for long":   {asking("X-Amz-Retry-After", "20000"), 1, ""},
		"asks to wait in seconds": {asking("Retry-After", "20"), 1, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(cfg *Config) { cfg.MaxAttempts = 3 })
			var calls atomic.Int64
			f.runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
				if calls.Add(1) < 3 {
					test.answer(w, r, call)
				} else {
					sagemakertest.Echo(w, r, call)
				}
			})
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.url+"/invocations", strings.NewReader("a"))
			if err != nil {
				t.Fatal(err)
			}
			response, err := http.DefaultClient.Do(r)
			if err == nil {
				_ = response.Body.Close()
				if (response.StatusCode == 200) != (test.calls == 3) && name != "resets in the answer" {
					t.Errorf("got %d", response.StatusCode)
				}
			}
			if got := int(calls.Load()); got != test.calls {
				t.Errorf("%d calls, want %d", got, test.calls)
			}
			for reason, metric := range retryMetrics {
				want := int64(0)
				if metric != "" && metric == test.metric {
					want = 2
				}
				if got := f.gateway.metrics.retries[reason].Load(); got != want {
					t.Errorf("%s is %d", metric, got)
				}
			}
		})
	}
}

// However many fail, retries are at most a tenth of the requests, and a few.
func TestRetryBudget(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(cfg *Config) { cfg.MaxAttempts = 5 })
	f.runtime.Answer(sagemakertest.Fail(500, "InternalFailure"))
	const requests = 100
	for range requests {
		f.do(t, "POST", "/invocations", nil, strings.NewReader("a"))
	}
	if got := len(f.runtime.Calls()); got < requests+15 || got > requests+20 {
		t.Errorf("%d calls for %d requests", got, requests)
	}
}

// A connection that cannot be had is tried again: nothing was sent.
func TestRetryOfConnecting(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	endpoint := endpointAt(t, f.runtime.URL)
	var dials atomic.Int64
	transport := endpoint.transport.(*http.Transport)
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials.Add(1) == 1 {
			return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused")}
		}
		return dial(ctx, network, address)
	}
	cfg := testConfig()
	cfg.MaxAttempts = 2
	f.serve(t, cfg, endpoint)
	if response, body := f.do(t, "POST", "/invocations", nil, strings.NewReader("a")); response.StatusCode != 200 {
		t.Errorf("got %d %s", response.StatusCode, body)
	}
}

// failing is a transport that fails while it is on.
type failing struct {
	on    atomic.Bool
	calls atomic.Int64
	http.RoundTripper
}

func (f *failing) RoundTrip(r *http.Request) (*http.Response, error) {
	f.calls.Add(1)
	if f.on.Load() {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host"}}
	}
	return f.RoundTripper.RoundTrip(r)
}

// A name that cannot be found stops the calls; the first time that it can be starts
// them again.
func TestBreaker(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	endpoint := endpointAt(t, f.runtime.URL)
	name := &failing{RoundTripper: endpoint.transport}
	name.on.Store(true)
	endpoint.transport = name
	f.serve(t, testConfig(), endpoint)
	for range 20 {
		response, body := f.do(t, "POST", "/invocations", nil, strings.NewReader("a"))
		if e := errorOf(t, response, body); e.Code != codeEndpointUnreachable ||
			response.StatusCode == 503 && response.Header.Get("Retry-After") != "1" {
			t.Errorf("got %d %v %v", response.StatusCode, response.Header, e)
		}
	}
	if calls := name.calls.Load(); calls > 6 {
		t.Errorf("got %d calls", calls)
	}
	if response, body := f.do(t, "GET", "/ready", nil, nil); response.StatusCode != 503 ||
		!strings.Contains(body, `"breakerOpen":true`) {
		t.Errorf("/ready: %d %s", response.StatusCode, body)
	}
	if response, _ := f.do(t, "GET", "/ping", nil, nil); response.StatusCode != 200 {
		t.Errorf("/ping: %d", response.StatusCode)
	}
	name.on.Store(false)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if response, body := f.do(t, "POST", "/invocations", nil, strings.NewReader("a")); response.StatusCode == 200 {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("it stays open: %s", body)
		}
	}
	// The endpoint's own errors open nothing.
	f.runtime.Answer(sagemakertest.Fail(500, "InternalFailure"))
	for range 20 {
		if response, body := f.do(t, "POST", "/invocations", nil, strings.NewReader("a")); response.StatusCode != 500 {
			t.Fatalf("got %d %s", response.StatusCode, body)
		}
	}
}

// Only what load has no part in counts for the breaker.
func TestOpensBreaker(t *testing.T) {
	t.Parallel()
	dial := func(err error) error { return &net.OpError{Op: "dial", Err: err} }
	for name, test := range map[string]struct {
		err                        error
		opensBreaker, notConnected bool
	}{
		"no such name":        {dial(&net.DNSError{Err: "no such host"}), true, true},
		"no TLS":              {tls.RecordHeaderError{Msg: "no TLS"}, true, true},
		"another's":           {&tls.CertificateVerificationError{Err: errors.New("expired")}, true, true},
		"an alert":            {&net.OpError{Op: "remote error", Err: tls.AlertError(40)}, true, true},
		"no credentials":      {&credentialsError{errors.New("none")}, false, false},
		"refused":             {dial(syscall.ECONNREFUSED), false, true},
		"reset":               {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, false, false},
		"closed":              {io.EOF, false, false},
		"its time is over":    {errDeadline, false, false},
		"the client has left": {context.Canceled, false, false},
	} {
		if got := opensBreaker(test.err); got != test.opensBreaker {
			t.Errorf("%s: opensBreaker is %v", name, got)
		}
		if got := notConnected(test.err); got != test.notConnected {
			t.Errorf("%s: not connected is %v", name, got)
		}
	}
}
