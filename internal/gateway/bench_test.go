package gateway

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/pressure"
)

// What a request costs among processes, `make bench-gateway` compares; here are
// the gateway's own parts.

// BenchmarkSign is the signature of a request of 1 KB.
func BenchmarkSign(b *testing.B) {
	body := bytes.Repeat([]byte("x"), 1024)
	endpoint := endpointAt(b, "https://runtime.sagemaker.eu-west-1.amazonaws.com")
	credentials := aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "a-secret-key", SessionToken: "a-token"}
	header := http.Header{"Content-Type": {"application/json"}, "Accept": {"*/*"}}
	target := endpoint.target(testEndpoint, "invocations")
	now := time.Unix(1.8e9, 0)
	b.ReportAllocs()
	for b.Loop() {
		if err := endpoint.sign(b.Context(), target, header, requestBody{body}, &credentials, now); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHandler is a request of 1 KB through either form, without network.
func BenchmarkHandler(b *testing.B) {
	body := bytes.Repeat([]byte("x"), 1024)
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	b.Run("form=server", func(b *testing.B) {
		g := New(testConfig(), endpointBy(b, echo{}), log)
		b.ReportAllocs()
		for b.Loop() {
			r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, "/invocations", bytes.NewReader(body))
			if err != nil {
				b.Fatal(err)
			}
			g.ServeHTTP(discard{http.Header{}}, r)
		}
	})
	b.Run("form=server,degrading", func(b *testing.B) {
		cfg := testConfig()
		cfg.PriorityClaim, cfg.ClaimsFrom = "tier", settings.ClaimsFromJWT
		cfg.PriorityClaims = map[string]pressure.Class{"gold": pressure.Critical}
		cfg.FairBy = &settings.Client{Claim: "sub"}
		cfg.LastKnownAge = time.Minute
		g := New(cfg, endpointBy(b, echo{}), log)
		bearer := []string{"Bearer " + token(`{"iss":"https://login.example.com","sub":"a","tier":"gold"}`)}
		b.ReportAllocs()
		for b.Loop() {
			r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, "/invocations", bytes.NewReader(body))
			if err != nil {
				b.Fatal(err)
			}
			r.Header[headerAuthorization] = bearer
			g.ServeHTTP(discard{http.Header{}}, r)
		}
	})
	b.Run("form=lambda", func(b *testing.B) {
		g := New(DefaultConfig(testEndpoint, true), endpointBy(b, echo{}), log)
		event := []byte(
			`{"requestContext":{"elb":{}},"httpMethod":"POST","path":"/invocations","headers":{"content-type":"text/` +
				`plain"},"body":"` + string(
				body,
			) + `"}`,
		)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := g.Invoke(b.Context(), event); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// echo is an endpoint that answers what it got.
type echo struct{}

func (echo) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: r.ContentLength, Body: r.Body}, nil
}

// discard is a client that reads nothing.
type discard struct{ header http.Header }

func (d discard) Header() http.Header       { return d.header }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}
