package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// What the same request would meet again has a status that no AWS SDK repeats, a type and
// a header that OpenAI's clients heed.
func TestFailuresThatRepeat(t *testing.T) {
	t.Parallel()
	runtime := startRuntime(t)
	s := startServer(t, environment(runtime, map[string]string{"MAX_REPLY_BYTES": "100"}))
	for name, test := range map[string]struct {
		answer sagemakertest.Answer
		status int
		code   string
	}{
		"a reply too large": {sagemakertest.Raw("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", false), 501, "ResponseTooLarge"},
		"a signature":       {sagemakertest.Fail(403, "InvalidSignatureException"), 501, "GatewayNotAuthorized"},
		"a permission":      {sagemakertest.Fail(403, "AccessDeniedException"), 501, "GatewayNotAuthorized"},
		"a token":           {sagemakertest.Fail(403, "UnrecognizedClientException"), 501, "GatewayNotAuthorized"},
	} {
		runtime.Answer(test.answer)
		before := len(runtime.Calls())
		r, body := s.exchange(t, postOf("/invocations", "", "a"))
		if r.StatusCode != test.status || r.Header.Get("X-Amzn-Errortype") != test.code ||
			r.Header.Get("X-Should-Retry") != "false" {
			t.Errorf("%s: got %d %v %s", name, r.StatusCode, r.Header, body)
		}
		if n := len(runtime.Calls()) - before; n != 1 {
			t.Errorf("%s: SageMaker was called %d times", name, n)
		}
	}
}

// A clock that is wrong by hours is corrected by the Date of SageMaker's refusal; no client
// notices.
func TestClockSkew(t *testing.T) {
	t.Parallel()
	for name, skew := range map[string]time.Duration{"behind": 3 * time.Hour, "ahead": -3 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runtime := startRuntime(t)
			runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
				now := time.Now().Add(skew)
				w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
				signed, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
				if err != nil || now.Sub(signed).Abs() > 5*time.Minute {
					sagemakertest.Fail(403, "InvalidSignatureException")(w, r, call)
					return
				}
				sagemakertest.Echo(w, r, call)
			})
			s := startServer(t, environment(runtime, map[string]string{"MAX_ATTEMPTS": "1"}))
			for range 3 {
				if r, body := s.exchange(t, postOf("/invocations", "", "a")); r.StatusCode != 200 || body != "a" {
					t.Errorf("got %d %s", r.StatusCode, body)
				}
			}
			if n := len(runtime.Calls()); n != 4 {
				t.Errorf("SageMaker was called %d times, want 4", n)
			}
			if line := s.waitFor(t, "the clock is wrong"); !strings.Contains(line, `"level":"WARN"`) {
				t.Error(line)
			}
		})
	}
}
