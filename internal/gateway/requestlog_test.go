package gateway

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// One line a request; what is private stays out of it.
func TestLog(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	header := http.Header{
		"Content-Type":                       {"text/plain"},
		headerInferenceID:                    {"order-4711"},
		"X-Amzn-Sagemaker-Custom-Attributes": {"private-attribute"},
		"Authorization":                      {"Bearer private-token"},
	}
	f.do(t, "POST", "/endpoints/predictions/invocations", header, strings.NewReader("private-input"))
	f.runtime.Answer(func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) {
		sagemakertest.Error(w, 424, "ModelError", `{"Message":"private-message","OriginalMessage":"private-message"}`)
	})
	f.do(t, "POST", "/invocations", header, strings.NewReader("private-input"))
	f.runtime.Answer(func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) {
		sagemakertest.Error(
			w,
			403,
			"InvalidSignatureException",
			`{"message":"the canonical string was x-amz-security-token:private-token"}`,
		)
	})
	f.do(t, "POST", "/invocations", header, strings.NewReader("private-input"))
	f.do(t, "GET", "/ping", nil, nil)
	f.do(t, "GET", "/"+strings.Repeat("x", 4000), nil, nil)

	if strings.Contains(f.log.String(), "private") || strings.Contains(f.log.String(), "a-secret-key") ||
		strings.Contains(f.log.String(), "a-session-token") {
		t.Errorf("the log tells too much: %s", f.log.String())
	}
	var got []map[string]any
	for line := range strings.Lines(f.log.String()) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if d, ok := entry["duration_ms"].(float64); !ok || d < 0 || d > 60_000 {
			t.Errorf("duration_ms is %v", entry["duration_ms"])
		}
		delete(entry, "duration_ms")
		delete(entry, "time")
		if id, ok := entry["request_id"].(string); ok != (entry["status"] == 501. || entry["status"] == 404.) ||
			ok && len(id) != 36 {
			t.Errorf("request_id is %v in %s", entry["request_id"], line)
		}
		delete(entry, "request_id")
		got = append(got, entry)
	}
	want := []map[string]any{
		{"level": "INFO", "msg": "request", "method": "POST", "route": "/endpoints/{name}/invocations", "status": 200.,
			"request_bytes": 13., "response_bytes": 13., "inference_id": "order-4711",
			"sagemaker_request_id": sagemakertest.RequestID},
		{"level": "INFO", "msg": "request", "method": "POST", "route": "/invocations", "status": 424.,
			"request_bytes": 13., "response_bytes": got[1]["response_bytes"], "inference_id": "order-4711",
			"sagemaker_request_id": sagemakertest.RequestID, "code": "ModelError"},
		{"level": "ERROR", "msg": "request", "method": "POST", "route": "/invocations", "status": 501.,
			"request_bytes": 13., "response_bytes": got[2]["response_bytes"], "inference_id": "order-4711",
			"code": "GatewayNotAuthorized", "error": "SageMaker answered with status 403: InvalidSignatureException"},
		{"level": "INFO", "msg": "request", "method": "GET", "route": "unknown", "status": 404.,
			"request_bytes": 0., "response_bytes": got[3]["response_bytes"], "code": "NotFound"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
