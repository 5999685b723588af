package gateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
)

// maxErrorBytes bounds how much of an error is read; SageMaker's own are at
// most some thousand bytes.
const maxErrorBytes = 256 << 10

// modelError is the members of an error's body that decide about a retry.
type modelError struct {
	Type           string `json:"__type"`
	Code           string `json:"code"`
	OriginalStatus int    `json:"OriginalStatusCode"`
}

// readError reads SageMaker's error answer to its end.
func readError(response *http.Response) ([]byte, error) {
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxErrorBytes))
	if err != nil {
		return nil, fmt.Errorf("read the error answer: %w", err)
	}
	return body, nil
}

// sageMakerError forwards SageMaker's error: the same status and the same JSON
// members (the SDKs read Message, OriginalStatusCode, OriginalMessage and
// LogStreamArn, in exactly this spelling), and adds code and message for other
// clients.
func sageMakerError(status int, header http.Header, body []byte) *reply {
	code, message := codeAndMessage(status, header, body)
	switch {
	case status < 400 || status > 599:
		return failure(http.StatusBadGateway, codeBadEndpointReply, "SageMaker did not answer as InvokeEndpoint does").
			withCause(errorText(status, body))
	case isSignatureError(status, code):
		return notAuthorized(code).withCause(refusal(status, code, message))
	}
	members := map[string]json.RawMessage{}
	var cause error
	if json.Unmarshal(body, &members) != nil || members == nil {
		members = map[string]json.RawMessage{} // not an object: its text is the message
		if textOf(body) != "" {
			cause = errorText(status, body)
		}
	}
	if len(members) == 0 {
		members["Message"] = jsonString(message) // where the SDKs look
	}
	members["code"] = jsonString(code)
	members["message"] = jsonString(message)
	text, err := json.Marshal(members)
	if err != nil {
		return failure(http.StatusInternalServerError, codeGatewayFailure, "the gateway failed").withCause(err)
	}
	out := errorReply(status, code, text).withCause(cause)
	for _, name := range []string{headerRequestID, "Retry-After", "X-Amz-Retry-After"} {
		if value := header.Get(name); value != "" && sendable(value) {
			out.header.Set(name, value)
		}
	}
	return out
}

// codeAndMessage returns the error's code and message, found as the SDKs find them.
// The text of an answer that is no JSON is its message. Where the answer has none, they
// are derived from the status.
func codeAndMessage(status int, header http.Header, body []byte) (code, message string) {
	members := map[string]any{}
	_ = json.Unmarshal(body, &members) // not an object: no members
	text := func(names ...string) string {
		for _, name := range names {
			if s, ok := members[name].(string); ok && s != "" {
				return s
			}
		}
		return ""
	}
	code = header.Get(headerErrorType)
	if code == "" {
		code = text("__type", "code")
	}
	code, _, _ = strings.Cut(code, ":") // namespace#Code:URL
	code = code[strings.LastIndex(code, "#")+1:]
	if code == "" || len(code) > 128 || !sendable(code) {
		code = strings.ReplaceAll(http.StatusText(status), " ", "")
	}
	if code == "" {
		code = "UnknownError"
	}
	message = text("message", "Message", "errorMessage")
	if message == "" {
		message = textOf(body)
	}
	if message == "" {
		message = fmt.Sprintf("SageMaker answered with status %d and no message", status)
	}
	return code, message
}

// signatureCodes are the codes with which AWS refuses a signature, with any status.
var signatureCodes = []string{
	"AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature",
	"IncompleteSignatureException", "InvalidClientTokenId", "InvalidSignatureException", "MissingAuthenticationToken",
	"MissingAuthenticationTokenException", "RequestExpired", "SignatureDoesNotMatch", "UnrecognizedClientException",
}

// isSignatureError reports whether an error is about the gateway's signature. The
// client, which does not sign for SageMaker, would take a 403 for its own.
func isSignatureError(status int, code string) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden || slices.Contains(signatureCodes, code)
}

// notAuthorized is the reply where SageMaker refuses the gateway's signature. Only
// expired credentials are others soon.
func notAuthorized(code string) *reply {
	const message = "SageMaker refused the gateway's own permission or credentials"
	if isExpired(code) {
		return failure(http.StatusBadGateway, codeNotAuthorized, message)
	}
	return repeatsInVain(codeNotAuthorized, message)
}

// isExpired reports whether SageMaker calls the credentials expired.
func isExpired(code string) bool { return code == "ExpiredToken" || code == "ExpiredTokenException" }

// refusal is the log's text for a refused signature. The message is logged for
// AccessDenied only, where it names the role and the missing action: others may
// quote the signed request, which holds a session token.
func refusal(status int, code, message string) error {
	if strings.HasPrefix(code, "AccessDenied") {
		return fmt.Errorf("SageMaker answered with status %d: %s: %s", status, code, message)
	}
	return fmt.Errorf("SageMaker answered with status %d: %s", status, code)
}

// errDeadline ends a request's context when its time is over.
var errDeadline = fmt.Errorf("the request's time is over: %w", context.DeadlineExceeded)

// noAnswer is the reply for a call that ended without a whole answer from SageMaker.
// The client gets the kind of failure, the log the details.
func noAnswer(err error) *reply {
	var (
		credentials *credentialsError
		network     net.Error
	)
	switch {
	case errors.As(err, &credentials):
		return failure(http.StatusBadGateway, codeCredentialsMissing, "the gateway has no AWS credentials").withCause(err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return failure(http.StatusGatewayTimeout, codeEndpointTimeout, "SageMaker did not answer in time").withCause(err)
	default:
		return failure(http.StatusBadGateway, codeEndpointUnreachable,
			"SageMaker could not be reached, or the connection broke").withCause(err)
	}
}

// notConnected reports whether err came before any of the request was sent: there
// was no connection.
func notConnected(err error) bool {
	var dial *net.OpError
	return errors.As(err, &dial) && (dial.Op == "dial" || dial.Op == "proxyconnect") || isTLSError(err)
}

// isTLSError reports whether err is one of the TLS handshake.
func isTLSError(err error) bool {
	var (
		record      tls.RecordHeaderError
		alert       tls.AlertError
		certificate *tls.CertificateVerificationError
		unknown     x509.UnknownAuthorityError
	)
	return errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &certificate) ||
		errors.As(err, &unknown) || strings.Contains(err.Error(), handshakeTimeout)
}

// handshakeTimeout is the text of net/http's error, which has no exported type.
const handshakeTimeout = "TLS handshake timeout"

// opensBreaker reports whether err counts for the breaker: DNS or TLS fails, so the
// next call will too.
func opensBreaker(err error) bool {
	var name *net.DNSError
	return errors.As(err, &name) || isTLSError(err)
}
