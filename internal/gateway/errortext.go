package gateway

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxErrorText bounds the text of an error that is no JSON object.
const maxErrorText = 1024

// textOf is the body of an error that is no JSON object, such as a proxy's page, as one
// line of at most maxErrorText bytes; "" where it is an object, is no text, or may quote
// the signed request, which holds a session token.
func textOf(body []byte) string {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) == nil { // null, too
		return ""
	}
	cut := body
	if len(cut) > maxErrorText {
		cut = cut[:maxErrorText]
		for i := 0; i < utf8.UTFMax-1 && !utf8.Valid(cut); i++ {
			cut = cut[:len(cut)-1] // a character that the bound has cut
		}
	}
	if !utf8.Valid(cut) || tellsSignature(body) {
		return ""
	}
	for _, r := range string(cut) {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return ""
		}
	}
	text := strings.Join(strings.Fields(string(cut)), " ")
	if len(cut) < len(body) {
		text += " …"
	}
	return text
}

// tellsSignature reports whether an answer may quote a signed request.
func tellsSignature(body []byte) bool {
	lower := strings.ToLower(string(body))
	for _, part := range []string{"security-token", "securitytoken", "aws4-hmac", "signature"} {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return false
}

// errorText is textOf for the log.
func errorText(status int, body []byte) error {
	if text := textOf(body); text != "" {
		return fmt.Errorf("SageMaker answered with status %d: %s", status, text)
	}
	return fmt.Errorf("SageMaker answered with status %d", status)
}

// identify gives an error that has no request ID of SageMaker's one of the gateway's,
// in X-Amzn-RequestId, where the SDKs read it, and in the body. The log has it.
func (x *exchange) identify(out *reply) {
	if out.code == "" || out.header[headerRequestID] != nil {
		return
	}
	x.requestID = newRequestID()
	out.header[headerRequestID] = []string{x.requestID}
	if out.own {
		// The body of failure is an object with members.
		out.body = append(out.body[:len(out.body)-1], `,"requestId":"`+x.requestID+`"}`...)
	}
}

// newRequestID returns a random UUID (RFC 9562, version 4).
func newRequestID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	text := hex.EncodeToString(id[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}
