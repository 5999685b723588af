package gateway

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

// seen is what a client of the AWS SDK can tell about an error.
type seen struct {
	Typed         any // the modelled error, nil if it is none
	Code, Message string
	Fault         smithy.ErrorFault
	Status        int
	RequestID     string
	RetryAfter    string
}

func see(t *testing.T, url string) seen {
	t.Helper()
	_, err := sdkClient(
		url,
	).InvokeEndpoint(t.Context(), &sagemakerruntime.InvokeEndpointInput{EndpointName: aws.String(testEndpoint),
		Body: []byte("a")})
	var api smithy.APIError
	var response *awshttp.ResponseError
	if !errors.As(err, &api) || !errors.As(err, &response) {
		t.Fatalf("%T %v", err, err)
	}
	s := seen{
		Code: api.ErrorCode(), Message: api.ErrorMessage(), Fault: api.ErrorFault(),
		Status: response.HTTPStatusCode(), RequestID: response.ServiceRequestID(),
		RetryAfter: response.Response.Header.Get("Retry-After") + response.Response.Header.Get("X-Amz-Retry-After"),
	}
	if reflect.TypeOf(api).Elem().PkgPath() == reflect.TypeFor[types.ModelError]().PkgPath() {
		s.Typed = api
	}
	return s
}

// An AWS SDK client sees the same error through the gateway as from SageMaker.
func TestSDKClientSeesTheSameErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status int
		code   string // of the header
		body   string
		typed  bool
	}{
		"ModelError": {
			424,
			"ModelError",
			`{"ErrorCode":"CLIENT_ERROR_FROM_MODEL","LogStreamArn":"arn:aws:logs:us-east-1:123456789012:log-group:/aws/` +
				`sagemaker/Endpoints/predictions",` +
				`"Message":"Received client error (400) from primary with message \"{\"error\": \"<bad>\"}\"",` +
				`"OriginalMessage":"{\"error\": \"<bad>\"}","OriginalStatusCode":400}`,
			true,
		},
		"ModelError of a shed request": {
			424,
			"ModelError",
			`{"Message":"busy","OriginalMessage":"","OriginalStatusCode":503}`,
			true,
		},
		"ModelError without members":  {424, "ModelError", `{"Message":"m"}`, true},
		"ModelNotReadyException":      {429, "ModelNotReadyException", `{"Message":"the model is being loaded"}`, true},
		"ServiceUnavailable":          {503, "ServiceUnavailable", `{"Message":"no capacity"}`, true},
		"InternalFailure":             {500, "InternalFailure", `{"Message":"internal"}`, true},
		"InternalDependencyException": {530, "InternalDependencyException", `{"Message":"a dependency"}`, true},
		"ValidationError": {
			400,
			"ValidationError",
			`{"Message":"Endpoint predictions of account 123456789012 not found."}`,
			true,
		},
		"code with a namespace": {
			400,
			"com.amazonaws.sagemakerruntime#ValidationError:http://internal.example/",
			`{"Message":"m"}`,
			true,
		},
		"code in the body": {
			400,
			"",
			`{"__type":"com.amazonaws.sagemakerruntime#ValidationError","Message":"m"}`,
			true,
		},
		"a member of a later SDK":        {424, "ModelError", `{"Message":"m","Later":{"deep":[1,2]}}`, true},
		"throttling":                     {400, "ThrottlingException", `{"message":"Rate exceeded"}`, false},
		"code and message in lower case": {429, "", `{"code":"TooMany","message":"slow down"}`, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.runtime.Answer(func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) {
				w.Header().Set("Retry-After", "7")
				w.Header().Set("X-Amz-Retry-After", "7000")
				sagemakertest.Error(w, test.status, test.code, test.body)
			})
			direct := see(t, f.runtime.URL)
			if (direct.Typed != nil) != test.typed || direct.Status != test.status || direct.RetryAfter != "77000" {
				t.Fatalf("the test itself is wrong: %+v", direct)
			}
			through := see(t, f.url)
			if diff := cmp.Diff(direct, through, cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
				t.Error(diff)
			}
			response, body := f.do(t, "POST", "/invocations", nil, strings.NewReader("a"))
			e := errorOf(t, response, body)
			if e.Code != direct.Code || e.Message != direct.Message || response.StatusCode != test.status {
				t.Errorf("in JSON: %d %s", response.StatusCode, body)
			}
			if got := len(f.runtime.Calls()); got != 3 {
				t.Errorf("SageMaker was called %d times, want once for each of 3 requests", got)
			}
		})
	}
}

// Answers that are not SageMaker's usual ones are still answered in JSON.
func TestUnusualErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status     int
		code       string
		body       string
		wantStatus int
		want       errorBody
		log        string
	}{
		"a page of a proxy": {
			503,
			"",
			"<html>busy</html>",
			503,
			errorBody{"ServiceUnavailable", "SageMaker answered with status 503 and no message"},
			"",
		},
		"nothing": {
			500,
			"",
			"",
			500,
			errorBody{"InternalServerError", "SageMaker answered with status 500 and no message"},
			"",
		},
		"JSON of other kind": {
			429,
			"",
			`["slow"]`,
			429,
			errorBody{"TooManyRequests", "SageMaker answered with status 429 and no message"},
			"",
		},
		"null": {
			424,
			"ModelError",
			`null`,
			424,
			errorBody{"ModelError", "SageMaker answered with status 424 and no message"},
			"",
		},
		"wrong member type": {
			424,
			"ModelError",
			`{"OriginalStatusCode":"many"}`,
			424,
			errorBody{"ModelError", "SageMaker answered with status 424 and no message"},
			"",
		},
		"message is null": {
			500,
			"InternalFailure",
			`{"Message":null}`,
			500,
			errorBody{"InternalFailure", "SageMaker answered with status 500 and no message"},
			"",
		},
		"page with a code": {
			503,
			"a.b#ServiceUnavailable:http://c/",
			"<html>",
			503,
			errorBody{"ServiceUnavailable", "SageMaker answered with status 503 and no message"},
			"",
		},
		"no name for it": {
			530,
			"",
			"",
			530,
			errorBody{"UnknownError", "SageMaker answered with status 530 and no message"},
			"",
		},
		"hostile code": {
			400,
			"",
			`{"__type":"a\r\nSet-Cookie: b"}`,
			400,
			errorBody{"BadRequest", "SageMaker answered with status 400 and no message"},
			"",
		},
		"redirect": {
			301,
			"",
			"",
			502,
			errorBody{"BadEndpointReply", "SageMaker did not answer as InvokeEndpoint does"},
			"status 301",
		},
		"odd status": {
			799,
			"",
			"",
			502,
			errorBody{"BadEndpointReply", "SageMaker did not answer as InvokeEndpoint does"},
			"status 799",
		},
		"too long to be one": {
			400,
			"ValidationError",
			`{"Message":"` + strings.Repeat("x", maxErrorBytes) + `"}`,
			400,
			errorBody{"ValidationError", "SageMaker answered with status 400 and no message"},
			"",
		},
		"access denied": {
			403,
			"AccessDeniedException",
			`{"Message":"User: arn:aws:sts::123456789012:assumed-role/gateway/x is not authorized to perform: ` +
				`sagemaker:InvokeEndpoint"}`,
			502,
			errorBody{"GatewayNotAuthorized", "SageMaker refused the gateway's own permission or credentials"},
			"is not authorized to perform: sagemaker:InvokeEndpoint",
		},
		"expired": {400, "ExpiredTokenException", `{"message":"The security token included in the request is expired"}`,
			502, errorBody{"GatewayNotAuthorized", "SageMaker refused the gateway's own permission or " +
				"credentials"}, "status 400: ExpiredTokenException"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.runtime.Answer(func(w http.ResponseWriter, _ *http.Request, _ sagemakertest.Call) {
				sagemakertest.Error(w, test.status, test.code, test.body)
			})
			response, body := f.do(
				t,
				"POST",
				"/invocations",
				http.Header{headerInferenceID: {"order-4711"}},
				strings.NewReader("a"),
			)
			if got := errorOf(t, response, body); got != test.want || response.StatusCode != test.wantStatus {
				t.Errorf("got %d %+v", response.StatusCode, got)
			}
			if strings.Contains(body, "arn:aws:sts") || strings.Contains(body, "security token") {
				t.Errorf("the reply tells too much: %s", body)
			}
			if !strings.Contains(f.log.String(), test.log) {
				t.Errorf("%q is not in the log %s", test.log, f.log)
			}
			if response.Header.Get(headerInferenceID) != "order-4711" {
				t.Error("the inference id does not come back")
			}
		})
	}
}

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
