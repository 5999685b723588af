package gateway

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzRequest holds that SageMaker reads one request off the connection, with the
// body that the client sent and no header but those that the gateway passes on.
func FuzzRequest(f *testing.F) {
	f.Add("X-Amzn-Sagemaker-Target-Variant", "main", []byte("body"))
	f.Add("X-Amzn-Sagemaker-Custom-Attributes", "a\r\nContent-Length: 3", []byte(""))
	f.Add("Content-Length", "5", []byte("GET / HTTP/1.1\r\n\r\n"))
	f.Add("Transfer-Encoding", "chunked", []byte("0\r\n\r\n"))
	f.Add("Host", "b", []byte("a"))
	f.Add("X: a\r\nAccept", "b", []byte("a"))
	f.Fuzz(func(t *testing.T, name, value string, body []byte) {
		body = body[:min(len(body), int(testConfig().MaxBodyBytes))] // a larger one is refused
		type sent struct {
			request *http.Request
			body    []byte
			excess  int
			err     error
		}
		calls := make(chan sent, 2)
		endpoint := endpointAt(t, "http://runtime.example")
		endpoint.transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go func() {
				defer server.Close()
				in := bufio.NewReader(server)
				r, err := http.ReadRequest(in)
				if err != nil {
					calls <- sent{err: err}
					return
				}
				got, err := io.ReadAll(r.Body)
				calls <- sent{r, got, in.Buffered(), err}
				_, _ = io.WriteString(server, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
			}()
			return client, nil
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/invocations", bytes.NewReader(body))
		r.Header[name] = []string{value}
		recorder := httptest.NewRecorder()
		New(testConfig(), endpoint, slog.New(slog.DiscardHandler)).ServeHTTP(recorder, r)
		if recorder.Code != http.StatusOK {
			refused := recorder.Code == http.StatusBadRequest ||
				recorder.Code == http.StatusUnsupportedMediaType && name == "Content-Encoding"
			if !refused || len(calls) != 0 {
				t.Fatalf("status %d after %d calls", recorder.Code, len(calls))
			}
			return
		}
		got := <-calls
		if got.err != nil || !bytes.Equal(got.body, body) || got.excess != 0 || len(calls) != 0 {
			t.Fatalf("the body is read as %q with %d bytes more, %v", got.body, got.excess, got.err)
		}
		if got.request.RequestURI != "/endpoints/predictions/invocations" || got.request.Host != "runtime.example" {
			t.Fatalf("read as %s of %s", got.request.RequestURI, got.request.Host)
		}
		for header, values := range got.request.Header {
			switch header {
			case "Authorization", headerDate, headerToken, "User-Agent", "Content-Length":
			case name:
				if len(values) != 1 || values[0] != strings.Trim(value, " \t") {
					t.Fatalf("%s is read as %q, want %q", name, values, value)
				}
			default:
				t.Fatalf("%s: %q is sent", header, values)
			}
		}
	})
}
