package boto3_test

import (
	"net/http"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// modes are botocore's ways to retry, with their default numbers of attempts.
var modes = map[string]int{"legacy": 5, "standard": 3, "adaptive": 3}

// TestRetriesDoNotMultiply: where every answer is one that both the SDK and the gateway
// retry, one call of the SDK makes at most the SDK's attempts and the retries that the
// gateway adds to the first; many calls add at most the budget of the gateway.
func TestRetriesDoNotMultiply(t *testing.T) {
	t.Parallel()
	const (
		calls        = 40
		ownAttempts  = 3                 // the default of MAX_ATTEMPTS
		budget       = 10 + calls*10/100 // what is saved at the start, and RETRY_PERCENT of the first attempts
		sdksAttempts = 5
	)
	stub := startRuntime(t)
	client := startClient(t, serviceWith(t, stub, nil))
	failing := invoke("unavailable", nil)
	failing.Attempts, failing.Mode = sdksAttempts, "legacy"
	for i := range calls {
		if got := client.outcome(t, failing); got["raised"] != "ServiceUnavailable" ||
			got["RetryAttempts"] != sdksAttempts-1. {
			t.Fatalf("got %v", got)
		}
		if n := len(stub.Calls()); i == 0 && n != sdksAttempts+ownAttempts-1 {
			t.Errorf("one call of the SDK made %d of SageMaker, want %d", n, sdksAttempts+ownAttempts-1)
		}
	}
	if n := len(stub.Calls()); n <= calls*sdksAttempts || n > calls*sdksAttempts+budget {
		t.Errorf("%d calls of the SDK made %d of SageMaker, want more than %d and at most %d", calls, n,
			calls*sdksAttempts, calls*sdksAttempts+budget)
	}
}

// TestFailuresAreNotRepeated: a failure that the same request would meet again is met
// once, however the SDK retries.
func TestFailuresAreNotRepeated(t *testing.T) {
	t.Parallel()
	stub := startRuntime(t)
	stub.Answer(func(w http.ResponseWriter, r *http.Request, c sagemakertest.Call) {
		switch string(c.Body) {
		case "large":
			w.Header().Set("Content-Length", "2000000")
			_, _ = w.Write(make([]byte, 2_000_000))
		case "signature":
			sagemakertest.Fail(403, "InvalidSignatureException")(w, r, c)
		default:
			sagemakertest.Fail(403, "AccessDeniedException")(w, r, c)
		}
	})
	for form, url := range map[string]string{
		"function": function(t, stub), "service": serviceWith(t, stub, map[string]string{"MAX_REPLY_BYTES": "1000000"}),
	} {
		client := startClient(t, url)
		for body, want := range map[string]string{
			"large": "ResponseTooLarge", "signature": "GatewayNotAuthorized", "permission": "GatewayNotAuthorized",
		} {
			for mode, attempts := range modes {
				failing := invoke(body, nil)
				failing.Attempts, failing.Mode = attempts, mode
				before := len(stub.Calls())
				got := client.outcome(t, failing)
				if got["raised"] != "ClientError" || code(got) != want || got["HTTPStatusCode"] != 501. ||
					got["RetryAttempts"] != 0. {
					t.Errorf("%s, %s, %s: got %v", form, body, mode, got)
				}
				if n := len(stub.Calls()) - before; n != 1 {
					t.Errorf("%s, %s, %s: SageMaker was called %d times", form, body, mode, n)
				}
			}
		}
	}
}
