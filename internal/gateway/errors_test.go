package gateway

import (
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

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
			errorBody{"ServiceUnavailable", "<html>busy</html>"},
			"SageMaker answered with status 503: \u003chtml\u003ebusy",
		},
		"text": {503, "", "no healthy upstream\r\n\ttry later", 503,
			errorBody{"ServiceUnavailable", "no healthy upstream try later"}, "no healthy upstream try later"},
		"text that the bound cuts within a character": {502, "", strings.Repeat("x", maxErrorText-1) + "⚽", 502,
			errorBody{"BadGateway", strings.Repeat("x", maxErrorText-1) + " …"}, "xxx …"},
		"no text": {503, "", "\x1f\x8b\x08\x00", 503,
			errorBody{"ServiceUnavailable", "SageMaker answered with status 503 and no message"}, ""},
		"another text": {502, "", "caf\xe9", 502,
			errorBody{"BadGateway", "SageMaker answered with status 502 and no message"}, ""},
		"text that quotes the request": {500, "", "<Canonical>x-amz-Security-Token:a-session-token</Canonical>", 500,
			errorBody{"InternalServerError", "SageMaker answered with status 500 and no message"}, ""},
		"text of another status": {302, "", "moved to the proxy", 502,
			errorBody{"BadEndpointReply", "SageMaker did not answer as InvokeEndpoint does"},
			"status 302: moved to the proxy"},
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
			errorBody{"TooManyRequests", `["slow"]`},
			`SageMaker answered with status 429: [\"slow\"]`,
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
			errorBody{"ServiceUnavailable", "<html>"},
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
			errorBody{"ValidationError", `{"Message":"` + strings.Repeat("x", maxErrorText-len(`{"Message":"`)) + " …"},
			"",
		},
		"access denied": {
			403,
			"AccessDeniedException",
			`{"Message":"User: arn:aws:sts::123456789012:assumed-role/gateway/x is not authorized to perform: ` +
				`sagemaker:InvokeEndpoint"}`,
			501,
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
			if strings.Contains(body, "arn:aws:sts") || strings.Contains(body, "security token") ||
				strings.Contains(body+f.log.String(), "a-session-token") {
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
