package upstream

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// host is a server that counts its connections.
type host struct {
	*httptest.Server
	conns atomic.Int64
}

func newHost(t *testing.T, secure bool, handler http.HandlerFunc) *host {
	t.Helper()
	h := &host{Server: httptest.NewUnstartedServer(handler)}
	h.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			h.conns.Add(1)
		}
	}
	if secure {
		h.TLS = &tls.Config{MinVersion: tls.VersionTLS12, DynamicRecordSizingDisabled: true} // what is written together is sent together
		h.StartTLS()
	} else {
		h.Start()
	}
	t.Cleanup(h.Close)
	return h
}

// transport leads to h.
func (h *host) transport(t *testing.T) *Transport {
	t.Helper()
	to, err := url.Parse(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	var config *tls.Config
	if to.Scheme == "https" {
		config = h.Client().Transport.(*http.Transport).TLSClientConfig
	}
	transport := New(to, config, time.Minute)
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// talker is a server that reads a request and writes the next text, and closes
// the connection after the last.
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

func post(t *testing.T, ctx context.Context, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// do sends body and returns the answer's status and body.
func do(t *testing.T, transport *Transport, url, body string) (int, string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	response, err := transport.RoundTrip(post(t, ctx, url, body))
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	return response.StatusCode, string(got), err
}

func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	w.Header().Set("X-Got", r.Header.Get("X-Sent"))
	_, _ = w.Write(body)
}

// Bodies of every size come back over one connection, plain and with TLS.
func TestConnectionIsKept(t *testing.T) {
	t.Parallel()
	for name, secure := range map[string]bool{"plain": false, "TLS": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, secure, echo)
			transport := h.transport(t)
			for _, size := range []int{0, 1, 1000, oneWrite, oneWrite + 1, 3 << 20, 5} {
				body := strings.Repeat("x", size)
				r := post(t, t.Context(), h.URL+"/a%2Fb?c", body)
				r.Header.Set("X-Sent", "yes")
				response, err := transport.RoundTrip(r)
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(response.Body)
				if err != nil || string(got) != body || response.Header.Get("X-Got") != "yes" {
					t.Errorf("of %d bytes %d came back, %v", size, len(got), err)
				}
			}
			if got := h.conns.Load(); got != 1 {
				t.Errorf("%d connections", got)
			}
		})
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	h := newHost(t, false, echo)
	transport := h.transport(t)
	var all sync.WaitGroup
	for g := range 16 {
		all.Go(func() {
			for i := range 100 {
				body := fmt.Sprintf("%d/%d", g, i)
				if status, got, err := do(t, transport, h.URL, body); status != 200 || got != body {
					t.Errorf("%s: %d %s, %v", body, status, got, err)
				}
			}
		})
	}
	all.Wait()
	if got := h.conns.Load(); got > 32 {
		t.Errorf("%d connections for 16 requests at a time", got)
	}
}

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
	transport := h.transport(t)
	for range 2 {
		if status, got, err := do(t, transport, h.URL, strings.Repeat("x", 20<<20)); status != 413 || got != "no" || err != nil {
			t.Fatalf("got %d %s, %v", status, got, err)
		}
	}
}

func TestMalformedAnswers(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":           "",
		"another language":  "SSH-2.0-OpenSSH\r\n",
		"two lengths":       "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"huge headers":      "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", maxHeadBytes) + "\r\n\r\n",
		"many before it":    strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 4000),
		"another protocol":  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: a\r\n\r\n",
		"an end in headers": "HTTP/1.1 200 OK\r\nContent-Le",
		"a short body":      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
		"a short chunk":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
		"a bad chunk":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := talker(t, false, text)
			transport := h.transport(t)
			if status, got, err := do(t, transport, h.URL, "a"); err == nil {
				t.Errorf("got %d %q", status, got)
			}
			if transport.idle.top.Load() != nil {
				t.Error("the connection is kept")
			}
		})
	}
}

// A request ends with its context, wherever it stands, and its connection too.
func TestContextEnds(t *testing.T) {
	t.Parallel()
	cause := errors.New("enough")
	left := make(chan struct{}, 10)
	slow := newHost(t, false, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			w.WriteHeader(200)
			_, _ = w.Write([]byte("a"))
			w.(http.Flusher).Flush()
		}
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		left <- struct{}{}
	})
	transport := slow.transport(t)
	for _, path := range []string{"/head", "/body"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		response, err := func() (*http.Response, error) {
			time.AfterFunc(50*time.Millisecond, func() { cancel(cause) })
			return transport.RoundTrip(post(t, ctx, slow.URL+path, "a"))
		}()
		if err == nil {
			_, err = io.ReadAll(response.Body)
			_ = response.Body.Close()
		}
		if !errors.Is(err, cause) {
			t.Errorf("%s: %v", path, err)
		}
		select {
		case <-left:
		case <-time.After(10 * time.Second):
			t.Errorf("%s: the host still holds the connection", path)
		}
	}
	if transport.idle.top.Load() != nil {
		t.Error("a connection is kept")
	}
}

// A request that comes too late costs no connection.
func TestContextHasEnded(t *testing.T) {
	t.Parallel()
	h := newHost(t, false, echo)
	transport := h.transport(t)
	if _, _, err := do(t, transport, h.URL, "a"); err != nil {
		t.Fatal(err)
	}
	idle := func() (n int) {
		for top := transport.idle.top.Load(); top != nil; top = top.next {
			n++
		}
		return n
	}
	before := idle()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := transport.RoundTrip(post(t, ctx, h.URL, "a")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := idle(); got != before || got == 0 {
		t.Errorf("of %d connections %d are left", before, got)
	}
}

// A body that is closed before its end costs its connection, one that ended not.
func TestBodyIsClosed(t *testing.T) {
	t.Parallel()
	h := newHost(t, false, echo)
	transport := h.transport(t)
	response, err := transport.RoundTrip(post(t, t.Context(), h.URL, "abc"))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if _, err := response.Body.Read(make([]byte, 1)); !errors.Is(err, http.ErrBodyReadAfterClose) {
		t.Errorf("afterwards: %v", err)
	}
	if transport.idle.top.Load() != nil {
		t.Error("its connection is kept")
	}
}

func TestHandshakeTimeout(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	transport := New(&url.URL{Scheme: "https", Host: silent.Addr().String()}, nil, time.Minute)
	transport.HandshakeTimeout = 50 * time.Millisecond
	_, _, err = do(t, transport, "https://"+silent.Addr().String(), "a")
	var network net.Error
	if !errors.Is(err, ErrHandshakeTimeout) || !errors.As(err, &network) || !network.Timeout() {
		t.Errorf("got %v", err)
	}
}
