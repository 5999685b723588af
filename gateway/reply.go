package gateway

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
)

// reply is an answer as a value: the server writes it to a connection, the
// Lambda form to JSON.
type reply struct {
	status int
	header http.Header
	body   []byte

	// For the log only.
	code         string // of the error, "" if there is none
	cause        error  // what happened, where the client is not told
	requestBytes int    // body bytes read
}

// The gateway's own error codes. None is one of SageMaker's, so that a client
// can tell who speaks. They are part of the interface: do not rename.
const (
	codeBadEndpointReply      = "BadEndpointReply"
	codeClientClosedRequest   = "ClientClosedRequest"
	codeCredentialsMissing    = "GatewayCredentialsMissing"
	codeEndpointTimeout       = "EndpointTimeout"
	codeEndpointUnreachable   = "EndpointUnreachable"
	codeGatewayFailure        = "GatewayFailure"
	codeIncompleteBody        = "IncompleteBody"
	codeInvalidHeader         = "InvalidHeader"
	codeMalformedEvent        = "MalformedEvent"
	codeMethodNotAllowed      = "MethodNotAllowed"
	codeNotAuthorized         = "GatewayNotAuthorized"
	codeNotFound              = "NotFound"
	codeRequestEntityTooLarge = "RequestEntityTooLarge"
	codeRequestTimeout        = "RequestTimeout"
	codeResponseTooLarge      = "ResponseTooLarge"
)

// statusClientClosedRequest is only ever logged: nobody is left to read it.
const statusClientClosedRequest = 499

// Response headers that the gateway itself deals in.
const (
	headerErrorType = "X-Amzn-Errortype"
	headerRequestID = "X-Amzn-Requestid"
)

// failure is an error in the form that both people and AWS SDKs read: the code
// in the body and in X-Amzn-ErrorType, the message in the body.
func failure(status int, code, message string) reply {
	body, err := json.Marshal(struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}{code, message})
	if err != nil {
		panic(err) // two strings always marshal
	}
	return errorReply(status, code, body)
}

func errorReply(status int, code string, body []byte) reply {
	return reply{
		status: status,
		header: http.Header{"Content-Type": {"application/json"}, headerErrorType: {code}},
		body:   body,
		code:   code,
	}
}

func (out reply) because(cause error) reply {
	out.cause = cause
	return out
}

// writeTo sends the reply, without its body where method is HEAD.
func (out reply) writeTo(w http.ResponseWriter, method string) error {
	header := w.Header()
	maps.Copy(header, out.header)
	if _, ok := header["Content-Type"]; !ok {
		header["Content-Type"] = nil // else net/http would guess one
	}
	header.Set("Content-Length", strconv.Itoa(len(out.body)))
	w.WriteHeader(out.status)
	if method == http.MethodHead {
		return nil
	}
	_, err := w.Write(out.body)
	return err
}
