package upstream

import (
	"bufio"
	"bytes"
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

// What the host has closed, or has sent without being asked, answers nothing.
func TestWhatIsKeptIsClean(t *testing.T) {
	t.Parallel()
	const first = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst"
	const forged = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
	const second = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond"
	tests := map[string][]string{
		"too much":           {first + forged, second},
		"far too much":       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: " + strings.Repeat("x", 5000) + "\r\n\r\nfirst" + forged, second},
		"an end":             {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nfirst", second},
		"an older HTTP":      {"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nfirst", second},
		"something before":   {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + first, second},
		"chunks and trailer": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\nX: a\r\n\r\n", second},
	}
	for name, texts := range tests {
		for kind, secure := range map[string]bool{"plain": false, "TLS": true} {
			t.Run(name+", "+kind, func(t *testing.T) {
				t.Parallel()
				h := talker(t, secure, texts...)
				transport := h.transport(t)
				for _, want := range []string{"first", "second"} {
					if status, got, err := do(t, transport, h.URL, "a"); status != 200 || got != want || err != nil {
						t.Fatalf("got %d %s, %v, want %s", status, got, err, want)
					}
				}
			})
		}
	}
}

// A connection that the host closes while nobody uses it is replaced, and no
// request is sent twice.
func TestHostClosesIdle(t *testing.T) {
	t.Parallel()
	for kind, secure := range map[string]bool{"plain": false, "TLS": true} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			h := newHost(t, secure, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				echo(w, r)
			})
			transport := h.transport(t)
			for i := range 5 {
				if _, got, err := do(t, transport, h.URL, "a"); got != "a" {
					t.Fatalf("request %d: %v", i, err)
				}
				h.CloseClientConnections()
			}
			if calls.Load() != 5 || h.conns.Load() != 5 {
				t.Errorf("%d calls over %d connections", calls.Load(), h.conns.Load())
			}
		})
	}
}

func TestIdleTimeout(t *testing.T) {
	t.Parallel()
	h := newHost(t, false, echo)
	transport := h.transport(t)
	transport.idle.timeout = 40 * time.Millisecond
	if _, _, err := do(t, transport, h.URL, "a"); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); transport.idle.top.Load() != nil; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the connection stays")
		}
	}
	// What is in use meanwhile stays, and the sweep begins anew.
	if _, _, err := do(t, transport, h.URL, "a"); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); transport.idle.top.Load() != nil; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the second connection stays")
		}
	}
	if got := h.conns.Load(); got != 2 {
		t.Errorf("%d connections", got)
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

// What could mean something else to its reader is not sent.
func TestUnsendable(t *testing.T) {
	t.Parallel()
	transport := New(&url.URL{Scheme: "http", Host: "a"}, nil, time.Minute)
	transport.Dial = func(context.Context, string, string) (net.Conn, error) {
		t.Error("it connects")
		return nil, errors.New("no")
	}
	for name, change := range map[string]func(*http.Request){
		"a line break in a value": func(r *http.Request) { r.Header["X"] = []string{"a\r\nY: b"} },
		"a line break in a name":  func(r *http.Request) { r.Header["X: a\r\nY"] = []string{"b"} },
		"a colon in a name":       func(r *http.Request) { r.Header["X: a"] = []string{"b"} },
		"no name":                 func(r *http.Request) { r.Header[""] = []string{"b"} },
		"a length of its own":     func(r *http.Request) { r.Header["Content-Length"] = []string{"5"} },
		"an encoding of its own":  func(r *http.Request) { r.Header["Transfer-Encoding"] = []string{"chunked"} },
		"a line break in a host":  func(r *http.Request) { r.Host = "a\r\nX: b" },
		"a space in a method":     func(r *http.Request) { r.Method = "POST /b HTTP/1.1\r\n" },
		"no length":               func(r *http.Request) { r.ContentLength = -1 },
		"a body that is short":    func(r *http.Request) { r.ContentLength = 10 },
	} {
		r := post(t, t.Context(), "http://a/b", "c")
		change(r)
		if _, err := transport.RoundTrip(r); err == nil {
			t.Errorf("%s is sent", name)
		}
	}
}

// FuzzMessage holds that net/http reads what was meant.
func FuzzMessage(f *testing.F) {
	f.Add("/endpoints/a/invocations", "X-Amzn-Sagemaker-Target-Variant", "main", []byte("body"))
	f.Add("/a b", "X", "a\r\nContent-Length: 3", []byte(""))
	f.Add("/%0d%0a", "Host", "b", []byte("GET / HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, path, name, value string, body []byte) {
		r := &http.Request{Method: http.MethodPost, URL: &url.URL{Scheme: "http", Host: "a", Path: path}, Header: http.Header{name: {value}},
			ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body))}
		if len(body) == 0 {
			r.Body = http.NoBody
		}
		m, err := newMessage(r)
		if err != nil || m.rest != nil {
			return // refused, or a body of its own
		}
		defer m.free()
		in := bufio.NewReader(bytes.NewReader(m.text))
		got, err := http.ReadRequest(in)
		if err != nil {
			t.Fatalf("%q: %v", m.text, err)
		}
		content, err := io.ReadAll(got.Body)
		if err != nil || !bytes.Equal(content, body) || in.Buffered() != 0 {
			t.Fatalf("%q is read as the body %q, %v, and more", m.text, content, err)
		}
		if got.Method != http.MethodPost || got.RequestURI != r.URL.RequestURI() || got.Host != "a" {
			t.Fatalf("%q is read as %s %s of %s", m.text, got.Method, got.RequestURI, got.Host)
		}
		delete(got.Header, "Content-Length")
		if len(got.Header) != 1 || got.Header.Get(name) != strings.Trim(value, " \t") {
			t.Fatalf("%q is read as %v", m.text, got.Header)
		}
	})
}
