package lambdatarget

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestServeHTTP(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	target := start(t, Options{Log: &log})
	server := httptest.NewServer(target)
	t.Cleanup(server.Close)

	answer := func(body string) *http.Request {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/answer", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "text/plain")
		return r
	}
	upgrade := answer("")
	upgrade.Header.Set("Connection", "Upgrade")
	upgrade.Header.Set("Upgrade", "websocket")
	at := func(path string) *http.Request {
		r := answer("")
		r.URL.Path = path
		return r
	}
	quoted := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	tests := map[string]struct {
		request *http.Request
		status  int
		header  http.Header
		body    string
	}{
		"text": {answer(`{"statusCode":201,"headers":{"Content-Type":"text/x","X-A":"b","Connection":"close"},"body":"hé"}`),
			201, http.Header{"Content-Type": {"text/x"}, "X-A": {"b"}, "Connection": nil}, "hé"},
		"base64":               {answer(`{"statusCode":200,"body":"AP8=","isBase64Encoded":true}`), 200, http.Header{"Content-Type": nil}, "\x00\xff"},
		"unusual status":       {answer(`{"statusCode":530}`), 530, nil, ""},
		"other kind headers":   {answer(`{"statusCode":200,"multiValueHeaders":{"X-A":["b"]}}`), 200, http.Header{"X-A": nil}, ""},
		"no status":            {answer(`{"body":"x"}`), 502, nil, "502 Bad Gateway"},
		"status as text":       {answer(`{"statusCode":"200"}`), 502, nil, "502 Bad Gateway"},
		"not an object":        {answer(`"fine"`), 502, nil, "502 Bad Gateway"},
		"not JSON":             {answer(`fine`), 502, nil, "502 Bad Gateway"},
		"not base64":           {answer(`{"statusCode":200,"body":"%","isBase64Encoded":true}`), 502, nil, "502 Bad Gateway"},
		"line break in header": {answer(`{"statusCode":200,"headers":{"X-A":"b\r\nX-B: c"}}`), 502, nil, "502 Bad Gateway"},
		"answer of 1 MB":       {answer(`{"statusCode":200,"body":` + quoted(strings.Repeat("x", maxBytes-40)) + `}`), 200, nil, "xxxx"},
		"request over 1 MB":    {answer(strings.Repeat("x", maxBytes+1)), 413, nil, "413 Request Entity Too Large"},
		"upgrade":              {upgrade, 400, nil, "400 Bad Request"},
		"function error":       {at("/fail"), 502, nil, "502 Bad Gateway"},
		"function dies":        {at("/die"), 502, nil, "502 Bad Gateway"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			response, err := http.DefaultClient.Do(test.request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != test.status || !strings.Contains(string(body), test.body) {
				t.Errorf("got %d %.80q, want %d %q", response.StatusCode, body, test.status, test.body)
			}
			for name, want := range test.header {
				if diff := cmp.Diff(want, response.Header[name]); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
		})
	}
	if err := target.Close(); err != nil { // nothing writes to log any more
		t.Error(err)
	}
	for _, want := range []string{"the model is not there", "out of memory", "lambdatarget: POST /answer: the answer has statusCode 0, it must be from 200 to 599"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is not in the log:\n%s", want, log.String())
		}
	}
}

// The client hears of the idle timeout, and the function is still at work; the
// next request waits for it, as there is one environment, until its own timeout.
func TestIdleTimeout(t *testing.T) {
	t.Parallel()
	target := start(t, Options{Timeout: 3 * time.Second, IdleTimeout: time.Second})
	first := pid(t, target)
	recorder := httptest.NewRecorder()
	target.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/hang", nil))
	if recorder.Code != http.StatusGatewayTimeout {
		t.Errorf("got %d", recorder.Code)
	}
	if pid(t, target) == first {
		t.Error("the function that timed out is still used")
	}
}

// An answer whose JSON is over the limit is refused, though its body is not.
func TestAnswerLimit(t *testing.T) {
	t.Parallel()
	payload, err := json.Marshal(map[string]any{"statusCode": 200, "isBase64Encoded": true,
		"body": base64.StdEncoding.EncodeToString(make([]byte, maxBytes*4/5))})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readAnswer(payload, false); err == nil || !strings.Contains(err.Error(), "a load balancer takes") {
		t.Errorf("got %v", err)
	}
}
