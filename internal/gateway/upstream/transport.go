// Package upstream sends requests to one host, thousands at a time. It speaks
// HTTP/1.1 over connections that are kept, without the two goroutines and two
// buffers that net/http's transport has for each of them: a request is written
// at once, and nothing is held for its answer before that comes. How HTTP is
// read is net/http's.
package upstream

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	// maxHeadBytes bounds status line and headers of an answer.
	maxHeadBytes = 64 << 10
	// oneWrite is up to where a body goes out together with its headers.
	oneWrite = 16 << 10
)

// Transport is an http.RoundTripper for requests to one host whose bodies have
// a known length. Its connections are its own: it takes no proxy, and speaks no
// HTTP/2. It is safe for concurrent use.
type Transport struct {
	// Dial makes a connection. Required.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// TLS is the configuration to secure it with. Default: none, for http.
	TLS *tls.Config
	// HandshakeTimeout bounds that. Default: the request alone does.
	HandshakeTimeout time.Duration

	address string
	idle    idle
}

// ErrHandshakeTimeout says that the host did not finish the TLS handshake within
// HandshakeTimeout.
var ErrHandshakeTimeout error = handshakeTimeout{}

type handshakeTimeout struct{}

func (handshakeTimeout) Error() string { return "TLS handshake timeout" }

// Timeout says that it is a time-out, as net.Error has it.
func (handshakeTimeout) Timeout() bool { return true }

// Temporary is the rest of net.Error.
func (handshakeTimeout) Temporary() bool { return true }

// New returns a transport to host, of scheme http or https, that keeps a
// connection for at most idleTimeout without a request. config is for https and
// copied; nil is Go's default.
func New(host *url.URL, config *tls.Config, idleTimeout time.Duration) *Transport {
	t := &Transport{Dial: (&net.Dialer{}).DialContext, address: host.Host}
	t.idle.timeout = idleTimeout
	port := "80"
	if host.Scheme == "https" {
		port = "443"
		t.TLS = config.Clone()
		if t.TLS == nil {
			t.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		t.TLS.NextProtos = []string{"http/1.1"}
		if t.TLS.ServerName == "" {
			t.TLS.ServerName = host.Hostname()
		}
	}
	if host.Port() == "" {
		t.address = net.JoinHostPort(host.Hostname(), port)
	}
	return t
}

// RoundTrip implements http.RoundTripper. The request's context bounds it to the
// end of the answer's body; a body that is closed before its end costs its
// connection. Nothing is sent twice.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	out, err := newMessage(r)
	if err != nil {
		return nil, err
	}
	for {
		if r.Context().Err() != nil {
			out.free()
			return nil, context.Cause(r.Context())
		}
		c := t.idle.get()
		kept := c != nil
		if !kept {
			if c, err = t.connect(r.Context()); err != nil {
				out.free()
				return nil, err
			}
		}
		response, err := c.roundTrip(r, out)
		if !errors.Is(err, errUnsent) {
			return response, err
		}
		if !kept {
			out.free()
			return nil, err
		}
		// It was closed just now: take another.
	}
}

// CloseIdleConnections closes the connections that no request is using.
func (t *Transport) CloseIdleConnections() { t.idle.close() }

// connect makes a connection, on a stack of its own: handshakes need much of
// one, and a request's stack stays as large as it once was.
func (t *Transport) connect(ctx context.Context) (*conn, error) {
	type result struct {
		c   *conn
		err error
	}
	made := make(chan result, 1)
	go func() {
		c, err := t.dial(ctx)
		made <- result{c, err}
	}()
	got := <-made // no later than ctx
	return got.c, got.err
}

func (t *Transport) dial(ctx context.Context) (*conn, error) {
	plain, err := t.Dial(ctx, "tcp", t.address)
	if err != nil {
		return nil, err
	}
	if t.TLS == nil {
		return newConn(t, plain, nil), nil
	}
	secure := tls.Client(plain, t.TLS)
	if t.HandshakeTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, t.HandshakeTimeout, ErrHandshakeTimeout)
		defer cancel()
	}
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = plain.Close()
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return nil, fmt.Errorf("TLS with %s: %w", t.address, err)
	}
	return newConn(t, plain, secure), nil
}
