package gateway

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// What a client has sent before is sent once, and earns no retry for others.
func TestRepeatedRequests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header http.Header
		calls  int
	}{
		"no header":              {nil, 3},
		"an SDK's first":         {http.Header{"Amz-Sdk-Request": {"attempt=1; max=5"}}, 3},
		"an SDK's second":        {http.Header{"Amz-Sdk-Request": {"attempt=2; max=5"}}, 1},
		"with a ttl before it":   {http.Header{"Amz-Sdk-Request": {"ttl=20270529T190000Z; attempt=2; max=5"}}, 1},
		"odd":                    {http.Header{"Amz-Sdk-Request": {"attempt=two"}}, 3},
		"an OpenAI client's 1st": {http.Header{"X-Stainless-Retry-Count": {"0"}}, 3},
		"an OpenAI client's 2nd": {http.Header{"X-Stainless-Retry-Count": {"1"}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(cfg *Config) { cfg.MaxAttempts = 3 })
			f.runtime.Answer(sagemakertest.Fail(503, "ServiceUnavailable"))
			f.do(t, "POST", "/invocations", test.header, strings.NewReader("a"))
			if got := len(f.runtime.Calls()); got != test.calls {
				t.Errorf("%d calls, want %d", got, test.calls)
			}
		})
	}
	f := newFixture(t, func(cfg *Config) { cfg.MaxAttempts = 2 })
	f.runtime.Answer(sagemakertest.Fail(503, "ServiceUnavailable"))
	for range 10 { // the budget's first ten retries
		f.do(t, "POST", "/invocations", nil, strings.NewReader("a"))
	}
	for range 10 {
		f.do(t, "POST", "/invocations", http.Header{"Amz-Sdk-Request": {"attempt=2"}}, strings.NewReader("a"))
	}
	for range 2 { // the eleven first attempts have earned one more
		f.do(t, "POST", "/invocations", nil, strings.NewReader("a"))
	}
	if got := len(f.runtime.Calls()); got != 22+11 {
		t.Errorf("%d calls, want 22 and 11 retries", got)
	}
}
