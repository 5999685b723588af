package gateway

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"pgregory.net/rapid"
)

// The signature is the SDK's, whatever headers and body are, on any day and
// with any credentials.
func TestSignatureIsTheSDKs(t *testing.T) {
	t.Parallel()
	own := &signer{region: "eu-west-1"}
	sdk := v4.NewSigner()
	rapid.Check(t, func(t *rapid.T) {
		header := http.Header{"User-Agent": userAgent, "X-Amzn-Trace-Id": {"Root=1"}}
		for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(passedOn), rapid.ID).Draw(t, "names") {
			if name != headerTraceParent && name != "Tracestate" {
				header[name] = []string{rapid.StringMatching(`[ -~⚽]{0,40}`).Draw(t, name)}
			}
		}
		body := []byte(rapid.String().Draw(t, "body"))
		key := rapid.SampledFrom([]string{"AKIDEXAMPLE", "AKIDOTHER"}).Draw(t, "key")
		credentials := aws.Credentials{
			AccessKeyID: key, SecretAccessKey: "the secret of " + key,
			SessionToken: rapid.SampledFrom([]string{"", "a-token"}).Draw(t, "token"),
		}
		now := time.Unix(rapid.Int64Range(1.7e9, 1.9e9).Draw(t, "now"), 0)

		r, err := http.NewRequest(http.MethodPost, "https://runtime.sagemaker.eu-west-1.amazonaws.com/endpoints/predictions/invocations", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = header.Clone()
		sum := sha256.Sum256(body)
		if err := sdk.SignHTTP(t.Context(), credentials, r, hex.EncodeToString(sum[:]), signingService, "eu-west-1", now); err != nil {
			t.Fatal(err)
		}
		own.sign(header, r.URL.Host, r.URL.EscapedPath(), body, &credentials, now)
		for _, name := range []string{"Authorization", headerDate, headerToken} {
			if got, want := header.Get(name), r.Header.Get(name); got != want {
				t.Fatalf("%s\n got %s\nwant %s", name, got, want)
			}
		}
	})
}
