package upstream

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// errUnsent says that not a byte of the request could be sent.
var errUnsent = errors.New("the connection was closed before the request")

// conn is a connection, which has one request at a time.
type conn struct {
	transport *Transport
	net.Conn            // plain or secure
	secure    *tls.Conn // nil if it is not
	watch     watch     // sees whether there is something to read
	room      int64     // what may still be read
	since     int64     // sweep since which it is idle
}

func newConn(t *Transport, plain net.Conn, secure *tls.Conn) *conn {
	c := &conn{transport: t, Conn: plain, secure: secure}
	if secure != nil {
		c.Conn = secure
	}
	if raw, ok := plain.(syscall.Conn); ok {
		c.watch.of(raw)
	}
	return c
}

// writersLag is how much later than the answer's end it may be known that the
// request is out.
const writersLag = 10 * time.Millisecond

// longAgo ends whatever waits for a connection.
var longAgo = time.Unix(1, 0)

// clean reports whether the other end still holds the connection, and has sent
// nothing since the last answer: that would be taken for the next one.
func (c *conn) clean() bool {
	if !c.watch.quiet() {
		return false
	}
	if c.secure == nil {
		return true
	}
	// What TLS has read already, nobody sees on the socket.
	_ = c.SetReadDeadline(longAgo)
	var one [1]byte
	n, err := c.secure.Read(one[:])
	var timeout net.Error
	return n == 0 && errors.As(err, &timeout) && timeout.Timeout() && c.SetReadDeadline(time.Time{}) == nil
}

// Read reads no more than there is room for.
func (c *conn) Read(p []byte) (int, error) {
	if c.room <= 0 {
		return 0, fmt.Errorf("the answer's headers have more than %d bytes", maxHeadBytes)
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), c.room)])
	c.room -= int64(n)
	return n, err
}

// A small answer is read at once, with its headers; larger bodies are read past
// the buffer.
var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 4<<10) }}

// roundTrip sends out, which is r, frees it unless it says errUnsent, and returns
// the answer as soon as its headers are there. The body gives the connection
// back.
func (c *conn) roundTrip(r *http.Request, out *message) (*http.Response, error) {
	ctx := r.Context()
	b := &body{conn: c, ctx: ctx}
	b.keep = context.AfterFunc(ctx, func() { _ = c.SetDeadline(longAgo) })
	if n, err := c.Write(out.text); err != nil && n == 0 {
		return nil, fmt.Errorf("%w: %w", errUnsent, b.broken(err))
	} else if err != nil {
		out.free()
		return nil, b.broken(err)
	}
	b.send(out)
	c.watch.wait() // without a buffer: what is wrong, reading tells
	b.reader = readers.Get().(*bufio.Reader)
	b.reader.Reset(c)
	response, err := c.head(r, b.reader)
	if err != nil {
		return nil, b.broken(err)
	}
	b.last = response.Close
	b.source = response.Body
	response.Body = b
	if b.source == http.NoBody {
		b.end(true)
		response.Body = http.NoBody
	}
	return response, nil
}

// send goes on with what of out did not go out at once, and frees it.
func (b *body) send(out *message) {
	if rest := out.rest; rest != nil {
		out.rest = nil
		b.sent = make(chan error, 1)
		// The host may answer, and close, before it has read all.
		go func() {
			_, err := io.Copy(b.conn.Conn, rest)
			_ = rest.Close()
			b.sent <- err
		}()
	}
	out.free()
}

// head reads an answer's status and headers.
func (c *conn) head(r *http.Request, in *bufio.Reader) (*http.Response, error) {
	c.room = maxHeadBytes
	for {
		response, err := http.ReadResponse(in, r)
		switch {
		case err != nil:
			return nil, err
		case response.StatusCode == http.StatusSwitchingProtocols:
			return nil, errors.New("malformed HTTP response: another protocol, which nobody asked for")
		case response.StatusCode >= 200:
			c.room = math.MaxInt64
			return response, nil
		}
		// What comes before the answer, as long as there is room.
	}
}

// body is an answer's. It is for one goroutine.
type body struct {
	conn   *conn
	ctx    context.Context
	source io.ReadCloser
	reader *bufio.Reader
	keep   func() bool // no longer ends the connection with ctx
	sent   chan error  // tells that the request is out, if that takes long
	last   bool        // the host closes the connection
	ended  error
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if b.ended != nil {
		return 0, b.ended
	}
	n, err := b.source.Read(p)
	switch {
	case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		b.end(true)
		b.ended = io.EOF
	case err != nil:
		err = b.broken(err)
		b.ended = err
	}
	return n, err
}

// Close implements io.Closer.
func (b *body) Close() error {
	if b.ended == nil {
		b.end(false)
		b.ended = http.ErrBodyReadAfterClose
	}
	return nil
}

// broken ends the connection, and returns err with what has ended the request.
func (b *body) broken(err error) error {
	b.end(false)
	if cause := context.Cause(b.ctx); cause != nil {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}

// end gives the connection back if another request may follow on it, and closes
// it otherwise.
func (b *body) end(whole bool) {
	c := b.conn
	reusable := b.keep() && whole && !b.last
	if reusable && b.sent != nil {
		select {
		case err := <-b.sent:
			reusable = err == nil
		case <-time.After(writersLag): // the host has not read it all
			reusable = false
		}
	}
	if b.reader != nil {
		reusable = reusable && b.reader.Buffered() == 0
		b.reader.Reset(nil)
		readers.Put(b.reader)
		b.reader = nil
	}
	if !reusable {
		_ = c.Conn.Close()
		return
	}
	c.transport.idle.put(c)
}
