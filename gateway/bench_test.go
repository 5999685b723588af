package gateway

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"

	"github.com/sagemaker-autoscaling-inference/cdk/gateway/sagemakertest"
)

// BenchmarkInvoke compares, in one run, what a request of 1 KB costs: signed
// and sent by the AWS SDK itself, and through the gateway in both its forms. The
// time of the stub that answers is in each.
func BenchmarkInvoke(b *testing.B) {
	body := bytes.Repeat([]byte("x"), 1024)
	rt := sagemakertest.Start()
	defer rt.Close()
	client := sdkClient(rt.URL)
	cfg := testConfig()
	cfg.MaxBodyBytes = 1 << 20
	gateway := New(cfg, client, slog.New(slog.DiscardHandler))

	b.Run("by=sdk", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := client.InvokeEndpoint(b.Context(), &sagemakerruntime.InvokeEndpointInput{
				EndpointName: aws.String(testEndpoint), Body: body}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("by=server", func(b *testing.B) {
		server := httptest.NewServer(gateway)
		defer server.Close()
		b.ReportAllocs()
		for b.Loop() {
			response, err := server.Client().Post(server.URL+"/invocations", "application/json", bytes.NewReader(body))
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
				b.Fatal(response.Status, err)
			}
			_ = response.Body.Close()
		}
	})
	b.Run("by=lambda", func(b *testing.B) {
		event := []byte(`{"requestContext":{"elb":{}},"httpMethod":"POST","path":"/invocations","headers":{"content-type":"text/plain"},"body":"` + string(body) + `"}`)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := gateway.Invoke(b.Context(), event); err != nil {
				b.Fatal(err)
			}
		}
	})
}
