package gateway

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// reply is what the client gets: the server writes it to a connection, the Lambda
// form as JSON.
type reply struct {
	status int
	header http.Header
	body   []byte
	answer *answer // SageMaker's, still arriving; body is then empty

	// For log and metrics only.
	code  string // of the error, "" for none
	cause error  // details that the client does not get
	shed  bool   // refused for want of capacity, or answered in another way

	unserved bool // another reply may take its place

	own bool // body is that of failure
}

// The gateway's own error codes, none of which SageMaker uses. They are part of the
// interface: do not rename.
const (
	codeAsyncNotServed        = "AsyncInvocationNotServed"
	codeBadEndpointReply      = "BadEndpointReply"
	codeBodyTooSlow           = "BodyTooSlow"
	codeClientClosedRequest   = "ClientClosedRequest"
	codeCredentialsMissing    = "GatewayCredentialsMissing"
	codeEndpointTimeout       = "EndpointTimeout"
	codeEndpointUnreachable   = "EndpointUnreachable"
	codeGatewayFailure        = "GatewayFailure"
	codeIncompleteBody        = "IncompleteBody"
	codeInvalidHeader         = "InvalidHeader"
	codeMalformedEvent        = "MalformedEvent"
	codeMemoryFull            = "GatewayMemoryFull"
	codeMethodNotAllowed      = "MethodNotAllowed"
	codeNotAuthorized         = "GatewayNotAuthorized"
	codeNotFound              = "NotFound"
	codeNotPossible           = "NotPossibleOnLambda"
	codeOriginNotAllowed      = "OriginNotAllowed"
	codeOverloaded            = "Overloaded"
	codeRequestEntityTooLarge = "RequestEntityTooLarge"
	codeRequestTimeout        = "RequestTimeout"
	codeResponseTooLarge      = "ResponseTooLarge"
	codeStopping              = "Stopping"
	codeUnsupportedEncoding   = "UnsupportedContentEncoding"
)

// statusRepeatsInVain is the status of a failure that the same request meets again. The
// AWS SDKs repeat 500, 502, 503 and 504, and no other status over 499 (fact F45).
const statusRepeatsInVain = http.StatusNotImplemented

// statusClientClosedRequest is only logged: the client is gone.
const statusClientClosedRequest = 499

// codeModelError is SageMaker's code for an error of the container.
const codeModelError = "ModelError"

// jsonType is shared by all replies: do not change it.
var jsonType = []string{"application/json"}

// failure is an error in the form that AWS SDKs read: the code in the body and in
// X-Amzn-ErrorType, the message in the body.
func failure(status int, code, message string) *reply {
	body, err := json.Marshal(struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}{code, message})
	if err != nil {
		panic(err) // two strings always marshal
	}
	out := errorReply(status, code, body)
	out.own = true
	return out
}

func errorReply(status int, code string, body []byte) *reply {
	return &reply{
		status: status,
		header: http.Header{"Content-Type": jsonType, headerErrorType: {code}},
		body:   body,
		code:   code,
	}
}

func (out *reply) withCause(cause error) *reply {
	out.cause = cause
	return out
}

// withRetryAfter adds Retry-After in seconds and X-Amz-Retry-After in milliseconds:
// the SDKs read the latter only (fact F32).
func (out *reply) withRetryAfter(after time.Duration) *reply {
	out.header.Set("Retry-After", strconv.Itoa(int((after+time.Second-1)/time.Second)))
	out.header.Set("X-Amz-Retry-After", strconv.FormatInt(after.Milliseconds(), 10))
	return out
}

// repeatsInVain is the failure of a request that nobody should send again.
func repeatsInVain(code, message string) *reply {
	out := failure(statusRepeatsInVain, code, message)
	out.header.Set(headerShouldRetry, "false")
	return out
}

func jsonString(s string) json.RawMessage {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always marshals
	}
	return text
}
