package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// replied is what a client and the log have of a request.
type replied struct {
	Status    int
	Code      string
	Message   string
	RequestID string `json:"requestId"`
	header    http.Header
	log       struct {
		RequestID   string `json:"request_id"`
		SageMakerID string `json:"sagemaker_request_id"`
		Code, Error string
		TraceParent string
	}
}

// reply posts to path and reads the reply and its line of the log.
func (s *server) reply(t *testing.T, path string, header http.Header, body string) replied {
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
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := replied{header: response.Header}
	if response.StatusCode != 200 {
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	}
	got.Status = response.StatusCode
	if err := json.Unmarshal([]byte(s.waitFor(t, `"msg":"request"`)), &got.log); err != nil {
		t.Fatal(err)
	}
	return got
}

// Errors of proxies and load balancers, which are no JSON, keep their text in message and
// in the log; what is no text, or may quote the signature, does not.
func TestErrorsThatAreNotJSON(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	s := startServer(t, environment(runtime, map[string]string{"LOG_RATE": "1000", "MAX_ATTEMPTS": "1"}))
	long := strings.Repeat("word ", 2000)
	for name, test := range map[string]struct {
		status        int
		body, message string // "" for none of its own
	}{
		"text":              {503, "upstream connect error: reset before headers", "upstream connect error: reset before headers"},
		"a page":            {503, "<html>\r\n<h1>504 Gateway Time-out</h1>\r\n</html>", "<html> <h1>504 Gateway Time-out</h1> </html>"},
		"long":              {500, long, long[:1024] + " …"},
		"a JSON text":       {429, `"slow down"`, `"slow down"`},
		"a broken object":   {500, `{"Message":"cut`, `{"Message":"cut`},
		"compressed":        {503, "\x1f\x8b\x08\x00\x00", ""},
		"a quoted request":  {500, "bad request: x-amz-security-token:a-session-token", ""},
		"a quoted string":   {400, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE", ""},
		"nothing":           {500, "", ""},
		"an object as such": {424, `{"Message":"of the model"}`, "of the model"},
	} {
		runtime.Answer(func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) {
			w.WriteHeader(test.status)
			_, _ = io.WriteString(w, test.body)
		})
		got := s.reply(t, "/invocations", nil, "a")
		message, logged := test.message, fmt.Sprintf("SageMaker answered with status %d: %s", test.status, test.message)
		if message == "" {
			message = fmt.Sprintf("SageMaker answered with status %d and no message", test.status)
		}
		if test.message == "" || test.status == 424 {
			logged = "" // a model's message is not logged
		}
		if got.Status != test.status || got.Message != message || got.log.Error != logged {
			t.Errorf("%s: got %d %q, in the log %q", name, got.Status, got.Message, got.log.Error)
		}
	}
}

// Each error of the gateway's own has a request ID that its line of the log has; an
// error of SageMaker has SageMaker's.
func TestRequestIDs(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	s := startServer(t, environment(runtime, map[string]string{
		"LOG_RATE": "1000", "MAX_ATTEMPTS": "1", "REQUEST_TIMEOUT": "300ms"}))
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	for name, test := range map[string]struct {
		path   string
		header http.Header
		body   string
		answer sagemakertest.Answer
		code   string
	}{
		"another path":         {"/", nil, "a", nil, "NotFound"},
		"a large body":         {"/invocations", nil, strings.Repeat("x", 1025), nil, "RequestEntityTooLarge"},
		"a bad header":         {"/invocations", http.Header{"X-Gateway-Timeout-Ms": {"soon"}}, "a", nil, "InvalidHeader"},
		"an encoded body":      {"/invocations", http.Header{"Content-Encoding": {"gzip"}}, "a", nil, "UnsupportedContentEncoding"},
		"a hanging endpoint":   {"/invocations", nil, "a", sagemakertest.Hang, "EndpointTimeout"},
		"no answer":            {"/invocations", nil, "a", sagemakertest.Raw("", false), "EndpointUnreachable"},
		"another answer":       {"/invocations", nil, "a", sagemakertest.Fail(302, ""), "BadEndpointReply"},
		"a refused permission": {"/invocations", nil, "a", sagemakertest.Fail(403, "AccessDeniedException"), "GatewayNotAuthorized"},
	} {
		runtime.Answer(sagemakertest.Echo)
		if test.answer != nil {
			runtime.Answer(test.answer)
		}
		got := s.reply(t, test.path, test.header, test.body)
		id := got.header.Get("X-Amzn-Requestid")
		if got.Code != test.code || !uuid.MatchString(id) || seen[id] || got.RequestID != id || got.log.RequestID != id ||
			got.log.SageMakerID != "" {
			t.Errorf("%s: got %+v", name, got)
		}
		seen[id] = true
	}
	runtime.Answer(sagemakertest.Fail(400, "ValidationError"))
	got := s.reply(t, "/invocations", nil, "a")
	if id := got.header.Get("X-Amzn-Requestid"); id != sagemakertest.RequestID || got.RequestID != "" ||
		got.log.SageMakerID != id || got.log.RequestID != "" {
		t.Errorf("of SageMaker: %+v", got)
	}
}

// A traceparent that is doubled or invalid is dropped, with its tracestate.
func TestBrokenTraces(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	s := startServer(t, environment(runtime, map[string]string{"LOG_RATE": "1000"}))
	const valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	for _, values := range [][]string{{valid}, {valid, valid}, {"nonsense"}, {strings.ToUpper(valid)}, {""}} {
		want := ""
		if len(values) == 1 && values[0] == valid {
			want = valid
		}
		got := s.reply(t, "/invocations", http.Header{"Traceparent": values, "Tracestate": {"a=1"}}, "a")
		calls := runtime.Calls()
		sent := calls[len(calls)-1].Header
		if got.Status != 200 || sent.Get("Traceparent") != want || (sent.Get("Tracestate") != "") != (want != "") ||
			got.log.TraceParent != want {
			t.Errorf("%q: got %d, sent on %q, in the log %q", values, got.Status, sent["Traceparent"], got.log.TraceParent)
		}
	}
}
