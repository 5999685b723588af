package gateway

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// hang answers no more, until the gateway gives up or a broken one's test should
// end.
func hang(_ http.ResponseWriter, r *http.Request, _ sagemakertest.Call) {
	select {
	case <-r.Context().Done():
	case <-time.After(20 * time.Second):
	}
}

// Where nothing comes back from SageMaker, the client learns what kind of
// failure it was and no internal detail; the log has the detail.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	hijack := func(answer string) func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) {
		return func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = io.WriteString(conn, answer)
			_ = conn.Close()
		}
	}
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	noCredentials := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("no role at http://169.254.170.2/internal-path")
	})
	tests := map[string]struct {
		answer func(http.ResponseWriter, *http.Request, sagemakertest.Call)
		option func(*sagemakerruntime.Options)
		status int
		code   string
		log    string
	}{
		"hangs": {answer: hang, status: 504, code: "EndpointTimeout", log: "deadline exceeded"},
		"hangs in an error": {answer: func(w http.ResponseWriter, r *http.Request, _ sagemakertest.Call) {
			w.WriteHeader(503)
			w.(http.Flusher).Flush()
			hang(w, r, sagemakertest.Call{})
		}, status: 504, code: "EndpointTimeout", log: "deadline exceeded"},
		"closes": {answer: hijack(""), status: 502, code: "EndpointUnreachable", log: "EOF"},
		"closes in an error": {
			answer: hijack("HTTP/1.1 503 Busy\r\nContent-Length: 10\r\n\r\nabc"),
			status: 502,
			code:   "EndpointUnreachable",
			log:    "unexpected EOF",
		},
		"is not HTTP": {
			answer: hijack("SSH-2.0-OpenSSH\r\n"),
			status: 502,
			code:   "EndpointUnreachable",
			log:    "malformed",
		},
		"is not there": {
			option: func(o *sagemakerruntime.Options) { o.BaseEndpoint = aws.String("http://" + closed.Addr().String()) },
			status: 502,
			code:   "EndpointUnreachable",
			log:    "connection refused",
		},
		"has no such name": {
			option: func(o *sagemakerruntime.Options) { o.BaseEndpoint = aws.String("http://runtime.invalid") },
			status: 502,
			code:   "EndpointUnreachable",
			log:    "runtime.invalid",
		},
		"no TLS": {option: func(o *sagemakerruntime.Options) {
			o.BaseEndpoint = aws.String(strings.Replace(*o.BaseEndpoint, "http:", "https:", 1))
		}, status: 502, code: "EndpointUnreachable", log: "does not look like a TLS handshake"},
		"no credentials": {
			option: func(o *sagemakerruntime.Options) { o.Credentials = noCredentials },
			status: 502,
			code:   "GatewayCredentialsMissing",
			log:    "internal-path",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			if test.answer != nil {
				f.runtime.Answer(test.answer)
			}
			cfg := testConfig()
			cfg.RequestTimeout = 700 * time.Millisecond
			if !strings.HasPrefix(name, "hangs") {
				cfg.RequestTimeout = 10 * time.Second
			}
			option := test.option
			if option == nil {
				option = func(*sagemakerruntime.Options) {}
			}
			f.serve(t, cfg, endpointAt(t, f.runtime.URL, option))
			response, body := f.do(t, "POST", "/invocations", nil, strings.NewReader("a"))
			if e := errorOf(t, response, body); response.StatusCode != test.status || e.Code != test.code {
				t.Errorf("got %d %s", response.StatusCode, body)
			}
			for _, detail := range []string{"127.0.0.1", "internal-path", "runtime.invalid", "EOF", "Region"} {
				if strings.Contains(body, detail) {
					t.Errorf("the reply tells %q: %s", detail, body)
				}
			}
			if !strings.Contains(f.log.String(), test.log) {
				t.Errorf("%q is not in the log %s", test.log, f.log)
			}
			if got := len(f.runtime.Calls()); got > 1 {
				t.Errorf("SageMaker was called %d times", got)
			}
		})
	}
}

// The gateway never retries, whatever the environment tells the SDK.
func TestOneAttempt(t *testing.T) {
	runtime := sagemakertest.Start()
	t.Cleanup(runtime.Close)
	runtime.Answer(func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) {
		sagemakertest.Error(w, 503, "ServiceUnavailable", `{"Message":"no capacity"}`)
	})
	for name, value := range map[string]string{
		"AWS_MAX_ATTEMPTS": "5", "AWS_RETRY_MODE": "adaptive", "AWS_REGION": "eu-west-1",
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret-key",
		"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": runtime.URL,
		"AWS_CONFIG_FILE":                    "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
	} {
		t.Setenv(name, value)
	}
	endpoint, err := NewEndpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	New(testConfig(), endpoint, slog.New(slog.DiscardHandler)).
		ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/"+
			"invocations", strings.NewReader("a")))
	if recorder.Code != 503 || len(runtime.Calls()) != 1 {
		t.Errorf("got %d %s after %d calls", recorder.Code, recorder.Body, len(runtime.Calls()))
	}
	if scope := runtime.Calls()[0].Header.Get("Authorization"); !strings.Contains(scope, "/eu-west-1/sagemaker/") {
		t.Errorf("signed for %s", scope)
	}

	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_DEFAULT_REGION", "")
	if _, err := NewEndpoint(t.Context()); err == nil || !strings.Contains(err.Error(), "AWS_REGION: is required") {
		t.Errorf("without a region: %v", err)
	}
}
