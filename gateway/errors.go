package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// sageMakerError passes SageMaker's own error on: the same status, the same
// JSON members (the SDKs read Message, OriginalStatusCode, OriginalMessage and
// LogStreamArn, exactly so written), code and message for everybody else.
// err is what the SDK made of it.
func sageMakerError(answered httpError, err error) reply {
	code, message := nameOf(answered, err)
	switch {
	case answered.status < 400 || answered.status > 599:
		return failure(http.StatusBadGateway, codeBadEndpointReply, "SageMaker did not answer as InvokeEndpoint does").
			because(fmt.Errorf("SageMaker answered with status %d", answered.status))
	case aboutSignature(answered.status, code):
		return failure(http.StatusBadGateway, codeNotAuthorized, "SageMaker refused the gateway's own permission or credentials").
			because(refusal(answered.status, code, message))
	}

	members := map[string]json.RawMessage{}
	if json.Unmarshal(answered.body, &members) != nil || members == nil {
		members = map[string]json.RawMessage{} // not an object: nothing to pass on
	}
	if len(members) == 0 {
		members["Message"] = jsonString(message) // where the SDKs look
	}
	members["code"] = jsonString(code)
	members["message"] = jsonString(message)
	body, marshalErr := json.Marshal(members)
	if marshalErr != nil {
		return failure(http.StatusInternalServerError, codeGatewayFailure, "the gateway failed").because(marshalErr)
	}
	out := errorReply(answered.status, code, body)
	for _, name := range []string{headerRequestID, "Retry-After", "X-Amz-Retry-After"} {
		if value := answered.header.Get(name); value != "" {
			out.header.Set(name, value)
		}
	}
	return out
}

// nameOf is the error's code and message; where SageMaker gave none, or
// something in front of it answered in another language than JSON, they say
// what the status does.
func nameOf(answered httpError, err error) (code, message string) {
	var named smithy.APIError
	if errors.As(err, &named) {
		code, message = named.ErrorCode(), named.ErrorMessage()
	} else { // a body that the SDK could not read; the header has namespace#Code:URL
		code, _, _ = strings.Cut(answered.header.Get(headerErrorType), ":")
		code = code[strings.LastIndex(code, "#")+1:]
	}
	if code == "" || code == "UnknownError" || len(code) > 128 || !sendable(code) {
		code = strings.ReplaceAll(http.StatusText(answered.status), " ", "")
	}
	if code == "" {
		code = "UnknownError"
	}
	if message == "" || message == "UnknownError" {
		message = fmt.Sprintf("SageMaker answered with status %d and no message", answered.status)
	}
	return code, message
}

// Codes with which AWS refuses a signature, whatever the status.
var signatureCodes = []string{
	"AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature",
	"IncompleteSignatureException", "InvalidClientTokenId", "InvalidSignatureException", "MissingAuthenticationToken",
	"MissingAuthenticationTokenException", "RequestExpired", "SignatureDoesNotMatch", "UnrecognizedClientException",
}

// aboutSignature tells the errors that are about the gateway's signature. The
// client, which signs nothing that SageMaker sees, can do nothing about them
// and would take a 403 for its own.
func aboutSignature(status int, code string) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden || slices.Contains(signatureCodes, code)
}

// refusal is what the log says of a refused signature. AccessDenied names the
// role and the missing action; the others may quote the signed request, which
// holds a session token.
func refusal(status int, code, message string) error {
	if strings.HasPrefix(code, "AccessDenied") {
		return fmt.Errorf("SageMaker answered with status %d: %s: %s", status, code, message)
	}
	return fmt.Errorf("SageMaker answered with status %d: %s", status, code)
}

// noAnswer explains a call that ended without an answer from SageMaker. The
// client learns what kind of failure it was, the log the rest.
func noAnswer(err error) reply {
	var (
		credentials *credentialsError
		network     net.Error
		unsent      *smithyhttp.RequestSendError
		unread      *smithy.DeserializationError
	)
	switch {
	case errors.As(err, &credentials):
		return failure(http.StatusBadGateway, codeCredentialsMissing, "the gateway has no AWS credentials").because(err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return failure(http.StatusGatewayTimeout, codeEndpointTimeout, "SageMaker did not answer in time").because(err)
	case errors.As(err, &unsent):
		return failure(http.StatusBadGateway, codeEndpointUnreachable, "SageMaker could not be reached, or the connection broke").because(err)
	case errors.As(err, &unread):
		return failure(http.StatusBadGateway, codeBadEndpointReply, "SageMaker's answer did not arrive whole").because(err)
	default:
		return failure(http.StatusInternalServerError, codeGatewayFailure, "the gateway failed").because(err)
	}
}

func jsonString(s string) json.RawMessage {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always marshals
	}
	return text
}
