package gateway

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// full is a gateway that has one place, which a request holds until release.
func full(t *testing.T, opts ...func(*Config)) (f *fixture, release func()) {
	t.Helper()
	opts = append([]func(*Config){func(cfg *Config) {
		cfg.MinConcurrency, cfg.MaxConcurrency, cfg.QueueSize = 1, 1, 0
	}}, opts...)
	f = newFixture(t, opts...)
	next, arrived := make(chan struct{}), make(chan struct{})
	f.runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		close(arrived)
		f.runtime.Answer(sagemakertest.Echo)
		sagemakertest.Pieces("text/plain", next, "done")(w, r, call)
	})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		response, err := http.Post(f.url+"/invocations", "text/plain", strings.NewReader("first"))
		if err != nil || response.StatusCode != 200 {
			t.Errorf("the first: %v, %v", response, err)
			return
		}
		_ = response.Body.Close()
	}()
	<-arrived
	return f, func() {
		close(next)
		<-ended
		f.idle(t)
	}
}

func TestShed(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*Config){
		"no queue":        func(*Config) {},
		"too long queued": func(cfg *Config) { cfg.QueueSize, cfg.QueueTimeout = 1, 20*time.Millisecond },
	}
	for name, opt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, release := full(t, opt)
			response, body := f.do(
				t,
				"POST",
				"/invocations",
				http.Header{headerInferenceID: {"order-4711"}},
				strings.NewReader("another"),
			)
			e := errorOf(t, response, body)
			seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
			ms, msErr := strconv.Atoi(response.Header.Get("X-Amz-Retry-After"))
			if response.StatusCode != 503 || e.Code != "Overloaded" || err != nil || msErr != nil || ms < 1000 || ms > 3000 ||
				seconds*1000 < ms {
				t.Errorf("got %d %s %v", response.StatusCode, body, response.Header)
			}
			if len(f.runtime.Calls()) != 1 {
				t.Error("SageMaker was called")
			}
			release()
			if response, _ := f.do(t, "POST", "/invocations", nil, strings.NewReader("a")); response.StatusCode != 200 {
				t.Errorf("afterwards: %d", response.StatusCode)
			}
			if arrived, shed := f.gateway.metrics.arrived.Load(), f.gateway.metrics.shed.Load(); arrived != 3 || shed != 1 {
				t.Errorf("%d arrived, %d shed", arrived, shed)
			}
		})
	}
}

func TestQueued(t *testing.T) {
	t.Parallel()
	f, release := full(t, func(cfg *Config) { cfg.QueueSize, cfg.QueueTimeout = 1, 20*time.Second })
	got := make(chan int, 1)
	go func() {
		response, err := http.Post(f.url+"/invocations", "text/plain", strings.NewReader("second"))
		if err != nil {
			t.Error(err)
			got <- 0
			return
		}
		_ = response.Body.Close()
		got <- response.StatusCode
	}()
	for f.gateway.limiter.State().Queued == 0 {
		time.Sleep(time.Millisecond)
	}
	if response, _ := f.do(t, "POST", "/invocations", nil, strings.NewReader("third")); response.StatusCode != 503 {
		t.Errorf("over the queue's length: %d", response.StatusCode)
	}
	release()
	if status := <-got; status != 200 {
		t.Errorf("the queued request got %d", status)
	}
	if !strings.Contains(f.log.String(), `"queued_ms":`) {
		t.Error("the log does not tell of the queue")
	}
}

func TestFallback(t *testing.T) {
	t.Parallel()
	f, release := full(
		t,
		func(cfg *Config) { cfg.FallbackBody, cfg.FallbackContentType = `{"odds":null}`, "application/x-odds" },
	)
	defer release()
	response, body := f.do(t, "POST", "/invocations", nil, strings.NewReader("a"))
	if response.StatusCode != 200 || body != `{"odds":null}` ||
		response.Header.Get("Content-Type") != "application/x-odds" ||
		response.Header.Get("X-Gateway-Fallback") != "Overloaded" {
		t.Errorf("got %d %s %v", response.StatusCode, body, response.Header)
	}
	if f.gateway.metrics.shed.Load() != 1 || !strings.Contains(f.log.String(), `"shed":true`) {
		t.Error("it does not count as shed")
	}
	// A client that cannot take it gets the error.
	for name, test := range map[string]struct{ path, accept string }{
		"another type":             {"/invocations", "text/csv"},
		"an event stream":          {"/endpoints/" + testEndpoint + "/invocations-response-stream", "*/*"},
		"a stream without framing": {"/invocations-response-stream", "*/*"},
	} {
		header := http.Header{"Accept": {test.accept}}
		response, body := f.do(t, "POST", test.path, header, strings.NewReader("a"))
		if e := errorOf(t, response, body); response.StatusCode != 503 || e.Code != codeOverloaded ||
			response.Header.Get("X-Gateway-Fallback") != "" || response.Header.Get("Retry-After") == "" {
			t.Errorf("%s: got %d %s %v", name, response.StatusCode, body, response.Header)
		}
	}
}

// A fallback for calls that are held back is no success.
func TestFallbackOfTheBreaker(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	cfg := testConfig()
	cfg.FallbackBody = "none"
	name := &failing{}
	name.on.Store(true)
	f.serve(t, cfg, endpointBy(t, name))
	marked := 0
	for range 10 {
		response, body := f.do(t, "POST", "/invocations", nil, strings.NewReader("a"))
		if response.Header.Get("X-Gateway-Fallback") == "EndpointUnreachable" && response.StatusCode == 200 &&
			body == "none" {
			marked++
		}
	}
	if got := f.gateway.metrics.outcomes[succeeded].Load(); marked < 4 || got != 0 {
		t.Errorf("%d fallbacks, %d successes", marked, got)
	}
}

// A client says how long it will wait; no one waits longer than is configured.
func TestClientTimeout(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(cfg *Config) { cfg.RequestTimeout = 500 * time.Millisecond })
	f.runtime.Answer(sagemakertest.Hang)
	for _, ms := range []string{"50", "100000"} {
		start := time.Now()
		response, body := f.do(t, "POST", "/invocations", http.Header{headerTimeout: {ms}}, strings.NewReader("a"))
		if e := errorOf(t, response, body); response.StatusCode != 504 || e.Code != "EndpointTimeout" {
			t.Errorf("%s: got %d %s", ms, response.StatusCode, body)
		}
		if took := time.Since(start); took > 5*time.Second || ms == "100000" && took < 500*time.Millisecond {
			t.Errorf("%s: took %s", ms, took)
		}
	}
	for _, values := range [][]string{{"0"}, {"-1"}, {"1s"}, {""}, {"99999999999999"}, {"5", "6"}} {
		response, body := f.do(t, "POST", "/invocations", http.Header{headerTimeout: values}, strings.NewReader("a"))
		if e := errorOf(t, response, body); response.StatusCode != 400 || e.Code != "InvalidHeader" {
			t.Errorf("%q: got %d %s", values, response.StatusCode, body)
		}
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(cfg *Config) { cfg.RequestTimeout = 300 * time.Millisecond })
	check := func(status int, want string) {
		t.Helper()
		response, body := f.do(t, "GET", "/ready", nil, nil)
		var got readiness
		if err := json.Unmarshal([]byte(body), &got); err != nil || response.StatusCode != status || got.Status != want {
			t.Errorf("got %d %s, want %d %s", response.StatusCode, body, status, want)
		}
	}
	check(200, "unknown")
	f.do(t, "POST", "/invocations", nil, strings.NewReader("a"))
	check(200, "ready")
	time.Sleep(310 * time.Millisecond)
	check(200, "ready") // without requests
	f.runtime.Answer(sagemakertest.Hang)
	go func() {
		if response, err := http.Post(f.url+"/invocations", "text/plain", strings.NewReader("a")); err == nil {
			_ = response.Body.Close()
		}
	}()
	for f.gateway.limiter.State().InFlight == 0 {
		time.Sleep(time.Millisecond)
	}
	check(503, "failing")
	f.idle(t)
	check(200, "ready")
}

// The line is what CloudWatch Logs makes metrics of.
func TestMetricLine(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	answers := []sagemakertest.Answer{
		sagemakertest.Echo,
		sagemakertest.ModelError(500),
		sagemakertest.Fail(400, "ValidationError"),
		sagemakertest.Fail(429, "ModelNotReadyException"),
		sagemakertest.Fail(400, "ThrottlingException"),
		sagemakertest.Fail(503, "ServiceUnavailable"),
		sagemakertest.Fail(403, "AccessDeniedException"),
	}
	for _, answer := range answers {
		f.runtime.Answer(answer)
		f.do(t, "POST", "/invocations", nil, strings.NewReader("a"))
	}
	for _, code := range []string{"ModelNotReadyException", "ThrottlingException"} {
		if line := f.lineWith(t, `"code":"`+code+`"`); !strings.Contains(line, `"level":"WARN"`) {
			t.Error(line)
		}
	}
	f.do(t, "GET", "/ping", nil, nil) // is no request for the endpoint
	text, err := f.gateway.metricLine(time.UnixMilli(1800000000123))
	if err != nil || text[len(text)-1] != '\n' {
		t.Fatalf("%q, %v", text, err)
	}
	var line map[string]any
	if err := json.Unmarshal(text, &line); err != nil {
		t.Fatal(err)
	}
	directive := line["_aws"].(map[string]any)
	if directive["Timestamp"] != 1800000000123. {
		t.Errorf("Timestamp is %v", directive["Timestamp"])
	}
	metrics := directive["CloudWatchMetrics"].([]any)[0].(map[string]any)
	if diff := cmp.Diff([]any{"SageMakerInference/" +
		"Gateway", []any{[]any{"EndpointName"}}}, []any{metrics["Namespace"], metrics["Dimensions"]}); diff != "" {
		t.Error(diff)
	}
	var names []string
	for _, m := range metrics["Metrics"].([]any) {
		metric := m.(map[string]any)
		name := metric["Name"].(string)
		if metric["StorageResolution"] != 1. {
			t.Errorf("%s has the resolution %v", name, metric["StorageResolution"])
		}
		if value, ok := line[name].(float64); !ok {
			t.Errorf("%s is %v", name, line[name])
		} else if strings.HasPrefix(name, "Latency") {
			if value <= 0 || value > 60_000 {
				t.Errorf("%s is %v ms", name, value)
			}
			delete(line, name)
		}
		names = append(names, name)
	}
	watched := monitoring.Metrics()[MetricNamespace]
	for name := range watched {
		if !slices.Contains(names, name) {
			t.Errorf("alarms may watch %s, which is not published", name)
		}
	}
	for _, name := range names {
		if _, ok := watched[name]; !ok {
			t.Errorf("no alarm and no widget may watch %s, which is published", name)
		}
	}
	delete(line, "_aws")
	delete(line, "ConcurrencyLimit")
	want := map[string]any{
		"EndpointName": testEndpoint, "ArrivedRequests": 7., "ShedRequests": 0., "QueuedRequests": 0., "InFlightRequests": 0.,
		"SucceededRequests": 1., "ModelErrors": 1., "ClientErrors": 1., "EndpointErrors": 1., "GatewayErrors": 1.,
		"ClientsGone": 0., "ThrottledRequests": 2., "SlowBodies": 0., "BodyMemoryFull": 0.,
		"RetriesThrottled": 0., "RetriesUnavailable": 0., "RetriesFailure": 0., "RetriesConnection": 0.,
		"RetriesCredentials": 0., "RetriesClockSkew": 0., "BreakerOpen": 0., "CredentialRenewalFailures": 0.,
	}
	if diff := cmp.Diff(want, line); diff != "" {
		t.Error(diff)
	}
	// The next period begins at nothing, and has no latency.
	if text, err = f.gateway.metricLine(time.UnixMilli(1800000010123)); err != nil ||
		!strings.Contains(string(text), `"ArrivedRequests":0`) ||
		strings.Contains(string(text), "LatencyP50") {
		t.Errorf("%s, %v", text, err)
	}
	if !slices.Contains(names, "LatencyP99") {
		t.Errorf("got %v", names)
	}
}

func TestHistogram(t *testing.T) {
	t.Parallel()
	var h histogram
	for ms := range 1000 {
		h.add(time.Duration(ms+1) * time.Millisecond)
	}
	for i, at := range h.quantiles(0.5, 0.9, 0.99) {
		want := []time.Duration{500 * time.Millisecond, 900 * time.Millisecond, 990 * time.Millisecond}[i]
		if at < want || at > want*9/8 {
			t.Errorf("got %s, want %s", at, want)
		}
	}
	for us := uint64(0); us < 1<<33; us = us*9/8 + 1 {
		bucket := bucketOf(us)
		if upper := uint64(upperOf(bucket).Microseconds()); us < 1<<32 && (us > upper || us > 16 && upper > us*9/8+1) {
			t.Fatalf("%d µs is in the bucket up to %d", us, upper)
		}
	}
}

// When busy, successes and errors are sampled each for themselves, and what is
// left out is counted.
func TestLogIsSampled(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(cfg *Config) { cfg.LogRate = 2 })
	now := time.Now()
	for range 10 {
		f.do(t, "POST", "/invocations", nil, strings.NewReader("a"))
	}
	f.do(t, "GET", "/nowhere", nil, nil)
	seconds := int(time.Since(now)/time.Second) + 2
	if got := strings.Count(f.log.String(), `"status":200`); got < 2 || got > 2*seconds {
		t.Errorf("%d lines: %s", got, f.log)
	}
	if !strings.Contains(f.log.String(), `"status":404`) {
		t.Error("the error is left out")
	}
	s := &sampler{}
	at := time.Unix(1, 0)
	var suppressed []int64
	for i := range 10 {
		if n, ok := s.allow(at.Add(time.Duration(i)*250*time.Millisecond), 1); ok {
			suppressed = append(suppressed, n)
		}
	}
	if diff := cmp.Diff([]int64{0, 3, 3}, suppressed); diff != "" {
		t.Error(diff)
	}
}
