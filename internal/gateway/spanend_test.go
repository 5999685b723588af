package gateway

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// How requests end, and what their spans say of it.
func TestSpansOfFailures(t *testing.T) {
	t.Parallel()
	type end struct {
		status, kind string // http.response.status_code, error.type
		failed       bool
	}
	tests := map[string]struct {
		cfg          func(*Config)
		answers      []sagemakertest.Answer
		method, path string
		calls        []end
		request      end
	}{
		"retried": {
			cfg:     func(cfg *Config) { cfg.MaxAttempts = 3 },
			answers: []sagemakertest.Answer{sagemakertest.Fail(503, "ServiceUnavailable"), sagemakertest.Echo},
			calls:   []end{{"503", "ServiceUnavailable", true}, {"200", "", false}},
			request: end{"200", "", false},
		},
		"model error": {
			answers: []sagemakertest.Answer{sagemakertest.ModelError(415)},
			calls:   []end{{"424", "ModelError", true}},
			request: end{"424", "ModelError", false},
		},
		"refused signature": {
			answers: []sagemakertest.Answer{sagemakertest.Fail(403, "AccessDeniedException")},
			calls:   []end{{"403", "GatewayNotAuthorized", true}},
			request: end{"501", "GatewayNotAuthorized", true},
		},
		"no answer": {
			answers: []sagemakertest.Answer{sagemakertest.Raw("", false)},
			calls:   []end{{"", "EndpointUnreachable", true}},
			request: end{"502", "EndpointUnreachable", true},
		},
		"too late": {
			cfg:     func(cfg *Config) { cfg.RequestTimeout = 50 * time.Millisecond },
			answers: []sagemakertest.Answer{sagemakertest.Hang},
			calls:   []end{{"", "EndpointTimeout", true}},
			request: end{"504", "EndpointTimeout", true},
		},
		"reply that is announced too large": {
			cfg:     func(cfg *Config) { cfg.MaxReplyBytes = 3 },
			answers: []sagemakertest.Answer{sagemakertest.Echo},
			calls:   []end{{"200", "ResponseTooLarge", true}},
			request: end{"501", "ResponseTooLarge", true},
		},
		// The client has 200 already: its connection is closed.
		"reply that breaks off": {
			answers: []sagemakertest.Answer{sagemakertest.Raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", false)},
			calls:   []end{{"200", "BadEndpointReply", true}},
			request: end{"200", "BadEndpointReply", true},
		},
		"unknown path":   {path: "/admin", request: end{"404", "NotFound", false}},
		"unknown method": {method: "BREW", request: end{"405", "MethodNotAllowed", false}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := []func(*Config){}
			if test.cfg != nil {
				opts = append(opts, test.cfg)
			}
			f, recorder := traced(t, opts...)
			answers := make(chan sagemakertest.Answer, len(test.answers))
			for _, answer := range test.answers {
				answers <- answer
			}
			f.runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) { (<-answers)(w, r, call) })
			method, path := "POST", "/invocations"
			if test.method != "" {
				method = test.method
			}
			if test.path != "" {
				path = test.path
			}
			r, err := http.NewRequestWithContext(t.Context(), method, f.url+path, strings.NewReader("input"))
			if err != nil {
				t.Fatal(err)
			}
			if response, err := http.DefaultClient.Do(r); err == nil {
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
			}
			ended := spans(t, recorder, len(test.calls)+1)
			for i, span := range ended {
				attributes := attributesOf(t, span)
				got := end{attributes["http.response.status_code"], attributes["error.type"], span.Status().Code == codes.Error}
				want, resent := test.request, ""
				if i < len(test.calls) {
					want = test.calls[i]
				}
				if i > 0 && i < len(test.calls) {
					resent = strconv.Itoa(i)
				}
				if got != want || attributes["http.request.resend_count"] != resent {
					t.Errorf("span %d: got %+v, want %+v; resent %q", i, got, want, attributes["http.request.resend_count"])
				}
			}
			last := ended[len(test.calls)]
			if test.method == "BREW" &&
				(last.Name() != "HTTP /invocations" || attributesOf(t, last)["http.request.method_original"] != "BREW") {
				t.Errorf("%s %v", last.Name(), attributesOf(t, last))
			}
			if test.path != "" && last.Name() != "POST" {
				t.Errorf("the unknown path is in the name: %s", last.Name())
			}
		})
	}
}

// A client that leaves, before its reply or in the middle of a stream, ends its
// spans there and then.
func TestSpansOfAClientThatLeaves(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		path    string
		pieces  int
		status  any
		callGot any
	}{
		"before the reply": {"/invocations", 0, nil, nil},
		"in a stream":      {"/invocations-response-stream", 1, "200", "200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, recorder := traced(t)
			next, arrived := make(chan struct{}, 10), make(chan struct{})
			for range test.pieces {
				next <- struct{}{}
			}
			f.runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
				close(arrived)
				if test.pieces == 0 {
					sagemakertest.Hang(w, r, call)
					return
				}
				sagemakertest.Stream("text/plain", next, sagemakertest.Event{Kind: "PayloadPart", Payload: "first"},
					sagemakertest.Event{Kind: "PayloadPart", Payload: "never"})(w, r, call)
			})
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, f.url+test.path, strings.NewReader("a"))
			if err != nil {
				t.Fatal(err)
			}
			if test.pieces == 0 {
				go func() {
					<-arrived
					leave()
				}()
			}
			response, err := http.DefaultClient.Do(r)
			if test.pieces > 0 {
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				if _, err := io.ReadFull(response.Body, make([]byte, 5)); err != nil {
					t.Fatal(err)
				}
				if n := len(recorder.Ended()); n != 0 {
					t.Errorf("%d spans ended before the stream", n)
				}
				leave()
			}
			for i, span := range spans(t, recorder, 2) {
				attributes := attributesOf(t, span)
				var status any
				if text, ok := attributes["http.response.status_code"]; ok {
					status = text
				}
				if want := []any{test.callGot, test.status}[i]; status != want ||
					attributes["error.type"] != "ClientClosedRequest" ||
					span.Status().Code != codes.Error {
					t.Errorf("%s: got %v %v, want status %v", span.Name(), attributes, span.Status(), want)
				}
			}
		})
	}
}
