package gateway

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"pgregory.net/rapid"
)

// signatureOf is the Authorization header that r has to have, recomputed from
// AWS's description of Signature Version 4 for all of signed.
func signatureOf(r *http.Request, body []byte, signed []string, credentials aws.Credentials, now time.Time) string {
	mac := func(key []byte, text string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(text))
		return h.Sum(nil)
	}
	hash := func(text []byte) string {
		sum := sha256.Sum256(text)
		return hex.EncodeToString(sum[:])
	}
	canonical := "POST\n" + r.URL.Path + "\n\n"
	for _, name := range signed {
		value := r.Header.Get(name)
		switch name {
		case "host":
			value = r.URL.Host
		case "content-length":
			value = fmt.Sprint(len(body))
		}
		canonical += name + ":" + strings.Join(strings.Fields(value), " ") + "\n"
	}
	names := strings.Join(signed, ";")
	canonical += "\n" + names + "\n" + hash(body)
	day, at := now.UTC().Format("20060102"), now.UTC().Format("20060102T150405Z")
	scope := day + "/us-east-1/sagemaker/aws4_request"
	key := []byte("AWS4" + credentials.SecretAccessKey)
	for _, part := range strings.Split(scope, "/") {
		key = mac(key, part)
	}
	text := "AWS4-HMAC-SHA256\n" + at + "\n" + scope + "\n" + hash([]byte(canonical))
	return fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%x",
		credentials.AccessKeyID, scope, names, mac(key, text))
}

// Every request has the signature that AWS describes, over every header but the
// agent and the traces, whatever headers and body are, on any day and with any
// credentials, also the second time after others.
func TestSignature(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var credentials aws.Credentials
		calls := &recording{}
		endpoint := endpointAt(t, "http://127.0.0.1")
		endpoint.transport = calls
		header := http.Header{"User-Agent": userAgent}
		for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(forwardedHeaders), rapid.ID).Draw(rt, "names") {
			header[name] = []string{rapid.StringMatching(`[ -~⚽]{0,40}`).Draw(rt, name)}
		}
		given := header.Clone()
		body := []byte(rapid.String().Draw(rt, "body"))
		for attempt := range 2 {
			key := rapid.SampledFrom([]string{"AKIDEXAMPLE", "AKIDOTHER"}).Draw(rt, "key")
			credentials = aws.Credentials{
				AccessKeyID: key, SecretAccessKey: "the secret of " + key,
				SessionToken: rapid.SampledFrom([]string{"", "a-token"}).Draw(rt, "token"),
			}
			now := time.Unix(rapid.Int64Range(1.7e9, 1.9e9).Draw(rt, "now"), 0)
			endpoint.now = func() time.Time { return now }
			target := endpoint.target(testEndpoint, "invocations")
			if _, err := endpoint.send(t.Context(), target, header, requestBody{body}, &credentials, 0); err != nil {
				rt.Fatal(err)
			}
			sent := calls.calls[attempt]
			signed := []string{"host"}
			if len(body) > 0 {
				signed = append(signed, "content-length")
			}
			for name := range sent.Header {
				if !slices.Contains([]string{"Authorization", "User-Agent", "Traceparent", "Tracestate", "X-Amzn-Trace-Id"}, name) {
					signed = append(signed, strings.ToLower(name))
				}
			}
			slices.Sort(signed)
			if want := signatureOf(sent, body, signed, credentials, now); sent.Header.Get("Authorization") != want {
				rt.Fatalf("attempt %d\n got %s\nwant %s", attempt, sent.Header.Get("Authorization"), want)
			}
			if got := sent.Header.Get(headerToken); got != credentials.SessionToken {
				rt.Fatalf("the session token is %q, want %q", got, credentials.SessionToken)
			}
			for name, values := range given {
				if !slices.Equal(sent.Header[name], values) {
					rt.Fatalf("%s is %q, want %q", name, sent.Header[name], values)
				}
			}
			header = sent.Header.Clone()
		}
	})
}
