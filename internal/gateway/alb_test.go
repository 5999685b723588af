package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// The events of testdata/alb and their replies are tried on the built program,
// in cmd/gateway; here is what no event shows.

func invoke(t *testing.T, g *Gateway, event events.ALBTargetGroupRequest) events.ALBTargetGroupResponse {
	t.Helper()
	payload, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := g.Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	var response events.ALBTargetGroupResponse
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&response); err != nil {
		t.Fatal(err)
	}
	return response
}

func TestMalformedEvents(t *testing.T) {
	t.Parallel()
	const notALB = "this is not an event of an Application Load Balancer"
	tests := map[string]struct{ payload, message string }{
		"nothing":        {"", notALB},
		"not JSON":       {"{", notALB},
		"null":           {"null", notALB},
		"a list":         {"[]", notALB},
		"a test event":   {`{"key1":"value1"}`, notALB},
		"no method":      {`{"path":"/ping"}`, notALB},
		"no path":        {`{"httpMethod":"GET"}`, notALB},
		"URL for a path": {`{"httpMethod":"POST","path":"http://evil.example/invocations"}`, notALB},
		"wrong types":    {`{"httpMethod":"GET","path":["/ping"]}`, notALB},
		"bad escape":     {`{"httpMethod":"GET","path":"/%zz"}`, "the path of the event is malformed"},
		"control char":   {`{"httpMethod":"GET","path":"/ping\u0000"}`, "the path of the event is malformed"},
		"not base64": {
			`{"httpMethod":"POST","path":"/invocations","isBase64Encoded":true,"body":"*"}`,
			"the body of the event is not base64, as it says",
		},
	}
	gateway := New(DefaultConfig(testEndpoint, true), endpointBy(t, panicking{}), slog.New(slog.DiscardHandler))
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer, err := gateway.Invoke(t.Context(), []byte(test.payload))
			if err != nil {
				t.Fatal(err)
			}
			want := `{"statusCode":400,"statusDescription":"400 Bad Request","headers":{"Content-Type":"application/` +
				`json","X-Amzn-Errortype":"MalformedEvent"},` +
				`"body":"{\"code\":\"MalformedEvent\",\"message\":\"` + test.message + `\"}","isBase64Encoded":false}`
			if withoutOwnID(string(answer)) != want {
				t.Errorf("got %s", answer)
			}
		})
	}
}

func TestReplyEncoding(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		contentType, body string
		want              string
		base64            bool
	}{
		"JSON":                {"application/json", `{"é":"<&>"}`, `{"é":"<&>"}`, false},
		"JSON with a charset": {"application/json; charset=utf-8", "1", "1", false},
		"problem JSON":        {"application/problem+json", "1", "1", false},
		"JSON lines":          {"application/jsonlines", "1\n2\n", "1\n2\n", false},
		"CSV":                 {"text/csv", "1,2", "1,2", false},
		"text, not UTF-8":     {"text/plain", "\xff", "/w==", true},
		"JSON, not UTF-8":     {"application/json", "\"\xe9\"", "Iuki", true},
		"numpy":               {"application/x-npy", "ab", "YWI=", true},
		"no type":             {"", "ab", "YWI=", true},
		"no sense in type":    {";;;", "ab", "YWI=", true},
		"empty":               {"application/x-npy", "", "", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := &reply{status: 200, header: http.Header{}, body: []byte(test.body)}
			if test.contentType != "" {
				out.header.Set("Content-Type", test.contentType)
			}
			answer, err := albReply(out, http.MethodPost, false)
			if err != nil {
				t.Fatal(err)
			}
			var got albAnswer
			if err := json.Unmarshal(answer, &got); err != nil {
				t.Fatal(err)
			}
			if got.Body != test.want || got.IsBase64Encoded != test.base64 {
				t.Errorf("got %s", answer)
			}
		})
	}
}

// The limit is on the JSON: the largest reply that fits is passed on whole, one
// byte more is an error.
func TestReplyLimit(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	size := 0
	f.runtime.Answer(func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write(bytes.Repeat([]byte("<"), size))
	})
	event := []byte(`{"httpMethod":"POST","path":"/invocations","headers":{},"body":"a"}`)
	overhead := len(mustInvoke(t, f.gateway, event))
	for _, test := range []struct{ size, status int }{{maxALBReplyBytes - overhead, 200},
		{maxALBReplyBytes - overhead + 1, 501}} {
		size = test.size
		answer := mustInvoke(t, f.gateway, event)
		var response events.ALBTargetGroupResponse
		if err := json.Unmarshal(answer, &response); err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != test.status || len(answer) > maxALBReplyBytes {
			t.Errorf("a body of %d bytes: %d in %d bytes", test.size, response.StatusCode, len(answer))
		}
		if test.status == 501 && !strings.Contains(response.Body, `"ResponseTooLarge"`) {
			t.Error(response.Body)
		}
	}
	if !strings.Contains(f.log.String(), `"code":"ResponseTooLarge"`) ||
		strings.Count(f.log.String(), `"status":501`) != 1 {
		t.Errorf("the log says otherwise: %s", f.log)
	}
}

func mustInvoke(t *testing.T, g *Gateway, payload []byte) []byte {
	t.Helper()
	answer, err := g.Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// A function that is about to be cut off still says why.
func TestLambdaDeadline(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.runtime.Answer(hang)
	ctx, cancel := context.WithTimeout(t.Context(), lambdaMargin+500*time.Millisecond)
	defer cancel()
	deadline, _ := ctx.Deadline()
	answer, err := f.gateway.Invoke(ctx, []byte(`{"httpMethod":"POST","path":"/invocations","headers":{},"body":"a"}`))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(answer), `"statusCode":504`) || !strings.Contains(string(answer), "EndpointTimeout") {
		t.Errorf("got %s", answer)
	}
	if left := time.Until(deadline); left < lambdaMargin/10 {
		t.Errorf("answered %s before the deadline", left)
	}
}

// A client gets the same from both forms.
func TestBothFormsAnswerAlike(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, path := range []string{"/invocations", "/endpoints/predictions/invocations", "/endpoints/payroll/invocations",
		"//invocations", "/endpoints/x/../predictions/invocations", "/%69nvocations", "/ping"} {
		for _, method := range []string{"GET", "HEAD", "POST"} {
			response, body := f.do(t, method, path, http.Header{"Content-Type": {"text/plain"}}, strings.NewReader("a"))
			answer := invoke(t, f.gateway, events.ALBTargetGroupRequest{
				HTTPMethod: method, Path: path, Body: "a", Headers: map[string]string{"content-type": "text/plain"}})
			for _, ofTheServer := range []string{"Content-Length", "Date"} {
				response.Header.Del(ofTheServer)
			}
			header := http.Header{}
			for name, value := range answer.Headers {
				header.Set(name, value)
			}
			for _, header := range []http.Header{header, response.Header} {
				if id := header.Get(headerRequestID); id != sagemakertest.RequestID {
					header.Del(headerRequestID)
				}
			}
			if answer.StatusCode != response.StatusCode || withoutOwnID(answer.Body) != withoutOwnID(body) {
				t.Errorf("%s %s: %d %q and %d %q", method, path, response.StatusCode, body, answer.StatusCode, answer.Body)
			}
			if diff := cmp.Diff(response.Header, header); diff != "" {
				t.Errorf("%s %s: %s", method, path, diff)
			}
		}
	}
}
