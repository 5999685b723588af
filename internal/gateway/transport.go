package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"syscall"
	"time"
)

const (
	connectTimeout = 3 * time.Second
	// idleConnTimeout is shorter than SageMaker's own, so that the gateway is
	// the one that closes an idle connection.
	idleConnTimeout = 20 * time.Second
	// maxAnswerHeaderBytes bounds status line and headers of an answer.
	maxAnswerHeaderBytes = 64 << 10
)

// newTransport returns a client for thousands of requests at a time to host, a
// connection each. It speaks HTTP/1.1: in HTTP/2 all requests of a connection
// share its lock, its flow control and its losses. The proxy is the one that
// HTTPS_PROXY, HTTP_PROXY and NO_PROXY name for host. No time-out bounds the wait
// for an answer's headers: the request's context does.
func newTransport(host *url.URL, config *tls.Config) (*http.Transport, error) {
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: host})
	if err != nil {
		return nil, fmt.Errorf("HTTPS_PROXY: %w", err)
	}
	// In a surge many connections are made at once: each after the first resumes
	// the TLS session.
	config.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	config.NextProtos = []string{"http/1.1"}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	dialer := &net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy: http.ProxyURL(proxy),
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			plain, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return newConn(plain)
		},
		Protocols:              &protocols,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    connectTimeout,
		MaxIdleConnsPerHost:    1 << 16,
		IdleConnTimeout:        idleConnTimeout,
		MaxResponseHeaderBytes: maxAnswerHeaderBytes,
		DisableCompression:     true, // bodies pass as they are
	}, nil
}

// roundTrip sends the request that newRequest makes, once. A kept connection that
// SageMaker has closed, or on which it has sent bytes that no request asked for,
// is closed before the request is written; another connection takes its place.
func roundTrip(
	ctx context.Context, transport http.RoundTripper, newRequest func(context.Context) *http.Request,
) (*http.Response, error) {
	var stale bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		stale = info.Reused && !isIdle(info.Conn)
		if stale {
			_ = info.Conn.Close()
		}
	}})
	for {
		stale = false
		response, err := transport.RoundTrip(newRequest(ctx))
		if err != nil && stale {
			continue // nothing was written
		}
		if err == nil && response.StatusCode == http.StatusSwitchingProtocols {
			_ = response.Body.Close()
			return nil, errors.New("SageMaker switches to a protocol that the request did not ask for")
		}
		return response, err
	}
}

// conn is a TCP connection, below TLS where there is TLS, that knows whether it
// is idle. net/http looks for an end of an idle connection, and for bytes that no
// request asked for, only when its reading goroutine runs next. Until then the
// next request can get the connection, and with it an error or a forged answer.
type conn struct {
	net.Conn
	raw syscall.RawConn

	mu      sync.Mutex
	changed sync.Cond
	reading bool // a Read is waiting: net/http and TLS have used all earlier bytes
	closed  bool
}

func newConn(plain net.Conn) (net.Conn, error) {
	c := &conn{Conn: plain}
	c.changed.L = &c.mu
	if socket, ok := plain.(syscall.Conn); ok {
		var err error
		if c.raw, err = socket.SyscallConn(); err != nil {
			return nil, fmt.Errorf("watch the connection: %w", err)
		}
	}
	return c, nil
}

func (c *conn) Read(p []byte) (int, error) {
	c.set(&c.reading, true)
	n, err := c.Conn.Read(p)
	c.set(&c.reading, false)
	return n, err
}

func (c *conn) Close() error {
	c.set(&c.closed, true)
	return c.Conn.Close()
}

func (c *conn) set(field *bool, value bool) {
	c.mu.Lock()
	*field = value
	c.mu.Unlock()
	if value {
		c.changed.Broadcast()
	}
}

// isIdle reports whether a connection from the pool has nothing to read, not even
// an end. It waits until net/http, which has just put the connection into the
// pool, reads from it again, or closes it because bytes are left.
func isIdle(kept net.Conn) bool {
	for {
		secure, ok := kept.(*tls.Conn)
		if !ok {
			break
		}
		kept = secure.NetConn()
	}
	c, ok := kept.(*conn)
	if !ok {
		return true
	}
	c.mu.Lock()
	for !c.reading && !c.closed {
		c.changed.Wait()
	}
	closed := c.closed
	c.mu.Unlock()
	return !closed && (c.raw == nil || nothingToRead(c.raw))
}
