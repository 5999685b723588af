package gateway

import (
	"crypto/tls"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
)

// The address is the SDK's, in every partition.
func TestTarget(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]sagemakerruntime.Options{
		"https://runtime.sagemaker.eu-west-1.amazonaws.com/endpoints/odds/invocations":     {Region: "eu-west-1"},
		"https://runtime.sagemaker.cn-north-1.amazonaws.com.cn/endpoints/odds/invocations": {Region: "cn-north-1"},
		"https://runtime-fips.sagemaker.us-east-1.amazonaws.com/endpoints/odds/invocations": {Region: "us-east-1",
			EndpointOptions: sagemakerruntime.EndpointResolverOptions{UseFIPSEndpoint: aws.FIPSEndpointStateEnabled}},
		"https://vpce-1.example/base/endpoints/odds/invocations": {Region: "eu-west-1", BaseEndpoint: aws.String("https://vpce-1.example/base/")},
	} {
		endpoint, err := newEndpoint(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if got := endpoint.target("odds", "invocations").String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if _, err := newEndpoint(t.Context(), sagemakerruntime.Options{}); err == nil {
		t.Error("no region is no error")
	}
}

// Over TLS it trusts what AWS_CA_BUNDLE says and speaks HTTP/1.1, also to a
// server that would rather speak HTTP/2.
func TestTLS(t *testing.T) {
	proto := make(chan string, 1)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proto <- r.Proto
		_, _ = w.Write([]byte("b"))
	}))
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	server.StartTLS()
	defer server.Close()
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret-key",
		"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": server.URL, "AWS_CA_BUNDLE": bundle,
		"AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
	} {
		t.Setenv(name, value)
	}
	call := func() *httptest.ResponseRecorder {
		endpoint, err := NewEndpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer endpoint.transport.(*http.Transport).CloseIdleConnections()
		recorder := httptest.NewRecorder()
		New(testConfig(), endpoint, slog.New(slog.DiscardHandler)).
			ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/invocations", strings.NewReader("a")))
		return recorder
	}
	if got := call(); got.Code != 200 || got.Body.String() != "b" {
		t.Fatalf("got %d %s", got.Code, got.Body)
	}
	if got := <-proto; got != "HTTP/1.1" {
		t.Errorf("it spoke %s", got)
	}
	t.Setenv("AWS_CA_BUNDLE", "")
	if got := call(); got.Code != 502 || !strings.Contains(got.Body.String(), "EndpointUnreachable") {
		t.Errorf("of a certificate that it does not trust: %d %s", got.Code, got.Body)
	}
}
