package gateway

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// A client that has closed its side may still read: it is asked by an interim reply
	// every probeInterval. One that is gone resets the connection on the first and fails
	// the second.
	probeInterval = 3 * time.Second
	// lingerTime, lingerBytes bound what is read of a refused client, so that it gets
	// the refusal and not a reset.
	lingerTime  = 500 * time.Millisecond
	lingerBytes = 1 << 20
)

var interimReply = []byte("HTTP/1.1 100 Continue\r\n\r\n")

// clientListener accepts connections as *clientConn.
type clientListener struct {
	net.Listener
	gateway *Gateway
}

// Accept implements net.Listener.
func (l clientListener) Accept() (net.Conn, error) {
	plain, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.gateway.memory.grow(1)
	return &clientConn{Conn: plain, gateway: l.gateway}, nil
}

// clientConn is a client's connection. It refuses ambiguous framing, which net/http
// would accept, by an error of Read, which net/http answers with 400.
type clientConn struct {
	net.Conn
	gateway *Gateway
	framing framing
	refused error       // of the reading goroutine
	linger  atomic.Bool // it is refused
	ended   atomic.Bool // nothing more comes from the client, which may still read
	closed  sync.Once
}

// Read implements io.Reader.
func (c *clientConn) Read(p []byte) (int, error) {
	if c.refused != nil {
		return 0, c.refused
	}
	n, err := c.Conn.Read(p)
	if errors.Is(err, io.EOF) {
		c.ended.Store(true)
	}
	passed, bad := c.framing.check(p[:n])
	if bad == nil {
		return n, err
	}
	c.refused = bad
	c.ended.Store(true)
	c.linger.Store(true)
	c.gateway.logRefused(bad)
	if passed == 0 {
		return 0, bad
	}
	return passed, nil
}

// CloseWrite is what net/http calls before it closes after a refusal of its own.
func (c *clientConn) CloseWrite() error {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		return tcp.CloseWrite()
	}
	return nil
}

// Close implements io.Closer.
func (c *clientConn) Close() error {
	c.closed.Do(func() {
		c.gateway.memory.grow(-1)
		if c.linger.Load() && c.CloseWrite() == nil && c.SetReadDeadline(time.Now().Add(lingerTime)) == nil {
			_, _ = io.CopyN(io.Discard, c.Conn, lingerBytes) // as much as comes
		}
	})
	return c.Conn.Close()
}

// logRefused logs a refused connection, as an error of a request.
func (g *Gateway) logRefused(reason error) {
	if _, ok := g.errorSamples.allow(time.Now(), int64(g.cfg.LogRate)); ok {
		g.log.LogAttrs(context.Background(), slog.LevelWarn, "refused",
			slog.Int("status", http.StatusBadRequest), slog.String("error", reason.Error()))
	}
}

type clientConnKey struct{}

// withConn lets handlers find their client's connection.
func withConn(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, clientConnKey{}, conn)
}

// clientContext returns the context of a request, which ends when the client is gone.
// net/http's own ends with the client's side of an HTTP/1 connection, too, though the
// client may still wait for its reply.
func clientContext(r *http.Request, x *exchange) (context.Context, context.CancelCauseFunc) {
	conn, ok := r.Context().Value(clientConnKey{}).(*clientConn)
	if !ok || r.ProtoMajor != 1 {
		return context.WithCancelCause(r.Context())
	}
	x.conn = conn
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(r.Context()))
	probes := r.ProtoAtLeast(1, 1) // HTTP/1.0 has no interim replies
	x.unwatch = context.AfterFunc(r.Context(), func() {
		if !conn.ended.Load() || probes && !x.clientStays(ctx, conn.Conn) {
			cancel(context.Canceled)
		}
	})
	return ctx, cancel
}

// clientStays asks until the reply begins, or ctx ends, whether the client that has
// closed its side of conn still reads. It returns false as soon as it does not.
func (x *exchange) clientStays(ctx context.Context, conn net.Conn) bool {
	ticker := time.NewTicker(probeInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return true
		case <-ticker.C:
		}
		x.writing.Lock()
		if x.replying {
			x.writing.Unlock()
			return true
		}
		_, err := conn.Write(interimReply)
		x.writing.Unlock()
		if err != nil {
			return false
		}
	}
}

// beginReply ends the questions of clientStays: from now on the reply is written.
func (x *exchange) beginReply() {
	if x.unwatch != nil {
		x.writing.Lock()
		x.replying = true
		x.writing.Unlock()
	}
}
