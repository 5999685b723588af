package gateway

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Bodies of every size come back over one connection, plain and with TLS.
func TestConnectionIsKept(t *testing.T) {
	t.Parallel()
	for kind, secure := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, secure, echoBody)
			g := h.gateway(t)
			for _, size := range []int{0, 1, 1000, 4 << 10, 32 << 10, 32<<10 + 1, 3 << 20, 5} {
				body := strings.Repeat("x", size)
				if status, got := ask(t, g, body); status != 200 || got != body {
					t.Errorf("of %d bytes %d came back, %d", size, len(got), status)
				}
			}
			if got := h.conns.Load(); got != 1 {
				t.Errorf("%d connections", got)
			}
		})
	}
}

func TestConnectionsOfManyAtOnce(t *testing.T) {
	t.Parallel()
	h := newHost(t, false, echoBody)
	g := h.gateway(t)
	var all sync.WaitGroup
	for c := range 16 {
		all.Go(func() {
			for i := range 100 {
				body := fmt.Sprintf("%d/%d", c, i)
				if status, got := ask(t, g, body); status != 200 || got != body {
					t.Errorf("%s: %d %s", body, status, got)
				}
			}
		})
	}
	all.Wait()
	if got := h.conns.Load(); got > 32 {
		t.Errorf("%d connections for 16 requests at a time", got)
	}
}

// A connection that the host has closed, or on which it sent bytes that no
// request asked for, carries no other request.
func TestKeptConnectionIsClean(t *testing.T) {
	t.Parallel()
	// Headers and body fill the buffer of net/http: the rest stays in the socket.
	full := "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: \r\n\r\nfirst"
	full = strings.Replace(full, "X: ", "X: "+strings.Repeat("x", 4096-len(full)), 1)
	tests := map[string]struct {
		first string
		conns int64
	}{
		"too much":           {firstAnswer + forgedAnswer, 2},
		"far too much":       {full + forgedAnswer, 2},
		"an end":             {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nfirst", 2},
		"an older HTTP":      {"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nfirst", 2},
		"informational":      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + firstAnswer, 1},
		"chunks and trailer": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\nX: a\r\n\r\n", 1},
	}
	for name, test := range tests {
		for kind, secure := range kinds {
			t.Run(name+", "+kind, func(t *testing.T) {
				t.Parallel()
				h := talker(t, secure, test.first, secondAnswer)
				g := h.gateway(t)
				for _, want := range []string{"first", "second"} {
					if status, got := ask(t, g, "a"); status != 200 || got != want {
						t.Fatalf("got %d %s, want %s", status, got, want)
					}
				}
				if got := h.conns.Load(); got != test.conns {
					t.Errorf("%d connections, want %d", got, test.conns)
				}
			})
		}
	}
}

// However many requests wait for a connection, none gets what a host sends beyond
// the answer to another one.
func TestExcessReachesNobody(t *testing.T) {
	t.Parallel()
	h := newHost(t, false, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s%s", len(body), body, forgedAnswer)
		_, _ = io.Copy(io.Discard, conn) // until the gateway closes it
	})
	g := h.gateway(t)
	var all sync.WaitGroup
	for c := range 16 {
		all.Go(func() {
			for i := range 100 {
				body := fmt.Sprintf("%d/%d", c, i)
				if status, got := ask(t, g, body); status != 200 || got != body {
					t.Errorf("%s: %d %s", body, status, got)
				}
			}
		})
	}
	all.Wait()
}

// A connection that the host closes while no request is using it is replaced:
// the client gets its answer, and nothing is sent twice.
func TestHostClosesIdle(t *testing.T) {
	t.Parallel()
	for kind, secure := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			h := newHost(t, secure, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				echoBody(w, r)
			})
			g := h.gateway(t)
			const rounds, atOnce = 20, 8
			for i := range rounds {
				var all sync.WaitGroup
				for range atOnce {
					all.Go(func() {
						if status, got := ask(t, g, "a"); status != 200 || got != "a" {
							t.Errorf("round %d: %d %s", i, status, got)
						}
					})
				}
				all.Wait()
				h.CloseClientConnections()
			}
			if got := calls.Load(); got != rounds*atOnce {
				t.Errorf("%d calls for %d requests", got, rounds*atOnce)
			}
		})
	}
}

// A host that reads a request on a kept connection and closes without an answer
// may have run the model: neither net/http nor the gateway sends it again.
func TestNothingIsSentTwice(t *testing.T) {
	t.Parallel()
	for kind, secure := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			h := newHost(t, secure, func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					return
				}
				if calls.Add(1) > 1 {
					panic(http.ErrAbortHandler)
				}
				_, _ = w.Write(body)
			})
			g := h.gateway(t, func(cfg *Config) { cfg.MaxAttempts = 3 })
			for i, want := range []int{200, 502} {
				if status, got := ask(t, g, "a"); status != want {
					t.Errorf("request %d: %d %s", i+1, status, got)
				}
			}
			if calls.Load() != 2 || h.conns.Load() != 1 {
				t.Errorf("%d calls over %d connections", calls.Load(), h.conns.Load())
			}
		})
	}
}

func TestIdleTimeout(t *testing.T) {
	t.Parallel()
	h := newHost(t, false, echoBody)
	g := h.gateway(t)
	transport := g.endpoint.transport.(*http.Transport)
	if transport.IdleConnTimeout != idleConnTimeout {
		t.Errorf("it is %s", transport.IdleConnTimeout)
	}
	transport.IdleConnTimeout = 40 * time.Millisecond
	for round := range int64(2) {
		if status, got := ask(t, g, "a"); status != 200 {
			t.Fatal(got)
		}
		for deadline := time.Now().Add(10 * time.Second); h.closed.Load() != round+1; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("connection %d stays", round+1)
			}
		}
	}
}
