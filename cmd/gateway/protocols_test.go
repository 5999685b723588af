package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// exchange sends request, whose connection ends with the reply, as it is written.
func (s *server) exchange(t *testing.T, request string) (*http.Response, string) {
	t.Helper()
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func postOf(path, headers, body string) string {
	length, _ := json.Marshal(len(body))
	return "POST " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + headers +
		"Content-Length: " + string(length) + "\r\n\r\n" + body
}

// Scripts of the named origins may call the gateway, preflight requests are answered
// without a call of SageMaker, and others get what they got without CORS.
func TestCORS(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	const page, other = "https://app.example.com", "https://elsewhere.example"
	s := startServer(t, environment(runtime, map[string]string{"CORS_ORIGINS": "http://localhost:5173, " + page}))
	closed := startServer(t, environment(runtime, nil))
	preflight := func(path, origin string) string {
		return "OPTIONS " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: " + origin +
			"\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type,x-stainless-lang\r\n\r\n"
	}
	const stream = "/invocations-response-stream"
	for name, test := range map[string]struct {
		s       *server
		request string
		status  int
		allowed string
	}{
		"preflight":                  {s, preflight(stream, page), 204, page},
		"preflight of the other one": {s, preflight("/openai/v1/chat/completions", "http://localhost:5173"), 204, "http://localhost:5173"},
		"preflight of another page":  {s, preflight(stream, other), 403, ""},
		"preflight of no page":       {s, preflight(stream, "null"), 403, ""},
		"preflight of health":        {s, preflight("/ping", page), 405, ""},
		"preflight of nothing":       {s, preflight("/elsewhere", page), 404, ""},
		"no preflight":               {s, "OPTIONS " + stream + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: " + page + "\r\n\r\n", 405, page},
		"a prediction":               {s, postOf("/invocations", "Origin: "+page+"\r\n", "a"), 200, page},
		"an error":                   {s, postOf("/invocations", "Origin: "+page+"\r\n", "broken"), 424, page},
		"another page":               {s, postOf("/invocations", "Origin: "+other+"\r\n", "a"), 200, ""},
		"no page":                    {s, postOf("/invocations", "", "a"), 200, ""},
		"off: preflight":             {closed, preflight(stream, page), 405, ""},
		"off: a prediction":          {closed, postOf("/invocations", "Origin: "+page+"\r\n", "a"), 200, ""},
	} {
		r, body := test.s.exchange(t, test.request)
		if r.StatusCode != test.status || r.Header.Get("Access-Control-Allow-Origin") != test.allowed {
			t.Errorf("%s: got %d %v %s", name, r.StatusCode, r.Header, body)
		}
		if varies := test.s == s && test.status != 404 && !strings.Contains(test.request, "/ping"); (r.Header.Get("Vary") == "Origin") != varies {
			t.Errorf("%s: got Vary %q", name, r.Header.Get("Vary"))
		}
		if r.StatusCode == 204 {
			got := []string{
				r.Header.Get("Access-Control-Allow-Methods"),
				r.Header.Get("Access-Control-Allow-Headers"),
				r.Header.Get("Content-Length"),
			}
			if diff := cmp.Diff([]string{"POST", "content-type,x-stainless-lang", ""}, got); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		if exposed := r.Header.Get("Access-Control-Expose-Headers"); test.allowed != "" &&
			!strings.Contains(exposed, "X-Amzn-Errortype") {
			t.Errorf("%s: a script may read %q", name, exposed)
		}
	}
	for _, call := range runtime.Calls() {
		if call.Method != http.MethodPost {
			t.Errorf("SageMaker was called with %s", call.Method)
		}
	}
}

// The operations of OpenAI's API are invocations, as streams where the body asks for one;
// the container's own errors come as they are.
func TestOpenAI(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	const refused = `{"error":{"message":"the context is too long","type":"BadRequestError","code":400}}`
	runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		next := make(chan struct{}, 2)
		next <- struct{}{}
		next <- struct{}{}
		text, err := json.Marshal(refused)
		switch {
		case err != nil:
			t.Error(err)
		case strings.Contains(string(call.Body), "long"):
			sagemakertest.Error(w, 424, "ModelError", `{"Message":"Received client error (400) from primary",`+
				`"OriginalStatusCode":400,"OriginalMessage":`+string(text)+`}`)
		case strings.Contains(string(call.Body), "broken"):
			sagemakertest.ModelError(500)(w, r, call)
		case strings.HasSuffix(call.Path, "/invocations-response-stream"):
			sagemakertest.Stream("text/event-stream", next, sagemakertest.Event{Kind: "PayloadPart", Payload: "data: {}\n\n"},
				sagemakertest.Event{Kind: "PayloadPart", Payload: "data: [DONE]\n\n"})(w, r, call)
		default:
			sagemakertest.Echo(w, r, call)
		}
	})
	s := startServer(t, environment(runtime, map[string]string{"FALLBACK_BODY": "{}"}))
	const plain, stream = "/endpoints/predictions/invocations", "/endpoints/predictions/invocations-response-stream"
	for name, test := range map[string]struct {
		path, body string
		status     int
		want       string // the reply
		called     string
	}{
		"chat":              {"/openai/v1/chat/completions", `{"messages":[]}`, 200, `{"messages":[]}`, plain},
		"text":              {"/openai/v1/completions", `{"prompt":""}`, 200, `{"prompt":""}`, plain},
		"embeddings":        {"/openai/v1/embeddings", `{"input":""}`, 200, `{"input":""}`, plain},
		"SageMaker's path":  {"/endpoints/predictions/openai/v1/chat/completions", `{}`, 200, `{}`, plain},
		"no stream":         {"/openai/v1/chat/completions", `{"stream":false}`, 200, `{"stream":false}`, plain},
		"a stream":          {"/openai/v1/chat/completions", `{"stream":true}`, 200, "data: {}\n\ndata: [DONE]\n\n", stream},
		"no JSON":           {"/openai/v1/chat/completions", `stream: true`, 200, `stream: true`, plain},
		"the container's":   {"/openai/v1/chat/completions", `{"long":1}`, 400, refused, plain},
		"a stream refused":  {"/openai/v1/completions", `{"long":1,"stream":true}`, 400, refused, stream},
		"no error of its":   {"/openai/v1/chat/completions", `{"broken":1}`, 424, "", plain},
		"another operation": {"/openai/v1/models", `{}`, 404, "", ""},
		"another endpoint":  {"/endpoints/payroll/openai/v1/chat/completions", `{}`, 404, "", ""},
		"a longer path":     {"/openai/v1/chat/completions/x", `{}`, 404, "", ""},
		"a dot segment":     {"/openai/v1/x/../embeddings", `{}`, 404, "", ""},
	} {
		before := len(runtime.Calls())
		r, body := s.exchange(
			t,
			postOf(test.path, "Content-Type: application/json\r\nAuthorization: Bearer of-the-client\r\n", test.body),
		)
		if r.StatusCode != test.status || test.want != "" && body != test.want {
			t.Errorf("%s: got %d %s", name, r.StatusCode, body)
		}
		calls := runtime.Calls()[before:]
		if test.called == "" {
			if len(calls) > 0 {
				t.Errorf("%s: SageMaker was called", name)
			}
			continue
		}
		if len(calls) != 1 || calls[0].Path != test.called || string(calls[0].Body) != test.body {
			t.Errorf("%s: SageMaker got %v", name, calls)
		}
		if strings.Contains(calls[0].Header.Get("Authorization"), "of-the-client") {
			t.Errorf("%s: SageMaker got the client's token", name)
		}
		if want := "text/event-stream"; test.called == stream && test.status == 200 && r.Header.Get("Content-Type") != want {
			t.Errorf("%s: got %s", name, r.Header.Get("Content-Type"))
		}
	}
}

// The Open Inference Protocol's path leads to the endpoint for the named model only, and
// the length of the JSON part of a binary body survives SageMaker.
func TestOpenInference(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	s := startServer(t, environment(runtime, map[string]string{"V2_MODEL": "odds"}))
	const binary = "application/vnd.sagemaker-triton.binary+json;json-header-size=2"
	r, body := s.exchange(t, postOf("/v2/models/odds/infer", "Inference-Header-Content-Length: 2\r\n", "{}\x00\x01"))
	if r.StatusCode != 200 || body != "{}\x00\x01" || r.Header.Get("Inference-Header-Content-Length") != "2" ||
		r.Header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("got %d %v %q", r.StatusCode, r.Header, body)
	}
	if calls := runtime.Calls(); len(calls) != 1 || calls[0].Path != "/endpoints/predictions/invocations" ||
		calls[0].Header.Get("Content-Type") != binary {
		t.Errorf("SageMaker got %v", calls)
	}
	for name, test := range map[string]struct {
		path, headers string
		status        int
	}{
		"JSON":          {"/v2/models/odds/infer", "Content-Type: application/json\r\n", 200},
		"another model": {"/v2/models/evens/infer", "", 404},
		"a version":     {"/v2/models/odds/versions/1/infer", "", 404},
		"an odd length": {"/v2/models/odds/infer", "Inference-Header-Content-Length: two\r\n", 400},
		"two lengths":   {"/v2/models/odds/infer", strings.Repeat("Inference-Header-Content-Length: 2\r\n", 2), 400},
	} {
		if r, body := s.exchange(t, postOf(test.path, test.headers, "{}")); r.StatusCode != test.status {
			t.Errorf("%s: got %d %s", name, r.StatusCode, body)
		}
	}
	without := startServer(t, environment(runtime, nil))
	if r, _ := without.exchange(t, postOf("/v2/models/odds/infer", "", "{}")); r.StatusCode != 404 {
		t.Errorf("without a model: got %d", r.StatusCode)
	}
}

// An asynchronous invocation is told where to go.
func TestAsyncInvocation(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	s := startServer(t, environment(runtime, nil))
	r, body := s.exchange(t, postOf("/endpoints/predictions/async-invocations",
		"X-Amzn-SageMaker-InputLocation: s3://inputs/1\r\n", ""))
	if r.StatusCode != 501 || r.Header.Get("X-Amzn-Errortype") != "AsyncInvocationNotServed" ||
		!strings.Contains(body, "call InvokeEndpointAsync of the SageMaker runtime in us-east-1 itself") {
		t.Errorf("got %d %s", r.StatusCode, body)
	}
	if r, _ := s.exchange(t, postOf("/endpoints/payroll/async-invocations", "", "")); r.StatusCode != 404 {
		t.Errorf("of another endpoint: got %d", r.StatusCode)
	}
	if n := len(runtime.Calls()); n > 0 {
		t.Errorf("SageMaker was called %d times", n)
	}
}
