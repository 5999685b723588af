package gateway

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/pressure"
	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// occupied is a gateway with one place and no queue; take takes the place, and free gives
// it back.
func occupied(t *testing.T, opts ...func(*Config)) (f *fixture, take, free func()) {
	t.Helper()
	opts = append([]func(*Config){func(cfg *Config) {
		cfg.MinConcurrency, cfg.MaxConcurrency, cfg.QueueSize, cfg.MaxAttempts = 1, 1, 0, 3
	}}, opts...)
	f = newFixture(t, opts...)
	return f, func() {
		t.Helper()
		f.idle(t)
		if !f.gateway.limiter.TryAcquire() {
			t.Fatal("the place is taken")
		}
	}, f.gateway.limiter.Release
}

func TestLastKnown(t *testing.T) {
	t.Parallel()
	f, take, free := occupied(t, func(cfg *Config) {
		cfg.LastKnownAge, cfg.FallbackBody = time.Hour, "fallback"
		cfg.FallbackContentType = "text/plain"
	})
	json := func(more ...string) http.Header {
		h := http.Header{"Content-Type": {"text/plain"}}
		for i := 0; i < len(more); i += 2 {
			h[more[i]] = []string{more[i+1]}
		}
		return h
	}
	mine := func(more ...string) http.Header {
		return json(append([]string{"Authorization", "Bearer a"}, more...)...)
	}
	ask := func(path string, header http.Header, body string) (*http.Response, string) {
		return f.do(t, "POST", path, header, strings.NewReader(body))
	}
	const known = "last-known"
	first := mine(headerInferenceID, "first")
	ask("/invocations", first, "odds")
	f.runtime.Answer(sagemakertest.Fail(400, "ValidationError"))
	ask("/invocations", first, "refused") // is no good answer
	const half = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nhalf"
	f.runtime.Answer(sagemakertest.Raw(half, false))
	if r, err := http.Post(f.url+"/invocations", "text/plain", strings.NewReader("cut")); err == nil {
		_, _ = io.ReadAll(r.Body)
		_ = r.Body.Close()
	}
	f.runtime.Answer(sagemakertest.Pieces("text/event-stream", closed(1), "data: a\n\n"))
	ask("/invocations", first, "events")
	f.runtime.Answer(sagemakertest.Echo)
	ask("/invocations-response-stream", first, "stream")
	ask("/invocations", mine(headerAttributes, "reply-bytes=2000000"), "large")
	ask("/invocations", mine(headerSession, "NEW_SESSION"), "session")
	take()
	calls := len(f.runtime.Calls())
	const plain, named = "/invocations", "/endpoints/" + testEndpoint + "/invocations"
	for name, test := range map[string]struct {
		header http.Header
		body   string
		path   string
		want   string // of the begin of the header X-Gateway-Degraded
	}{
		"the same":             {mine(), "odds", plain, known},
		"with another label":   {mine(headerInferenceID, "2"), "odds", plain, known},
		"with another trace":   {mine(headerAmznTrace, "Root=1"), "odds", plain, known},
		"another client":       {json("Authorization", "Bearer b"), "odds", plain, "fallback"},
		"no client":            {json(), "odds", plain, "fallback"},
		"a cookie more":        {mine("Cookie", "a=b"), "odds", plain, "fallback"},
		"another body":         {mine(), "odds2", plain, "fallback"},
		"another path":         {mine(), "odds", named, "fallback"},
		"another model":        {mine(headerTargetModel, "m"), "odds", plain, "fallback"},
		"another variant":      {mine(headerTargetVariant, "m"), "odds", plain, "fallback"},
		"another component":    {mine(headerComponent, "m"), "odds", plain, "fallback"},
		"other attributes":     {mine(headerAttributes, "m"), "odds", plain, "fallback"},
		"another type":         {mine("Content-Type", "text/csv"), "odds", plain, "fallback"},
		"another accept":       {mine("Accept", "text/*"), "odds", plain, "fallback"},
		"an error":             {mine(), "refused", plain, "fallback"},
		"an answer cut off":    {json(), "cut", plain, "fallback"},
		"an event stream":      {mine(), "events", plain, "fallback"},
		"a stream":             {mine(), "stream", "/invocations-response-stream", ""},
		"a stream's request":   {mine(), "stream", plain, "fallback"},
		"too large an answer":  {mine(headerAttributes, "reply-bytes=2000000"), "large", plain, "fallback"},
		"a request of session": {mine(headerSession, "NEW_SESSION"), "session", plain, "fallback"},
	} {
		response, body := ask(test.path, test.header, test.body)
		if got, _, _ := strings.Cut(response.Header.Get("X-Gateway-Degraded"), ";"); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
		if test.want != known {
			continue
		}
		if response.StatusCode != 200 || body != "odds" || response.Header.Get("Content-Type") != "text/plain" ||
			response.Header.Get(headerRequestID) == sagemakertest.RequestID || response.Header.Get(headerFallback) != "" ||
			response.Header.Get(headerInferenceID) != test.header.Get(headerInferenceID) {
			t.Errorf("%s: got %d %q %v", name, response.StatusCode, body, response.Header)
		}
	}
	if n := len(f.runtime.Calls()); n != calls {
		t.Errorf("%d calls of SageMaker", n-calls)
	}
	m := &f.gateway.metrics
	if kept, fallback, shed := m.degraded[byLastKnown].Load(), m.degraded[byFallback].Load(), m.shed.Load(); kept != 3 ||
		fallback != 17 || shed != 21 {
		t.Errorf("%d last known, %d fallbacks, %d shed", kept, fallback, shed)
	}
	if line := f.lineWith(t, `"degraded":"last-known"`); !strings.Contains(line, `"shed":true`) ||
		!strings.Contains(line, `"code":"Overloaded"`) {
		t.Error(line)
	}
	free()
	if response, _ := ask("/invocations", first, "odds"); response.Header.Get(headerDegraded) != "" {
		t.Error("an answer of the endpoint is marked")
	}
	if got := f.gateway.onShed.answers.recording.Load(); got != 0 {
		t.Errorf("%d bytes are still booked", got)
	}
}

// closed lets n pieces out at once.
func closed(n int) <-chan struct{} {
	next := make(chan struct{}, n)
	for range n {
		next <- struct{}{}
	}
	close(next)
	return next
}

// Shared answers go to anybody; with verified claims a client is its subject, whatever
// token it has.
func TestSenders(t *testing.T) {
	t.Parallel()
	bearer := func(claims string) http.Header { return http.Header{"Authorization": {"Bearer " + token(claims)}} }
	signed := func(id, signature string) http.Header {
		return http.Header{"Authorization": {"AWS4-HMAC-SHA256 Credential=" + id +
			"/20261126/eu-west-1/sagemaker/aws4_request, SignedHeaders=host, Signature=" + signature}}
	}
	one := func(name, value string) http.Header { return http.Header{name: {value}} }
	login := func(cookie string) http.Header {
		return http.Header{"X-Amzn-Oidc-Identity": {"a"}, "Cookie": {cookie}}
	}
	for name, test := range map[string]struct {
		cfg  Config
		a, b http.Header
		same bool
	}{
		"nobody":        {Config{}, http.Header{}, http.Header{}, true},
		"two tokens":    {Config{}, bearer(`{"sub":"a","iat":1}`), bearer(`{"sub":"a","iat":2}`), false},
		"one subject":   {Config{ClaimsFrom: "jwt"}, bearer(`{"sub":"a","iat":1}`), bearer(`{"sub":"a","iat":2}`), true},
		"two subjects":  {Config{ClaimsFrom: "jwt"}, bearer(`{"sub":"a"}`), bearer(`{"sub":"b"}`), false},
		"two issuers":   {Config{ClaimsFrom: "jwt"}, bearer(`{"sub":"a","iss":"x"}`), bearer(`{"sub":"a","iss":"y"}`), false},
		"no subject":    {Config{ClaimsFrom: "jwt"}, bearer(`{"iat":1}`), bearer(`{"iat":2}`), false},
		"one AWS key":   {Config{}, signed("AKIDA", "1"), signed("AKIDA", "2"), true},
		"two AWS keys":  {Config{}, signed("AKIDA", "1"), signed("AKIDB", "1"), false},
		"a certificate": {Config{}, one("X-Amzn-Mtls-Clientcert-Leaf", "a"), one("X-Amzn-Mtls-Clientcert-Leaf", "b"), false},
		"an API key":    {Config{}, one("X-Api-Key", "a"), one("X-Api-Key", "b"), false},
		"a login":       {Config{}, one("X-Amzn-Oidc-Identity", "a"), one("X-Amzn-Oidc-Identity", "b"), false},
		"its cookie":    {Config{}, login("1"), login("2"), true},
		"a cookie":      {Config{}, one("Cookie", "1"), one("Cookie", "2"), false},
		"shared":        {Config{LastKnownShared: true}, bearer(`{"sub":"a"}`), bearer(`{"sub":"b"}`), true},
		"moved bytes": {Config{}, http.Header{"Cookie": {"1"}, "X-Api-Key": {"2"}},
			one("Cookie", "1X-Api-Key2"), false},
		"in another name": {Config{}, one("Cookie", "1"), one("X-Api-Key", "1"), false},
	} {
		g := &Gateway{cfg: test.cfg}
		of := func(header http.Header) answerKey {
			x, body := &exchange{route: routeInvocations}, requestBody{[]byte("a")}
			if test.cfg.ClaimsFrom != "" {
				x.claims = claimsOf(header, test.cfg.ClaimsFrom)
			}
			return g.keyOf(&http.Request{Header: header}, x, http.Header{}, body)
		}
		if (of(test.a) == of(test.b)) != test.same {
			t.Errorf("%s: the same is %v", name, !test.same)
		}
	}
}

// Answers end with their age, and the oldest ones where the memory is full.
func TestAnswerStore(t *testing.T) {
	t.Parallel()
	s := newAnswerStore(time.Minute, 1<<20)
	keyed := func(n int) answerKey { return answerKey{0, byte(n >> 8), byte(n)} } // all in one shard
	put := func(n int, at time.Duration, size int) {
		s.put(&keptAnswer{key: keyed(n), at: at, header: http.Header{}, body: make([]byte, size)})
	}
	put(1, 0, 10)
	if s.get(keyed(1), time.Minute) == nil || s.get(keyed(1), time.Minute+1) != nil || s.get(keyed(1), 0) != nil {
		t.Error("an answer does not end with its age")
	}
	for n := range 1000 {
		put(n, 0, 3000)
		if bytes := s.shards[0].bytes; bytes > s.maxBytes {
			t.Fatalf("%d bytes", bytes)
		}
	}
	if s.get(keyed(0), 0) != nil || s.get(keyed(999), 0) == nil || len(s.shards[0].answers) != s.shards[0].oldest.Len() {
		t.Errorf("%d answers are kept", len(s.shards[0].answers))
	}
	put(999, time.Second, 10)
	if got := s.get(keyed(999), time.Second); len(got.body) != 10 {
		t.Error("the last answer is not the one that is kept")
	}
	put(1000, 0, 1<<15)
	if s.get(keyed(1000), 0) != nil {
		t.Error("too large an answer is kept")
	}
}

func TestShedToVariant(t *testing.T) {
	t.Parallel()
	f, take, _ := occupied(t, func(cfg *Config) {
		cfg.ShedVariant, cfg.ShedMaxConcurrency, cfg.FallbackBody = "cheap", 1, "fallback"
		cfg.FallbackContentType = "text/plain"
	})
	take()
	ask := func(header http.Header, body string) (*http.Response, string) {
		if header == nil {
			header = http.Header{"Content-Type": {"text/plain"}}
		}
		return f.do(t, "POST", "/invocations", header, strings.NewReader(body))
	}
	limit := f.gateway.limiter.State()
	response, body := ask(nil, "odds")
	if response.StatusCode != 200 || body != "odds" || response.Header.Get(headerDegraded) != "variant; name=cheap" ||
		response.Header.Get("X-Amzn-Invoked-Production-Variant") != "cheap" {
		t.Errorf("got %d %q %v", response.StatusCode, body, response.Header)
	}
	f.quiet(t)
	for name, test := range map[string]struct {
		header http.Header
		answer sagemakertest.Answer
		before func()
		calls  int
	}{
		"a variant of the client's":   {http.Header{headerTargetVariant: {"best"}}, sagemakertest.Echo, nil, 0},
		"a component of the client's": {http.Header{headerComponent: {"best"}}, sagemakertest.Echo, nil, 0},
		"a session":                   {http.Header{headerSession: {"s"}}, sagemakertest.Echo, nil, 0},
		"it is full, too":             {nil, sagemakertest.Echo, func() { f.gateway.onShed.variant.TryAcquire() }, 0},
		"it refuses":                  {nil, sagemakertest.Fail(503, "ServiceUnavailable"), nil, 1},
		"it fails":                    {nil, sagemakertest.ModelError(500), nil, 1},
		"another type than is taken": {http.Header{"Accept": {"text/plain"}, "Content-Type": {"text/csv"}},
			sagemakertest.Echo, nil, 1},
	} {
		f.runtime.Answer(test.answer)
		if test.before != nil {
			test.before()
		}
		calls := len(f.runtime.Calls())
		response, body := ask(test.header, "odds")
		if n := len(f.runtime.Calls()) - calls; n != test.calls || body != "fallback" ||
			response.Header.Get(headerDegraded) != "fallback" || response.Header.Get(headerFallback) != codeOverloaded {
			t.Errorf("%s: %d calls, got %q %v", name, n, body, response.Header)
		}
		if test.before != nil {
			f.gateway.onShed.variant.Release()
		}
		f.quiet(t)
	}
	if got := f.gateway.limiter.State(); got != limit {
		t.Errorf("the endpoint's limiter is %+v, was %+v", got, limit)
	}
	if at := f.gateway.metrics.lastSuccess.Load(); at != 0 {
		t.Error("the variant's success is one of the endpoint")
	}
	if n, shed := f.gateway.metrics.degraded[byVariant].Load(), f.gateway.metrics.shed.Load(); n != 1 || shed != 8 {
		t.Errorf("%d of the variant, %d shed", n, shed)
	}
	if line := f.lineWith(t, "cheap answered 503 ServiceUnavailable"); !strings.Contains(line, `"degraded":"fallback"`) {
		t.Error(line)
	}
}

// quiet waits until the variant has no request.
func (f *fixture) quiet(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for ; f.gateway.onShed.variant.State().InFlight > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a request is still counted at the variant")
		}
	}
}

func TestShedToComponent(t *testing.T) {
	t.Parallel()
	f, take, _ := occupied(t, func(cfg *Config) { cfg.ShedComponent = "cheap" })
	take()
	ask := func(header http.Header) *http.Response {
		response, _ := f.do(t, "POST", "/invocations", header, strings.NewReader("a"))
		return response
	}
	response := ask(http.Header{headerComponent: {"best"}})
	calls := f.runtime.Calls()
	if response.StatusCode != 200 || response.Header.Get(headerDegraded) != "variant; name=cheap" || len(calls) != 1 ||
		calls[0].Header.Get(headerComponent) != "cheap" {
		t.Errorf("got %d %v, %v", response.StatusCode, response.Header, calls)
	}
	if response := ask(http.Header{headerComponent: {"cheap"}}); response.StatusCode != 503 ||
		response.Header.Get(headerDegraded) != "" {
		t.Errorf("of the cheap one: got %d", response.StatusCode)
	}
	chat := func(body string) *http.Response {
		response, _ := f.do(t, "POST", "/openai/v1/chat/completions", nil, strings.NewReader(body))
		return response
	}
	if got := chat(`{"stream":true}`); got.StatusCode != 503 || got.Header.Get(headerDegraded) != "" {
		t.Errorf("a stream of OpenAI's API: got %d %v", got.StatusCode, got.Header)
	}
	if got := chat(`{"stream":false}`); got.StatusCode != 200 || got.Header.Get(headerDegraded) == "" {
		t.Errorf("OpenAI's API: got %d %v", got.StatusCode, got.Header)
	}
}

func TestShedAsynchronously(t *testing.T) {
	t.Parallel()
	f, take, _ := occupied(t, func(cfg *Config) { cfg.ShedAsyncEndpoint, cfg.MaxBodyBytes = "later", 200_000 })
	take()
	taken := func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) {
		w.Header().Set("X-Amzn-SageMaker-OutputLocation", "s3://answers/1.out")
		w.Header().Set("X-Amzn-SageMaker-FailureLocation", "s3://answers/1-error.out")
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"InferenceId":"id-1"}`)
	}
	f.runtime.Answer(taken)
	response, body := f.do(t, "POST", "/invocations", http.Header{
		"Content-Type": {"text/csv"}, "Accept": {"application/*"}, headerInferenceID: {"order-4711"},
		headerAttributes: {"c"}}, strings.NewReader("a,b"))
	const want = `{"inferenceId":"id-1","outputLocation":"s3://answers/1.out",` +
		`"failureLocation":"s3://answers/1-error.out"}`
	if response.StatusCode != 202 || body != want || response.Header.Get(headerDegraded) != "asynchronous" ||
		response.Header.Get("Content-Type") != "application/json" || response.Header.Get(headerInferenceID) != "order-4711" ||
		response.Header.Get("X-Amzn-SageMaker-OutputLocation") != "s3://answers/1.out" {
		t.Errorf("got %d %q %v", response.StatusCode, body, response.Header)
	}
	call := f.runtime.Calls()[0]
	if call.Path != "/endpoints/later/async-invocations" || string(call.Body) != "a,b" ||
		call.Header.Get("X-Amzn-SageMaker-Content-Type") != "text/csv" || call.Header.Get("Content-Type") != "" ||
		call.Header.Get("X-Amzn-SageMaker-Accept") != "application/*" || call.Header.Get("Accept") != "" ||
		call.Header.Get(headerInferenceID) != "order-4711" || call.Header.Get(headerAttributes) != "c" {
		t.Errorf("it sent %s %v", call.Path, call.Header)
	}
	nowhere := func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) { w.WriteHeader(http.StatusAccepted) }
	for name, test := range map[string]struct {
		header http.Header
		size   int
		answer sagemakertest.Answer
		status int
		calls  int
	}{
		"the largest body":      {nil, 128_000, taken, 202, 1},
		"a larger body":         {nil, 128_001, taken, 503, 0},
		"it takes no JSON":      {http.Header{"Accept": {"text/csv"}}, 1, taken, 503, 0},
		"a model of the client": {http.Header{headerTargetModel: {"m"}}, 1, taken, 503, 0},
		"it refuses":            {nil, 1, sagemakertest.Fail(400, "ValidationError"), 503, 1},
		"it throttles":          {nil, 1, sagemakertest.Fail(429, "ThrottlingException"), 503, 1},
		"it says not where":     {nil, 1, nowhere, 503, 1},
	} {
		f.runtime.Answer(test.answer)
		calls := len(f.runtime.Calls())
		response, _ := f.do(t, "POST", "/invocations", test.header, strings.NewReader(strings.Repeat("a", test.size)))
		if n := len(f.runtime.Calls()) - calls; response.StatusCode != test.status || n != test.calls {
			t.Errorf("%s: got %d, %d calls", name, response.StatusCode, n)
		}
	}
	if got := f.gateway.limiter.State().InFlight; got != 1 {
		t.Errorf("%d are counted at the endpoint", got)
	}
}

// While SageMaker cannot be reached, only what is kept helps.
func TestLastKnownOfTheBreaker(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	cfg := testConfig()
	cfg.LastKnownAge = time.Minute
	endpoint := endpointBy(t, echo{})
	f.serve(t, cfg, endpoint)
	ask := func() (*http.Response, string) { return f.do(t, "POST", "/invocations", nil, strings.NewReader("a")) }
	ask()
	broken := &failing{}
	broken.on.Store(true)
	endpoint.transport = broken
	last := 0
	for range 10 {
		if response, body := ask(); strings.HasPrefix(response.Header.Get(headerDegraded), "last-known") && body == "a" {
			last++
		}
	}
	if last < 4 || f.gateway.metrics.outcomes[succeeded].Load() != 1 || f.gateway.metrics.shed.Load() != 0 {
		t.Errorf("%d answers that are kept", last)
	}
}

// The metrics of priority and degradation are those of what is configured.
func TestMetricsOfDegradation(t *testing.T) {
	t.Parallel()
	f, take, free := occupied(t, func(cfg *Config) {
		cfg.PriorityClaim, cfg.ClaimsFrom = "tier", settings.ClaimsFromJWT
		cfg.PriorityClaims = map[string]pressure.Class{"free": pressure.Low, "gold": pressure.Critical}
		cfg.LastKnownAge = time.Minute
	})
	take()
	for _, tier := range []string{"gold", "free", "free", "none"} {
		header := http.Header{"Authorization": {"Bearer " + token(`{"tier":"`+tier+`"}`)}}
		f.do(t, "POST", "/invocations", header, strings.NewReader("a"))
	}
	free()
	line, err := f.gateway.metricLine(time.UnixMilli(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"ShedRequests":4`, `"ShedCritical":1`, `"ShedHigh":0`, `"ShedLow":2`, `"DegradedLastKnown":0`,
	} {
		if !strings.Contains(string(line), want) {
			t.Errorf("%s lacks %s", line, want)
		}
	}
	for _, other := range []string{"ShedNormal", "DegradedFallback", "DegradedVariant", "DegradedAsynchronous"} {
		if strings.Contains(string(line), other) {
			t.Errorf("%s is published", other)
		}
	}
	if log := f.lineWith(t, `"priority":"low"`); !strings.Contains(log, `"shed":true`) {
		t.Error(log)
	}
}
