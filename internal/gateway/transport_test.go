package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
)

// host is a server in SageMaker's place that counts its connections.
type host struct {
	*httptest.Server
	conns, closed atomic.Int64
}

func newHost(t *testing.T, secure bool, handler http.HandlerFunc) *host {
	t.Helper()
	h := &host{Server: httptest.NewUnstartedServer(handler)}
	h.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			h.conns.Add(1)
		case http.StateClosed, http.StateHijacked:
			h.closed.Add(1)
		}
	}
	if secure {
		// What is written together is sent together.
		h.TLS = &tls.Config{MinVersion: tls.VersionTLS12, DynamicRecordSizingDisabled: true}
		h.StartTLS()
	} else {
		h.Start()
	}
	t.Cleanup(h.Close)
	return h
}

// talker is a host that reads a request and writes the next text, and closes the
// connection after the last.
func talker(t *testing.T, secure bool, texts ...string) *host {
	t.Helper()
	var next atomic.Int64
	return newHost(t, secure, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn, in, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		for {
			i := int(next.Add(1)) - 1
			if i >= len(texts) {
				return
			}
			if _, err := io.WriteString(conn, texts[i]); err != nil || i == len(texts)-1 {
				return
			}
			r, err := http.ReadRequest(in.Reader)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
		}
	})
}

// endpoint is h as the gateway's endpoint.
func (h *host) endpoint(t *testing.T) *Endpoint {
	t.Helper()
	return endpointAt(t, h.URL, func(o *sagemakerruntime.Options) {
		if h.Certificate() != nil {
			config := h.Client().Transport.(*http.Transport).TLSClientConfig
			o.HTTPClient = awshttp.NewBuildableClient().WithTransportOptions(func(tr *http.Transport) {
				tr.TLSClientConfig = config
			})
		}
	})
}

// gateway is a gateway in front of h; it sends a request once.
func (h *host) gateway(t *testing.T, opts ...func(*Config)) *Gateway {
	t.Helper()
	cfg := testConfig()
	cfg.MaxBodyBytes = 100 << 20
	for _, opt := range opts {
		opt(&cfg)
	}
	return New(cfg, h.endpoint(t), slog.New(slog.DiscardHandler))
}

// ask returns the status and the body that g answers, and status 0 where the
// reply breaks off.
func ask(t *testing.T, g *Gateway, body string) (status int, got string) {
	t.Helper()
	recorder := httptest.NewRecorder()
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler { //nolint:errorlint // a panic's value is no wrapped error
				panic(p)
			}
			status = 0
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/invocations", strings.NewReader(body))
	r.Header.Set("Idempotency-Key", "a") // which net/http would take as leave to send a request twice
	g.ServeHTTP(recorder, r)
	return recorder.Code, recorder.Body.String()
}

func echoBody(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	_, _ = w.Write(body)
}

var kinds = map[string]bool{"plain": false, "TLS": true}

const (
	firstAnswer  = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst"
	forgedAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
	secondAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond"
)

// A host that refuses a large body early, and closes, is heard.
func TestEarlyAnswer(t *testing.T) {
	t.Parallel()
	h := newHost(t, false, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
		time.Sleep(50 * time.Millisecond)
		_ = conn.Close()
	})
	g := h.gateway(t)
	for range 2 {
		if status, got := ask(t, g, strings.Repeat("x", 20<<20)); status != 413 {
			t.Fatalf("got %d %s", status, got)
		}
	}
}

// An answer that is no HTTP, or not whole, is an error, and its connection is not
// used again.
func TestMalformedAnswers(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":           "",
		"another language":  "SSH-2.0-OpenSSH\r\n",
		"two lengths":       "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"huge headers":      "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", maxAnswerHeaderBytes+8<<10) + "\r\n\r\n",
		"many before it":    strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 4000),
		"another protocol":  "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: a\r\n\r\n",
		"an end in headers": "HTTP/1.1 200 OK\r\nContent-Le",
		"a short body":      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
		"a short chunk":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
		"a bad chunk":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			h := newHost(t, false, func(w http.ResponseWriter, r *http.Request) {
				if calls.Add(1) > 1 {
					echoBody(w, r)
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				conn, _, err := w.(http.Hijacker).Hijack()
				if err != nil {
					panic(err)
				}
				_, _ = io.WriteString(conn, text)
				if name == "another protocol" {
					_, _ = io.Copy(io.Discard, conn) // until the gateway closes it
				}
				_ = conn.Close()
			})
			g := h.gateway(t)
			if status, got := ask(t, g, "a"); status != 0 && status != 502 {
				t.Errorf("got %d %q", status, got)
			}
			if status, got := ask(t, g, "next"); status != 200 || got != "next" || h.conns.Load() != 2 {
				t.Errorf("the next request: %d %s over %d connections", status, got, h.conns.Load())
			}
		})
	}
}

// A request ends with its context, in front of the answer's headers and in its
// body, and its connection too. One that comes too late costs no connection.
func TestContextEnds(t *testing.T) {
	t.Parallel()
	cause := errors.New("enough")
	reached, left := make(chan struct{}, 10), make(chan struct{}, 10)
	h := newHost(t, false, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch r.Header.Get("Accept") {
		case "nothing":
		case "body":
			_, _ = w.Write([]byte("a"))
			w.(http.Flusher).Flush()
		default:
			return
		}
		reached <- struct{}{}
		<-r.Context().Done()
		left <- struct{}{}
	})
	endpoint := h.endpoint(t)
	send := func(ctx context.Context, accept string) error {
		response, err := endpoint.send(ctx, endpoint.target(testEndpoint, "invocations"),
			http.Header{"Accept": {accept}}, requestBody{[]byte("a")}, testCredentials, 0)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		_, err = io.ReadAll(response.Body)
		return err
	}
	for _, accept := range []string{"nothing", "body"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			<-reached // a request that ends before reaches no host
			time.Sleep(50 * time.Millisecond)
			cancel(cause)
		}()
		if err := send(ctx, accept); !errors.Is(err, cause) {
			t.Errorf("%s: %v", accept, err)
		}
		select {
		case <-left:
		case <-time.After(10 * time.Second):
			t.Errorf("%s: the host still holds the connection", accept)
		}
	}
	before := h.conns.Load()
	late, cancel := context.WithCancel(t.Context())
	if err := send(late, ""); err != nil || h.conns.Load() != before+1 {
		t.Fatalf("%v over %d connections", err, h.conns.Load())
	}
	cancel()
	if err := send(late, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := send(t.Context(), ""); err != nil || h.conns.Load() != before+1 {
		t.Errorf("%v over %d connections", err, h.conns.Load())
	}
}

// An answer that is closed before its end costs its connection.
func TestBodyIsClosed(t *testing.T) {
	t.Parallel()
	h := newHost(t, false, echoBody)
	endpoint := h.endpoint(t)
	for range 2 {
		response, err := endpoint.send(
			t.Context(),
			endpoint.target(testEndpoint, "invocations"),
			http.Header{},
			requestBody{[]byte("abc")},
			testCredentials,
			0,
		)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if _, err := response.Body.Read(make([]byte, 1)); err == nil {
			t.Error("afterwards it can be read")
		}
	}
	if got := h.conns.Load(); got != 2 {
		t.Errorf("%d connections", got)
	}
}

// A host that is silent in the handshake is a time-out, before which nothing was
// sent.
func TestHandshakeTimeout(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	endpoint := endpointAt(t, "https://"+silent.Addr().String())
	endpoint.transport.(*http.Transport).TLSHandshakeTimeout = 50 * time.Millisecond
	_, err = endpoint.send(
		t.Context(),
		endpoint.target(testEndpoint, "invocations"),
		http.Header{},
		requestBody{[]byte("a")},
		testCredentials,
		0,
	) //nolint:bodyclose // there is none
	var network net.Error
	if !errors.As(err, &network) || !network.Timeout() || !notConnected(err) || !opensBreaker(err) {
		t.Errorf("got %v", err)
	}
}
