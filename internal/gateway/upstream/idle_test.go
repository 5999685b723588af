package upstream

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// What the host has closed, or has sent without being asked, answers nothing.
func TestWhatIsKeptIsClean(t *testing.T) {
	t.Parallel()
	const first = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst"
	const forged = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
	const second = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond"
	// Headers and body fill the buffer: what follows stays where it came from.
	full := "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: \r\n\r\nfirst"
	full = strings.Replace(full, "X: ", "X: "+strings.Repeat("x", 4096-len(full)), 1)
	tests := map[string]struct {
		first string
		conns int64
	}{
		"too much":           {first + forged, 2},
		"far too much":       {full + forged, 2},
		"an end":             {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nfirst", 2},
		"an older HTTP":      {"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nfirst", 2},
		"something before":   {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + first, 1},
		"chunks and trailer": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\nX: a\r\n\r\n", 1},
	}
	for name, test := range tests {
		for kind, secure := range map[string]bool{"plain": false, "TLS": true} {
			t.Run(name+", "+kind, func(t *testing.T) {
				t.Parallel()
				h := talker(t, secure, test.first, second)
				transport := h.transport(t)
				for _, want := range []string{"first", "second"} {
					if status, got, err := do(t, transport, h.URL, "a"); status != 200 || got != want || err != nil {
						t.Fatalf("got %d %s, %v, want %s", status, got, err, want)
					}
				}
				if got := h.conns.Load(); got != test.conns {
					t.Errorf("%d connections, want %d", got, test.conns)
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
